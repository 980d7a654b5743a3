package kube

import (
	"cmp"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// failures notes why a side of a unit is not known: once where both sides
// fail alike, and not for one that is new and comes from elsewhere, which
// takes nothing away.
func (l *loader) failures(r *pair) {
	if owned := r.before == nil || r.after != nil || l.stays(r.before.unit.Owner); owned && l.lacks(r) {
		return
	}
	if r.after != nil {
		for _, g := range r.after.gaps {
			switch {
			case r.before != nil:
				g.Root = r.before.unit.Root // what may go was applied from there
			case g.Kind == plan.GapOpaque || g.Kind == plan.GapUnsupported:
				continue
			}
			l.gaps = append(l.gaps, l.narrowed(r, g))
		}
	}
	if r.before == nil || r.after == nil && r.before.unit.Config != "" && !l.stays(r.before.unit.Owner) {
		return // its owner stands for what goes with a remote unit
	}
	for _, g := range r.before.gaps {
		if r.after == nil || !slices.ContainsFunc(r.after.gaps, func(h plan.Gap) bool { return h.Kind == g.Kind && h.Why == g.Why }) {
			l.gaps = append(l.gaps, l.narrowed(r, g))
		}
	}
}

// stays reports whether an owner is still there after the change: a source that
// it no longer has is deleted by it.
func (l *loader) stays(by owner.Owner) bool {
	return slices.ContainsFunc(l.ownersOf(&l.after), func(o ownerObject) bool {
		return o.Kind == by.Object && o.Name == by.Name && o.Namespace == by.Namespace
	})
}

// lacks reports whether the owner of a unit names something that is not here and
// cannot be had, and notes what changes of it and what would make it known.
func (l *loader) lacks(r *pair) bool {
	from, to := elsewhere(r.before), elsewhere(r.after)
	if from == nil && to == nil || r.before == nil {
		return false
	}
	is := cmp.Or(to, from)
	subject := is.What
	if from != nil && to != nil && from.What != to.What {
		subject = from.What + " -> " + to.What
	}
	root := r.either().Home()
	if from == nil {
		root = r.before.unit.Home() // what may go was applied from there
	}
	refused := ""
	for _, c := range r.sides() {
		refused = cmp.Or(c.why, refused)
	}
	l.missing.add(missingSource{
		gap: plan.Gap{At: l.namedAt(r, from, to), Root: root, Kind: plan.GapOpaque, Subject: subject, Source: is.Source.Address,
			Refused: refused, Variant: r.either().Variant},
		change: changeOf(r, from, to), readers: []string{r.either().Owner.Label()},
	})
	return true
}

// elsewhere is what a side names elsewhere, nil where it names nothing that is
// missing.
func elsewhere(c *content) *unit.Elsewhere {
	if c == nil || len(c.unit.Gaps) == 0 {
		return nil
	}
	return c.unit.Elsewhere()
}

// namedAt is where a source elsewhere is named, on the side that changed.
func (l *loader) namedAt(r *pair, from, to *unit.Elsewhere) plan.Range {
	for _, e := range []*unit.Elsewhere{to, from} {
		if e != nil && e.At.File != "" && l.diff.Touch(e.At) {
			return l.diff.Within(e.At)
		}
	}
	for _, c := range []*content{r.after, r.before} {
		if c != nil && len(c.unit.Gaps) > 0 {
			return l.narrowed(r, c.unit.Gaps[0]).At
		}
	}
	return r.either().Owner.At
}
