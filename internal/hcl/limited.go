package hcl

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// unevaluated adds the roots that the limit on a whole change left out to what
// is said of it already, or says it.
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

// limited reports each limit of a root once, at a place that the change touches:
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
		if i, said := first[g.Why]; said {
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
