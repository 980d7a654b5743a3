package kube

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// outside compares what a unit takes from elsewhere. What is the same on both
// sides adds and removes nothing. What is new only adds, unless it may alter
// what the unit has of its own.
func (l *loader) outside(r *pair) {
	switch {
	case r.before == nil:
	case r.after == nil:
		l.outsideGaps(r, r.before, r.before.unit.Outside)
	default:
		l.reshaped(r)
		gone, added := minus(r.before.unit.Outside, r.after.unit.Outside), minus(r.after.unit.Outside, r.before.unit.Outside)
		for _, o := range added {
			if o.Holds {
				r.after.broken = append(r.after.broken, o.What)
			}
		}
		switch {
		case len(gone) == 0:
			l.outsideGaps(r, r.after, slices.DeleteFunc(slices.Clone(added), func(o unit.Outside) bool { return !o.Alters }))
		case len(added) == 0:
			l.outsideGaps(r, r.before, gone)
		default:
			l.outsideGaps(r, r.after, renamed(gone, added))
		}
	}
}

// reshaped is what stays the same elsewhere while what is made of it here gets
// other names, namespaces or selectors, or is taken away.
func (l *loader) reshaped(r *pair) {
	if r.before.unit.Shape() == r.after.unit.Shape() {
		return
	}
	for _, o := range r.after.unit.Outside {
		if !o.LeftOut() || len(minus([]unit.Outside{o}, r.before.unit.Outside)) > 0 {
			continue
		}
		g := plan.Gap{Root: r.after.unit.Home(), Kind: plan.GapOpaque, Subject: o.What, Variant: r.after.unit.Variant,
			Why: fmt.Sprintf("what %s contains is not in the repository, and names, namespaces, selectors or patches on top of it change", o.What)}
		l.gaps = append(l.gaps, l.narrowed(r, g))
	}
}

func (l *loader) outsideGaps(r *pair, c *content, parts []unit.Outside) {
	for _, o := range parts {
		g := plan.Gap{At: plan.Range{File: o.File, Line: o.Line, EndLine: o.EndLine, Side: c.side}, Root: c.unit.Home(),
			Kind: plan.GapOpaque, Subject: o.What, Why: whyOutside(o), Variant: c.unit.Variant, Source: o.Source}
		if o.Source != "" {
			g.Refused = cmp.Or(l.refusals[o.Source], c.why)
		}
		switch {
		case o.Whole && l.diff.Has(o.File):
			g.At = l.diff.First(o.File)
		case o.Line == 0:
			g = l.narrowed(r, g) // a chart, whose values may change anywhere
		}
		l.gaps = append(l.gaps, g)
	}
}

// renamed are parts that take the place of others, with what they were.
func renamed(gone, added []unit.Outside) []unit.Outside {
	if len(gone) != 1 || len(added) != 1 || gone[0].What == added[0].What || added[0].Why != "" {
		return added
	}
	o := added[0]
	o.Why = whyOutside(o) + ": it was " + gone[0].What
	return []unit.Outside{o}
}

func whyOutside(o unit.Outside) string {
	switch {
	case o.Why != "":
		return o.Why
	case o.Selects:
		return fmt.Sprintf("the component %s is not in the repository, and it changes: it may change or delete every other object", o.What)
	}
	return fmt.Sprintf("what %s contains is not in the repository, and it changes", o.What)
}
