package compare

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/check"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// gap adds a gap of this root, once.
func (c *comparison) gap(g plan.Gap) {
	g.Root, g.Variant = c.in.Root, c.in.Variant
	if !c.seenGaps[g] {
		c.seenGaps[g] = true
		c.gaps = append(c.gaps, g)
	}
}

// unread is the gap of a module that could not be read.
func (c *comparison) unread(w *eval.World, p config.Problem) {
	why := p.Text
	if p.Kind == plan.GapInvalid || p.Kind == plan.GapParse {
		why = "would not plan: " + p.Text
	}
	c.gap(plan.Gap{At: w.Place(p.Range), Kind: p.Kind, Subject: p.Subject, Why: why})
}

// problems are gaps for what the tool would refuse, or for limits of ours.
func (c *comparison) problems(found []check.Problem) {
	for _, p := range found {
		switch {
		case p.Diag == nil:
			c.refuse(p)
		case p.Diag.Summary == expr.LimitReached:
			c.limit(c.After, p.Subject, p.Diag)
		case unevaluated(p.Diag) != "":
			if !c.limits[p.Diag.Detail] { // what follows from it is the same limit again
				c.limits[p.Diag.Detail] = true
				c.gap(plan.Gap{At: c.brought(p.Diag, c.After.Place(p.At)), Kind: unevaluated(p.Diag), Subject: p.Subject, Why: p.Why})
			}
		default:
			c.refuse(p)
		}
	}
}

func (c *comparison) refuse(p check.Problem) {
	c.invalid = true
	c.gap(plan.Gap{At: c.After.Place(p.At), Kind: plan.GapInvalid, Subject: p.Subject, Why: "would not plan: " + p.Why})
}

// errors are the gaps of errors of the after side.
func (c *comparison) errors(subject string, diags hcl.Diagnostics) {
	c.problems(check.Errors(subject, diags, hcl.Range{Filename: c.in.Root}))
}

// unevaluated is the kind of a diagnostic that is a limit of ours, not a fault of the
// configuration; empty for a fault.
func unevaluated(d *hcl.Diagnostic) plan.GapKind {
	switch d.Summary {
	case expr.NotReadable:
		return plan.GapUnreadable
	case expr.NotModelled:
		return plan.GapUnsupported
	}
	return ""
}

// limitsReached adds the limits that were reached and have no gap yet: those of
// the before side too, and those that both sides reached. What lies behind a
// limit can differ though the limit is the same, unless comments are all that
// changed.
func (c *comparison) limitsReached() {
	isLimit := func(g plan.Gap) bool { return g.Kind == plan.GapLimit }
	if !ended(c.After) && !ended(c.Before) && !slices.ContainsFunc(c.gaps, isLimit) {
		return // before any file is read once more to see whether it differs
	}
	if !slices.ContainsFunc(c.in.Changed, c.in.Lines.Differ) {
		c.gaps = slices.DeleteFunc(c.gaps, isLimit)
		return
	}
	for _, w := range []*eval.World{c.After, c.Before} {
		for _, d := range w.Limits {
			c.limit(w, c.in.Root, d)
		}
		if err := w.Work.Err(); err != nil && len(w.Limits) == 0 {
			c.limit(w, c.in.Root, expr.Errorf(hcl.Range{Filename: w.Dir}, expr.LimitReached, "%s", err)[0])
		}
	}
}

// ended reports whether something of a side was not evaluated to its end.
func ended(w *eval.World) bool { return len(w.Limits) > 0 || w.Work.Err() != nil }

// limit adds a limit once, at the place where it was reached first: what
// follows from it is the same limit again.
func (c *comparison) limit(w *eval.World, subject string, d *hcl.Diagnostic) {
	if c.limits[d.Detail] {
		return
	}
	c.limits[d.Detail] = true
	for _, first := range w.Limits {
		if first.Detail == d.Detail && *first.Subject != *d.Subject {
			subject, d = c.in.Root, first
		}
	}
	at := w.Place(*d.Subject)
	if w == c.After && !slices.ContainsFunc(c.Before.Limits, func(old *hcl.Diagnostic) bool { return old.Detail == d.Detail }) {
		at = c.brought(d, at)
	}
	c.gap(plan.Gap{At: at, Kind: plan.GapLimit, Subject: subject, Why: d.Summary + ": " + d.Detail})
}

// brought is the place of a diagnostic that the before side did not have: where
// nothing of its file and root changes, the changed file that brought it. That
// is the one which the diagnostic or the expression names, or else the first.
func (c *comparison) brought(d *hcl.Diagnostic, at plan.Range) plan.Range {
	inRoot := func(name string) bool {
		return name == at.File || c.in.Root == "." || strings.HasPrefix(name, c.in.Root+"/")
	}
	if len(c.in.Changed) == 0 || slices.ContainsFunc(c.in.Changed, inRoot) {
		return at
	}
	text := d.Detail
	for line := at.Line; line <= at.EndLine; line++ {
		text += c.in.Lines.Text(at.File, at.Side, line)
	}
	named := func(name string) bool { return strings.Contains(text, path.Base(name)) }
	return plan.Range{File: c.in.Changed[max(0, slices.IndexFunc(c.in.Changed, named))], Side: plan.After}
}

// setGap says that a set of instances changes in a way the trees do not say.
func (c *comparison) setGap(address string, e *eval.Expansion) {
	if value.IsLimited(e.Value) {
		return
	}
	c.gap(plan.Gap{At: c.After.Place(e.By.Range()), Kind: plan.GapUnknown, Subject: address,
		Why: "which instances of " + address + " remain depends on a value that is not in the repository; declare the variable file that sets it"})
}
