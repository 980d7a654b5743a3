package kube

import (
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// update says what becomes of an object that is applied on both sides.
func (p *prediction) update(r *pair, old, now *entry) []plan.Change {
	if old.hashed && now.hashed && old.Name != now.Name {
		return nil // a new object beside the old one, which nothing uses any more
	}
	if changes, left := p.leaves(r, old, now); left {
		return changes
	}
	if owner.Skips(updateBy(old, now)) {
		return nil
	}
	outcome := p.simulate(old, now)
	if outcome.Verdict != apply.None && owner.Recreates(updateBy(old, now)).Beyond(owner.WhenRefused) {
		return []plan.Change{p.recreated(r, old, now, outcome)}
	}
	var out []plan.Change
	refused := outcome.Verdict == apply.Rejected || outcome.Verdict == apply.Possible
	if refused {
		out = append(out, p.refused(r, old, now, outcome))
	}
	if outcome.Verdict == apply.Rejected {
		return out
	}
	for _, e := range outcome.Effects {
		e.Certain = e.Certain && !refused
		out = append(out, p.harm(r, old, now, e))
	}
	losses := p.losses(r, old, now, refused)
	out = append(out, losses...)
	if outcome.Verdict == apply.Changes && len(outcome.Effects) == 0 && len(losses) == 0 {
		c := both(old, now, plan.Update, "")
		c.Causes = p.causes(r, old, now, changedPaths(outcome)...)
		out = append(out, c)
	}
	return out
}

// simulate asks what an update does. Where the definition of its kind changes
// as well, either may be in force when it comes.
func (p *prediction) simulate(old, now *entry) apply.Outcome {
	before, after := withoutNamespace(old.Object), withoutNamespace(now.Object)
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
	return out.Or(apply.Update(before, after, family, next), "its definition changes as well, and the result depends on which is applied first")
}

// harm is an update that does more than change fields.
func (p *prediction) harm(r *pair, old, now *entry, e apply.Effect) plan.Change {
	c := both(old, now, plan.Update, e.Reason)
	c.Effect, c.Certain = e.Effect, e.Certain
	c.Causes = p.causes(r, old, now, e.Path)
	if n := len(c.Causes); n > 0 {
		c.Causes[n-1].Text += ": " + e.Why
	}
	return c
}

// withoutNamespace is an object without its namespace, which is part of its key.
func withoutNamespace(o object.Object) object.Object {
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

// refused: the API server does not take the update. An owner that is set to
// force deletes the object and creates it anew.
func (p *prediction) refused(r *pair, old, now *entry, outcome apply.Outcome) plan.Change {
	c := both(old, now, plan.Replace, plan.CannotUpdate)
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
	return c
}

// resynced are the objects that do not change and are recreated all the same where
// something else of their unit does.
func (p *prediction) resynced(r *pair, before, after map[clusterKey]*entry) []plan.Change {
	var out []plan.Change
	for _, key := range slices.SortedFunc(maps.Keys(before), compareKeys) {
		old, now := before[key], after[key]
		if now == nil || owner.Skips(updateBy(old, now)) || owner.Recreates(updateBy(old, now)) != owner.EverySync {
			continue
		}
		hook := owner.IsHook(old.Object, now.unit.Owner.Kind) || owner.IsHook(now.Object, now.unit.Owner.Kind)
		if outcome := p.simulate(old, now); outcome.Verdict == apply.None && !hook {
			out = append(out, p.recreated(r, old, now, outcome))
		}
	}
	return out
}

// recreated: the owner deletes the object to update it, whatever changes.
func (p *prediction) recreated(r *pair, old, now *entry, outcome apply.Outcome) plan.Change {
	c := both(old, now, plan.Replace, plan.AlwaysRecreated)
	if p.losesData(old) {
		c.Effect = plan.DataLoss
	}
	c.Because = changedPaths(outcome)
	c.Causes = p.causes(r, old, now, c.Because...)
	return c
}
