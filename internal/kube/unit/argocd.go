package unit

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// argoApplication is what decides of an Application (argo-cd v3.5
// pkg/apis/application/v1alpha1/types.go).
type argoApplication struct {
	Spec struct {
		Source         *argoSource  `json:"source"`
		Sources        []argoSource `json:"sources"`
		SourceHydrator *struct {
			DrySource  argoSource `json:"drySource"`
			SyncSource any        `json:"syncSource"`
			HydrateTo  any        `json:"hydrateTo"`
		} `json:"sourceHydrator"`
		Destination struct {
			Namespace string `json:"namespace"`
		} `json:"destination"`
	} `json:"spec"`
}

// application are the units of an Application, one a source. Of one whose
// manifests are hydrated, the source that they are made from.
func (s *Scan) application(o object.Object) []*Unit {
	var app argoApplication
	if err := decode(o, &app); err != nil {
		return nil
	}
	sources := app.Spec.Sources
	if len(sources) == 0 && app.Spec.Source != nil {
		sources = []argoSource{*app.Spec.Source}
	}
	var beside []Outside
	if h := app.Spec.SourceHydrator; h != nil {
		sources = []argoSource{h.DrySource}
		hydrated := outsideOf("the hydrated branch of the "+o.Kind+" "+o.Name, []any{h.SyncSource, h.HydrateTo})
		hydrated.Alters, hydrated.File = true, o.File
		beside = append(beside, hydrated)
	}
	refs := map[string]argoSource{}
	for _, src := range sources {
		if src.Ref != "" {
			refs[src.Ref] = src
		}
	}
	var out []*Unit
	for _, src := range rendered(sources) {
		u := s.argoUnit(o, src, refs)
		u.Outside = append(u.Outside, beside...)
		u.Key = fmt.Sprintf("argocd:%s/%s", o.Namespace, o.Name)
		if len(out) > 0 {
			u.Key += fmt.Sprintf("/%d", len(out))
		}
		u.Owner, _ = owner.Of(o, s.Tree.Side)
		u.Namespace = cmp.Or(u.Namespace, app.Spec.Destination.Namespace)
		u.Release.Namespace = cmp.Or(u.Release.Namespace, u.Namespace)
		out = append(out, u)
	}
	return out
}

// rendered are the sources that objects are made of, in an order of their own:
// that of the list may change without a meaning. What is elsewhere comes first,
// so that a folder beside it leaves it where it was.
func rendered(sources []argoSource) []argoSource {
	var out []argoSource
	for _, src := range sources {
		if src.Path != "" || src.Chart != "" {
			out = append(out, src)
		}
	}
	slices.SortStableFunc(out, func(a, b argoSource) int {
		return cmp.Or(cmp.Compare(min(1, len(b.Chart)), min(1, len(a.Chart))),
			cmp.Compare(origin.Remote(a.RepoURL), origin.Remote(b.RepoURL)), cmp.Compare(a.Chart+a.Path, b.Chart+b.Path))
	})
	return out
}

// argoUnit finds what a source holds.
func (s *Scan) argoUnit(o object.Object, src argoSource, refs map[string]argoSource) *Unit {
	dir := clean(src.Path)
	elsewhere := func(kind plan.GapKind, format string, args ...any) *Unit {
		u := &Unit{Root: path.Dir(o.File), Tool: request.Folder}
		u.Config, u.Selectors = s.remoteSource(src, refs)
		u.Gaps = []plan.Gap{ownerGap(s.Tree, o, kind, plan.Path{"spec"}, format, args...)}
		return u
	}
	switch {
	case src.Chart != "":
		u := elsewhere(plan.GapOpaque, "the chart %s of %s is not in the repository", src.Chart, src.RepoURL)
		return s.fetchedSource(o, src, refs, u)
	case !s.isHere(src.RepoURL, dir):
		return s.fetchedSource(o, src, refs, elsewhere(plan.GapOpaque, "its manifests are in another repository, %s", src.RepoURL))
	case !s.isThisRevision(src.git().Revision):
		u := elsewhere(plan.GapOpaque, "it applies the revision %s, which is not the reviewed branch", cmp.Or(src.TargetRevision, "HEAD"))
		u.Root, u.claims = dir, true
		return s.fetchedSource(o, src, refs, u)
	case !s.Tree.HasDir(dir):
		u := elsewhere(plan.GapInvalid, "its path %s does not exist: Argo CD stops syncing it, nothing is deleted", dir)
		u.Root, u.claims = dir, true
		return u
	}
	merged, files, gap := s.overridden(o, src, dir)
	var u *Unit
	switch {
	case gap != nil:
		u = &Unit{Root: dir, Tool: request.Folder, Config: string(object.JSON(src)), Files: s.Tree.Below(dir), claims: true}
		u.Gaps = []plan.Gap{*gap}
	case merged.Plugin != nil:
		u = elsewhere(plan.GapUnsupported, "a plugin renders what it applies")
		u.Config = string(object.JSON(merged))
	default:
		u = s.argoLocal(o, merged, dir, refs)
		u.Source = Source{Text: s.sourceText(src.git(), nil), At: o.At(s.Tree.Side, plan.Path{"spec", "source"})}
		u.claims = true
	}
	u.Selectors, u.Overrides = append(u.Selectors, files...), files
	return u
}

// remoteSource is what of a source decides which objects it makes of what is
// elsewhere, its values files in this repository included, and these files.
func (s *Scan) remoteSource(src argoSource, refs map[string]argoSource) (text string, files []string) {
	kept := src.deciding()
	kept.RepoURL, kept.TargetRevision = origin.Remote(src.RepoURL), origin.Short(src.git().Revision)
	var values []any
	if src.Helm != nil {
		for _, f := range src.Helm.ValueFiles {
			name, outside := s.argoValueFile(f, ".", refs)
			if outside == "" && strings.HasPrefix(f, "$") {
				files = append(files, name)
				values = append(values, s.decidingFile(name))
			}
		}
	}
	return string(object.JSON([]any{kept, values, s.otherRefs(src.Helm, refs)})), files
}

// otherRefs are the sources elsewhere that a chart takes files from.
func (s *Scan) otherRefs(h *argoHelm, refs map[string]argoSource) []string {
	if h == nil {
		return nil
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		reads := func(file string) bool { return strings.HasPrefix(file, "$"+name+"/") }
		if !slices.ContainsFunc(h.ValueFiles, reads) && !slices.ContainsFunc(h.FileParameters, func(f argoFile) bool { return reads(f.Path) }) {
			continue
		}
		if git := refs[name].git(); !s.isHere(git.URL, ".") || !s.isThisRevision(git.Revision) {
			out = append(out, name+": "+git.Identity())
		}
	}
	return out
}

// argoLocal takes a folder with the tool that Argo CD would take for it: the
// one that the source names, else a kustomization, else a chart (any file whose
// name ends in Chart.yaml), else a folder of manifests.
func (s *Scan) argoLocal(o object.Object, src argoSource, dir string, refs map[string]argoSource) *Unit {
	refuse := func(format string, args ...any) *Unit {
		gap := ownerGap(s.Tree, o, plan.GapInvalid, plan.Path{"spec", "source"}, format, args...)
		return &Unit{Root: dir, Tool: request.Folder, Config: string(object.JSON(src)), Gaps: []plan.Gap{gap}}
	}
	tools := src.tools()
	isChart := slices.ContainsFunc(s.Tree.In(dir), func(base string) bool { return strings.HasSuffix(base, "Chart.yaml") })
	switch isKustomization := s.graph.node(dir) != nil; {
	case len(tools) > 1:
		return refuse("its source combines %s: Argo CD stops syncing it, nothing is deleted", strings.Join(tools, " and "))
	case src.Kustomize != nil, len(tools) == 0 && isKustomization:
		if !isKustomization {
			return refuse("Argo CD treats %s as a kustomization, but it contains none", dir)
		}
		return s.argoKustomization(o, src.Kustomize, dir)
	case src.Helm != nil, len(tools) == 0 && isChart:
		if !s.charts[dir] {
			return refuse("Argo CD treats %s as a chart, but it contains no Chart.yaml", dir)
		}
		u := s.chart(dir)
		u.Release.Name = o.Name
		u.Release.Namespace = ""
		s.repository().argoValues(o, u, src.Helm, dir, refs)
		if others := s.otherRefs(src.Helm, refs); len(others) > 0 {
			u.Config = string(object.JSON(others))
		}
		return u
	}
	return s.argoFolder(o, src.Directory, dir)
}

// fetchedSource is what an Application applies of a source that is elsewhere,
// else the unit that stands for what is not known.
func (s *Scan) fetchedSource(o object.Object, src argoSource, refs map[string]argoSource, missing *Unit) *Unit {
	source := src.asked()
	if missing.elsewhere == nil {
		missing.elsewhere = &Elsewhere{What: origin.From(source), At: o.At(s.Tree.Side, argoAt(o, src))}
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
		if object.TextAt(item, "repoURL") == src.RepoURL && object.TextAt(item, "chart") == src.Chart && object.TextAt(item, "path") == src.Path {
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
			out = append(out, manifest.Documents(file)...)
		}
	}
	text := []byte(h.Values)
	if len(h.ValuesObject) > 0 {
		text = h.ValuesObject
	}
	if len(text) > 0 {
		if file, err := object.Parse("values.yaml", text, object.Limits{}); err == nil {
			out = append(out, manifest.Documents(file)...)
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
