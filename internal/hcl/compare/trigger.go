package compare

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// triggers applies replace_triggered_by (terraform 1.11
// internal/terraform/eval_context_builtin.go, EvaluateReplaceTriggeredBy).
func (c *comparison) triggers(s *step) {
	for _, e := range s.inst.Resource.Config.Lifecycle.TriggeredBy {
		ref, diags := e.Static(s.inst.Context())
		if ref == nil || diags.HasErrors() {
			s.diags = append(s.diags, diags...)
			continue
		}
		if c.nothingToCompare(s.inst.Resource.Module, ref) {
			s.diags = append(s.diags, expr.Errorf(e.Range(), "Invalid replace_triggered_by", "no change found for %s: it has no instances, before or after.", e.Text)...)
			continue
		}
		switch c.fires(s.inst.Resource.Module, ref) {
		case isPending:
			rng := e.Range()
			s.trigger = &rng
			if s.action != plan.Replace || !s.certain {
				s.action, s.certain, s.why = plan.Replace, true, ""
			}
			return
		case mayBePending:
			if s.action != plan.Replace {
				rng := e.Range()
				s.action, s.certain, s.trigger = plan.Replace, false, &rng
				s.why = "replace_triggered_by names " + e.Text + ", which may or may not change"
				s.planned = maybeReplaced(s)
			}
		}
	}
}

// nothingToCompare reports whether a resource named in replace_triggered_by has
// no instance on either side: Terraform 1.11 refuses to plan then.
func (c *comparison) nothingToCompare(m *eval.Module, ref hcl.Traversal) bool {
	name, _ := resourceRef(ref)
	r := m.Resource(name)
	if r == nil || r.Config.Mode != config.Managed || c.After.Runtime.Tool != config.Terraform {
		return false
	}
	if e := r.Expansion(); e.Repeat != eval.Counted && e.Repeat != eval.Each {
		return false
	}
	for _, other := range moduleInstances(c.after.Root, m.Static) {
		if o := other.Resource(name); o != nil && len(o.Expansion().Keys) > 0 {
			return false
		}
	}
	for _, o := range c.objects {
		if o.final.Module.Static() == m.Static && o.final.Type+"."+o.final.Name == name {
			return false
		}
	}
	return true
}

// maybeReplaced is the planned object of an instance that may be replaced.
func maybeReplaced(s *step) cty.Value {
	id := s.inst.Address()
	vals := asMap(s.planned)
	out := make(map[string]cty.Value, len(vals))
	for name, v := range vals {
		if _, configured := asMap(s.config)[name]; configured || v.IsKnown() {
			out[name] = v
			continue
		}
		out[name] = value.NewOpaque("if replaced "+id+"."+name, v.Type())
	}
	if len(out) == 0 {
		return s.planned
	}
	return cty.ObjectVal(out)
}

// fires tells whether what a reference names changes in a way that triggers.
func (c *comparison) fires(m *eval.Module, ref hcl.Traversal) pendency {
	name, rest := resourceRef(ref)
	r := m.Resource(name)
	if r == nil || r.Config.Mode != config.Managed {
		return notPending
	}
	instances := r.Instances()
	if len(rest) > 0 {
		if idx, ok := rest[0].(hcl.TraverseIndex); ok && r.Expansion().Repeat != eval.Single {
			key, _ := eval.KeyOf(idx.Key)
			inst := r.Instance(key)
			if inst == nil {
				return notPending
			}
			instances, rest = []*eval.Instance{inst}, rest[1:]
		}
	}
	worst := notPending
	for _, inst := range instances {
		worst = max(worst, c.triggersAnother(inst, rest))
	}
	return worst
}

func resourceRef(ref hcl.Traversal) (string, hcl.Traversal) {
	root, rest := ref.RootName(), ref[1:]
	if root == "resource" && len(rest) > 0 {
		root, rest = stepName(rest[0]), rest[1:]
	}
	if len(rest) == 0 {
		return root, nil
	}
	return root + "." + stepName(rest[0]), rest[1:]
}

func (c *comparison) triggersAnother(inst *eval.Instance, rest hcl.Traversal) pendency {
	s := c.step(inst)
	switch s.action {
	case plan.Update, plan.Replace:
	case plan.Create:
		if !c.After.Runtime.CreateTriggers() {
			return notPending
		}
	default:
		return notPending
	}
	certain := mayBePending
	if s.certain {
		certain = isPending
	}
	if len(rest) == 0 || s.prior == nil {
		return certain
	}
	state, _ := s.prior.inst.Value()
	was, diags := expr.Follow(state, rest)
	is, more := expr.Follow(s.planned, rest)
	switch {
	case diags.HasErrors() && more.HasErrors():
		return notPending
	case diags.HasErrors() || more.HasErrors():
		return certain
	case value.KnownAfterApply(is):
		return certain
	case value.Fingerprint(was) == value.Fingerprint(is):
		return notPending
	case was.IsWhollyKnown() && is.IsWhollyKnown():
		return certain
	}
	return mayBePending
}
