package unit

import (
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
)

// Root is one folder that is applied with its variants.
type Root struct {
	Dir     string
	Variant string
}

// Roots are the folders that stand alone on either side: no object of Argo CD
// or Flux is known to apply them. claimed reports those that one does apply.
func Roots(before, after *Scan, claimed func(dir string) bool) []Root {
	dirs := map[string]bool{}
	for _, s := range []*Scan{before, after} {
		for _, dir := range s.graph.tops() {
			dirs[dir] = true
		}
		for dir := range s.charts {
			if !s.insideChart(dir) {
				dirs[dir] = true
			}
		}
		for dir := range s.Tree.Dirs() {
			if s.plain(dir, before, after) {
				dirs[dir] = true
			}
		}
	}
	var out []Root
	for _, dir := range sortedSet(dirs) {
		if claimed(dir) || ignored(dir, before.settings) {
			continue
		}
		if before.charts[dir] || after.charts[dir] {
			for _, v := range variants(before, after, dir) {
				out = append(out, Root{dir, v})
			}
			continue
		}
		out = append(out, Root{Dir: dir})
	}
	return out
}

// plain reports whether a folder may hold manifests that are applied as they
// stand.
func (s *Scan) plain(dir string, before, after *Scan) bool {
	if s.graph.nodes[dir] != nil || before.graph.territory[dir] || after.graph.territory[dir] {
		return false
	}
	if before.graph.used[dir] || after.graph.used[dir] || before.inChart(dir) || after.inChart(dir) {
		return false
	}
	return slices.ContainsFunc(s.Tree.In(dir), manifest.HasEnding)
}

// exempt are folders whose manifests nobody applies, by what tools and people
// call them. An owner that names such a folder wins.
var exempt = map[string]bool{
	"testdata": true, "fixtures": true, "__fixtures__": true, "__tests__": true, "__snapshots__": true, "node_modules": true,
	".github": true, ".gitlab": true, ".circleci": true, "docs": true, "doc": true, "examples": true, "example": true,
	"samples": true, "sample": true, "test": true, "tests": true, "e2e": true, "third_party": true, ".vscode": true, ".devcontainer": true,
}

func ignored(dir string, s Settings) bool {
	for _, d := range s.Declared {
		if tree.Under(dir, d.Path) {
			return false
		}
	}
	for _, i := range s.Ignore {
		if tree.Under(dir, path.Clean(i)) {
			return true
		}
	}
	for _, part := range strings.Split(dir, "/") {
		if exempt[part] {
			return true
		}
	}
	return false
}

// At is the unit of a root on this side, nil where there is none.
func (s *Scan) At(r Root) *Unit {
	var u *Unit
	switch {
	case s.graph.nodes[r.Dir] != nil:
		u = s.graph.unit(r.Dir)
	case s.charts[r.Dir]:
		if u = s.chartAt(r); u == nil {
			return nil
		}
	default:
		if !slices.ContainsFunc(s.Tree.In(r.Dir), manifest.HasEnding) {
			return nil
		}
		u = s.folder(r.Dir)
	}
	u.Key, u.Variant = "path:"+r.Dir+"#"+r.Variant, r.Variant
	u.again = func(asking *Scan) *Unit { return asking.At(r) }
	for _, d := range s.settings.Declared {
		if path.Clean(d.Path) == r.Dir {
			u.declare(d)
		}
	}
	return u
}

func (u *Unit) declare(d Declaration) {
	u.Owner.Cluster, u.Namespace = d.Cluster, d.Namespace
	if d.Prune && u.Owner.Kind == owner.Unowned {
		u.Owner.Kind, u.Owner.Prune = owner.KubectlPrune, true
	}
	if d.Release != "" {
		u.Release.Name = d.Release
	}
	if d.Namespace != "" {
		u.Release.Namespace = d.Namespace
	}
}

// folder is the unit of the manifests that lie directly in a folder.
func (s *Scan) folder(dir string) *Unit {
	u := &Unit{Root: dir, Tool: request.Folder}
	for _, base := range s.Tree.In(dir) {
		name := path.Join(dir, base)
		if manifest.Looks(s.Tree, name) {
			u.Manifests = append(u.Manifests, name)
		}
	}
	if len(u.Manifests) > 0 {
		u.Manifests = append(u.Manifests, s.illegible(dir)...)
	}
	slices.Sort(u.Manifests)
	u.Files = u.Manifests
	return u
}

// illegible are files beside manifests that are not valid YAML and may have been
// manifests: what applies the folder refuses them, and what an earlier version
// of them made is still there.
func (s *Scan) illegible(dir string) []string {
	var out []string
	for _, base := range s.Tree.In(dir) {
		if name := path.Join(dir, base); manifest.Illegible(s.Tree, name) != nil {
			out = append(out, name)
		}
	}
	return out
}

// variants are the values files with which a chart that nobody claims is
// released: those of environments by convention (`values-prod.yaml`), or those
// that chart-testing renders it with (`ci/*-values.yaml`), else none.
func variants(before, after *Scan, dir string) []string {
	found := map[string]bool{}
	for _, s := range []*Scan{before, after} {
		for _, base := range s.Tree.In(dir) {
			if environmentValues(base) {
				found[path.Join(dir, base)] = true
			}
		}
		for _, base := range s.Tree.In(path.Join(dir, "values")) {
			if manifest.HasEnding(base) {
				found[path.Join(dir, "values", base)] = true
			}
		}
	}
	if len(found) == 0 {
		found[""] = true
		for _, s := range []*Scan{before, after} {
			for _, base := range s.Tree.In(path.Join(dir, "ci")) {
				if strings.HasSuffix(base, "values.yaml") {
					found[path.Join(dir, "ci", base)] = true
				}
			}
		}
	}
	for _, s := range []*Scan{before, after} {
		for _, d := range s.settings.Declared {
			if path.Clean(d.Path) == dir && len(d.Values) > 0 {
				return d.Values
			}
		}
	}
	return sortedSet(found)
}

func environmentValues(base string) bool {
	stem, ok := strings.CutSuffix(base, path.Ext(base))
	if !ok || path.Ext(base) != ".yaml" && path.Ext(base) != ".yml" {
		return false
	}
	for _, mark := range []string{"values-", "values.", "values_"} {
		if strings.HasPrefix(stem, mark) && !strings.Contains(stem, "schema") {
			return true
		}
	}
	return strings.HasSuffix(stem, "-values") || strings.HasSuffix(stem, ".values")
}

// chartAt is the release of a chart with one values file, nil where the file
// is not on this side.
func (s *Scan) chartAt(r Root) *Unit {
	u := s.chart(r.Dir)
	u.Owner = owner.Release(u.Release.Name)
	if r.Variant != "" {
		if !s.Tree.HasFile(r.Variant) {
			return nil
		}
		u.addValuesFile(r.Variant)
	}
	return u
}
