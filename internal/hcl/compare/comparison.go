package compare

import (
	"io/fs"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/lines"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/trace"
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
	Lines         *lines.Diff
	// Work counts what the comparison does, for the whole prediction.
	Work *work.Meter
	// Changed are the paths that differ between the trees, sorted.
	Changed []string
	// Drifts are references to modules that moved by themselves.
	Drifts []elsewhere.Drift
}

// maxWork is how many units one side of a root may take.
const maxWork = 3_000_000

// comparison is the work on one Input: the pair, what plans and traces, and what was
// found so far.
type comparison struct {
	*pair.Pair
	in      Input
	planner *planner.Planner
	tracer  *trace.Tracer

	changes  []plan.Change
	lost     []lostObject
	mayLose  []losing
	gaps     []plan.Gap
	seenGaps map[plan.Gap]bool
	limits   map[string]bool // details of the limits that have their gap
	invalid  bool            // whether the tool would refuse the plan
}

func newComparison(in Input) *comparison {
	p := &pair.Pair{Facts: in.Facts, BeforeVersions: in.Before.Versions, AfterVersions: in.After.Versions}
	p.Before = in.world(plan.Before, in.Before, in.After)
	if in.After.Module != nil {
		p.After = in.world(plan.After, in.After, in.Before)
	}
	pl := planner.New(p, in.Work.Part("this root again", maxWork))
	return &comparison{Pair: p, in: in, planner: pl, tracer: trace.New(p, pl, in.Lines, in.Root, in.Changed),
		seenGaps: map[plan.Gap]bool{}, limits: map[string]bool{}}
}

// world evaluates a side of the root.
func (in Input) world(which plan.Side, side, other Side) *eval.World {
	return eval.New(eval.World{Side: which, Tree: side.Tree, Other: other.Tree, Dir: side.Dir, Runtime: side.Runtime, Loader: in.Loader,
		Work: in.Work.Part("this root", maxWork), Given: side.Given, Workspace: in.Workspace, Elsewhere: side.Elsewhere}, side.Module)
}

func (c *comparison) address(a move.Address) plan.Address {
	return plan.Address{Engine: plan.Terraform, Root: c.in.Root, Module: a.Module.String(), Type: a.Type, Name: a.Name, Key: a.Key}
}
