package planner

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/refs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// triggers is the stage of replace_triggered_by (terraform 1.11
// internal/terraform/eval_context_builtin.go, EvaluateReplaceTriggeredBy).
type triggers struct {
	pair *pair.Pair
	// plan plans another instance of the after side.
	plan func(*eval.Instance) *InstanceChange
}

func (t triggers) apply(s *subject, out outcome) outcome {
	for _, e := range s.Inst.Resource.Config.Lifecycle.TriggeredBy {
		ref, diags := e.Static(s.Inst.Context())
		if ref == nil || diags.HasErrors() {
			out.Diags = append(out.Diags, diags...)
			continue
		}
		if t.hasNoInstances(s.Inst.Resource.Module, ref) {
			out.Diags = append(out.Diags, expr.Errorf(e.Range(), "Invalid replace_triggered_by",
				"no change found for %s: it has no instances, before or after.", e.Text)...)
			continue
		}
		rng := e.Range()
		switch t.changes(s.Inst.Resource.Module, ref) {
		case Yes:
			if out.Trigger = &rng; !out.replaces() {
				out.Action, out.Certain, out.Why = plan.Replace, true, ""
			}
			return out
		case Maybe:
			if out.Action == plan.Replace {
				continue
			}
			out.Action, out.Certain, out.Trigger = plan.Replace, false, &rng
			out.Why = "replace_triggered_by names " + e.Text + ", which may or may not change"
			out.Planned = ifReplaced(s.Inst.Address(), out.Planned, s.Config)
		}
	}
	return out
}

// hasNoInstances reports whether a resource named in replace_triggered_by has
// no instance on either side: Terraform 1.11 refuses to plan then.
func (t triggers) hasNoInstances(m *eval.Module, ref hcl.Traversal) bool {
	key, _ := refs.Resource(ref)
	r := m.Resource(key)
	if r == nil || r.Config.Mode != config.Managed || t.pair.After.Runtime.Tool != config.Terraform {
		return false
	}
	if e := r.Expansion(); e.Repeat != eval.Counted && e.Repeat != eval.Each {
		return false
	}
	for _, other := range pair.ModuleInstances(t.pair.After.Root, m.Static) {
		if o := other.Resource(key); o != nil && len(o.Expansion().Keys) > 0 {
			return false
		}
	}
	return len(t.pair.ObjectsOf(depends.Resource{Module: m.Static, Key: key})) == 0
}

// ifReplaced is the planned object of an instance that may be replaced: what the
// provider computes may be another value.
func ifReplaced(address string, planned, config cty.Value) cty.Value {
	given := attrs.Map(config)
	out := map[string]cty.Value{}
	for name, v := range attrs.Map(planned) {
		if _, configured := given[name]; !configured && !v.IsKnown() {
			v = value.NewOpaque("if replaced "+address+"."+name, v.Type())
		}
		out[name] = v
	}
	if len(out) == 0 {
		return planned
	}
	return cty.ObjectVal(out)
}

// changes says whether what a reference names changes in a way that triggers.
func (t triggers) changes(m *eval.Module, ref hcl.Traversal) Answer {
	key, rest := refs.Resource(ref)
	r := m.Resource(key)
	if r == nil || r.Config.Mode != config.Managed {
		return No
	}
	instances := r.Instances()
	if len(rest) > 0 {
		if idx, ok := rest[0].(hcl.TraverseIndex); ok && r.Expansion().Repeat != eval.Single {
			key, _ := eval.KeyOf(idx.Key)
			inst := r.Instance(key)
			if inst == nil {
				return No
			}
			instances, rest = []*eval.Instance{inst}, rest[1:]
		}
	}
	worst := No
	for _, inst := range instances {
		worst = max(worst, t.plan(inst).changes(rest, t.pair.After.Runtime.CreateTriggers()))
	}
	return worst
}
