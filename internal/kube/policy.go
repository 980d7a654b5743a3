package kube

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// protection tells of an annotation that kept the object from being pruned
// and goes: nothing dies yet, a later change may.
func (p *prediction) protection(r *pair, old, now *entry) {
	key, ok := lostProtection(now.unit.Owner.Kind, old.Object, now.Object)
	if !ok {
		return
	}
	c := p.both(old, now, plan.Update, plan.ProtectionRemoved)
	c.Effect = plan.Disarm
	c.Causes = p.causes(r, old, now, plan.Path{"metadata", "annotations", key})
	p.changes = append(p.changes, c)
}

func lostProtection(kind unit.OwnerKind, old, now object.Object) (string, bool) {
	const sync, keep, flux = "argocd.argoproj.io/sync-options", "helm.sh/resource-policy", "kustomize.toolkit.fluxcd.io/prune"
	kept := func(o object.Object) map[string]bool {
		out := map[string]bool{}
		options := syncOptions(o)
		if (kind == unit.ArgoCD || kind == unit.Unowned) && (options["Prune=false"] || options["Prune=confirm"]) {
			out[sync] = true
		}
		if kind == unit.ArgoCD && options["Delete=false"] {
			out[sync+" Delete"] = true
		}
		if kind != unit.Flux && o.Annotation(keep) == "keep" {
			out[keep] = true
		}
		if (kind == unit.Flux || kind == unit.Unowned) && fluxKeeps(o) {
			out[flux] = true
		}
		return out
	}
	after := kept(now)
	for _, key := range []string{sync, sync + " Delete", keep, flux} {
		if kept(old)[key] && !after[key] {
			name, _, _ := strings.Cut(key, " ")
			return name, true
		}
	}
	return "", false
}

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
		{!old.Prune && now.Prune && now.Kind != unit.ApplicationSet, plan.PruneTurnedOn},
		{!old.Cascade && now.Cascade, plan.CascadeTurnedOn},
		{!old.AllowEmpty && now.AllowEmpty, plan.GuardTurnedOff},
		{old.KeepByDefault && !now.KeepByDefault, plan.ProtectionRemoved},
		{!old.Force && now.Force, plan.ForceTurnedOn},
	} {
		if change.armed {
			p.armed(r, now, change.reason)
		}
	}
}

// armed is a change of the owner, at its own place.
func (p *prediction) armed(r *pair, owner unit.Owner, reason plan.Reason) {
	group := map[string]string{"Application": "argoproj.io", "ApplicationSet": "argoproj.io", "Kustomization": "kustomize.toolkit.fluxcd.io", "HelmRelease": "helm.toolkit.fluxcd.io"}[owner.Object]
	e := &entry{unit: r.after.unit, at: owner.At, key: place{owner.Cluster, object.Key{Group: group, Kind: owner.Object, Namespace: owner.Namespace, Name: owner.Name}}}
	e.Namespace = owner.Namespace
	c := p.change(e, plan.Update, reason)
	c.Effect = plan.Disarm
	c.After = nil
	c.Causes = p.causes(r, e, e)
	p.changes = append(p.changes, c)
}
