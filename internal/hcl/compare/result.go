package compare

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// result is the answer for the root. Where the tool would refuse to plan,
// nothing is certain: what would follow once that is mended is only
// possible.
func (c *comparison) result() plan.Plan {
	for i := range c.changes {
		c.changes[i].Certain = c.changes[i].Certain && !c.invalid
		c.changes[i].Sources = c.sourcesOf(c.changes[i])
	}
	c.markPrivate()
	root := plan.Address{Engine: plan.Terraform, Root: c.in.Root}
	return plan.Plan{Changes: c.changes, Gaps: c.gaps, Objects: map[plan.Address]int{root: len(c.Objects)}}
}

// sourcesOf are the digests of the packages that a change lies in or comes of,
// those of both sides.
func (c *comparison) sourcesOf(change plan.Change) []string {
	var out []string
	add := func(dir, file string) {
		key, ok := elsewhere.Key(dir, file)
		if !ok {
			return
		}
		for _, side := range []map[string]elsewhere.Module{c.Before.Elsewhere, c.After.Elsewhere} {
			if d := side[key].Package.Digest; d != "" {
				out = append(out, d)
			}
		}
	}
	for _, dir := range []string{c.Before.Dir, c.After.Dir} {
		add(dir, change.At.File)
		for _, cause := range change.Causes {
			add(dir, cause.File)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Left says that a root's state is elsewhere after the change, or that the root
// is gone: its objects stay, and nothing manages them any more. It is one change
// for all of them; text says what happens.
func Left(in Input, reason plan.Reason, at plan.Range, text string, certain bool) plan.Plan {
	c := newComparison(in)
	c.List()
	for _, p := range c.Before.Problems {
		c.unread(c.Before, p)
	}
	if len(c.gaps) > 0 {
		c.markPrivate()
		return plan.Plan{Gaps: c.gaps}
	}
	root := plan.Address{Engine: plan.Terraform, Root: in.Root}
	change := plan.Change{Address: root, Previous: root, Action: plan.Orphan, Reason: reason, Certain: certain, Variant: in.Variant,
		At: at, Causes: []plan.Cause{{Range: at, Text: text},
			{Range: plan.Range{File: in.Root, Side: plan.Before}, Text: "its resources stay unmanaged"}}}
	for _, o := range c.Objects {
		change.Left = append(change.Left, c.address(o.Address))
	}
	for _, m := range c.Opaque {
		at := plan.Address{Engine: plan.Terraform, Root: in.Root, Module: m.Call.Address}
		if !slices.Contains(change.Left, at) {
			change.Left = append(change.Left, at)
		}
	}
	if len(change.Left) == 0 {
		return plan.Plan{}
	}
	c.changes = []plan.Change{change}
	c.markPrivate()
	return plan.Plan{Changes: c.changes}
}
