package unit

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// shapeFile notes a patch or a plugin's configuration in a file.
func (w *walk) shapeFile(ref kustomization.Reference, name string) {
	data, err := w.graph.tree.Read(name)
	if err == nil && (ref.Role == kustomization.Plugin || ref.Role == kustomization.Input && kustomization.Reshaping(data)) {
		w.shape = append(w.shape, path.Base(name)+"="+string(data))
	}
}

// addComponents takes components that an owner adds to a kustomization. It
// returns those that it can be built with: one that is elsewhere is noted, one
// that is missing left out where the owner says so.
func (s *Scan) addComponents(o object.Object, u *Unit, components []string, ignoreMissing bool) []string {
	w := s.graph.emptyWalk(u.Root)
	var local []string
	for _, p := range components {
		if ignoreMissing && !kustomization.IsRemote(p) && !s.Tree.HasDir(path.Join(u.Root, p)) {
			continue
		}
		known := len(w.placed)
		ref := kustomization.Reference{Role: kustomization.Component, Path: p}
		if elsewhere := w.reference(u.Root, &kustomizationNode{file: o.File}, ref); elsewhere {
			continue
		}
		if len(w.placed) > known && w.placed[known].Entry == p {
			p, w.placed[known].Entry = w.placed[known].To, "" // the owner's text is not a file of the build
		}
		local = append(local, p)
	}
	files := append(slices.Clone(u.Files), sortedSet(w.files)...)
	slices.Sort(files)
	u.Files = slices.Compact(files)
	u.Outside, u.Gaps = append(slices.Clip(u.Outside), w.outside...), append(slices.Clip(u.Gaps), w.gaps...)
	u.shape, u.Placed = append(slices.Clip(u.shape), w.shape...), append(slices.Clip(u.Placed), w.placed...)
	u.Charts, u.Decrypted = append(slices.Clip(u.Charts), w.charts...), append(slices.Clip(u.Decrypted), w.decrypted...)
	return local
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
		w.gap(from, plan.GapInvalid, dir, "the kustomization refers to itself")
		return
	case w.done[dir]:
		return
	}
	w.open[dir] = true
	defer func() { w.open[dir], w.done[dir] = false, true }()
	w.files[node.file] = true
	for _, other := range kustomization.Names {
		if p := path.Join(dir, other); p != node.file && w.graph.tree.HasFile(p) {
			w.files[p] = true // kustomize refuses two of them; let it say so
		}
	}
	if node.err != nil {
		kind, line, why := tree.Trouble(node.err)
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
func (w *walk) reference(dir string, node *kustomizationNode, ref kustomization.Reference) (elsewhere bool) {
	at := plan.Range{File: node.file, Line: ref.Line, EndLine: ref.Line, Side: w.graph.tree.Side}
	target := path.Join(dir, ref.Path)
	if kustomization.IsRemote(ref.Path) && w.graph.bring != nil && ref.Role != kustomization.Plugin {
		if to, err := w.graph.bring(dir, plan.Source{Kind: plan.BaseSource, Address: ref.Path}); err == nil {
			return w.brought(dir, node, ref, to)
		}
	}
	switch {
	case kustomization.IsRemote(ref.Path) && ref.Role != kustomization.Plugin:
		w.elsewhere(node, ref, ref.Path)
		return true
	case kustomization.IsRemote(ref.Path):
		w.gap(at, plan.GapOpaque, ref.Path, "%s is not in the repository", ref.Path)
	case target == ".." || strings.HasPrefix(target, "../"):
		w.gap(at, plan.GapOpaque, ref.Path, "%s points outside the repository", ref.Path)
	case w.graph.tree.Submodule(target) != "" && (ref.Role == kustomization.Resource || ref.Role == kustomization.Component):
		module := w.graph.tree.Submodule(target)
		w.elsewhere(node, ref, module+" "+string(w.graph.tree.ID(module)))
		return true
	case !tree.Under(target, w.graph.topOf(dir)):
		w.gap(at, plan.GapInvalid, ref.Path, "%s points outside the package that it is in", ref.Path)
	case ref.Role == kustomization.Plugin && w.ksops(node, ref, target):
	case w.graph.node(target) != nil:
		w.folder(target, at)
	case w.graph.tree.HasFile(target):
		w.files[target] = true
		w.shapeFile(ref, target)
	case w.graph.tree.HasDir(target) && ref.Role == kustomization.Plugin:
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
func (w *walk) brought(dir string, node *kustomizationNode, ref kustomization.Reference, to string) (elsewhere bool) {
	p := Placed{File: node.file, Entry: ref.Path, To: relative(dir, to), Top: w.graph.topOf(to),
		At: plan.Range{File: node.file, Line: ref.Line, EndLine: ref.Line, Side: w.graph.tree.Side}}
	w.placed = append(w.placed, p)
	here := *node
	ref.Path = relative(w.graph.topOf(to), to)
	return w.reference(w.graph.topOf(to), &here, ref)
}

// elsewhere notes a resource, component or patch that is not in the tree. A
// resource adds objects; a component may patch, rename and delete all that its parent
// has, choosing by name, kind, labels and annotations (kustomize api v0.21.2
// internal/target/kusttarget.go, accumulateComponents).
func (w *walk) elsewhere(node *kustomizationNode, ref kustomization.Reference, id string) {
	alters := ref.Role != kustomization.Resource
	o := Outside{What: ref.Path, ID: id, File: node.file, Line: ref.Line, EndLine: ref.Line, Alters: alters, Selects: alters}
	if ref.Role == kustomization.Input {
		o.Why = ref.Path + " is not in the repository, and it changes: a patch may change or delete every object"
	}
	if kustomization.IsRemote(ref.Path) {
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
	for _, block := range kustomization.Blocks(data, "helmCharts", "helmChartInflationGenerator", "helmGlobals") {
		lines := strings.Split(string(data), "\n")[block.From-1 : block.To]
		id := strings.Join(lines, "\n")
		for _, file := range valuesFilesIn(lines) {
			if text, err := w.graph.tree.Read(path.Join(path.Dir(node.file), file)); err == nil {
				id += "\x00" + string(text)
			}
		}
		w.outside = append(w.outside, Outside{What: "helmCharts of " + node.file, ID: id, File: node.file, Line: block.From, EndLine: block.To,
			Source: chartRepository.FindString(id)})
	}
}

// chartRepository is the address of a chart repository in a text.
var chartRepository = regexp.MustCompile(`(?:https|oci)://[^\s"']+`)

// valuesFilesIn are the words after `valuesFile:` and in `additionalValuesFiles`.
func valuesFilesIn(lines []string) []string {
	var out []string
	for _, line := range lines {
		word := strings.Trim(strings.TrimLeft(strings.TrimSpace(line), "- "), `"'`)
		if _, value, ok := strings.Cut(word, "valuesFile:"); ok {
			word = strings.Trim(strings.TrimSpace(value), `"'`)
		}
		if manifest.HasEnding(word) && !strings.Contains(word, ":") {
			out = append(out, word)
		}
	}
	return out
}

// unit makes the unit of a kustomization that stands alone.
func (g *kustomizations) unit(dir string) *Unit {
	w := g.walk(dir)
	return &Unit{
		Root: dir, Tool: request.Kustomize, Files: sortedSet(w.files), Outside: w.outside, Placed: w.placed, Charts: w.charts, Gaps: w.gaps,
		Decrypted: w.decrypted, shape: w.shape,
	}
}
