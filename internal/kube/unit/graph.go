package unit

import (
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// kustomizations is the graph of a tree's kustomizations by folder.
type kustomizations struct {
	tree  *tree.Tree
	nodes map[string]*kustomizationNode
	// used are the folders that another kustomization builds on.
	used map[string]bool
	// territory are folders that hold files which a kustomization elsewhere
	// names.
	territory map[string]bool
	// walked are finished walks by folder.
	walked map[string]*walk
	// packages are the graphs of packages from elsewhere, by their top.
	packages map[string]*kustomizations
	// bring brings what the kustomization of a folder names elsewhere, nil where
	// nothing is brought: the path it stands at from then on.
	bring bringer
}

type bringer func(from string, source plan.Source) (string, error)

// node is the kustomization of a folder, of a package too.
func (g *kustomizations) node(dir string) *kustomizationNode {
	if n := g.nodes[dir]; n != nil {
		return n
	}
	for top, p := range g.packages {
		if tree.Under(dir, top) {
			return p.nodes[dir]
		}
	}
	return nil
}

// topOf is the folder that a path must not leave: that of its package, or the
// top of the repository.
func (g *kustomizations) topOf(dir string) string {
	for top := range g.packages {
		if tree.Under(dir, top) {
			return top
		}
	}
	return "."
}

// placing is the graph with a way to bring what is elsewhere.
func (g *kustomizations) placing(bring bringer, packages map[string]*kustomizations) *kustomizations {
	return &kustomizations{
		tree: g.tree, nodes: g.nodes, used: g.used, territory: g.territory, walked: map[string]*walk{}, packages: packages, bring: bring,
	}
}

type kustomizationNode struct {
	file string
	read kustomization.Kustomization
	err  error
}

func newGraph(t *tree.Tree) *kustomizations {
	return &kustomizations{
		tree: t, nodes: map[string]*kustomizationNode{}, walked: map[string]*walk{},
		used: map[string]bool{}, territory: map[string]bool{}, packages: map[string]*kustomizations{},
	}
}

func readKustomizations(t *tree.Tree) *kustomizations {
	g := newGraph(t)
	for _, name := range t.Names() {
		if !kustomization.IsName(path.Base(name)) || g.nodes[path.Dir(name)] != nil {
			continue
		}
		node := &kustomizationNode{file: name}
		data, err := t.Read(name)
		if err == nil {
			node.read, err = kustomization.Read(name, data)
		}
		node.err = err
		g.nodes[path.Dir(name)] = node
	}
	g.link()
	return g
}

// only is the graph of a part of a tree.
func (g *kustomizations) only(t *tree.Tree) *kustomizations {
	part := newGraph(t)
	for dir, node := range g.nodes {
		if t.HasFile(node.file) {
			part.nodes[dir] = node
		}
	}
	part.link()
	return part
}

// link notes what the kustomizations name of each other.
func (g *kustomizations) link() {
	for dir, node := range g.nodes {
		for _, ref := range node.read.References {
			target := path.Join(dir, ref.Path)
			switch {
			case kustomization.IsRemote(ref.Path):
			case g.nodes[target] != nil:
				g.used[target] = true
			case g.tree.HasFile(target):
				g.territory[path.Dir(target)] = true
			}
		}
	}
}

// tops are the folders of kustomizations that nothing else builds on.
func (g *kustomizations) tops() []string {
	var out []string
	for dir, node := range g.nodes {
		if !g.used[dir] && !node.read.Component {
			out = append(out, dir)
		}
	}
	slices.Sort(out)
	return out
}

// walk collects what the kustomization of a folder reads.
type walk struct {
	graph     *kustomizations
	root      string
	files     map[string]bool
	outside   []Outside
	placed    []Placed
	charts    []Inflated
	decrypted []Decrypted
	gaps      []plan.Gap
	open      map[string]bool
	done      map[string]bool
	shape     []string
}
