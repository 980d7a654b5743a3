package kube

import (
	"maps"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// compare says what becomes of the objects of the units that were read. Each
// stage says what it needs of those before it.
func (p *prediction) compare() []plan.Change {
	// Needs the units alone. Whether an owner is deleted depends on what moved.
	p.gained = p.gains()
	// Needs gained. It takes away sides of units, and reads others.
	p.dropDeletedOwners()
	// Needs the sides that are left: what was dropped gains nothing.
	p.gained = p.gains()
	// Needs the sides that are left, and gained.
	changes := p.objectChanges()
	// Needs the units alone.
	changes = append(changes, p.policyChanges()...)
	// Needs every change that destroys.
	changes = append(changes, p.cascades(changes)...)
	// Needs all changes with their own causes.
	return p.causesOfOwners(changes)
}

// dropDeletedOwners takes away the after side of units whose owner is deleted
// although a file of it is still there: one that moved to where nothing applies
// it. With a unit that goes an owner may go that it applied.
func (p *prediction) dropDeletedOwners() {
	dropped := map[string]bool{}
	untilStable(maxWaves, func() bool {
		var unread []*pair
		for _, r := range p.owned() {
			if r.before == nil || r.after == nil || dropped[r.key] {
				continue
			}
			if out, known := p.ownerOutcome(r.before.unit.Owner); !known || out.Action != plan.Delete {
				continue
			}
			dropped[r.key], p.kin = true, map[string][]*pair{}
			if loaded := p.pairs[r.key]; loaded != nil {
				loaded.after = nil
				continue
			}
			r.after = nil
			p.pairs[r.key] = r
			unread = append(unread, r)
		}
		if len(unread) == 0 {
			return false
		}
		p.fill(unread)
		// What goes with what was dropped is to be asked again.
		p.outcomes = map[string]owner.Outcome{}
		return true
	})
}

// objectChanges matches the objects of both sides of each unit.
func (p *prediction) objectChanges() []plan.Change {
	lost := p.lost()
	var out []plan.Change
	for _, r := range p.sorted() {
		if !r.known() {
			continue
		}
		before, after := index(r.before), index(r.after)
		start := len(out)
		for _, key := range slices.SortedFunc(maps.Keys(before), compareKeys) {
			old, now := before[key], after[key]
			switch {
			case now == nil:
				out = append(out, p.removed(r, old)...)
			case r.reinstalled() && reinstalls(old):
				out = append(out, p.reinstall(r, old, now))
				out = append(out, p.code(r, old, now)...)
			default:
				out = append(out, p.update(r, old, now)...)
				out = append(out, p.code(r, old, now)...)
			}
		}
		p.selected(r, before, after)
		for _, key := range slices.SortedFunc(maps.Keys(after), compareKeys) {
			if before[key] == nil {
				out = append(out, p.appeared(r, after[key], lost)...)
				out = append(out, p.code(r, nil, after[key])...)
			}
		}
		if len(out) > start {
			out = append(out, p.resynced(r, before, after)...)
		}
	}
	return out
}

// policyChanges are those of the owners themselves.
func (p *prediction) policyChanges() []plan.Change {
	var out []plan.Change
	for _, r := range p.owned() {
		out = append(out, p.policy(r)...)
	}
	return out
}

// appeared: an object that something else lost has moved, and is updated; any
// other is created.
func (p *prediction) appeared(r *pair, now *entry, lost map[clusterKey][]*entry) []plan.Change {
	for _, old := range lost[now.key] {
		if moved, silent := p.moved(r, old, now); moved {
			if silent {
				return p.update(r, old, now)
			}
			return nil
		}
	}
	if owner.Skips(updateBy(nil, now)) {
		return nil
	}
	return []plan.Change{p.created(r, now)}
}

func (p *prediction) created(r *pair, now *entry) plan.Change {
	c := change(now, plan.Create, "")
	if c.Losses = p.createdLosses(now); len(c.Losses) > 0 {
		c.Reason, c.Effect = plan.TakesAway, plan.WorstEffect(c.Losses)
	}
	c.Causes = p.causes(r, nil, now)
	return c
}

// objectCounts are how many objects each root applies before the change: the
// most of its variants.
func objectCounts(units []*pair) map[plan.Address]int {
	out := map[plan.Address]int{}
	for _, r := range units {
		if r.before != nil && r.known() {
			root := plan.Address{Engine: plan.Kubernetes, Root: r.before.unit.Home()}
			out[root] = max(out[root], len(r.before.entries))
		}
	}
	return out
}
