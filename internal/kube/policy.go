package kube

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// policy tells how the owner itself changes what a later change may destroy.
func (p *prediction) policy(r *pair) {
	if r.before == nil || r.after == nil {
		return
	}
	old, now := r.before.unit.Owner, r.after.unit.Owner
	if old.Object == "" || old.Object == "release" || now.Object == "" {
		return
	}
	for _, change := range []struct {
		armed  bool
		reason plan.Reason
	}{
		// What was removed while it was suspended goes when that ends.
		{(!old.Prune || old.Suspended) && now.Prune && !now.Suspended && now.Kind != unit.ApplicationSet, plan.PruneTurnedOn},
		{!old.Cascade && now.Cascade, plan.CascadeTurnedOn},
		{!old.AllowEmpty && now.AllowEmpty, plan.GuardTurnedOff},
		{old.KeepByDefault && !now.KeepByDefault, plan.KeepTurnedOff},
		{!old.Force && now.Force, plan.ForceTurnedOn},
	} {
		if change.armed {
			p.armed(r, now, change.reason)
		}
	}
}

// armed is a change of the owner, at its own place.
func (p *prediction) armed(r *pair, owner unit.Owner, reason plan.Reason) {
	e := &entry{unit: r.after.unit, at: owner.At, key: place{owner.Cluster, object.Key{Group: ownerGroups[owner.Object], Kind: owner.Object, Namespace: owner.Namespace, Name: owner.Name}}}
	e.Namespace = owner.Namespace
	c := p.change(e, plan.Update, reason)
	c.Effect = plan.Disarm
	c.After = nil
	c.Causes = p.causes(r, e, e)
	p.changes = append(p.changes, c)
}

// ownerGroups are the API groups of owners by kind.
var ownerGroups = map[string]string{
	"Application": "argoproj.io", "ApplicationSet": "argoproj.io",
	"Kustomization": "kustomize.toolkit.fluxcd.io", "HelmRelease": "helm.toolkit.fluxcd.io",
}

func ownerType(o unit.Owner) string { return ownerGroups[o.Object] + "/" + o.Object }
