package kube

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// updateBy is an update as its owner sees it, a creation where old is nil.
func updateBy(old, now *entry) owner.Update {
	u := owner.Update{Owner: now.unit.Owner, After: now.Object}
	if old != nil {
		u.Before = old.Object
	}
	return u
}

// leaves reports whether an object leaves what its owner keeps although it is
// still rendered: one that becomes a hook, or moves into a chart's crds folder.
// The owner then does with the live one what it does with any that leaves.
func (p *prediction) leaves(r *pair, old, now *entry) (changes []plan.Change, left bool) {
	kind := now.unit.Owner.Kind
	if kind == owner.Helm && old.crd != now.crd {
		return p.crdsFolder(r, old, now)
	}
	switch {
	case kind == owner.Unowned: // a hook says itself which tool it is for
		return nil, runsAnew(old.Object) && runsAnew(now.Object)
	case owner.IsHook(old.Object, kind):
		return nil, true
	}
	if !owner.IsHook(now.Object, kind) {
		return nil, false
	}
	out := owner.Pruned(p.leaving(r, old, now.unit.Owner))
	c := both(old, now, out.Action, out.Reason)
	c.Effect, c.Certain = out.Effect, out.Certain
	if out.Action == plan.Delete {
		c.Reason = plan.BecomesHook
	}
	c.Causes = p.causes(r, old, now, plan.Path{"metadata", "annotations"})
	return []plan.Change{c}, true
}

// runsAnew: a Job or Pod that says it is a hook is deleted and made anew by the
// tool that knows hooks, whoever that is: their default is to delete the one
// before (Argo CD BeforeHookCreation, Helm before-hook-creation).
func runsAnew(o object.Object) bool {
	job := o.Kind == "Job" && o.Group == "batch" || o.Kind == "Pod" && o.Group == ""
	return job && (owner.IsHook(o, owner.ArgoCD) || owner.IsHook(o, owner.Helm))
}

// crdsFolder: what moves into a chart's crds folder leaves the release, which
// deletes it; what moves out of it is not taken over.
func (p *prediction) crdsFolder(r *pair, old, now *entry) (changes []plan.Change, left bool) {
	if old.crd {
		p.gap(now.unit, now.at, plan.GapInvalid, address(now).String(),
			"it was created from the chart's crds folder, and Helm refuses to adopt objects that are not part of its release")
		return nil, true
	}
	out := owner.Pruned(p.leaving(r, old, now.unit.Owner))
	c := both(old, now, out.Action, out.Reason)
	c.Effect, c.Certain = out.Effect, out.Certain
	c.Causes = p.causes(r, old, now)
	return []plan.Change{c}, true
}
