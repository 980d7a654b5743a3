package hcl

import (
	"cmp"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/compare"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// install lays the modules from elsewhere of a root, once.
func (p *prediction) install(old, root string, before, after side) elsewhere.Installed {
	key := installKey{old, root, before.runtime.Tool, after.runtime.Tool}
	if done, ok := p.installs[key]; ok {
		return done
	}
	done := elsewhere.Install(p.sources, p.loader,
		elsewhere.Side{Tree: p.laid[0], Root: old, Module: before.module, Runtime: before.runtime},
		elsewhere.Side{Tree: p.laid[1], Root: root, Module: after.module, Runtime: after.runtime})
	p.installs[key] = done
	return done
}

// changedWith are the paths that differ, those of installed modules among them.
func (p *prediction) changedWith(more []string) []string {
	if len(more) == 0 {
		return p.changed
	}
	out := slices.Concat(p.changed, more)
	slices.Sort(out)
	return slices.Compact(out)
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
