package hcl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// merge takes the variant's name off what holds under all of them.
func merge(all plan.Plan, variants int) plan.Plan {
	if variants < 2 {
		return all
	}
	return plan.Plan{Changes: mergeChanges(all.Changes, variants), Gaps: mergeGaps(all.Gaps, variants), Objects: all.Objects}
}

// withoutEchoes drops what a guessed variant says again of what is certain
// anyway.
func withoutEchoes(changes []plan.Change) []plan.Change {
	type key struct {
		address plan.Address
		action  plan.Action
		losses  string
	}
	certain := map[key]bool{}
	for _, c := range changes {
		if c.Variant == "" {
			certain[key{c.Address, c.Action, lost(c)}] = true
		}
	}
	return slices.DeleteFunc(changes, func(c plan.Change) bool {
		return c.Variant != "" && !c.Certain && certain[key{c.Address, c.Action, lost(c)}]
	})
}

// lost is what a change takes away, as text: equal where the losses are.
func lost(c plan.Change) string {
	var b strings.Builder
	for _, l := range c.Losses {
		fmt.Fprintf(&b, "%s %t\n", l.What, l.Certain)
	}
	return b.String()
}

func mergeChanges(changes []plan.Change, variants int) []plan.Change {
	changes = withoutEchoes(changes)
	type key struct {
		address, previous plan.Address
		action            plan.Action
		reason            plan.Reason
		certain           bool
		losses            string
	}
	count := map[key]int{}
	of := func(c plan.Change) key { return key{c.Address, c.Previous, c.Action, c.Reason, c.Certain, lost(c)} }
	for _, c := range changes {
		count[of(c)]++
	}
	var out []plan.Change
	merged := map[key]bool{}
	for _, c := range changes {
		k := of(c)
		if count[k] == variants {
			if merged[k] {
				continue
			}
			merged[k] = true
			c.Variant = ""
		}
		out = append(out, c)
	}
	return out
}

func mergeGaps(gaps []plan.Gap, variants int) []plan.Gap {
	count := map[plan.Gap]int{}
	of := func(g plan.Gap) plan.Gap { g.Variant = ""; return g }
	for _, g := range gaps {
		count[of(g)]++
	}
	var out []plan.Gap
	merged := map[plan.Gap]bool{}
	for _, g := range gaps {
		if count[of(g)] == variants {
			g.Variant = ""
			if merged[g] {
				continue
			}
			merged[g] = true
		}
		out = append(out, g)
	}
	return out
}

// onlyLosses leaves of an evaluation in a workspace what is destroyed there.
func onlyLosses(p plan.Plan) plan.Plan {
	return plan.Plan{
		Changes: slices.DeleteFunc(p.Changes, func(c plan.Change) bool { return !c.Action.Destroys() && len(c.Losses) == 0 }),
		Gaps:    slices.DeleteFunc(p.Gaps, func(g plan.Gap) bool { return g.Kind != plan.GapLimit }),
	}
}
