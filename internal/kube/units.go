package kube

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxWaves bounds how deep owners may define owners: an Application of
// Applications of charts.
const maxWaves = 6

// find reads the units that the change reaches. What is rendered may define
// owners, and with them units of their own, so each step goes on until it finds
// nothing new:
//
//  1. What makes or completes owners, and what known owners apply. It comes first
//     because an owner counts as its parent renders it.
//  2. What no owner is known to apply. That is settled once all owners are known.
//  3. What the owners apply that came to light there.
func (l *loader) find() {
	untilStable(2*maxWaves, func() bool {
		unowned, owned := l.unowned(), l.owned()
		return l.parents(append(slices.Clone(unowned), owned...)) || l.load(l.makers(unowned)) || l.load(l.ready(owned))
	})
	l.load(l.unowned())
	untilStable(maxWaves, func() bool { return l.load(l.ready(l.owned())) })
}

// unowned are the units that no owner is known to apply.
func (l *loader) unowned() []*pair {
	var claims []unit.Claim
	for _, s := range l.sides() {
		for _, o := range l.ownersOf(s) {
			claims = append(claims, s.scan.Claims(o.Object, o.beside)...)
		}
	}
	claimed := func(dir string) bool {
		return slices.ContainsFunc(claims, func(c unit.Claim) bool { return c.Covers(dir) })
	}
	var out []*pair
	for _, root := range unit.Roots(l.before.scan, l.after.scan, claimed) {
		if l.roots[root] == nil {
			l.roots[root] = newPair(l.before.scan.At(root), l.after.scan.At(root))
		}
		out = append(out, l.roots[root])
	}
	return out
}

// load reads and renders the units that the change reaches. It
// reports whether there was one.
func (l *loader) load(units []*pair) bool {
	var reached []*pair
	for _, next := range units {
		if next.key == "" || l.pairs[next.key] != nil || l.same(next) {
			continue
		}
		l.pairs[next.key] = next
		reached = append(reached, next)
		if next.sourceMoved() {
			l.gap(next.after.unit, sourceAt(next), plan.GapOpaque, next.key,
				"it now uses another source or revision, whose content is not in the repository; objects that are not in it would be pruned")
		}
	}
	if len(reached) == 0 {
		return false
	}
	l.bring(reached)
	l.fill(reached)
	l.rendered(reached)
	return true
}

// sourceAt is where a unit names another source than before: at the source, or
// at the owner where that reads one of another name.
func sourceAt(r *pair) plan.Range {
	if r.before.unit.Source.Name != r.after.unit.Source.Name {
		return r.after.unit.Owner.At
	}
	return r.after.unit.Source.At
}

// ready leaves out, of pairs to load, those whose owner stands in a file of
// another one that is still to be rendered: the rendered owner counts.
func (l *loader) ready(units []*pair) []*pair {
	var open []*pair
	for _, next := range units {
		if l.pairs[next.key] == nil && !l.same(next) {
			open = append(open, next)
		}
	}
	var out []*pair
	for _, next := range open {
		if !madeIn(next, open) {
			out = append(out, next)
		}
	}
	if len(out) == 0 {
		return open
	}
	return out
}
