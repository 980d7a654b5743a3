package unit

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/ignore"

	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// chartFile is what matters of a Chart.yaml before it is rendered.
type chartFile struct {
	name, kind   string
	dependencies []dependency
}

type dependency struct{ name, repository string }

func readChartFile(t *tree.Tree, dir string) (chartFile, *plan.Gap) {
	var c chartFile
	name := path.Join(dir, "Chart.yaml")
	file, err := t.Parse(name)
	if err != nil {
		kind, line, why := tree.Trouble(err)
		return c, &plan.Gap{At: plan.Range{File: name, Line: line, EndLine: line, Side: t.Side}, Root: dir, Kind: kind, Subject: name, Why: why}
	}
	var value any
	for _, other := range file.Others {
		value = other.Value
	}
	for _, o := range file.Objects {
		value = o.Value
	}
	c.name, c.kind = object.TextAt(value, "name"), object.TextAt(value, "type")
	list, _ := object.Lookup(value, "dependencies")
	items, _ := list.([]any)
	for _, item := range items {
		c.dependencies = append(c.dependencies, dependency{object.TextAt(item, "name"), object.TextAt(item, "repository")})
	}
	return c, nil
}

// chart is the unit of a chart without any values but its own.
func (s *Scan) chart(dir string) *Unit {
	u := &Unit{Root: dir, Tool: request.Helm, Vendored: map[string]string{}}
	read, gap := readChartFile(s.Tree, dir)
	if gap != nil {
		u.Gaps = append(u.Gaps, *gap)
	}
	u.Release = request.Release{Name: read.name, Namespace: "default"}
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
func (s *Scan) Dependency(u *Unit, m request.Missing) plan.Source {
	out := plan.Source{Kind: plan.ChartSource, Address: m.Repository, Name: m.Chart}
	version := m.Version
	if file, err := s.Tree.Parse(path.Join(u.Root, "Chart.lock")); err == nil {
		for _, doc := range manifest.Documents(file) {
			list, _ := object.Lookup(doc, "dependencies")
			items, _ := list.([]any)
			for _, item := range items {
				if object.TextAt(item, "name") == m.Chart && object.TextAt(item, "repository") == m.Repository {
					version = object.TextAt(item, "version")
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
func (s *Scan) Vendor(u *Unit, m request.Missing, at plan.Range) (*Unit, error) {
	source := s.Dependency(u, m)
	if !origin.Askable(source) {
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

// chartFolders are the folders of that sort.
var chartFolders = []string{"templates", "charts", "crds"}

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
		case !nested && slices.Contains(chartParts, first), nested && below != "" && slices.Contains(chartFolders, first):
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

// helmIgnore are the patterns by which Helm leaves files of a chart out. They
// are those of the chart's own folder; one in a folder below counts for nothing
// (helm v4.3.1 pkg/chart/v2/loader/directory.go, loadDir).
type helmIgnore struct{ rules *ignore.Rules }

// helmignore reads the .helmignore of a chart. What Helm refuses is a gap of
// the unit; one that cannot be read hides nothing, and a change of it is a gap.
func (s *Scan) helmignore(u *Unit, dir string) helmIgnore {
	rules := ignore.Empty()
	if name := path.Join(dir, ignore.HelmIgnore); s.Tree.HasFile(name) {
		u.Selectors = append(u.Selectors, name)
		data, err := s.Tree.Read(name)
		if err == nil && bytes.Count(data, []byte("\n")) > maxPatterns {
			err = &tree.Unreadable{Kind: plan.GapLimit, Why: fmt.Sprintf("it has more than %d lines", maxPatterns)}
		}
		if err != nil {
			_, _, why := tree.Trouble(err)
			u.Outside = append(u.Outside, Outside{What: name, ID: string(s.Tree.ID(name)), File: name, Alters: true,
				Why: "it excludes files from the chart and could not be read: " + why})
		} else if read, err := ignore.Parse(bytes.NewReader(data)); err != nil {
			u.Gaps = append(u.Gaps, plan.Gap{At: plan.Range{File: name, Side: s.Tree.Side}, Root: u.Root, Kind: plan.GapInvalid, Subject: name,
				Why: "Helm rejects the chart because of its patterns: " + tree.OneLine(err)})
		} else {
			rules = read
		}
	}
	rules.AddDefaults()
	return helmIgnore{rules}
}

// hides reports whether a file of the chart, or a folder above it, is left out.
func (h helmIgnore) hides(inside string) bool {
	for i, c := range inside {
		if c == '/' && h.rules.Ignore(inside[:i], entryInfo(fs.ModeDir)) {
			return true
		}
	}
	return h.rules.Ignore(strings.TrimSuffix(inside, "/"), entryInfo(0))
}

// entryInfo is what patterns ask of an entry: whether it is a folder.
type entryInfo fs.FileMode

func (e entryInfo) IsDir() bool       { return fs.FileMode(e).IsDir() }
func (e entryInfo) Mode() fs.FileMode { return fs.FileMode(e) }
func (entryInfo) Name() string        { return "" }
func (entryInfo) Size() int64         { return 0 }
func (entryInfo) ModTime() time.Time  { return time.Time{} }
func (entryInfo) Sys() any            { return nil }
