package compare

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/check"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
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
		if call.Opaque || !c.callKnown(call, path) {
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
