package kube

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// policy is how the owner itself changes what a later change may destroy.
func (p *prediction) policy(r *pair) []plan.Change {
	if r.before == nil || r.after == nil {
		return nil
	}
	old, now := r.before.unit.Owner, r.after.unit.Owner
	if !old.Written() || !now.Written() {
		return nil
	}
	var out []plan.Change
	for _, setting := range []struct {
		armed  bool
		reason plan.Reason
	}{
		// What was removed while it was suspended goes when that ends.
		{(!old.Prune || old.Suspended) && now.Prune && !now.Suspended && now.Kind != owner.ApplicationSet, plan.PruneTurnedOn},
		{!old.Cascade && now.Cascade, plan.CascadeTurnedOn},
		{!old.AllowEmpty && now.AllowEmpty, plan.GuardTurnedOff},
		{old.PrunesLess() && !now.PrunesLess() || old.DeletesLess() && !now.DeletesLess(), plan.KeepTurnedOff},
		{old.Frozen && !now.Frozen, plan.UpdatesTurnedOn},
		{always(now) && !always(old), plan.AlwaysTurnedOn},
		{!old.Force && now.Force && !always(now), plan.ForceTurnedOn},
	} {
		if setting.armed {
			out = append(out, p.armed(r, now, setting.reason))
		}
	}
	return out
}

// always reports whether an owner recreates what it need not.
func always(by owner.Owner) bool { return by.Recreates().Beyond(owner.WhenRefused) }

// armed is a change of the owner, at its own place.
func (p *prediction) armed(r *pair, by owner.Owner, reason plan.Reason) plan.Change {
	e := &entry{unit: r.after.unit, at: by.At, key: clusterKey{by.Cluster, by.Key()}}
	e.Namespace = by.Namespace
	c := change(e, plan.Update, reason)
	c.Effect = plan.Disarm
	c.After = nil
	c.Causes = p.causes(r, e, e)
	return c
}
