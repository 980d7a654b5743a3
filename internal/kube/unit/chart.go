package unit

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

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
			if hasManifestEnding(base) {
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

func (u *Unit) addValuesFile(name string) {
	u.Values = append(u.Values, ValueSource{File: name})
	if !slices.Contains(u.Files, name) {
		u.Files = append(u.Files, name)
		slices.Sort(u.Files)
	}
}

// chartFile is what matters of a Chart.yaml before it is rendered.
type chartFile struct {
	name, kind   string
	dependencies []dependency
}

type dependency struct{ name, repository string }

func readChartFile(t *Tree, dir string) (chartFile, *plan.Gap) {
	var c chartFile
	name := path.Join(dir, "Chart.yaml")
	file, err := t.Parse(name)
	if err != nil {
		kind, line, why := Trouble(err)
		return c, &plan.Gap{At: plan.Range{File: name, Line: line, EndLine: line, Side: t.Side}, Root: dir, Kind: kind, Subject: name, Why: why}
	}
	var value any
	for _, other := range file.Others {
		value = other.Value
	}
	for _, o := range file.Objects {
		value = o.Value
	}
	c.name, c.kind = stringAt(value, "name"), stringAt(value, "type")
	list, _ := object.Lookup(value, "dependencies")
	items, _ := list.([]any)
	for _, item := range items {
		c.dependencies = append(c.dependencies, dependency{stringAt(item, "name"), stringAt(item, "repository")})
	}
	return c, nil
}

func stringAt(v any, at ...any) string {
	found, _ := object.Lookup(v, at...)
	text, _ := found.(string)
	return text
}

// chart is the unit of a chart without any values but its own.
func (s *Scan) chart(dir string) *Unit {
	u := &Unit{Root: dir, Tool: Helm, Vendored: map[string]string{}}
	read, gap := readChartFile(s.Tree, dir)
	if gap != nil {
		u.Gaps = append(u.Gaps, *gap)
	}
	u.Release = Release{Name: read.name, Namespace: "default"}
	files := s.chartFiles(u, dir)
	for _, dep := range read.dependencies {
		local, ok := strings.CutPrefix(dep.repository, "file://")
		if !ok || s.vendored(dir, dep.name) {
			continue
		}
		target := path.Join(dir, local)
		if !s.charts[target] {
			u.Gaps = append(u.Gaps, plan.Gap{At: plan.Range{File: path.Join(dir, "Chart.yaml"), Side: s.Tree.Side}, Root: dir, Kind: plan.GapInvalid,
				Subject: dep.name, Why: fmt.Sprintf("the chart %s that it depends on is not at %s", dep.name, target)})
			continue
		}
		u.Vendored[dep.name] = target
		files = append(files, s.chartFiles(u, target)...)
	}
	slices.Sort(files)
	u.Files = slices.Compact(files)
	return u
}

// Dependency is a chart that another one depends on, as it is asked for: of the
// version that Chart.lock has where it names it.
func (s *Scan) Dependency(u *Unit, m Missing) plan.Source {
	out := plan.Source{Kind: plan.ChartSource, Address: m.Repository, Name: m.Chart}
	version := m.Version
	if file, err := s.Tree.Parse(path.Join(u.Root, "Chart.lock")); err == nil {
		for _, doc := range documents(file) {
			list, _ := object.Lookup(doc, "dependencies")
			items, _ := list.([]any)
			for _, item := range items {
				if stringAt(item, "name") == m.Chart && stringAt(item, "repository") == m.Repository {
					version = stringAt(item, "version")
				}
			}
		}
	}
	if version != "" {
		out.Ref = plan.Ref{Kind: plan.RefVersion, Text: version}
	}
	return out
}

// Vendor takes a chart that another one depends on from elsewhere. at is where
// the chart names it.
func (s *Scan) Vendor(u *Unit, m Missing, at plan.Range) (*Unit, error) {
	source := s.Dependency(u, m)
	if !askable(source) {
		return nil, plan.ErrNotFetched
	}
	seen, dir, err := s.bring(source)
	if err != nil {
		return nil, err
	}
	out := *u
	out.Vendored = maps.Clone(u.Vendored)
	if out.Vendored == nil {
		out.Vendored = map[string]string{}
	}
	name := path.Base(m.Name) // Helm calls its templates so
	out.Vendored[name] = dir
	out.Files = append(slices.Clone(u.Files), s.Tree.Below(dir)...)
	slices.Sort(out.Files)
	out.Files = slices.Compact(out.Files)
	out.Placed = append(slices.Clip(u.Placed), Placed{Top: seen.top(), At: at}, Placed{Top: path.Join(u.Root, "charts", name), At: at})
	return &out, nil
}

// vendored reports whether a chart holds one that it depends on, unpacked or as
// an archive.
func (s *Scan) vendored(dir, name string) bool {
	if s.Tree.HasDir(path.Join(dir, "charts", name)) {
		return true
	}
	return slices.ContainsFunc(s.Tree.In(path.Join(dir, "charts")), func(base string) bool {
		return strings.HasPrefix(base, name+"-") && strings.HasSuffix(base, ".tgz")
	})
}

// chartParts are the names in a chart's folder that Helm itself reads.
var chartParts = []string{"Chart.yaml", "Chart.lock", "values.yaml", "requirements.yaml", "requirements.lock"}

// chartFiles are the files of a chart that its rendering may read, without
// what .helmignore names. Files beside the parts that Helm knows count only
// where a template reads files.
func (s *Scan) chartFiles(u *Unit, dir string) []string {
	var parts, rest []string
	reads := false
	ignore := s.helmignore(u, dir)
	for _, name := range s.Tree.Below(dir) {
		inside := strings.TrimPrefix(name, dir+"/")
		if dir == "." {
			inside = name
		}
		first, below, nested := strings.Cut(inside, "/")
		switch {
		case ignore.hides(inside):
		case !nested && slices.Contains(chartParts, first), nested && (first == "templates" || first == "charts" || first == "crds") && below != "":
			parts = append(parts, name)
			if first != "crds" && !reads {
				data, err := s.Tree.Read(name)
				reads = err == nil && bytes.Contains(data, []byte(".Files"))
			}
		case s.Tree.HasFile(name) && !s.otherChart(dir, name):
			rest = append(rest, name)
		}
	}
	if reads {
		parts = append(parts, rest...)
	}
	return parts
}

// otherChart reports whether a file belongs to a chart that lies in this one's
// folder without being a part of it.
func (s *Scan) otherChart(dir, name string) bool {
	for d := path.Dir(name); d != dir && d != "."; d = path.Dir(d) {
		if s.charts[d] {
			return true
		}
	}
	return false
}
