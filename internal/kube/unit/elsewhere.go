package unit

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Elsewhere is what an owner names that is not in the tree at hand.
type Elsewhere struct {
	// Source is what is asked for; its Kind is empty where nothing can be.
	Source plan.Source
	// What names it without its version: `the chart redis of https://...`.
	What string
	// Values are what a chart is given, one document after the other.
	Values []any
	// At is where the tree says which state of it counts.
	At plan.Range
}

// From is the source in words: its address and the chart's name.
func From(s plan.Source) string {
	if s.Name != "" && s.Kind == plan.ChartSource {
		return "the chart " + s.Name + " of " + s.Address
	}
	return s.Address
}

// variableText is a variable of Flux, or an expression, in an address.
var variableText = regexp.MustCompile(`\$\{|\{\{`)

// askable reports whether a source is written out.
func askable(s plan.Source) bool {
	return s.Kind != "" && s.Address != "" && !variableText.MatchString(s.Address+s.Name+s.Ref.Text)
}

// fetched makes a unit of what a source holds, with make; where it cannot be
// had it is the unit that stands for that, with the reason.
func (s *Scan) fetched(source plan.Source, missing *Unit, make func(seen *Scan, at string) *Unit) *Unit {
	if missing.elsewhere == nil {
		missing.elsewhere = &Elsewhere{What: From(source)}
	}
	if source.Kind != "" {
		missing.elsewhere.Source = source
	}
	if !askable(source) {
		missing.elsewhere.Source.Kind = ""
		return missing
	}
	seen, at, err := s.bring(source)
	if err != nil {
		return missing
	}
	u := make(seen, at)
	if u == nil {
		return missing
	}
	u.home, u.claims, u.deep = missing.Home(), missing.claims, missing.deep
	u.Selectors = append(slices.Clip(u.Selectors), missing.Selectors...)
	u.Placed = append(slices.Clip(u.Placed), Placed{Top: seen.top(), At: missing.elsewhere.At})
	return u
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
		out.Kind, out.Ref = plan.RepositorySource, gitRef(src)
	case "OCIRepository":
		out.Kind, out.Ref = plan.ArtifactSource, ociRef(src)
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

// gitRef is what a GitRepository checks out; see fluxRevision.
func gitRef(src object.Object) plan.Ref {
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

// ociRef is what an OCIRepository pulls: its digest before its range before its
// tag, the tag latest where it names none (source-controller v1.9
// api/v1/ocirepository_types.go).
func ociRef(src object.Object) plan.Ref {
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

// sourceObject is the object of Flux that an owner reads from.
func (s *Scan) sourceObject(o object.Object, ref fluxSourceRef) (object.Object, bool) {
	if ref.Kind == "GitRepository" {
		return s.gitRepository(o, ref.Name, ref.Namespace)
	}
	return s.source(ref.Kind, ref.Name, o.File)
}

// fetchedChart is a release of a chart that is elsewhere, else the unit that
// stands for what is not known.
func (s *Scan) fetchedChart(o object.Object, ref *fluxSourceRef, c fluxChart, missing *Unit) *Unit {
	if ref == nil {
		return missing
	}
	source, src := s.fluxSourceOf(o, *ref, c)
	if ref.Kind == "OCIRepository" && source.Address != "" {
		source.Kind, source.Name = plan.ChartSource, "" // whatever its layer is called, Flux takes it for a chart
	}
	if missing.elsewhere != nil && source.Kind != "" {
		missing.elsewhere.What = From(source)
		if ref.Kind != "HelmRepository" {
			missing.elsewhere.At = src.At(s.Tree.Side, plan.Path{"spec", "ref"})
		}
	}
	return s.fetched(source, missing, func(seen *Scan, at string) *Unit {
		if ref.Kind != "GitRepository" {
			return seen.localRelease(o, c, at, at)
		}
		return seen.through(src, func(seen *Scan) *Unit { return seen.localRelease(o, c, seen.below(clean(c.Chart)), seen.top()) })
	})
}

// argoRef is a revision as Argo CD reads it: a range of tags, or what git
// resolves.
func argoRef(revision string) plan.Ref {
	switch text := strings.TrimSpace(revision); {
	case text == "" || text == "HEAD":
		return plan.Ref{}
	case strings.HasPrefix(text, "refs/"):
		return plan.Ref{Kind: plan.RefName, Text: text}
	case strings.ContainsAny(text, "*<>=~^ |,"):
		return plan.Ref{Kind: plan.RefVersion, Text: text}
	default:
		return plan.Ref{Kind: plan.RefAny, Text: text}
	}
}

// asked is a source of an Application that is elsewhere, as it is asked for.
func (src argoSource) asked() plan.Source {
	switch {
	case src.Chart != "":
		out := plan.Source{Kind: plan.ChartSource, Address: src.RepoURL, Name: src.Chart}
		if src.TargetRevision != "" {
			out.Ref = plan.Ref{Kind: plan.RefVersion, Text: src.TargetRevision}
		}
		return out
	case strings.HasPrefix(src.RepoURL, "oci://"):
		out := plan.Source{Kind: plan.ArtifactSource, Address: src.RepoURL}
		if r := argoRef(src.TargetRevision); r.Text != "" {
			out.Ref = r
			if r.Kind == plan.RefAny {
				out.Ref.Kind = plan.RefTag
			}
		}
		return out
	}
	return plan.Source{Kind: plan.RepositorySource, Address: src.RepoURL, Ref: argoRef(src.git().revision)}
}

// fetchedSource is what an Application applies of a source that is elsewhere,
// else the unit that stands for what is not known.
func (s *Scan) fetchedSource(o object.Object, src argoSource, refs map[string]argoSource, missing *Unit) *Unit {
	source := src.asked()
	if missing.elsewhere == nil {
		missing.elsewhere = &Elsewhere{What: From(source), At: o.At(s.Tree.Side, argoAt(o, src))}
		missing.elsewhere.Values = s.argoGiven(src.Helm, refs)
	}
	return s.fetched(source, missing, func(seen *Scan, at string) *Unit {
		if src.Chart != "" {
			return s.repository().packagedChart(o, src, seen, at, refs)
		}
		dir := path.Join(at, clean(src.Path))
		if !seen.Tree.HasDir(dir) {
			return nil
		}
		merged, files, gap := seen.overridden(o, src, dir)
		if gap != nil || merged.Plugin != nil {
			return nil
		}
		u := seen.argoLocal(o, merged, dir, refs)
		u.Selectors = append(u.Selectors, files...)
		return u
	})
}

// packagedChart is a chart of a repository with what an Application gives it.
func (s *Scan) packagedChart(o object.Object, src argoSource, seen *Scan, at string, refs map[string]argoSource) *Unit {
	if !seen.charts[at] {
		return nil
	}
	u := seen.chart(at)
	u.Release.Name, u.Release.Namespace = o.Name, ""
	s.argoValues(o, u, src.Helm, at, refs)
	return u
}

// argoAt is where an Application says which state of a source counts.
func argoAt(o object.Object, src argoSource) plan.Path {
	list, _ := o.Get("spec", "sources")
	items, _ := list.([]any)
	for i, item := range items {
		if stringAt(item, "repoURL") == src.RepoURL && stringAt(item, "chart") == src.Chart && stringAt(item, "path") == src.Path {
			return plan.Path{"spec", "sources", i}
		}
	}
	return plan.Path{"spec", "source"}
}

// argoGiven are the values that an Application writes down, and those of files
// that are here.
func (s *Scan) argoGiven(h *argoHelm, refs map[string]argoSource) []any {
	if h == nil {
		return nil
	}
	var out []any
	for _, f := range h.ValueFiles {
		name, outside := s.argoValueFile(f, ".", refs)
		if file, err := s.Tree.Parse(name); outside == "" && strings.HasPrefix(f, "$") && err == nil {
			out = append(out, documents(file)...)
		}
	}
	text := []byte(h.Values)
	if len(h.ValuesObject) > 0 {
		text = h.ValuesObject
	}
	if len(text) > 0 {
		if file, err := object.Parse("values.yaml", text, object.Limits{}); err == nil {
			out = append(out, documents(file)...)
		}
	}
	set := map[string]any{}
	for _, p := range h.Parameters {
		set[p.Name] = p.Value
	}
	if len(set) > 0 {
		out = append(out, set)
	}
	return out
}

// AddSources notes objects of Flux's sources as they are rendered: they count
// before those that stand in files.
func (s *Scan) AddSources(rendered []object.Object) {
	for _, o := range rendered {
		key := o.Kind + "/" + o.Name
		s.Sources[key] = slices.DeleteFunc(slices.Clone(s.Sources[key]), func(have object.Object) bool {
			return have.File == o.File && cmp.Or(have.Namespace, o.Namespace) == o.Namespace
		})
		s.Sources[key] = append(s.Sources[key], o)
	}
	if len(rendered) > 0 {
		s.owned, s.ownedFrom = map[ownedKey][]*Unit{}, map[ownedKey]map[string]any{}
	}
}

const fluxSources = "source.toolkit.fluxcd.io"

// IsSource reports whether an object is a source of Flux.
func IsSource(o object.Object) bool { return o.Group == fluxSources }

// mentionsOwners reports whether a text may hold owners or their sources.
func mentionsOwners(text []byte) bool {
	return owner.Mentioned(text) || bytes.Contains(text, []byte(fluxSources+"/"))
}
