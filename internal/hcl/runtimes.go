package hcl

import (
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// underEither predicts a root under both tools where the repository has signs of
// both and it holds something that they read in different ways. What only one of
// them would do is possible, under its name.
func (p *prediction) underEither(root string, before, after side, predict func(before, after side) plan.Plan) plan.Plan {
	out := predict(before, after)
	if !after.runtime.Either {
		return out
	}
	rt := after.runtime.Other()
	otherBefore, otherAfter := p.loadWith(p.before, plan.Before, root, rt), p.loadWith(p.after, plan.After, root, rt)
	if !otherBefore.exists() || !otherAfter.exists() || !p.differ(before, otherBefore) && !p.differ(after, otherAfter) {
		return out
	}
	return eitherOf(out, string(after.runtime.Tool), predict(otherBefore, otherAfter), string(rt.Tool))
}

// differ reports whether the tools may read one side of a root in different ways:
// other files, something that only one of them refuses, removed blocks that do
// not say whether to destroy, a module call that repeats by count.
func (p *prediction) differ(one, other side) bool {
	seen := map[string]bool{}
	var walk func(dir string) bool
	walk = func(dir string) bool {
		if seen[dir] {
			return false
		}
		seen[dir] = true
		m, problem := p.loader.Load(one.tree, dir, one.runtime)
		n, problemToo := p.loader.Load(one.tree, dir, other.runtime)
		if problem != nil || problemToo != nil {
			return (problem == nil) != (problemToo == nil)
		}
		if readApart(m, n) {
			return true
		}
		for _, call := range m.Calls {
			if config.IsLocal(call.Source) && walk(path.Join(dir, call.Source)) {
				return true
			}
		}
		return false
	}
	return walk(one.module.Dir)
}

func readApart(m, n *config.Module) bool {
	if !slices.Equal(m.Files, n.Files) || len(m.Problems) != len(n.Problems) {
		return true
	}
	for _, r := range m.Removed {
		if r.Destroy == nil {
			return true
		}
	}
	for _, call := range m.Calls {
		if call.Count != nil {
			return true
		}
	}
	return false
}

// eitherOf joins what two tools would do: what both do stands as it is, what one
// of them does is possible, and a gap names the one that leaves it.
func eitherOf(one plan.Plan, oneName string, other plan.Plan, otherName string) plan.Plan {
	out := plan.Plan{Objects: one.Objects}
	here, there := byEffect(one.Changes), byEffect(other.Changes)
	for _, c := range one.Changes {
		certain, both := there[effectOf(c)]
		if !both {
			c.Variant = withTool(c.Variant, oneName)
		}
		c.Certain = c.Certain && certain
		out.Changes = append(out.Changes, c)
	}
	for _, c := range other.Changes {
		if _, both := here[effectOf(c)]; !both {
			c.Variant, c.Certain = withTool(c.Variant, otherName), false
			out.Changes = append(out.Changes, c)
		}
	}
	for _, g := range one.Gaps {
		if !slices.Contains(other.Gaps, g) {
			g.Variant = withTool(g.Variant, oneName)
		}
		out.Gaps = append(out.Gaps, g)
	}
	for _, g := range other.Gaps {
		if !slices.Contains(one.Gaps, g) {
			g.Variant = withTool(g.Variant, otherName)
			out.Gaps = append(out.Gaps, g)
		}
	}
	return out
}

// effect is what a change does and under what, why it does so aside.
type effect struct {
	address, previous plan.Address
	action            plan.Action
	effect            plan.Effect
	variant           string
}

func effectOf(c plan.Change) effect {
	return effect{c.Address, c.Previous, c.Action, c.Effect, c.Variant}
}

// byEffect says of each effect whether it is certain.
func byEffect(changes []plan.Change) map[effect]bool {
	out := map[effect]bool{}
	for _, c := range changes {
		out[effectOf(c)] = c.Certain
	}
	return out
}

func withTool(variant, tool string) string {
	if variant == "" {
		return tool
	}
	return variant + ", " + tool
}
