// Package compare takes one root module on both sides and says what an apply
// of the after side does to every instance of the before side.
package compare

import (
	"io/fs"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Side is one side of a root.
type Side struct {
	Tree fs.FS
	// Dir is the root's folder on this side.
	Dir      string
	Module   *config.Module
	Runtime  config.Runtime
	Given    map[string]config.Value
	Versions map[string]string // provider source -> locked version
	// Elsewhere are the modules from elsewhere, by the path of their call.
	Elsewhere map[string]elsewhere.Module
}

// maxWork is how many units one side of a root may take.
const maxWork = 3_000_000

// Input is one root on both sides, under one set of variable files.
type Input struct {
	// Root names the root in the answer: its folder, the new one where it
	// moved.
	Root          string
	Variant       string
	Workspace     string
	Before, After Side
	Loader        *config.Loader
	Facts         plan.Facts
	Losses        plan.Losses
	Lines         *Lines
	// Work counts what the comparison does, for the whole prediction.
	Work *work.Meter
	// Changed are the paths that differ between the trees, sorted.
	Changed []string
	// Drifts are references to modules that moved by themselves.
	Drifts []elsewhere.Drift
}

// comparison is the work on one Input.
type comparison struct {
	Input
	before, after *eval.World
	objects       []*object
	final         map[string]*object // by address after moves
	byAddress     map[string]*object // by address before
	statements    []move.Statement
	cycle         []move.Statement
	opaqueCalls   []*eval.Call
	steps         map[*eval.Instance]*step
	inProgress    map[*eval.Instance]bool
	failedBefore  map[string]string // address -> first error, of what has no value before
	changes       []plan.Change
	judged        []judged // of changes, those whose losses are asked for
	gaps          []plan.Gap
	invalid       bool
	seenGaps      map[plan.Gap]bool
	graph         *graph
	pendingMemo   map[string]pendency
	limits        map[string]bool // limits told already
	standinWorlds [3]standins
	standinWork   *work.Meter // of all of them
}

// object is one managed instance of the before side.
type object struct {
	inst    *eval.Instance
	address move.Address
	final   move.Address
	by      *move.Statement
	blocked string
}

// Root compares one root. The modules of both sides were read without
// problems, and exist.
func Root(in Input) plan.Plan {
	c := newComparison(in)
	c.run()
	return c.result()
}

func newComparison(in Input) *comparison {
	c := &comparison{
		Input: in, final: map[string]*object{}, byAddress: map[string]*object{}, steps: map[*eval.Instance]*step{}, inProgress: map[*eval.Instance]bool{},
		failedBefore: map[string]string{}, seenGaps: map[plan.Gap]bool{}, pendingMemo: map[string]pendency{}, limits: map[string]bool{},
	}
	c.before = eval.New(eval.World{Side: plan.Before, Tree: in.Before.Tree, Dir: in.Before.Dir, Runtime: in.Before.Runtime, Loader: in.Loader, Work: in.Work.Part("this root", maxWork),
		Given: in.Before.Given, Workspace: in.Workspace, Elsewhere: in.Before.Elsewhere, Objects: &priorObjects{c}}, in.Before.Module)
	if in.After.Module != nil {
		c.after = eval.New(eval.World{Side: plan.After, Tree: in.After.Tree, Dir: in.After.Dir, Runtime: in.After.Runtime, Loader: in.Loader, Work: in.Work.Part("this root", maxWork),
			Given: in.After.Given, Workspace: in.Workspace, Elsewhere: in.After.Elsewhere, Objects: &plannedObjects{c}}, in.After.Module)
	}
	return c
}

func (c *comparison) run() {
	c.enumerate(c.before.Root, nil)
	bad := c.unreadable(c.before)
	if c.unreadable(c.after) || bad {
		return
	}
	if c.tooManyMoves() {
		return
	}
	c.move() // before anything of the after side is asked for: plans start from where objects are
	c.explore(c.after.Root)
	if c.unreadable(c.after) {
		return
	}
	c.checkMoves()
	c.static()
	c.planAll(c.after.Root, nil)
	c.losses()
	c.providerLosses()
	c.leftovers()
	c.opaque()
	c.drifts()
	c.validate()
	c.tellLimits()
}

// unreadable tells modules that could not be read or are wrong as a whole:
// nothing is derived from them. What the tool would refuse on both sides alike
// is no news, and our reading of it is the same on both.
func (c *comparison) unreadable(w *eval.World) bool {
	found := false
	for _, p := range w.Problems {
		c.problem(w, p)
		found = true
	}
	other := c.before
	if w == c.before {
		other = c.after
	}
	known := map[string]bool{}
	for _, b := range other.Branches() {
		for _, p := range b.Config.Problems {
			known[b.Static+p.Subject+p.Text] = p.Kind == plan.GapInvalid
		}
	}
	for _, b := range w.Branches() {
		for _, p := range b.Config.Problems {
			if !known[b.Static+p.Subject+p.Text] {
				c.problem(w, p)
				found = true
			}
		}
	}
	return found
}

func (c *comparison) problem(w *eval.World, p config.Problem) {
	at := w.Place(p.Range)
	why := p.Text
	if p.Kind == plan.GapInvalid || p.Kind == plan.GapParse {
		why = "would not plan: " + p.Text
	}
	c.gap(plan.Gap{At: at, Root: c.Root, Kind: p.Kind, Subject: p.Subject, Why: why, Variant: c.Variant})
}

func (c *comparison) gap(g plan.Gap) {
	if !c.seenGaps[g] {
		c.seenGaps[g] = true
		c.gaps = append(c.gaps, g)
	}
}

// enumerate lists every managed instance of the before side.
func (c *comparison) enumerate(m *eval.Module, path move.Path) {
	for _, r := range managed(m) {
		if e := r.Expansion(); e.Repeat == eval.Failed {
			c.failedBefore[r.Address] = first(e.Diags)
		}
		for _, inst := range r.Instances() {
			a := move.Address{Module: path, Type: r.Config.Type, Name: r.Config.Name, Key: string(inst.Key)}
			o := &object{inst: inst, address: a, final: a}
			c.objects = append(c.objects, o)
			c.byAddress[a.String()] = o
		}
	}
	for _, call := range calls(m) {
		if call.Opaque {
			c.opaqueCalls = append(c.opaqueCalls, call)
			continue
		}
		if e := call.Expansion(); e.Repeat == eval.Failed {
			c.failedBefore[call.Address] = first(e.Diags)
		}
		for _, child := range call.Instances() {
			c.enumerate(child, append(path[:len(path):len(path)], move.Step{Name: call.Config.Name, Key: string(child.Key)}))
		}
	}
}

// explore makes every module instance of the after side, so that what cannot
// be read is known before anything is derived.
func (c *comparison) explore(m *eval.Module) {
	for _, call := range calls(m) {
		for _, child := range call.Instances() {
			c.explore(child)
		}
	}
}

func managed(m *eval.Module) []*eval.Resource {
	var out []*eval.Resource
	for _, name := range m.Config.Order {
		if r := m.Config.Resources[name]; r != nil && r.Mode == config.Managed {
			out = append(out, m.Resource(name))
		}
	}
	return out
}

func calls(m *eval.Module) []*eval.Call {
	var out []*eval.Call
	for _, name := range m.Config.Order {
		if len(name) > 7 && name[:7] == "module." && m.Config.Calls[name[7:]] != nil {
			out = append(out, m.ModuleCall(name[7:]))
		}
	}
	return out
}

func first(diags hcl.Diagnostics) string {
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			return d.Summary + ": " + d.Detail
		}
	}
	return ""
}

// limited reports whether a diagnostic is a limit of ours, not a fault of the
// configuration.
func limited(d *hcl.Diagnostic) plan.GapKind {
	switch d.Summary {
	case expr.NotReadable:
		return plan.GapUnreadable
	case expr.NotModelled:
		return plan.GapUnsupported
	}
	return ""
}

var nothing = cty.NullVal(cty.DynamicPseudoType)
