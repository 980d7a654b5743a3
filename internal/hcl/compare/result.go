package compare

import (
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// result is the answer for the root. Where the tool would refuse to plan,
// nothing is certain: what would follow once that is mended is told as
// possible.
func (c *comparison) result() plan.Plan {
	changes := c.changes
	if c.invalid {
		for i := range changes {
			changes[i].Certain = false
		}
	}
	for i := range changes {
		changes[i].Sources = c.sourcesOf(changes[i])
	}
	root := plan.Address{Engine: plan.Terraform, Root: c.Root}
	return plan.Plan{Changes: changes, Gaps: c.gaps, Objects: map[plan.Address]int{root: len(c.objects)}}
}

// Orphans tells that a root's state is elsewhere after the change: its objects
// stay, and nothing manages them any more.
func Orphans(in Input, reason plan.Reason, at plan.Range, text string, certain bool) plan.Plan {
	c := newComparison(in)
	c.enumerate(c.before.Root, nil)
	for _, p := range c.before.Problems {
		c.problem(c.before, p)
	}
	if len(c.gaps) > 0 {
		return plan.Plan{Gaps: c.gaps}
	}
	var out []plan.Change
	for _, o := range c.objects {
		address := c.planAddress(o.address)
		state, _ := o.inst.Value()
		own := c.before.Place(o.inst.Resource.Config.Full)
		out = append(out, plan.Change{
			Address: address, Previous: address, Action: plan.Orphan, Reason: reason, Certain: certain, Variant: c.Variant, At: own,
			Before: attributes(state), Causes: []plan.Cause{{Range: at, Text: text}, {Range: own, Text: address.String() + ": left behind"}},
		})
	}
	for _, call := range c.opaqueCalls {
		address := plan.Address{Engine: plan.Terraform, Root: c.Root, Module: call.Address}
		own := c.before.Place(call.Config.Full)
		out = append(out, plan.Change{
			Address: address, Previous: address, Action: plan.Orphan, Reason: reason, Certain: certain, Variant: c.Variant, At: own,
			Causes: []plan.Cause{{Range: at, Text: text}, {Range: own, Text: address.String() + ": left behind"}},
		})
	}
	return plan.Plan{Changes: out}
}
