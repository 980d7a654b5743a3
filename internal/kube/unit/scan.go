package unit

import (
	"cmp"
	"encoding/json"
	"path"
	"reflect"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/appset"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
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
	Tree     *tree.Tree
	settings Settings
	graph    *kustomizations
	charts   map[string]bool
	// Other is the tree of the other side: what was or will be here counts
	// as here.
	Other *tree.Tree
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

	owned     memo[[]*Unit]
	artifacts map[string]artifact
	// generated are the Applications of sets, by the sets.
	generated memo[SetResult]
	// clusters are what [seen.Clusters] found, once it was asked.
	clusters      []appset.Cluster
	clustersKnown bool
	// folders are those of the tree, and of either side, for the same.
	folders, eitherFolders []string
}

// NewScan reads the structure of one side: kustomizations and charts, no
// manifests.
func NewScan(t *tree.Tree, s Settings) *Scan {
	scan := &Scan{
		Tree: t, settings: s, graph: readKustomizations(t), charts: map[string]bool{}, Sources: map[string][]object.Object{},
		owned: memo[[]*Unit]{}, artifacts: map[string]artifact{}, packages: map[string]*Scan{},
		generated: memo[SetResult]{},
	}
	for _, name := range t.Names() {
		if path.Base(name) == "Chart.yaml" {
			scan.charts[path.Dir(name)] = true
		}
	}
	return scan
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

// ownedKey tells owners apart that may come from the same place.
type ownedKey struct {
	file string
	line int
	key  object.Key
}

// sameValue reports whether two objects share their value, which is never
// modified.
func sameValue(a, b map[string]any) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
}

// artifact is a side as Flux hands it on: the files of a GitRepository without
// those that it leaves out.
type artifact struct {
	scan *Scan
	// selectors are the files that decide what is left out.
	selectors []string
	// unread are such files that cannot be read: nothing is left out by them,
	// and a change of one is a gap.
	unread []Outside
}

// SetResult is what an ApplicationSet generates on one side.
type SetResult struct {
	Applications []object.Object
	// guessed are those that something outside the repository decides about, by
	// their keys.
	guessed map[object.Key]bool
	asked   []appset.Asked
	files   []string
	// Gap says why what it generates is not known, nil where it is.
	Gap *plan.Gap
}

// IsGuessed reports whether something outside the repository decides about an
// Application.
func (g SetResult) IsGuessed(app object.Object) bool { return g.guessed[app.Key()] }

// Ask finds what a source stands for; see plan.Sources. The side is the asked
// one's to choose.
type Ask func(plan.Source) (plan.Package, error)

// repository is the scan of the repository that this one belongs to.
func (s *Scan) repository() *Scan {
	if s.home != nil {
		return s.home
	}
	return s
}

// top is the folder that paths of this side begin from.
func (s *Scan) top() string { return s.Tree.Top() }

// below is a path of a package, or of the repository, as the side has it.
func (s *Scan) below(name string) string { return path.Join(s.top(), name) }

// inside is a path as the package has it.
func (s *Scan) inside(name string) string {
	if top := s.top(); top != "." {
		return strings.TrimPrefix(strings.TrimPrefix(name, top), "/")
	}
	return name
}

// isHere reports whether the URL of a Git repository means this one. Where it
// is not known which one this is, a path that is here decides.
func (s *Scan) isHere(address, dir string) bool {
	if s.settings.Repository != "" {
		return origin.Remote(address) == strings.ToLower(cmp.Or(s.settings.Host, "github.com")+"/"+s.settings.Repository)
	}
	return s.Tree.HasDir(dir) || s.Other != nil && s.Other.HasDir(dir)
}

// isThisRevision reports whether a Git revision means the tree at hand: it is
// the branch that is merged into, or HEAD where that is the default branch.
// Another branch of this repository has its own tree, which this change does
// not touch. Where the branch is not known any branch counts.
func (s *Scan) isThisRevision(revision string) bool {
	switch short := origin.Short(revision); {
	case s.settings.Branch == "":
		return !origin.IsPinned(short)
	case short == "HEAD":
		return s.settings.DefaultBranch == "" || s.settings.DefaultBranch == s.settings.Branch
	default:
		return short == s.settings.Branch
	}
}

// sourceText is a source in the form in which both sides are compared, with
// what else it brings in.
func (s *Scan) sourceText(g origin.Git, included any) string {
	id := g.Identity()
	if s.settings.Repository != "" && s.settings.Branch != "" && s.isHere(g.URL, ".") && s.isThisRevision(g.Revision) {
		id = "this tree"
	}
	text, err := json.Marshal([]any{id, included})
	if err != nil {
		return err.Error()
	}
	return string(text)
}
