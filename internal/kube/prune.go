package kube

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// undeletable are the namespaces that the API server never deletes
// (k8s.io/apiserver v0.37.2 plugin namespace/lifecycle, immortalNamespaces).
var undeletable = map[string]bool{"default": true, "kube-system": true, "kube-public": true}

// pruneOutcome is what becomes of an object that its unit no longer applies, by
// the rules of its owner. Protections count as the live object has them, which is
// the side before; the owner's own settings count as they are after, because that
// is what acts. An empty action is one that the owner's own change stands for.
func (p *prediction) pruneOutcome(r *pair, old *entry) owner.Outcome {
	by := r.before.unit.Owner
	certain := true
	var out owner.Outcome
	if next, stays := p.ownerAfter(r); stays {
		if by.Cluster != next.Cluster {
			return owner.Outcome{Action: plan.Orphan, Reason: plan.ClusterChanged, Certain: true}
		}
		out = owner.Pruned(p.leaving(r, old, next))
	} else {
		of, known := p.ownerOutcome(by)
		if known && of.Action != plan.Delete {
			return owner.Outcome{} // its owner stays
		}
		certain = !known || of.Certain
		out = owner.Deleted(p.leaving(r, old, by))
	}
	guessed := by.Guessed || r.before.unit.Guesses[old.Key()]
	out.Certain = out.Certain && certain && !guessed
	if out.Action != plan.Delete {
		return out
	}
	if old.key.Kind == "Namespace" && old.key.Group == "" && undeletable[old.key.Name] {
		return owner.Outcome{Action: plan.None, Effect: plan.Blocked, Reason: plan.PruneForbidden, Certain: true}
	}
	if out.Effect == "" && p.losesData(old) {
		out.Effect = plan.DataLoss
	}
	return out
}

// ownerAfter is the owner of a unit after the change. It may be there without the
// unit: an Application that no longer names a source prunes what came of it.
func (p *prediction) ownerAfter(r *pair) (owner.Owner, bool) {
	if r.after != nil {
		return r.after.unit.Owner, true
	}
	by := r.before.unit.Owner
	if _, gone := p.ownerOutcome(by); gone || !by.Written() {
		return owner.Owner{}, false
	}
	others := p.siblings(by)
	if len(others) == 0 {
		return owner.Owner{}, false
	}
	return others[0].after.unit.Owner, true
}

// siblings are the units that an owner has after the change.
func (p *prediction) siblings(by owner.Owner) []*pair {
	label := by.Label() + " in " + by.Cluster
	if out, ok := p.kin[label]; ok {
		return out
	}
	var out []*pair
	for _, r := range p.owned() {
		if loaded := p.pairs[r.key]; loaded != nil {
			r = loaded
		}
		if r.after != nil && r.after.unit.Owner.Same(by) && r.after.unit.Owner.Cluster == by.Cluster {
			out = append(out, r)
		}
	}
	p.kin[label] = out
	return out
}

// leaving is an object that its unit no longer applies, as an owner sees it.
func (p *prediction) leaving(r *pair, old *entry, by owner.Owner) owner.Leaving {
	l := owner.Leaving{Object: old.Object, Owner: by, CRDsFolder: old.crd, InList: old.listed}
	var entries []*entry
	if r.after != nil {
		entries = r.after.entries
	}
	l.Empty = len(entries) == 0 && !slices.ContainsFunc(p.siblings(by), p.applies)
	beside := func(e *entry) bool { return e.key.Namespace == old.key.Namespace }
	l.Visited = old.key.Namespace == "" || slices.ContainsFunc(entries, beside)
	return l
}

// applies reports whether a unit applies something after the change, as far as is
// known: one that cannot be read may.
func (p *prediction) applies(r *pair) bool {
	if p.pairs[r.key] == r {
		return r.after.failed || len(r.after.entries) > 0
	}
	switch u := r.after.unit; {
	case len(u.Gaps) > 0:
		return true
	case u.Tool == request.Folder:
		return len(u.Manifests) > 0
	case u.Tool == request.Generated:
		return len(u.Generated) > 0
	}
	return true
}

// ownerOutcome is what becomes of the object that owns a unit; false where the
// change is not known to take it away.
func (p *prediction) ownerOutcome(by owner.Owner) (owner.Outcome, bool) {
	if !by.Written() {
		return owner.Outcome{}, false
	}
	label := by.Label() + " in " + by.At.File
	if out, ok := p.outcomes[label]; ok {
		return out, out.Action != ""
	}
	p.outcomes[label] = owner.Outcome{} // an owner that owns itself ends here
	r, e := p.removedOwner(by)
	if r == nil {
		return owner.Outcome{}, false
	}
	if !r.known() || r.after != nil && len(r.after.broken) > 0 {
		p.outcomes[label] = owner.Outcome{Action: plan.None} // a gap says that it is not known
		return p.outcomes[label], true
	}
	out := p.pruneOutcome(r, e)
	for _, now := range p.gained[e.key] {
		if moved, silent := p.moved(r, e, now); moved && silent {
			out = owner.Outcome{}
		} else if moved {
			out.Certain = false
		}
	}
	p.outcomes[label] = out
	return out, out.Action != ""
}

// removedOwner is the object of an owner that a unit applied before the change
// and does not after it; nil where there is none.
func (p *prediction) removedOwner(by owner.Owner) (*pair, *entry) {
	for _, r := range p.sorted() {
		if r.before == nil || r.before.failed {
			continue
		}
		after := index(r.after)
		for _, e := range r.before.entries {
			named := e.key.Kind == by.Object && e.key.Name == by.Name && (e.key.Namespace == by.Namespace || e.Namespace == by.Namespace)
			if named && after[e.key] == nil {
				return r, e
			}
		}
	}
	return nil, nil
}
