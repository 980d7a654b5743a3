package compare

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/check"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/opaque"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// leaving adds what happens to objects that have no place any more.
func (c *comparison) leaving() {
	for _, o := range c.Objects {
		if c.Declared(o) || c.placeUnknown(o) {
			continue
		}
		change, why := plan.Change{Action: plan.Delete, Certain: true}, ""
		cfg := c.ConfigAt(o.Final)
		change.Reason = c.deleteReason(o, cfg)
		if ofSome(o) {
			change.Certain, why = false, unknownCount
		}
		if cfg == nil {
			if problem := c.providerGone(o); problem != "" {
				c.refuse(check.Problem{At: o.Inst.Resource.Config.Range, Subject: o.Address.String(), Why: problem})
			}
		}
		c.add(o, c.spared(o, cfg, change), nil, why)
	}
}

// spared is the deletion of an object, as its configuration or a removed block lets
// it come to pass: some are kept unmanaged, some are guarded.
func (c *comparison) spared(o *pair.Object, cfg *config.Resource, change plan.Change) plan.Change {
	switch {
	case cfg == nil && c.kept(o), cfg != nil && cfg.Lifecycle.Keep:
		change.Action = plan.Forget
	case cfg != nil && cfg.Lifecycle.PreventDestroy:
		change.Effect = plan.Blocked
	}
	return change
}

// kept reports whether an object without configuration stays, unmanaged: a removed
// block says so, or where none names it its last configuration.
func (c *comparison) kept(o *pair.Object) bool {
	if keep, found := c.removedBlock(o); found {
		return keep
	}
	return o.Inst.Resource.Config.Lifecycle.Keep
}

// placeUnknown reports whether an object's place could not be computed; it is
// a gap then.
func (c *comparison) placeUnknown(o *pair.Object) bool {
	m, unknown := c.moduleOf(o.Final.Module)
	if m == nil {
		return unknown
	}
	r := m.Resource(o.Final.Type + "." + o.Final.Name)
	if r == nil {
		return false
	}
	repeat := r.Expansion().Repeat
	return repeat == eval.Failed || repeat == eval.Unknown
}

// moduleOf is the module instance of the after side at a path, nil where there is
// none: unknown then says that it could not be computed, and is a gap.
func (c *comparison) moduleOf(path move.Path) (m *eval.Module, unknown bool) {
	m = c.After.Root
	for _, step := range path {
		call := m.ModuleCall(step.Name)
		if call == nil {
			return nil, false
		}
		switch e := call.Expansion(); {
		case call.Opaque:
			c.gap(opaque.Gap(c.Pair, call, "its objects were known before, and what is at "+call.Config.Source+" is not"))
			return nil, true
		case e.Repeat == eval.Failed || call.Broken != nil:
			return nil, true
		case e.Repeat == eval.Unknown && !e.Has(eval.Key(step.Key)):
			if !e.Pending() {
				c.setGap(call.Address, e)
			}
			return nil, true
		}
		if m = call.Instance(eval.Key(step.Key)); m == nil {
			return nil, false
		}
	}
	return m, false
}

// deleteReason is Terraform's action_reason (terraform 1.11
// internal/terraform/node_resource_plan_orphan.go, deleteActionReason).
func (c *comparison) deleteReason(o *pair.Object, cfg *config.Resource) plan.Reason {
	if cfg == nil {
		if o.By != nil {
			return plan.NoMoveTarget
		}
		return plan.NoResourceConfig
	}
	m := pair.ModuleAt(c.After.Root, o.Final.Module.String())
	if m == nil {
		return plan.NoModule
	}
	switch key := o.Final.Key; {
	case key == "":
		return plan.WrongRepetition
	case key == string(eval.SomeKey) && cfg.Count == nil && cfg.ForEach != nil, len(key) > 1 && key[1] == '"':
		if cfg.ForEach == nil {
			return plan.WrongRepetition
		}
		return plan.EachKey
	default:
		if cfg.Count == nil {
			return plan.WrongRepetition
		}
		return plan.CountIndex
	}
}

// removedBlock looks for a removed block that names an object's resource or a
// module around it. keep is its destroy = false.
func (c *comparison) removedBlock(o *pair.Object) (keep, found bool) {
	for _, m := range c.After.Branches() {
		for _, block := range m.Config.Removed {
			e, ok := move.ParseEndpoint(block.From, pair.QuoteIndex)
			if !ok || !names(m.Static, e, o.Final) {
				continue
			}
			if block.Destroy != nil {
				return !*block.Destroy, true
			}
			return !c.After.Runtime.RemovedDestroys(), true
		}
	}
	return false, false
}

// names reports whether a removed block in the module at a call path names an
// object, its keys aside.
func names(static string, e move.Endpoint, a move.Address) bool {
	prefix := append(pair.Names(static), pair.Names(e.Module.Static())...)
	if len(a.Module) < len(prefix) {
		return false
	}
	for i, name := range prefix {
		if a.Module[i].Name != name {
			return false
		}
	}
	if !e.IsResource() {
		return true
	}
	return len(a.Module) == len(prefix) && e.Type == a.Type && e.Name == a.Name
}

// providerGone says whether an object whose configuration is gone needs a
// provider configuration that is gone as well: Terraform then refuses to plan.
func (c *comparison) providerGone(o *pair.Object) string {
	static, local := providers.Of(o.Inst.Resource)
	if static == "" && !providers.Aliased(local) {
		return ""
	}
	for _, m := range c.After.Modules() {
		if m.Static == static && m.Config.Providers[local] != nil {
			return ""
		}
	}
	return fmt.Sprintf("Provider configuration not present:"+
		" %s is to be destroyed with provider %s, which is no longer configured", o.Address, local)
}
