package unit

import (
	"cmp"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// gitRepository is the GitRepository of Flux that an owner names: of several
// with that name the one that is written nearest to the owner, since each
// cluster has its own flux-system.
func (s *Scan) gitRepository(o object.Object, name, namespace string) (object.Object, bool) {
	namespace = cmp.Or(namespace, o.Namespace)
	best, found := object.Object{}, false
	for _, src := range s.Sources["GitRepository/"+name] {
		if src.Namespace != "" && namespace != "" && src.Namespace != namespace {
			continue
		}
		if !found || common(src.File, o.File) >= common(best.File, o.File) {
			best, found = src, true
		}
	}
	return best, found
}

// fluxSource says why a source is not the tree at hand, "" where it is, and
// whether it is another revision of this repository. A GitRepository that is
// not written down counts as this repository where the path is here, as `flux
// bootstrap` has it.
func (s *Scan) fluxSource(o object.Object, ref fluxSourceRef, dir string) (why string, otherRevision bool) {
	if ref.Kind != "GitRepository" {
		return "its source is the " + ref.Kind + " " + ref.Name, false
	}
	src, known := s.gitRepository(o, ref.Name, ref.Namespace)
	address, revision := src.String("spec", "url"), origin.FluxRevision(src)
	switch {
	case known && address != "" && !s.isHere(address, dir):
		return "its source is " + address, false
	case known && !s.isThisRevision(revision):
		return "its source is the revision " + revision + ", which is not the reviewed branch", true
	case known, s.Tree.HasDir(dir), s.Other != nil && s.Other.HasDir(dir):
		return "", false
	}
	return "the GitRepository " + ref.Name + " is not known", false
}

// fluxSourceRef is spec.sourceRef of an object of Flux.
type fluxSourceRef struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

// readFrom notes what an owner reads. Two sources of this very tree are the
// same however they are written.
func (s *Scan) readFrom(o object.Object, ref fluxSourceRef) Source {
	name := ref.Kind + "/" + cmp.Or(ref.Namespace, o.Namespace) + "/" + ref.Name
	out := Source{Name: name, At: o.At(s.Tree.Side, plan.Path{"spec", "sourceRef"})}
	if src, ok := s.gitRepository(o, ref.Name, ref.Namespace); ok && ref.Kind == "GitRepository" {
		out.Text = s.sourceText(origin.Git{URL: src.String("spec", "url"), Revision: origin.FluxRevision(src)}, origin.Included(src))
		out.At = src.At(s.Tree.Side, plan.Path{"spec"})
	}
	return out
}

// sourceContent is what decides the content of a source that is elsewhere, nil
// where it is not written down.
func (s *Scan) sourceContent(o object.Object, ref fluxSourceRef) map[string]any {
	src, ok := s.gitRepository(o, ref.Name, ref.Namespace)
	if ref.Kind != "GitRepository" {
		src, ok = s.source(ref.Kind, ref.Name, o.File)
	}
	if !ok {
		return nil
	}
	out := map[string]any{"url": origin.Remote(src.String("spec", "url"))}
	for _, field := range origin.FluxFields {
		if value, ok := src.Get("spec", field); ok {
			out[field] = value
		}
	}
	switch ref.Kind {
	case "GitRepository":
		out["ref"] = origin.Short(origin.FluxRevision(src))
	case "HelmChart":
		chart, _ := chartObject(src)
		out["source"] = s.sourceContent(src, chart.SourceRef)
	}
	return out
}

// fluxSourceOf is the source of Flux that an owner names, as it is asked for.
func (s *Scan) fluxSourceOf(o object.Object, ref fluxSourceRef, chart fluxChart) (plan.Source, object.Object) {
	src, ok := s.sourceObject(o, ref)
	if !ok {
		return plan.Source{}, src
	}
	out := plan.Source{Address: src.String("spec", "url")}
	switch ref.Kind {
	case "GitRepository":
		out.Kind, out.Ref = plan.RepositorySource, origin.GitRef(src)
	case "OCIRepository":
		out.Kind, out.Ref = plan.ArtifactSource, origin.OCIRef(src)
		out.Name = src.String("spec", "layerSelector", "mediaType")
		if src.String("spec", "ref", "semverFilter") != "" || src.String("spec", "layerSelector", "operation") == "copy" {
			out.Kind = ""
		}
	case "Bucket":
		out.Kind, out.Address, out.Name = plan.BucketSource, src.String("spec", "endpoint"), src.String("spec", "bucketName")
	case "HelmRepository":
		out.Kind, out.Name = plan.ChartSource, chart.Chart
		if chart.Version != "" {
			out.Ref = plan.Ref{Kind: plan.RefVersion, Text: chart.Version}
		}
	}
	return out, src
}

// sourceObject is the object of Flux that an owner reads from.
func (s *Scan) sourceObject(o object.Object, ref fluxSourceRef) (object.Object, bool) {
	if ref.Kind == "GitRepository" {
		return s.gitRepository(o, ref.Name, ref.Namespace)
	}
	return s.source(ref.Kind, ref.Name, o.File)
}

// fluxChart is spec.chart.spec of a HelmRelease: a chart of a source.
type fluxChart struct {
	Chart         string        `json:"chart"`
	Version       string        `json:"version"`
	ValuesFiles   []string      `json:"valuesFiles"`
	IgnoreMissing bool          `json:"ignoreMissingValuesFiles"`
	SourceRef     fluxSourceRef `json:"sourceRef"`
}

// chartObject is what a HelmChart says (source-controller v1.9
// api/v1/helmchart_types.go): the same as spec.chart.spec of a release, of a
// source beside it.
func chartObject(src object.Object) (fluxChart, bool) {
	var h struct {
		Spec fluxChart `json:"spec"`
	}
	err := decode(src, &h)
	h.Spec.SourceRef.Namespace = src.Namespace
	return h.Spec, err == nil
}
