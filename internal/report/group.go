package report

import (
	"cmp"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// near is how many unchanged lines may be between lines that stand together.
const near = 3

// groups arranges findings by what causes them.
func groups(findings []rules.Finding, p plan.Plan) []Group {
	var out []Group
	var whole []rules.Finding
	at := map[plan.Cause]int{}
	for _, f := range findings {
		if f.Change != nil && f.Change.Effect == plan.Mass {
			whole = append(whole, f)
			continue
		}
		var first plan.Cause
		if chain := Causes(f); len(chain) > 0 {
			first = chain[0]
		}
		i, ok := at[first]
		if !ok {
			i = len(out)
			at[first] = i
			out = append(out, Group{Cause: first})
		}
		out[i].Findings = append(out[i].Findings, f)
	}
	out = merged(out)
	for _, f := range whole {
		out = withWhole(out, f, p)
	}
	for i := range out {
		out[i].Sections = sections(out[i].Findings)
	}
	slices.SortStableFunc(out, func(a, b Group) int { return review.Graver(a.worst(), b.worst()) })
	return out
}

// worst is the gravest finding of a group.
func (g Group) worst() rules.Finding { return slices.MinFunc(g.Findings, review.Graver) }

// merged puts groups together whose lines stand together in one file and are of
// one kind: a removed block beside another one.
func merged(in []Group) []Group {
	var out []Group
	for _, g := range in {
		i := slices.IndexFunc(out, func(o Group) bool { return together(o, g) })
		if i < 0 {
			out = append(out, g)
			continue
		}
		out[i].Findings = append(out[i].Findings, g.Findings...)
		c := &out[i].Cause
		end := max(c.EndLine, c.Line, g.Cause.EndLine, g.Cause.Line)
		c.Line, c.EndLine, c.Text = min(c.Line, g.Cause.Line), end, ""
	}
	if len(out) < len(in) {
		return merged(out) // what was apart may stand together by now
	}
	return out
}

func together(a, b Group) bool {
	x, y := a.Cause, b.Cause
	if x.File == "" || x.File != y.File || x.Side != y.Side || x.Line == 0 || y.Line == 0 {
		return false
	}
	if x.Line > y.Line {
		x, y = y, x
	}
	return y.Line-max(x.Line, x.EndLine) <= near
}

// withWhole adds a finding about a whole root to the group that destroys most
// of that root.
func withWhole(in []Group, f rules.Finding, p plan.Plan) []Group {
	root := f.Change.Address
	best, most := -1, 0
	for i, g := range in {
		if n := len(destroyedOf(g.Findings, root)); n > most {
			best, most = i, n
		}
	}
	if best < 0 {
		best = len(in)
		in = append(in, Group{Cause: plan.Cause{Range: f.At}})
	}
	all, certain := map[plan.Address]bool{}, true
	for _, c := range p.Changes {
		if c.Action.Destroys() && c.Address.Engine == root.Engine && c.Address.Root == root.Root {
			all[c.Previous], certain = true, certain && c.Certain
		}
	}
	g := &in[best]
	g.Findings = append(g.Findings, f)
	g.Whole = append(g.Whole, Whole{
		Root: root.Root, Engine: root.Engine, Destroyed: cmp.Or(len(all), most), Total: p.Objects[root], Certain: certain,
	})
	return in
}

// destroyedOf are the objects of a root that findings delete or replace.
func destroyedOf(findings []rules.Finding, root plan.Address) map[plan.Address]bool {
	out := map[plan.Address]bool{}
	for _, f := range findings {
		if c := f.Change; c != nil && c.Action.Destroys() && c.Address.Engine == root.Engine && c.Address.Root == root.Root {
			out[c.Previous] = true
		}
	}
	return out
}
