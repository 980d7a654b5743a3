package kube

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// update says what becomes of an object that is applied on both sides.
func (p *prediction) update(r *pair, old, now *entry) {
	if old.hashed && now.hashed && old.Name != now.Name {
		return // a new object beside the old one, which nothing uses any more
	}
	if p.leaves(r, old, now) {
		return
	}
	outcome := p.simulate(old, now)
	if outcome.Verdict != apply.None && owner.Recreates(updateBy(old, now)) == owner.AlwaysRecreated {
		p.recreated(r, old, now, outcome)
		return
	}
	refused := outcome.Verdict == apply.Rejected || outcome.Verdict == apply.Possible
	if refused {
		p.refused(r, old, now, outcome)
	}
	if outcome.Verdict == apply.Rejected {
		return
	}
	for _, e := range outcome.Effects {
		e.Certain = e.Certain && !refused
		p.harm(r, old, now, e)
	}
	lost := p.losses(r, old, now, refused)
	if outcome.Verdict == apply.Changes && len(outcome.Effects) == 0 && !lost {
		c := p.both(old, now, plan.Update, "")
		c.Causes = p.causes(r, old, now, changedPaths(outcome)...)
		p.changes = append(p.changes, c)
	}
}

// simulate asks what an update does. Where the definition of its kind changes
// as well, either may be in force when it comes.
func (p *prediction) simulate(old, now *entry) apply.Outcome {
	before, after := unplaced(old.Object), unplaced(now.Object)
	family := p.options.family(updateBy(old, now))
	cluster := p.cluster(&p.before, old)
	out := apply.Update(before, after, family, cluster)
	if object.ScopeOf(old.Group, old.Kind) != "" {
		return out
	}
	next := p.cluster(&p.after, old)
	if d := next.Definition(old.Group, old.Kind); d == nil || d.Same(cluster.Definition(old.Group, old.Kind)) {
		return out
	}
	return out.Or(apply.Update(before, after, family, next), "its definition changes as well, and it depends on which comes first")
}

// harm is an update that does more than change fields.
func (p *prediction) harm(r *pair, old, now *entry, e apply.Effect) {
	c := p.both(old, now, plan.Update, e.Reason)
	c.Effect, c.Certain = e.Effect, e.Certain
	c.Causes = p.causes(r, old, now, e.Path)
	if n := len(c.Causes); n > 0 {
		c.Causes[n-1].Text += ": " + e.Why
	}
	p.changes = append(p.changes, c)
}

// both starts a change of an object that is there on both sides.
func (p *prediction) both(old, now *entry, action plan.Action, reason plan.Reason) plan.Change {
	c := p.change(now, action, reason)
	c.Previous = address(old)
	if old.key == now.key {
		c.Previous.Module = c.Address.Module // one of them names its namespace, or none
	}
	c.Before = shown(old.Object)
	return c
}

// unplaced is an object without its namespace, which its key already tells.
func unplaced(o object.Object) object.Object {
	meta, ok := o.Value["metadata"].(map[string]any)
	if !ok || meta["namespace"] == nil {
		return o
	}
	meta = maps.Clone(meta)
	delete(meta, "namespace")
	o.Value = maps.Clone(o.Value)
	o.Value["metadata"] = meta
	return o
}

func changedPaths(o apply.Outcome) []plan.Path {
	var out []plan.Path
	for _, d := range o.Changed {
		out = append(out, d.Path)
	}
	return out
}

// refused: the API server does not take the update. An owner that is told to
// force deletes the object and creates it anew.
func (p *prediction) refused(r *pair, old, now *entry, outcome apply.Outcome) {
	c := p.both(old, now, plan.Replace, plan.CannotUpdate)
	c.Effect = plan.Reject
	if owner.Recreates(updateBy(old, now)) == owner.WhenRefused {
		c.Effect, c.Reason = "", plan.ForcedRecreate
		if p.losesData(old) {
			c.Effect = plan.DataLoss
		}
	}
	c.Certain = outcome.Verdict == apply.Rejected
	var why []string
	for _, refusal := range outcome.Refused {
		c.Because = append(c.Because, refusal.Paths...)
		why = append(why, refusal.Why)
	}
	c.Causes = p.causes(r, old, now, c.Because...)
	if n := len(c.Causes); n > 0 && len(why) > 0 {
		c.Causes[n-1].Text += ": " + strings.Join(slices.Compact(why), "; ")
	}
	p.changes = append(p.changes, c)
}

// recreated: the owner deletes the object to update it, whatever changes.
func (p *prediction) recreated(r *pair, old, now *entry, outcome apply.Outcome) {
	c := p.both(old, now, plan.Replace, plan.AlwaysRecreated)
	if p.losesData(old) {
		c.Effect = plan.DataLoss
	}
	c.Because = changedPaths(outcome)
	c.Causes = p.causes(r, old, now, c.Because...)
	p.changes = append(p.changes, c)
}

// family is how the owner sends objects.
func (o Options) family(u owner.Update) apply.Family {
	switch {
	case o.ApplyAll && o.Apply != "":
		return o.Apply
	case owner.Puts(u):
		return apply.Put
	case u.Owner.Kind == owner.Unowned && o.Apply != "":
		return o.Apply
	}
	return apply.Patch
}

// updateBy is an update as its owner sees it.
func updateBy(old, now *entry) owner.Update {
	return owner.Update{Owner: now.unit.Owner, Before: old.Object, After: now.Object}
}

// leaves: an object that becomes a hook leaves what its owner keeps, which
// deletes the live one; one that gets out of rendering by other means is not
// here at all.
func (p *prediction) leaves(r *pair, old, now *entry) bool {
	kind := now.unit.Owner.Kind
	if kind == owner.Helm && old.crd != now.crd {
		return p.crdsFolder(r, old, now)
	}
	switch {
	case kind == owner.Unowned: // a hook says itself which tool it is for
		return runsAnew(old.Object) && runsAnew(now.Object)
	case kind != owner.ArgoCD && kind != owner.Helm:
		return false
	case owner.IsHook(old.Object, kind):
		return true
	}
	if !owner.IsHook(now.Object, kind) {
		return false
	}
	out := owner.Pruned(r.leaving(old, now.unit.Owner))
	c := p.both(old, now, out.Action, out.Reason)
	c.Effect, c.Certain = out.Effect, out.Certain
	if out.Action == plan.Delete {
		c.Reason = plan.BecomesHook
	}
	c.Causes = p.causes(r, old, now, plan.Path{"metadata", "annotations"})
	p.changes = append(p.changes, c)
	return true
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
func (p *prediction) crdsFolder(r *pair, old, now *entry) bool {
	if old.crd {
		p.gap(now.unit, now.at, plan.GapInvalid, address(now).String(), "it is there from the chart's crds folder, and Helm refuses to take over what is not part of its release")
		return true
	}
	out := owner.Pruned(r.leaving(old, now.unit.Owner))
	c := p.both(old, now, out.Action, out.Reason)
	c.Effect, c.Certain = out.Effect, out.Certain
	c.Causes = p.causes(r, old, now)
	p.changes = append(p.changes, c)
	return true
}

// cluster surveys the definitions of a side, once, and only for an object whose
// kind is not built in or that needs a StorageClass.
func (p *prediction) cluster(s *side, e *entry) apply.Cluster {
	if object.ScopeOf(e.key.Group, e.key.Kind) != "" && e.key.Kind != "PersistentVolumeClaim" && e.key.Kind != "StatefulSet" {
		return apply.Cluster{}
	}
	if s.surveyed == nil {
		surveyed, _ := apply.Survey(s.definitions())
		s.surveyed = &surveyed
	}
	return *s.surveyed
}

// definitions are the CustomResourceDefinitions and StorageClasses that are
// written out.
func (s *side) definitions() []object.Object {
	var out []object.Object
	for _, name := range s.tree.Names() {
		if ext := path.Ext(name); ext != ".yaml" && ext != ".yml" {
			continue
		}
		data, err := s.tree.Read(name)
		if err != nil || !bytes.Contains(data, []byte("kind: CustomResourceDefinition")) && !bytes.Contains(data, []byte("kind: StorageClass")) {
			continue
		}
		objects, err := unit.Manifests(s.tree, name)
		if err != nil {
			continue // a chart's template, which is no manifest
		}
		for _, o := range objects {
			if owner.IsCRD(o) || o.Kind == "StorageClass" {
				out = append(out, o)
			}
		}
	}
	return out
}
