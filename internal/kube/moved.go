package kube

import "github.com/holdpoint-dev/holdpoint/internal/kube/owner"

// gains are the objects that a unit applies after the change and did not
// before: where something else lost them, they moved.
func (p *prediction) gains() map[clusterKey][]*entry {
	out := map[clusterKey][]*entry{}
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
func (p *prediction) lost() map[clusterKey][]*entry {
	out := map[clusterKey][]*entry{}
	for _, r := range p.sorted() {
		if r.before == nil || !r.known() {
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
