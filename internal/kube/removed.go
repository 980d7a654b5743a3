package kube

import (
	"bytes"

	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// removed says what becomes of an object that a unit no longer applies.
func (p *prediction) removed(r *pair, old *entry) []plan.Change {
	if r.after != nil && len(r.after.broken) > 0 {
		return nil // it may be in a file that does not parse; the file is a gap
	}
	for _, now := range p.gained[old.key] {
		if moved, silent := p.moved(r, old, now); moved {
			if silent {
				return nil
			}
			return []plan.Change{p.race(r, old, now)}
		}
	}
	out := p.pruneOutcome(r, old)
	if out.Action == "" || p.renamedSource(old) {
		return nil
	}
	if out.Action == plan.Delete && out.Certain && r.after != nil {
		if now := p.shared(old); now != nil {
			return []plan.Change{p.race(r, old, now)}
		}
	}
	c := change(old, out.Action, out.Reason)
	c.Effect, c.Certain = out.Effect, out.Certain
	c.Causes = p.causes(r, old, nil)
	return []plan.Change{c}
}

// shared finds an object in a unit that the change does not reach: two owners
// apply it, and whether the one that drops it deletes it depends on which of
// them holds it. Only manifests that stand as they are are looked at.
func (p *prediction) shared(old *entry) *entry {
	for _, r := range p.owned() {
		if p.pairs[r.key] != nil || r.after == nil || r.after.unit.Tool != request.Folder || len(r.after.unit.Gaps) > 0 {
			continue
		}
		c := &content{unit: r.after.unit, side: plan.After}
		for _, name := range c.unit.Manifests {
			if data, err := p.after.tree.Read(name); err != nil || !bytes.Contains(data, []byte(old.Name)) {
				continue
			}
			objects, err := manifest.Objects(p.after.tree, name)
			if err != nil {
				continue // the same on both sides
			}
			for _, o := range objects {
				c.add(&entry{Object: o, at: o.At(plan.After, nil)})
			}
		}
		if e := index(c)[old.key]; e != nil {
			return e
		}
	}
	return nil
}

// race: the old owner deletes the object unless the new one takes it first.
func (p *prediction) race(r *pair, old, now *entry) plan.Change {
	c := change(old, plan.Delete, plan.OwnerChanges)
	c.Effect, c.Certain = plan.Race, false
	c.Causes = p.causes(r, old, nil)
	c.Causes = append(c.Causes, plan.Cause{Range: now.at, Text: now.unit.Owner.Label() + " applies it as well"})
	return c
}
