package compare

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// ended reports whether the evaluation of a side ended at a limit of work.
func (c *comparison) ended() bool { return c.before.Work.Err() != nil || c.after.Work.Err() != nil }

// tellLimits tells the limits that were reached and that nothing told yet: those of
// the before side too, and those that both sides reached. What lies behind a
// limit can differ though the limit is the same, unless comments are all that
// changed.
func (c *comparison) tellLimits() {
	if !slices.ContainsFunc(c.Changed, c.Lines.differ) {
		c.gaps = slices.DeleteFunc(c.gaps, func(g plan.Gap) bool { return g.Kind == plan.GapLimit })
		return
	}
	for _, w := range []*eval.World{c.after, c.before} {
		for _, d := range w.Limits {
			c.limit(w, c.Root, d)
		}
		if err := w.Work.Err(); err != nil && len(w.Limits) == 0 {
			c.limit(w, c.Root, expr.Errorf(hcl.Range{Filename: w.Dir}, expr.LimitReached, "%s", err)[0])
		}
	}
}

// limit tells a limit once, at the place where it was reached first: what
// follows from it is the same limit again.
func (c *comparison) limit(w *eval.World, subject string, d *hcl.Diagnostic) {
	if c.limits[d.Detail] {
		return
	}
	c.limits[d.Detail] = true
	for _, first := range w.Limits {
		if first.Detail == d.Detail && *first.Subject != *d.Subject {
			subject, d = c.Root, first
		}
	}
	at := w.Place(*d.Subject)
	if w == c.after && !slices.ContainsFunc(c.before.Limits, func(old *hcl.Diagnostic) bool { return old.Detail == d.Detail }) {
		at = c.brought(d, at)
	}
	c.gap(plan.Gap{At: at, Root: c.Root, Kind: plan.GapLimit, Subject: subject, Why: d.Summary + ": " + d.Detail, Variant: c.Variant})
}
