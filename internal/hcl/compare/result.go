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

// Left tells that a root's state is elsewhere after the change, or that the root
// is gone: its objects stay, and nothing manages them any more. It is one change
// for all of them; text says what happens.
func Left(in Input, reason plan.Reason, at plan.Range, text string, certain bool) plan.Plan {
	c := newComparison(in)
	c.enumerate(c.before.Root, nil)
	for _, p := range c.before.Problems {
		c.problem(c.before, p)
	}
	if len(c.gaps) > 0 {
		return plan.Plan{Gaps: c.gaps}
	}
	root := plan.Address{Engine: plan.Terraform, Root: c.Root}
	change := plan.Change{Address: root, Previous: root, Action: plan.Orphan, Reason: reason, Certain: certain, Variant: c.Variant,
		At: at, Causes: []plan.Cause{{Range: at, Text: text}, {Range: plan.Range{File: c.Root, Side: plan.Before}, Text: "what it made is left behind"}}}
	for _, o := range c.objects {
		change.Left = append(change.Left, c.planAddress(o.address))
	}
	for _, call := range c.opaqueCalls {
		change.Left = append(change.Left, plan.Address{Engine: plan.Terraform, Root: c.Root, Module: call.Address})
	}
	if len(change.Left) == 0 {
		return plan.Plan{}
	}
	return plan.Plan{Changes: []plan.Change{change}}
}
