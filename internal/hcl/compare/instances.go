package compare

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/check"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// instances adds what happens to every instance of the after side.
func (c *comparison) instances(m *eval.Module, path move.Path) {
	for _, r := range pair.Managed(m) {
		if !c.setKnown(r) {
			continue
		}
		for _, inst := range r.Instances() {
			c.instance(c.planner.Plan(inst), path)
		}
	}
	for _, call := range pair.Calls(m) {
		if call.Opaque || !c.callKnown(call) {
			continue
		}
		for _, child := range call.Instances() {
			c.instances(child, pair.Below(path, call, child))
		}
	}
}

// instance adds what happens to one instance of the after side.
func (c *comparison) instance(planned *planner.InstanceChange, path move.Path) {
	c.instanceErrors(planned)
	if planned.Prior == nil {
		c.created(planned, path)
		return
	}
	change := plan.Change{Action: planned.Action, Certain: planned.Certain}
	if disarmed(planned) {
		change.Effect, change.Reason = plan.Disarm, plan.GuardRemoved
	}
	switch planned.Action {
	case plan.Replace:
		change.Reason, change.Because = plan.CannotUpdate, planned.Paths
		if planned.Trigger != nil {
			change.Reason = plan.ByTriggers
		}
		if planned.Inst.Resource.Config.Lifecycle.PreventDestroy {
			change.Effect = plan.Blocked
		}
	case plan.None:
		if c.otherChart(planned) {
			change.Action = plan.Update
		} else if change.Effect == "" {
			return
		}
	}
	why := planned.Why
	if change.Certain && strings.Contains(planned.Inst.Address(), string(eval.SomeKey)) {
		change.Certain, why = false, unknownCount
	}
	if host(change, planned) {
		change.Hosts = hosted(planned)
	}
	c.add(planned.Prior, change, planned, why)
	c.keepForLosses(planned)
}

// disarmed reports whether the object loses its prevent_destroy: nothing
// happens to it yet, and the next change that destroys it will not be stopped.
func disarmed(planned *planner.InstanceChange) bool {
	return planned.Action != plan.Replace &&
		planned.Prior.Inst.Resource.Config.Lifecycle.PreventDestroy && !planned.Inst.Resource.Config.Lifecycle.PreventDestroy
}

func (c *comparison) instanceErrors(planned *planner.InstanceChange) {
	if !planned.Diags.HasErrors() && planned.Cycle == nil {
		return
	}
	diags := append(planned.Diags, planned.Cycle...)
	if planned.Prior != nil {
		if _, old := planned.Prior.Inst.Config(); old.HasErrors() {
			diags = check.Added(diags, old)
		}
	}
	c.errors(planned.Inst.Address(), diags)
}

// setKnown says why the instances of a resource are not known, and reports whether
// they are, or are the same unknown ones as before.
func (c *comparison) setKnown(r *eval.Resource) bool {
	e := r.Expansion()
	switch {
	case e.Repeat == eval.Failed:
		c.setFailed(r.Address, e)
		return false
	case e.Pending():
		if !c.pendingBefore(r) {
			c.refuse(check.Problem{At: e.By.Range(), Subject: r.Address,
				Why: "Invalid " + argument(r.Config) + " argument: its value is known only after apply"})
		}
		return false
	case e.Repeat == eval.Unknown:
		return !c.setDiffers(r)
	}
	return true
}

// callKnown is setKnown for a module call. Instances that are not known are gone
// through all the same.
func (c *comparison) callKnown(call *eval.Call) bool {
	e := call.Expansion()
	switch {
	case e.Repeat == eval.Failed:
		c.setFailed(call.Address, e)
		return false
	case e.Pending():
		c.refuse(check.Problem{At: e.By.Range(), Subject: call.Address,
			Why: "Invalid count or for_each argument: its value is known only after apply"})
		return false
	case e.Repeat == eval.Unknown:
		c.callSetDiffers(call)
	}
	return true
}

// setFailed says why a set of instances cannot be computed, unless it
// could not be before either, for the same reason.
func (c *comparison) setFailed(address string, e *eval.Expansion) {
	if c.FailedBefore[address] == eval.FirstError(e.Diags) && expr.LimitIn(e.Diags) == nil {
		return
	}
	c.errors(address, e.Diags)
}

// pendingBefore: the number of instances was not known when before was
// applied either.
func (c *comparison) pendingBefore(r *eval.Resource) bool {
	old := c.before(r)
	return old != nil && old.Expansion().Pending()
}

// before is the same resource on the before side, nil where there is none.
func (c *comparison) before(r *eval.Resource) *eval.Resource {
	m := pair.ModuleAt(c.Before.Root, r.Module.Address)
	if m == nil {
		return nil
	}
	return m.Resource(r.Config.Key())
}

func argument(r *config.Resource) string {
	if r.Count != nil {
		return "count"
	}
	return "for_each"
}

// setDiffers compares a resource whose instances the trees do not say with
// what it was before; it reports whether the set itself may differ.
func (c *comparison) setDiffers(r *eval.Resource) bool {
	old := c.before(r)
	if old == nil {
		return false
	}
	was := old.Expansion()
	if was.Repeat == eval.Unknown && was.ID() == r.Expansion().ID() {
		return false
	}
	if value.IsLimited(was.Value) || value.IsLimited(r.Expansion().Value) {
		return true
	}
	reason := plan.EachKey
	if r.Config.Count != nil {
		reason = plan.CountIndex
	}
	for _, inst := range old.Instances() {
		if o := c.Object(inst.Address()); o != nil && stays(o) {
			c.add(o, plan.Change{Action: plan.Delete, Reason: reason, Certain: false}, nil,
				"which instances remain depends on a value that is not in the repository")
		}
	}
	return true
}

// stays reports whether moves leave an object an instance of its own resource: one
// that gets a count or for_each is moved to a key of it.
func stays(o *pair.Object) bool {
	to := o.Final
	to.Key = o.Address.Key
	return to.String() == o.Address.String()
}

// callSetDiffers says where the instances of a module are not known, and need
// not be those of before.
func (c *comparison) callSetDiffers(call *eval.Call) {
	before := pair.ModuleAt(c.Before.Root, call.Module.Address)
	if before == nil {
		return
	}
	old := before.ModuleCall(call.Config.Name)
	if old == nil || old.Expansion().Repeat == eval.Unknown && old.Expansion().ID() == call.Expansion().ID() {
		return
	}
	c.setGap(call.Address, call.Expansion())
}
