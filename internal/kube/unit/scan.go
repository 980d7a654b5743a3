package unit

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Settings are what a repository says about its own units.
type Settings struct {
	// Repository is `owner/name` on the Host, used to tell this repository
	// from others in what Argo CD and Flux objects name. Where it is empty a
	// source counts as this repository if its path is here. An empty Host is
	// github.com.
	Host, Repository string
	// Branch is the branch that is merged into, DefaultBranch the one that HEAD
	// means. Where Branch is empty any branch counts as it, and where
	// DefaultBranch is empty HEAD counts as Branch.
	Branch, DefaultBranch string
	// Declared are units that cannot be seen in the files.
	Declared []Declaration
	// Ignore are folders whose manifests are not applied.
	Ignore []string
}

// Declaration says how a folder is applied.
type Declaration struct {
	Path string
	// Prune: what leaves the folder is deleted from the cluster.
	Prune   bool
	Cluster string
	// Namespace is where objects go that name none.
	Namespace string
	// Release and Values are used by charts.
	Release string
	Values  []string
}

// Scan is what one side holds.
type Scan struct {
	Tree     *Tree
	settings Settings
	graph    *kustomizations
	charts   map[string]bool
	// Other is the tree of the other side: what was or will be here counts
	// as here.
	Other *Tree
	// Sources are the sources of Flux and the ConfigMaps that it takes
	// variables from, by `Kind/name`.
	Sources map[string][]object.Object

	// ask brings what is elsewhere, nil where nothing is brought.
	ask Ask
	// home is the scan of the repository, for that of a package.
	home *Scan
	// depth is how many packages lead here.
	depth int
	// packages are what was brought, by digest.
	packages map[string]*Scan

	owned     map[ownedKey][]*Unit
	ownedFrom map[ownedKey]map[string]any
	artifacts map[string]artifact
	// generated are the Applications of sets, by the sets.
	generated     map[ownedKey]SetResult
	generatedFrom map[ownedKey]map[string]any
}

// NewScan reads the structure of one side: kustomizations and charts, no
// manifests.
func NewScan(t *Tree, s Settings) *Scan {
	scan := &Scan{
		Tree: t, settings: s, graph: readKustomizations(t), charts: map[string]bool{}, Sources: map[string][]object.Object{},
		owned: map[ownedKey][]*Unit{}, ownedFrom: map[ownedKey]map[string]any{}, artifacts: map[string]artifact{}, packages: map[string]*Scan{},
		generated: map[ownedKey]SetResult{}, generatedFrom: map[ownedKey]map[string]any{},
	}
	for _, name := range t.Names() {
		if path.Base(name) == "Chart.yaml" {
			scan.charts[path.Dir(name)] = true
		}
	}
	return scan
}

// Root is one folder that is applied with its variants.
type Root struct {
	Dir     string
	Variant string
}

// Roots are the folders that stand alone on either side: no object of Argo CD
// or Flux is known to apply them. claimed tells those that one does apply.
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
		for dir := range s.Tree.dirs {
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
	return slices.ContainsFunc(s.Tree.In(dir), hasManifestEnding)
}

// inChart reports whether a folder is a chart or lies in one.
func (s *Scan) inChart(dir string) bool {
	for ; ; dir = path.Dir(dir) {
		if s.charts[dir] {
			return true
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}

// insideChart reports whether a chart is a part of another.
func (s *Scan) insideChart(dir string) bool {
	return dir != "." && s.inChart(path.Dir(dir))
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
		if under(dir, d.Path) {
			return false
		}
	}
	for _, i := range s.Ignore {
		if under(dir, path.Clean(i)) {
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

// under reports whether a path is a folder or lies below it.
func under(name, dir string) bool {
	dir = path.Clean(dir)
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
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
		if !slices.ContainsFunc(s.Tree.In(r.Dir), hasManifestEnding) {
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
	u := &Unit{Root: dir, Tool: Folder}
	for _, base := range s.Tree.In(dir) {
		name := path.Join(dir, base)
		if looksLikeManifest(s.Tree, name) {
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
		if name := path.Join(dir, base); illegible(s.Tree, name) != nil {
			out = append(out, name)
		}
	}
	return out
}

// OwnerObjects are the objects of Argo CD and Flux that are written out in
// files. Chart templates and what does not parse are left out. Sources is
// filled on the way.
func (s *Scan) OwnerObjects() []object.Object {
	var out []object.Object
	maps := map[string]bool{}
	for _, name := range s.Tree.Names() {
		if !hasManifestEnding(name) || s.inChart(path.Dir(name)) || isKustomizationName(path.Base(name)) {
			continue
		}
		data, err := s.Tree.Read(name)
		if err != nil || !mentionsOwners(data) {
			continue
		}
		file, err := s.Tree.Parse(name)
		if err != nil {
			continue
		}
		for _, o := range file.Objects {
			if owner.Is(o) {
				out = append(out, o)
			}
			if IsSource(o) && o.String("spec", "url")+o.String("spec", "endpoint")+o.String("spec", "chart") != "" {
				s.addSource(o)
			}
			for _, name := range sourceMaps(o) {
				maps[name] = true
			}
		}
	}
	s.variableMaps(maps)
	return out
}

// AddVariables finds the ConfigMaps and Secrets that rendered owners take
// variables or values from, which their files do not name.
func (s *Scan) AddVariables(owners []object.Object) {
	wanted := map[string]bool{}
	for _, o := range owners {
		for _, name := range sourceMaps(o) {
			if len(s.Sources[name]) == 0 {
				wanted[name] = true
			}
		}
	}
	s.variableMaps(wanted)
}

func (s *Scan) addSource(o object.Object) {
	key := o.Kind + "/" + o.Name
	s.Sources[key] = append(s.Sources[key], o)
}

// source is a source by kind and name: of several the one beside a file, else
// the last.
func (s *Scan) source(kind, name, beside string) (object.Object, bool) {
	list := s.Sources[kind+"/"+name]
	if len(list) == 0 {
		return object.Object{}, false
	}
	for _, o := range list {
		if path.Dir(o.File) == path.Dir(beside) {
			return o, true
		}
	}
	return list[len(list)-1], true
}

// sourceMaps are the ConfigMaps and Secrets that an object of Flux takes
// variables or values from, as `Kind/name`.
func sourceMaps(o object.Object) []string {
	var out []string
	for _, at := range []plan.Path{{"spec", "postBuild", "substituteFrom"}, {"spec", "valuesFrom"}} {
		list, _ := o.Get(at...)
		items, _ := list.([]any)
		for _, item := range items {
			out = append(out, stringAt(item, "kind")+"/"+stringAt(item, "name"))
		}
	}
	return out
}

// secretMakers are kinds that a controller makes a Secret from, with where its
// name stands; it is the name of the object where that is empty.
var secretMakers = map[string]plan.Path{
	"bitnami.com/SealedSecret":                {"spec", "template", "metadata", "name"},
	"external-secrets.io/ExternalSecret":      {"spec", "target", "name"},
	"secrets.hashicorp.com/VaultStaticSecret": {"spec", "destination", "name"},
	"onepassword.com/OnePasswordItem":         {"metadata", "name"},
}

// madeSecret is the name of the Secret that is made from an object, "" where
// none is.
func madeSecret(o object.Object) string {
	at := secretMakers[o.Group+"/"+o.Kind]
	if at == nil {
		return ""
	}
	if name := o.String(at...); name != "" {
		return name
	}
	return o.Name
}

// variableMaps finds ConfigMaps and Secrets by kind and name, a Secret that is
// made by a controller by what it is made from.
func (s *Scan) variableMaps(names map[string]bool) {
	if len(names) == 0 {
		return
	}
	for _, file := range s.Tree.Names() {
		if !hasManifestEnding(file) || s.inChart(path.Dir(file)) {
			continue
		}
		data, err := s.Tree.Read(file)
		if err != nil || !bytes.Contains(data, []byte("ConfigMap")) && !bytes.Contains(data, []byte("Secret")) && !bytes.Contains(data, []byte("OnePasswordItem")) {
			continue
		}
		parsed, err := s.Tree.Parse(file)
		if err != nil {
			continue
		}
		for _, o := range parsed.Objects {
			if o.Group == "" && names[o.Kind+"/"+o.Name] {
				s.addSource(o)
			}
			if name := madeSecret(o); name != "" && names["Secret/"+name] {
				s.Sources["Secret/"+name] = append(s.Sources["Secret/"+name], o)
			}
		}
	}
}
