package kube

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxParents bounds the units that are rendered although the change does not
// reach them.
const maxParents = 60

// parents renders, of the units that the change does not reach, those that make
// owners or complete them: an owner is what its parent renders, and only that
// says what it applies. Those first whose own owner nothing else completes. It
// reports whether there was one.
func (l *loader) parents(units []*pair) bool {
	var open, found []*pair
	for _, r := range units {
		if r.key == "" || l.pairs[r.key] != nil || l.unreached[r.key] {
			continue
		}
		switch {
		case !l.same(r):
			open = append(open, r)
		case len(l.unreached)+len(found) < maxParents && l.completes(r, units):
			found = append(found, r)
		}
	}
	first := slices.DeleteFunc(slices.Clone(found), func(r *pair) bool { return madeIn(r, open) || madeIn(r, found) })
	if len(first) == 0 && len(found) > 0 && !slices.ContainsFunc(found, func(r *pair) bool { return madeIn(r, open) }) {
		first = found
	}
	l.renderSame(first)
	return len(first) > 0
}

// makers are the units that the change reaches whose owners are to be known
// before those are looked at that stand alone.
func (l *loader) makers(unowned []*pair) []*pair {
	return slices.DeleteFunc(slices.Clone(unowned), func(r *pair) bool {
		for _, s := range l.sides() {
			if c := r.on(s.tree.Side); c != nil && c.unit.Tool != request.Folder && s.scan.MakesOwners(c.unit, s.owners) {
				return false
			}
		}
		return true
	})
}

// completes reports whether a unit makes owners of another content than their
// files have. Of releases that is asked for where the change reaches one: what
// they apply stands in no folder that somebody else could name.
func (l *loader) completes(r *pair, units []*pair) bool {
	u := r.before.unit
	if len(u.Gaps) > 0 || !l.before.scan.Transforms(u) {
		return false
	}
	if l.before.scan.MakesOwners(u, l.before.owners) {
		return true
	}
	return slices.ContainsFunc(units, func(c *pair) bool {
		by := c.either().Owner
		return by.Kind == owner.Helm && by.Written() && slices.Contains(u.Files, by.At.File) && !l.same(c)
	})
}

// renderSame renders units that are the same on both sides, once. What does not
// build completes nothing: the files count.
func (l *loader) renderSame(units []*pair) {
	var jobs []job
	for _, r := range units {
		l.unreached[r.key] = true
		jobs = append(jobs, job{r.before, &l.before})
	}
	l.renderAll(jobs)
	var done []*pair
	for _, r := range units {
		if r.before.failed {
			continue
		}
		r.after.unit.Outside = slices.Clone(r.before.unit.Outside)
		for _, e := range r.before.entries {
			now := *e
			now.at.Side = plan.After
			if now.made.File != "" {
				now.made.Side = plan.After
			}
			r.after.add(&now)
		}
		l.pairs[r.key] = r
		done = append(done, r)
	}
	l.rendered(done)
}
