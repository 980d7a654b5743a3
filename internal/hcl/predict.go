// Package hcl predicts what an apply of changed Terraform or OpenTofu text
// does to the instances that exist: from two trees, and from nothing else.
package hcl

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/compare"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/lines"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/upload"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
)

// Options are what the repository's settings say.
type Options struct {
	// VarFiles are the variable files each root is applied with, by root;
	// each file is an evaluation of its own, several joined with commas are
	// used together. Paths start at the top of the repository. A root that is
	// not listed is searched for its own.
	VarFiles map[string][]string
	// Roots are the folders that are applied; empty where the repository is
	// to be searched for them.
	Roots []string
	// Runtime is `terraform` or `opentofu`, with a version after a space
	// where that is known; empty where the repository is to tell.
	Runtime string
	// Losses says what updates and creations take away; nil where nobody asks.
	Losses plan.Losses
	// Work counts what the prediction does; nil for one of the usual size.
	Work *work.Meter
	// Sources gives modules that are not in the tree; nil where nothing from
	// elsewhere is looked for.
	Sources plan.Sources
}

// NewWork is the work that one prediction may be, both sides of all roots.
func NewWork() *work.Meter { return work.New("this change", maxWork) }

// maxWork is how many units a prediction may take.
const maxWork = 60_000_000

// maxConfigBytes bounds the configuration read for one prediction, both sides.
const maxConfigBytes = 96 << 20

// Predict tells what an apply of after does to what an apply of before left.
// The plan is sorted.
func Predict(before, after fs.FS, facts plan.Facts, opt Options) plan.Plan {
	if opt.Work == nil {
		opt.Work = NewWork()
	}
	files, err := treediff.Files(before, after)
	if err != nil {
		return plan.Plan{Gaps: []plan.Gap{{Kind: plan.GapUnreadable, Subject: "tree", Why: "the two trees cannot be compared: " + err.Error()}}}
	}
	was, is := elsewhere.Over(before), elsewhere.Over(after)
	p := &prediction{before: was, after: is, laid: [2]*elsewhere.Tree{was, is}, facts: facts, opt: opt, loader: config.NewLoader(maxConfigBytes),
		tools: [2]*config.Runtimes{config.NewRuntimes(before), config.NewRuntimes(after)}, lines: lines.New(was, is),
		sources: plan.SourcesOr(opt.Sources), installs: map[installKey]elsewhere.Installed{}}
	for _, f := range files {
		p.changed = append(p.changed, f.Path)
		if f.From != f.Path {
			p.changed = append(p.changed, f.From)
		}
	}
	p.renames(files)
	slices.Sort(p.changed)
	p.changed = slices.Compact(p.changed)
	if len(p.changed) == 0 {
		return plan.Plan{}
	}
	p.named, p.passing, p.unread = sync.OnceValue(p.changedWords), sync.OnceValue(p.findPassing), sync.OnceValue(p.findUnread)
	out := p.run()
	out.Sort()
	return out
}

// Wants reports whether a file is worth having at hand before [Predict]: it is
// configuration, or something configuration often reads.
func Wants(name string) bool {
	base := path.Base(name)
	switch {
	case config.IsConfig(name), strings.HasSuffix(base, ".tfvars"), strings.HasSuffix(base, ".tfvars.json"),
		base == ".terraform.lock.hcl", base == upload.IgnoreFile, config.PinsRuntime(base), base == "terragrunt.hcl", name == "root.hcl",
		strings.HasSuffix(name, ".terraform/modules/modules.json"):
		return true
	}
	return isPipeline(name)
}

type prediction struct {
	before, after fs.FS
	facts         plan.Facts
	opt           Options
	loader        *config.Loader
	tools         [2]*config.Runtimes // before, after
	lines         *lines.Diff
	sources       plan.Sources
	laid          [2]*elsewhere.Tree // before and after, with what is installed
	installs      map[installKey]elsewhere.Installed
	changed       []string
	applied       []string                   // the roots
	renamed       map[string]string          // variable files, the old name by the new one
	left          []string                   // their old names
	named         func() map[string][]string // environments in changed lines, found once
	passing       func() passing             // found once
	unread        func() unread              // found once
}

func (p *prediction) run() plan.Plan {
	var gaps []plan.Gap
	p.applied, gaps = p.roots()
	out := plan.Plan{Gaps: append(gaps, p.unread().gaps...)}
	for i, root := range p.applied {
		if p.opt.Work.Err() != nil {
			out = p.unevaluated(out, p.applied[i:])
			break
		}
		out = plan.Join(out, p.uploads(root, p.limited(root, p.root(root))))
	}
	return plan.Join(out, p.wrappers(), p.dotfiles(), p.code())
}

// unevaluated adds the roots that the limit on a whole change left out to what
// is told of it already, or tells it.
func (p *prediction) unevaluated(out plan.Plan, roots []string) plan.Plan {
	why, left := p.opt.Work.Err().Error(), ""
	n := 0
	for _, root := range roots {
		if before, after := p.load(p.before, plan.Before, root), p.load(p.after, plan.After, root); p.touches(root, before, after) {
			n++
			left = cmp.Or(left, root)
		}
	}
	if n == 0 {
		return out
	}
	more := func(n int) string { return fmt.Sprintf("; %d more roots are not evaluated either", n) }
	for i, g := range out.Gaps {
		if g.Kind == plan.GapLimit && strings.Contains(g.Why, why) {
			out.Gaps[i].Why += more(n)
			return out
		}
	}
	g := plan.Gap{Root: left, Kind: plan.GapLimit, Subject: left, Why: why}
	if n > 1 {
		g.Why += more(n - 1)
	}
	out.Gaps = append(out.Gaps, p.touched(left, g))
	return out
}

// limited tells each limit of a root once, at a place that the change touches:
// what keeps a root from being evaluated hides what the change does there,
// wherever in the root it stands.
func (p *prediction) limited(root string, out plan.Plan) plan.Plan {
	first := map[string]int{}
	gaps := out.Gaps[:0:0]
	for _, g := range out.Gaps {
		if g.Kind != plan.GapLimit {
			gaps = append(gaps, g)
			continue
		}
		if i, told := first[g.Why]; told {
			if gaps[i].Variant != g.Variant {
				gaps[i].Variant = ""
			}
			continue
		}
		first[g.Why] = len(gaps)
		gaps = append(gaps, p.touched(root, g))
	}
	out.Gaps = gaps
	return out
}

// touched moves a gap to a file that the change touches, where it is in none.
func (p *prediction) touched(root string, g plan.Gap) plan.Gap {
	for _, f := range p.changed {
		if f == g.At.File || root == "." || strings.HasPrefix(f, root+"/") {
			return g
		}
	}
	before, after := p.load(p.before, plan.Before, root), p.load(p.after, plan.After, root)
	reach := p.reach(root, before, after)
	for _, f := range p.changed {
		if reach.holds(root, f) {
			if g.At.File != "" {
				g.Why += ", at " + g.At.Place()
			}
			if g.At = (plan.Range{File: f, Side: plan.After}); !exists(p.after, f) {
				g.At.Side = plan.Before
			}
			break
		}
	}
	return g
}

// side is one side of one root as it is loaded.
type side struct {
	tree    fs.FS
	side    plan.Side
	runtime config.Runtime
	module  *config.Module
	problem *config.Problem
}

func (p *prediction) load(tree fs.FS, which plan.Side, root string) side {
	return p.loadWith(tree, which, root, p.runtime(which, root))
}

func (p *prediction) loadWith(tree fs.FS, which plan.Side, root string, rt config.Runtime) side {
	s := side{tree: tree, side: which, runtime: rt}
	s.module, s.problem = p.loader.Load(tree, root, rt)
	return s
}

// runtime is the tool that applies a root on one side: as the settings say, or
// the repository's own signs.
func (p *prediction) runtime(which plan.Side, root string) config.Runtime {
	if rt, ok := config.ParseRuntime(p.opt.Runtime); ok {
		return rt
	}
	if which == plan.Before {
		return p.tools[0].Of(root)
	}
	return p.tools[1].Of(root)
}

func (s side) exists() bool { return s.problem == nil && len(s.module.Files) > 0 }

func (p *prediction) root(root string) plan.Plan {
	p.loader.Begin()
	before, after := p.load(p.before, plan.Before, root), p.load(p.after, plan.After, root)
	if !before.exists() {
		return p.unborn(root, before, after)
	}
	var given []variant
	var unsaid []plan.Gap
	if after.exists() {
		given, unsaid = p.given(root, before, after)
	}
	if !p.touches(root, before, after) && len(given)+len(unsaid) == 0 {
		return plan.Plan{}
	}
	if after.problem != nil && after.problem.Kind != plan.GapInvalid {
		return plan.Plan{Gaps: []plan.Gap{gapOf(root, plan.After, *after.problem)}}
	}
	if !after.exists() {
		return p.vanished(root, before)
	}
	return p.underEither(root, before, after, func(before, after side) plan.Plan {
		var out plan.Plan
		variants, gaps := p.variants(root, before, after)
		out.Gaps = append(append(out.Gaps, gaps...), unsaid...)
		variants = append(variants, given...)
		for _, v := range variants {
			out = plan.Join(out, p.variant(root, before, after, v))
		}
		out = merge(out, len(variants))
		for _, v := range p.workspaces(root, before, after, variants) {
			out = plan.Join(out, onlyLosses(p.variant(root, before, after, v)))
		}
		out.Changes = withoutEchoes(out.Changes)
		return out
	})
}

// unborn is a root that did not exist: it destroys nothing. What keeps its
// folder from being read on the before side is told.
func (p *prediction) unborn(root string, before, after side) plan.Plan {
	if before.problem != nil && before.problem.Kind != plan.GapInvalid && p.touches(root, before, after) {
		return plan.Plan{Gaps: []plan.Gap{gapOf(root, plan.Before, *before.problem)}}
	}
	return plan.Plan{}
}

// vanished is a root whose last configuration file goes: the tool refuses to
// plan an empty folder, so everything it made stays behind.
func (p *prediction) vanished(root string, before side) plan.Plan {
	if heir, ok := p.heir(root, before); ok {
		return heir
	}
	in, stop := p.input(root, before, side{tree: p.after}, variant{})
	if stop != nil {
		return *stop
	}
	at := plan.Range{File: before.module.Files[0], Line: 1, EndLine: 1, Side: plan.Before}
	out := compare.Left(in, plan.RootGone, at, "all configuration of "+root+" is removed", false)
	if len(out.Changes) > 0 {
		out.Gaps = append(out.Gaps, plan.Gap{At: plan.Range{File: root, Side: plan.After}, Root: root, Kind: plan.GapInvalid, Subject: root,
			Why: "would not plan: No configuration files: an empty folder destroys nothing, what it made stays behind unmanaged; destroy it first, or keep an empty main.tf for one apply"})
	}
	return out
}

// heir compares a root that vanished with one that appeared and keeps its state
// in the same place: the folder moved, the objects did not.
func (p *prediction) heir(root string, before side) (plan.Plan, bool) {
	state := before.module.Settings.State
	if !namesState(state) {
		return plan.Plan{}, false
	}
	folders, _ := configFolders(p.after)
	for _, dir := range folders {
		after := p.load(p.after, plan.After, dir)
		if !after.exists() || after.module.Settings.State != state || p.load(p.before, plan.Before, dir).exists() {
			continue
		}
		in, stop := p.inputFrom(root, dir, before, after, p.values(set{}, dir))
		if stop != nil {
			return *stop, true
		}
		in.Before.Given, _ = config.Values(p.before, config.AutoFiles(p.before, root))
		return compare.Root(in), true
	}
	return plan.Plan{}, false
}

// input is a root on both sides. Stop is not nil where it cannot be compared: it
// is empty where something from elsewhere has not come yet, so that the run is
// repeated anyway, and says so where its calls are too many to be followed.
func (p *prediction) input(root string, before, after side, v variant) (in compare.Input, stop *plan.Plan) {
	return p.inputFrom(root, root, before, after, v)
}

func (p *prediction) inputFrom(old, root string, before, after side, v variant) (in compare.Input, stop *plan.Plan) {
	installed := p.install(old, root, before, after)
	switch {
	case installed.Limit != "":
		return in, &plan.Plan{Gaps: []plan.Gap{{Root: root, Kind: plan.GapLimit, Subject: root, Why: installed.Limit}}}
	case installed.Missing:
		return in, &plan.Plan{}
	}
	in = compare.Input{
		Root: root, Variant: v.name, Workspace: cmp.Or(v.workspace, "default"), Loader: p.loader, Facts: p.facts, Losses: p.opt.Losses,
		Lines: p.lines, Work: p.opt.Work, Changed: p.changedWith(installed.Changed), Drifts: installed.Drifts,
		Before: compare.Side{Tree: before.tree, Dir: old, Module: before.module, Runtime: before.runtime, Given: v.before,
			Versions: config.LockedVersions(before.tree, old), Elsewhere: installed.Before},
		After: compare.Side{Tree: after.tree, Dir: root, Module: after.module, Runtime: after.runtime, Given: v.after,
			Versions: config.LockedVersions(after.tree, root), Elsewhere: installed.After},
	}
	return in, nil
}

// variant compares a root under one set of variable files.
func (p *prediction) variant(root string, before, after side, v variant) plan.Plan {
	if len(v.gaps) > 0 {
		return plan.Plan{Gaps: v.gaps}
	}
	in, stop := p.input(root, before, after, v)
	if stop != nil {
		return *stop
	}
	if state, gone := p.stateFileGone(root, before); gone {
		at := p.changedLine(plan.Range{File: state, Line: 1, EndLine: 1, Side: plan.Before})
		return compare.Left(in, plan.StateRelocated, at, "the committed state file is removed", true)
	}
	if before.module.Settings.State != after.module.Settings.State && len(before.module.Problems)+len(after.module.Problems) == 0 {
		return p.stateMoved(root, in)
	}
	out := compare.Root(in)
	if v.guessed {
		for i := range out.Changes {
			out.Changes[i].Certain = false
		}
	}
	return out
}

func (p *prediction) changedLine(r plan.Range) plan.Range {
	if r.Line == 1 && r.EndLine == 1 {
		r.Line, r.EndLine = 0, 0
	}
	if changed := p.lines.Changed(r); len(changed) > 0 {
		r.Line, r.EndLine = changed[0], changed[0]
	}
	return r
}

func place(r hcl.Range, s plan.Side) plan.Range {
	return plan.Range{File: r.Filename, Line: r.Start.Line, EndLine: r.End.Line, Side: s}
}

func gapOf(root string, s plan.Side, problem config.Problem) plan.Gap {
	return plan.Gap{At: place(problem.Range, s), Root: root, Kind: problem.Kind, Subject: problem.Subject, Why: problem.Text}
}
