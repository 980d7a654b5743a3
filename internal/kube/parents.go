package kube

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxParents bounds the units that are rendered although the change does not
// reach them.
const maxParents = 60

// parents renders, of the units that the change does not reach, those that make
// owners or complete them: an owner is what its parent renders, and only that
// tells what it applies. Those first whose own owner nothing else completes. It
// reports whether there was one.
func (p *prediction) parents(units []*pair) bool {
	var open, found []*pair
	for _, r := range units {
		if r.key == "" || p.pairs[r.key] != nil || p.unrendered[r.key] {
			continue
		}
		switch {
		case !p.same(r):
			open = append(open, r)
		case len(p.unrendered)+len(found) < maxParents && p.completes(r, units):
			found = append(found, r)
		}
	}
	first := slices.DeleteFunc(slices.Clone(found), func(r *pair) bool { return madeIn(r, open) || madeIn(r, found) })
	if len(first) == 0 && len(found) > 0 && !slices.ContainsFunc(found, func(r *pair) bool { return madeIn(r, open) }) {
		first = found
	}
	p.renderSame(first)
	return len(first) > 0
}

// makers are the units that the change reaches whose owners are to be known
// before those are looked at that stand alone.
func (p *prediction) makers(standing []*pair) []*pair {
	return slices.DeleteFunc(slices.Clone(standing), func(r *pair) bool {
		for _, s := range p.sides() {
			if c := r.on(s.tree.Side); c != nil && c.unit.Tool != unit.Folder && s.scan.MakesOwners(c.unit, s.owners) {
				return false
			}
		}
		return true
	})
}

// completes reports whether a unit makes owners of another content than their
// files have. Of releases that is asked for where the change reaches one: what
// they apply stands in no folder that somebody else could name.
func (p *prediction) completes(r *pair, units []*pair) bool {
	u := r.before.unit
	if len(u.Gaps) > 0 || !p.before.scan.Transforms(u) {
		return false
	}
	if p.before.scan.MakesOwners(u, p.before.owners) {
		return true
	}
	return slices.ContainsFunc(units, func(c *pair) bool {
		by := c.either().Owner
		return by.Kind == owner.Helm && by.Written() && slices.Contains(u.Files, by.At.File) && !p.same(c)
	})
}

// renderSame renders units that are the same on both sides, once. What does not
// build completes nothing: the files count.
func (p *prediction) renderSame(units []*pair) {
	var jobs []job
	for _, r := range units {
		p.unrendered[r.key] = true
		jobs = append(jobs, job{r.before, &p.before})
	}
	p.renderAll(jobs)
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
		p.pairs[r.key] = r
		done = append(done, r)
	}
	p.rendered(done)
}

// madeIn reports whether the owner of a unit stands in a file of another one
// that is rendered.
func madeIn(r *pair, others []*pair) bool {
	for _, c := range []*content{r.before, r.after} {
		if c == nil {
			continue
		}
		for _, other := range others {
			for _, d := range []*content{other.before, other.after} {
				if other != r && d != nil && d.unit.Tool != unit.Folder && slices.Contains(d.unit.Files, c.unit.Owner.At.File) {
					return true
				}
			}
		}
	}
	return false
}
