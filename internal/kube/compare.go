package kube

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// compare matches the objects of both sides and says what becomes of each.
func (p *prediction) compare() {
	p.gained = p.gains()
	p.deleteOwned()
	p.gained = p.gains()
	lost := p.lost()
	for _, r := range p.sorted() {
		if !comparable(r) {
			continue
		}
		before, after := index(r.before), index(r.after)
		if r.before != nil {
			root := plan.Address{Engine: plan.Kubernetes, Root: r.before.unit.Home()}
			p.objects[root] = max(p.objects[root], len(before))
		}
		reinstalled := r.reinstalled()
		for _, key := range slices.SortedFunc(maps.Keys(before), comparePlaces) {
			old := before[key]
			if now, ok := after[key]; ok {
				if !reinstalled || !p.reinstall(r, old, now) {
					p.update(r, old, now)
				}
				p.code(r, old, now)
				continue
			}
			p.removed(r, old)
		}
		p.selected(r, before, after)
		for _, key := range slices.SortedFunc(maps.Keys(after), comparePlaces) {
			if _, ok := before[key]; !ok {
				p.appeared(r, after[key], lost)
				p.code(r, nil, after[key])
			}
		}
	}
	for _, r := range p.owned() {
		p.policy(r)
	}
	p.cascades()
	p.complete()
}

// deleteOwned takes away the after side of units whose owner is deleted although
// a file of it is still there: one that moved to where nothing applies it.
func (p *prediction) deleteOwned() {
	for range maxWaves {
		var unread []*pair
		for _, r := range p.owned() {
			if r.before == nil || r.after == nil || p.deletedOwners[r.key] {
				continue
			}
			if out, known := p.ownerOutcome(r.before.unit.Owner); !known || out.Action != plan.Delete {
				continue
			}
			p.deletedOwners[r.key] = true
			if loaded := p.pairs[r.key]; loaded != nil {
				loaded.after = nil
				continue
			}
			r.after = nil
			p.pairs[r.key] = r
			unread = append(unread, r)
		}
		if len(unread) == 0 {
			return
		}
		p.fill(unread)
		p.outcomes = map[string]owner.Outcome{}
	}
}

// comparable reports whether both sides of a unit are known.
func comparable(r *pair) bool {
	return (r.before == nil || !r.before.failed) && (r.after == nil || !r.after.failed)
}

func index(c *content) map[place]*entry {
	out := map[place]*entry{}
	if c != nil {
		for _, e := range c.entries {
			out[e.key] = e
		}
	}
	return out
}

func comparePlaces(a, b place) int {
	return cmp.Or(strings.Compare(a.cluster, b.cluster), strings.Compare(a.Group, b.Group), strings.Compare(a.Kind, b.Kind),
		strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
}

// gains are the objects that a unit applies after the change and did not
// before: where something else lost them, they moved.
func (p *prediction) gains() map[place][]*entry {
	out := map[place][]*entry{}
	for _, r := range p.sorted() {
		if r.after == nil {
			continue
		}
		before := index(r.before)
		for _, e := range r.after.entries {
			if before[e.key] == nil {
				out[e.key] = append(out[e.key], e)
			}
		}
	}
	return out
}

// lost are the objects that a unit applied before the change and does not
// after it.
func (p *prediction) lost() map[place][]*entry {
	out := map[place][]*entry{}
	for _, r := range p.sorted() {
		if r.before == nil || !comparable(r) {
			continue
		}
		after := index(r.after)
		for _, e := range r.before.entries {
			if after[e.key] == nil {
				out[e.key] = append(out[e.key], e)
			}
		}
	}
	return out
}

// address names an object for people: the namespace as far as it is known.
func address(e *entry) plan.Address {
	ns := e.key.Namespace
	if e.Namespace == "" && e.unit.Namespace == "" && e.unit.Tool != unit.Helm {
		ns = ""
	}
	return plan.Address{Engine: plan.Kubernetes, Root: e.unit.Home(), Module: ns, Type: e.key.GroupKind(), Name: e.key.Name}
}

// change starts a change of an object.
func (p *prediction) change(e *entry, action plan.Action, reason plan.Reason) plan.Change {
	a := address(e)
	if o := e.unit.Owner; o.Object != "" {
		p.ownerOf[a] = o.Type() + " " + o.Namespace + " " + o.Name
	}
	c := plan.Change{Address: a, Previous: a, Action: action, Reason: reason, Certain: true, At: e.at, Variant: e.unit.Variant}
	if e.at.Side == plan.Before {
		c.Before = shown(e.Object)
	} else {
		c.After = shown(e.Object)
	}
	return c
}

// shown are the attributes of an object that may be shown and tested: all but
// what a Secret holds.
func shown(o object.Object) map[string]any {
	if o.Kind != "Secret" || o.Group != "" {
		return o.Value
	}
	out := maps.Clone(o.Value)
	delete(out, "data")
	delete(out, "stringData")
	return out
}

// removed says what becomes of an object that a unit no longer applies.
func (p *prediction) removed(r *pair, old *entry) {
	if r.after != nil && len(r.after.broken) > 0 {
		return // it may be in a file that does not parse; the file is a gap
	}
	for _, now := range p.gained[old.key] {
		if moved, silent := p.moved(r, old, now); moved {
			if !silent {
				p.race(r, old, now)
			}
			return
		}
	}
	out := p.pruneOutcome(r, old)
	if out.Action == "" || p.renamedSource(old) {
		return
	}
	if out.Action == plan.Delete && out.Certain && r.after != nil {
		if now := p.shared(old); now != nil {
			p.race(r, old, now)
			return
		}
	}
	c := p.change(old, out.Action, out.Reason)
	c.Effect, c.Certain = out.Effect, out.Certain
	c.Causes = p.causes(r, old, nil)
	p.changes = append(p.changes, c)
}

// shared finds an object in a unit that the change does not reach: two owners
// apply it, and whether the one that drops it deletes it depends on which of
// them holds it. Only manifests that stand as they are are looked at.
func (p *prediction) shared(old *entry) *entry {
	for _, r := range p.owned() {
		if p.pairs[r.key] != nil || r.after == nil || r.after.unit.Tool != unit.Folder || len(r.after.unit.Gaps) > 0 {
			continue
		}
		c := &content{unit: r.after.unit, side: plan.After}
		for _, name := range c.unit.Manifests {
			if data, err := p.after.tree.Read(name); err != nil || !bytes.Contains(data, []byte(old.Name)) {
				continue
			}
			objects, err := unit.Manifests(p.after.tree, name)
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

// appeared: an object that something else lost has moved, and is updated; any
// other is created.
func (p *prediction) appeared(r *pair, now *entry, lost map[place][]*entry) {
	for _, old := range lost[now.key] {
		if moved, silent := p.moved(r, old, now); moved {
			if silent {
				p.update(r, old, now)
			}
			return
		}
	}
	p.created(r, now)
}

func (p *prediction) created(r *pair, now *entry) {
	c := p.change(now, plan.Create, "")
	if c.Losses = p.createdLosses(now); len(c.Losses) > 0 {
		c.Reason, c.Effect = plan.TakesAway, plan.WorstEffect(c.Losses)
	}
	c.Causes = p.causes(r, nil, now)
	p.changes = append(p.changes, c)
}

// moved reports whether an object that one unit lost and another gained is the
// same object in the cluster, and whether the move harms nothing.
func (p *prediction) moved(r *pair, old, now *entry) (moved, silent bool) {
	from, to := old.unit, now.unit
	switch {
	case from.Owner.Kind == owner.Unowned && to.Owner.Kind == owner.Unowned:
		return environment(from.Home()) == environment(to.Home()), true
	case from.Owner.Cluster != to.Owner.Cluster || to.Owner.Kind == owner.Unowned:
		return false, false // nobody is known to take it over
	case from.Owner.Same(to.Owner):
		return true, true
	}
	return true, !from.Owner.Prune || r.after == nil && !from.Owner.Cascade
}

// race: the old owner deletes the object unless the new one takes it first.
func (p *prediction) race(r *pair, old, now *entry) {
	c := p.change(old, plan.Delete, plan.OwnerChanges)
	c.Effect, c.Certain = plan.Race, false
	c.Causes = p.causes(r, old, nil)
	c.Causes = append(c.Causes, plan.Cause{Range: now.at, Text: now.unit.Owner.Label() + " applies it as well"})
	p.changes = append(p.changes, c)
}

// environments are names of folders by which people tell clusters apart.
var environments = map[string]bool{
	"prod": true, "production": true, "prd": true, "live": true, "staging": true, "stage": true, "stg": true, "dev": true,
	"development": true, "qa": true, "uat": true, "test": true, "sandbox": true, "preprod": true, "pre-prod": true, "preview": true,
	"canary": true, "integration": true, "int": true, "dr": true, "local": true,
}

// environment is the part of a path that names a cluster, "" where none does:
// the same object in two of them is two objects.
func environment(root string) string {
	parts := strings.Split(root, "/")
	var found []string
	for i, part := range parts {
		if environments[strings.ToLower(part)] || i > 0 && (parts[i-1] == "clusters" || parts[i-1] == "cluster" || parts[i-1] == "environments" || parts[i-1] == "envs" || parts[i-1] == "overlays") {
			found = append(found, part)
		}
	}
	return strings.Join(found, "/")
}
