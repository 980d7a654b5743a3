package hcl

import (
	"github.com/holdpoint-dev/holdpoint/internal/hcl/compare"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// root predicts one root under all the ways in which it is applied.
func (p *prediction) root(root string) plan.Plan {
	p.loader.Begin()
	before, after := p.load(p.before, plan.Before, root), p.load(p.after, plan.After, root)
	if !before.exists() {
		return p.newRoot(root, before, after)
	}
	var scripted []variant
	var unreadable []plan.Gap
	if after.exists() {
		scripted, unreadable = p.scriptVariables(root, before, after)
	}
	if !p.touches(root, before, after) && len(scripted)+len(unreadable) == 0 {
		return plan.Plan{}
	}
	if after.problem != nil && after.problem.Kind != plan.GapInvalid {
		return plan.Plan{Gaps: []plan.Gap{gapOf(root, plan.After, *after.problem)}}
	}
	if !after.exists() {
		return p.removedRoot(root, before)
	}
	return p.underEither(root, before, after, func(before, after side) plan.Plan {
		var out plan.Plan
		variants, gaps := p.variants(root, before, after)
		out.Gaps = append(append(out.Gaps, gaps...), unreadable...)
		variants = append(variants, scripted...)
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

// newRoot is a root that did not exist: it destroys nothing. What keeps its
// folder from being read on the before side is a gap.
func (p *prediction) newRoot(root string, before, after side) plan.Plan {
	if before.problem != nil && before.problem.Kind != plan.GapInvalid && p.touches(root, before, after) {
		return plan.Plan{Gaps: []plan.Gap{gapOf(root, plan.Before, *before.problem)}}
	}
	return plan.Plan{}
}

// removedRoot is a root whose last configuration file goes: the tool refuses to
// plan an empty folder, so everything it made stays behind.
func (p *prediction) removedRoot(root string, before side) plan.Plan {
	if moved, ok := p.relocatedRoot(root, before); ok {
		return moved
	}
	in, stop := p.input(root, before, side{tree: p.after}, variant{})
	if stop != nil {
		return *stop
	}
	at := plan.Range{File: before.module.Files[0], Line: 1, EndLine: 1, Side: plan.Before}
	out := compare.Left(in, plan.RootGone, at, "all configuration of "+root+" is removed", false)
	if len(out.Changes) > 0 {
		out.Gaps = append(out.Gaps, plan.Gap{At: plan.Range{File: root, Side: plan.After}, Root: root, Kind: plan.GapInvalid, Subject: root,
			Why: "would not plan: No configuration files: an empty folder destroys nothing; its resources stay unmanaged; " +
				"destroy it first, or keep an empty main.tf for one apply"})
	}
	return out
}

// relocatedRoot compares a root that is gone with one that is new and keeps its state
// in the same place: the folder moved, the objects did not.
func (p *prediction) relocatedRoot(root string, before side) (plan.Plan, bool) {
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
		return p.relocatedState(root, in)
	}
	out := compare.Root(in)
	if v.guessed {
		for i := range out.Changes {
			out.Changes[i].Certain = false
		}
	}
	return out
}
