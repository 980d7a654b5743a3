package unit

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// kustomizations is the graph of a tree's kustomizations by folder.
type kustomizations struct {
	tree  *Tree
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
		if under(dir, top) {
			return p.nodes[dir]
		}
	}
	return nil
}

// topOf is the folder that a path must not leave: that of its package, or the
// top of the repository.
func (g *kustomizations) topOf(dir string) string {
	for top := range g.packages {
		if under(dir, top) {
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
	read Kustomization
	err  error
}

func newGraph(t *Tree) *kustomizations {
	return &kustomizations{
		tree: t, nodes: map[string]*kustomizationNode{}, walked: map[string]*walk{},
		used: map[string]bool{}, territory: map[string]bool{}, packages: map[string]*kustomizations{},
	}
}

func readKustomizations(t *Tree) *kustomizations {
	g := newGraph(t)
	for _, name := range t.Names() {
		if !isKustomizationName(path.Base(name)) || g.nodes[path.Dir(name)] != nil {
			continue
		}
		node := &kustomizationNode{file: name}
		data, err := t.Read(name)
		if err == nil {
			node.read, err = ReadKustomization(name, data)
		}
		node.err = err
		g.nodes[path.Dir(name)] = node
	}
	g.link()
	return g
}

// only is the graph of a part of a tree.
func (g *kustomizations) only(t *Tree) *kustomizations {
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
			case IsRemote(ref.Path):
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
	graph   *kustomizations
	root    string
	files   map[string]bool
	outside []Outside
	placed  []Placed
	charts  []Inflated
	gaps    []plan.Gap
	open    map[string]bool
	done    map[string]bool
	shape   []string
}

func (g *kustomizations) walk(root string) *walk {
	if w := g.walked[root]; w != nil {
		return w
	}
	w := g.newWalk(root)
	g.walked[root] = w
	return w
}

func (g *kustomizations) newWalk(root string) *walk {
	w := g.emptyWalk(root)
	w.folder(root, plan.Range{Side: g.tree.Side})
	return w
}

func (g *kustomizations) emptyWalk(root string) *walk {
	return &walk{graph: g, root: root, files: map[string]bool{}, open: map[string]bool{}, done: map[string]bool{}}
}

func (w *walk) gap(at plan.Range, kind plan.GapKind, subject, format string, args ...any) {
	w.gaps = append(w.gaps, plan.Gap{At: at, Root: w.root, Kind: kind, Subject: subject, Why: fmt.Sprintf(format, args...)})
}

func (w *walk) folder(dir string, from plan.Range) {
	node := w.graph.node(dir)
	switch {
	case w.open[dir]:
		w.gap(from, plan.GapInvalid, dir, "the kustomization builds on itself")
		return
	case w.done[dir]:
		return
	}
	w.open[dir] = true
	defer func() { w.open[dir], w.done[dir] = false, true }()
	w.files[node.file] = true
	for _, other := range kustomizationNames {
		if p := path.Join(dir, other); p != node.file && w.graph.tree.HasFile(p) {
			w.files[p] = true // kustomize refuses two of them; let it say so
		}
	}
	if node.err != nil {
		kind, line, why := Trouble(node.err)
		w.gap(plan.Range{File: node.file, Line: line, EndLine: line, Side: w.graph.tree.Side}, kind, node.file, "%s", why)
		return
	}
	if line := node.read.HelmCharts; line > 0 {
		w.helmCharts(node)
	}
	w.shape = append(w.shape, node.read.Shape...)
	for _, ref := range node.read.Inline {
		w.shape = append(w.shape, ref.Path)
	}
	for _, ref := range node.read.References {
		w.reference(dir, node, ref)
	}
}

// reference takes what a kustomization names. It reports whether that is
// elsewhere and left out of the build.
func (w *walk) reference(dir string, node *kustomizationNode, ref Reference) (elsewhere bool) {
	at := plan.Range{File: node.file, Line: ref.Line, EndLine: ref.Line, Side: w.graph.tree.Side}
	target := path.Join(dir, ref.Path)
	if IsRemote(ref.Path) && w.graph.bring != nil && ref.Role != Plugin {
		if to, err := w.graph.bring(dir, plan.Source{Kind: plan.BaseSource, Address: ref.Path}); err == nil {
			return w.brought(dir, node, ref, to)
		}
	}
	switch {
	case IsRemote(ref.Path) && ref.Role != Plugin:
		w.elsewhere(node, ref, ref.Path)
		return true
	case IsRemote(ref.Path):
		w.gap(at, plan.GapOpaque, ref.Path, "%s is not in the repository", ref.Path)
	case target == ".." || strings.HasPrefix(target, "../"):
		w.gap(at, plan.GapOpaque, ref.Path, "%s leads out of the repository", ref.Path)
	case w.graph.tree.Submodule(target) != "" && (ref.Role == Resource || ref.Role == Component):
		module := w.graph.tree.Submodule(target)
		w.elsewhere(node, ref, module+" "+string(w.graph.tree.ID(module)))
		return true
	case !under(target, w.graph.topOf(dir)):
		w.gap(at, plan.GapInvalid, ref.Path, "%s leads out of the package that it stands in", ref.Path)
	case w.graph.node(target) != nil:
		w.folder(target, at)
	case w.graph.tree.HasFile(target):
		w.files[target] = true
		w.shapeFile(ref, target)
	case w.graph.tree.HasDir(target) && ref.Role == Plugin:
		for _, file := range w.graph.tree.Below(target) {
			w.files[file] = true
			w.shapeFile(ref, file)
		}
	case w.graph.tree.HasDir(target):
		w.gap(at, plan.GapInvalid, ref.Path, "%s is a folder without a kustomization; kustomize refuses to build it", ref.Path)
	default:
		w.gap(at, plan.GapInvalid, ref.Path, "%s does not exist; kustomize refuses to build it", ref.Path)
	}
	return false
}

// brought takes what a kustomization names elsewhere and what stands at a path
// now.
func (w *walk) brought(dir string, node *kustomizationNode, ref Reference, to string) (elsewhere bool) {
	p := Placed{File: node.file, Entry: ref.Path, To: relative(dir, to), Top: w.graph.topOf(to),
		At: plan.Range{File: node.file, Line: ref.Line, EndLine: ref.Line, Side: w.graph.tree.Side}}
	w.placed = append(w.placed, p)
	here := *node
	return w.reference(w.graph.topOf(to), &here, Reference{ref.Role, relative(w.graph.topOf(to), to), ref.Line})
}

// relative is a path as seen from a folder.
func relative(dir, to string) string {
	if dir == "." {
		return to
	}
	from, parts := strings.Split(dir, "/"), strings.Split(to, "/")
	n := 0
	for n < len(from) && n < len(parts) && from[n] == parts[n] {
		n++
	}
	up := make([]string, 0, len(from)+len(parts))
	for range from[n:] {
		up = append(up, "..")
	}
	if up = append(up, parts[n:]...); len(up) == 0 {
		return "."
	}
	return strings.Join(up, "/")
}

// elsewhere notes a resource, component or patch that is not in the tree. A
// resource adds objects; a component may patch, rename and delete all that its parent
// has, choosing by name, kind, labels and annotations (kustomize api v0.21.2
// internal/target/kusttarget.go, accumulateComponents).
func (w *walk) elsewhere(node *kustomizationNode, ref Reference, id string) {
	alters := ref.Role != Resource
	o := Outside{What: ref.Path, ID: id, File: node.file, Line: ref.Line, EndLine: ref.Line, Alters: alters, Selects: alters}
	if ref.Role == Input {
		o.Why = ref.Path + " is not in the repository, and it changes: a patch may change and delete every object"
	}
	if IsRemote(ref.Path) {
		o.Source = ref.Path
	}
	if ref.Line > 0 {
		o.Entry = ref.Path
	}
	w.outside = append(w.outside, o)
}

// helmCharts leaves out what kustomize would have Helm render: a remote chart
// in all but a few cases. The values files it names decide as well.
func (w *walk) helmCharts(node *kustomizationNode) {
	data, err := w.graph.tree.Read(node.file)
	if err != nil {
		return
	}
	if w.inflate(node, data) {
		return
	}
	for _, block := range topBlocks(data, "helmCharts", "helmChartInflationGenerator", "helmGlobals") {
		lines := strings.Split(string(data), "\n")[block.from-1 : block.to]
		id := strings.Join(lines, "\n")
		for _, file := range valuesFilesIn(lines) {
			if text, err := w.graph.tree.Read(path.Join(path.Dir(node.file), file)); err == nil {
				id += "\x00" + string(text)
			}
		}
		w.outside = append(w.outside, Outside{What: "helmCharts of " + node.file, ID: id, File: node.file, Line: block.from, EndLine: block.to,
			Source: chartRepository.FindString(id)})
	}
}

// chartRepository is the address of a chart repository in a text.
var chartRepository = regexp.MustCompile(`(?:https|oci)://[^\s"']+`)

type block struct{ from, to int }

// topBlocks are the lines of top-level keys of a block mapping.
func topBlocks(data []byte, keys ...string) []block {
	var out []block
	open := false
	for i, line := range strings.Split(string(data), "\n") {
		top := line != "" && line[0] != ' ' && line[0] != '-' && line[0] != '#' && line[0] != '\r'
		if top {
			key, _, _ := strings.Cut(line, ":")
			if open = slices.Contains(keys, key); open {
				out = append(out, block{i + 1, i + 1})
			}
		}
		if open {
			out[len(out)-1].to = i + 1
		}
	}
	return out
}

// valuesFilesIn are the words after `valuesFile:` and in `additionalValuesFiles`.
func valuesFilesIn(lines []string) []string {
	var out []string
	for _, line := range lines {
		word := strings.Trim(strings.TrimLeft(strings.TrimSpace(line), "- "), `"'`)
		if _, value, ok := strings.Cut(word, "valuesFile:"); ok {
			word = strings.Trim(strings.TrimSpace(value), `"'`)
		}
		if hasManifestEnding(word) && !strings.Contains(word, ":") {
			out = append(out, word)
		}
	}
	return out
}

// unit makes the unit of a kustomization that stands alone.
func (g *kustomizations) unit(dir string) *Unit {
	w := g.walk(dir)
	return &Unit{Root: dir, Tool: Kustomize, Files: sortedSet(w.files), Outside: w.outside, Placed: w.placed, Charts: w.charts, Gaps: w.gaps, shape: w.shape}
}
