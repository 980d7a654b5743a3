package origin

import (
	"cmp"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// FluxRevision is what a GitRepository checks out, by the precedence of its
// fields; master where it names nothing (source-controller v1.9
// api/v1/gitrepository_types.go; fluxcd/pkg git/gogit/client.go, clone).
func FluxRevision(src object.Object) string {
	at := func(field string) string { return src.String("spec", "ref", field) }
	switch {
	case at("commit") != "":
		return at("commit")
	case at("name") != "":
		return at("name")
	case at("semver") != "":
		return "semver " + at("semver")
	case at("tag") != "":
		return "refs/tags/" + at("tag")
	}
	return "refs/heads/" + cmp.Or(at("branch"), "master")
}

// Included is what a GitRepository adds to its artifact from elsewhere.
func Included(src object.Object) any {
	include, _ := src.Get("spec", "include")
	submodules, _ := src.Get("spec", "recurseSubmodules")
	return []any{include, submodules == true}
}

// FluxFields are those of a source of Flux that decide what it holds.
var FluxFields = []string{
	"chart", "version", "valuesFiles", "ref", "type", "provider", "bucketName", "endpoint", "region", "prefix", "ignore", "include",
	"recurseSubmodules", "sparseCheckout", "layerSelector",
}

// GitRef is what a GitRepository checks out; see FluxRevision.
func GitRef(src object.Object) plan.Ref {
	for _, field := range []struct {
		name string
		kind plan.RefKind
	}{{"commit", plan.RefCommit}, {"name", plan.RefName}, {"semver", plan.RefVersion}, {"tag", plan.RefTag}, {"branch", plan.RefBranch}} {
		if text := src.String("spec", "ref", field.name); text != "" {
			return plan.Ref{Kind: field.kind, Text: text}
		}
	}
	return plan.Ref{Kind: plan.RefBranch, Text: "master"}
}

// OCIRef is what an OCIRepository pulls: its digest before its range before its
// tag, the tag latest where it names none (source-controller v1.9
// api/v1/ocirepository_types.go).
func OCIRef(src object.Object) plan.Ref {
	for _, field := range []struct {
		name string
		kind plan.RefKind
	}{{"digest", plan.RefDigest}, {"semver", plan.RefVersion}, {"tag", plan.RefTag}} {
		if text := src.String("spec", "ref", field.name); text != "" {
			return plan.Ref{Kind: field.kind, Text: text}
		}
	}
	return plan.Ref{Kind: plan.RefTag, Text: "latest"}
}

// FluxGroup is the API group of the sources of Flux.
const FluxGroup = "source.toolkit.fluxcd.io"

// IsFlux reports whether an object is a source of Flux.
func IsFlux(o object.Object) bool { return o.Group == FluxGroup }
