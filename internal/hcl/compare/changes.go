package compare

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// unknownCount is why nothing is certain of an instance that stands for any number.
const unknownCount = "the number of instances depends on a value that is not in the repository"

// add records a change of an object. What is planned for it is nil where it leaves.
func (c *comparison) add(o *pair.Object, change plan.Change, planned *planner.InstanceChange, why string) {
	change.Address, change.Previous = c.address(o.Final), c.address(o.Address)
	change.Variant = c.in.Variant
	state, _ := o.Inst.Value()
	change.Before = attrs.Known(state)
	change.At = c.Before.Place(o.Inst.Resource.Config.Full)
	if planned != nil {
		change.After = attrs.Known(planned.Planned)
		change.At = c.After.Place(planned.Inst.Resource.Config.Full)
	}
	if change.Effect == plan.Blocked {
		c.guarded(o, change)
	}
	if planned != nil {
		change.Causes = c.tracer.Instance(o, planned, change, why)
		change.Arguments = c.tracer.Arguments(planned, change)
	} else {
		change.Causes = c.tracer.Leaving(o, change, why)
	}
	if leaves(change.Action) {
		c.lost = append(c.lost, lostObject{len(c.changes), o})
	}
	c.changes = append(c.changes, change)
}

// created records a new instance. Nothing is lost by it; it is listed for
// those who ask for everything.
func (c *comparison) created(planned *planner.InstanceChange, path move.Path) {
	if planned.Action != plan.Create {
		return
	}
	r := planned.Inst.Resource.Config
	address := c.address(move.Address{Module: path, Type: r.Type, Name: r.Name, Key: string(planned.Inst.Key)})
	change := plan.Change{
		Address: address, Previous: address, Action: plan.Create, Certain: planned.Certain, Variant: c.in.Variant,
		At: c.After.Place(r.Full), After: attrs.Known(planned.Planned),
	}
	change.Causes = c.tracer.Instance(nil, planned, change, "new")
	c.changes = append(c.changes, change)
	c.keepForLosses(planned)
}

// guarded adds the gap that prevent_destroy stops a change. A possible one need not
// make the plan fail.
func (c *comparison) guarded(o *pair.Object, change plan.Change) {
	at := c.After.Place(o.Inst.Resource.Config.Range)
	if cfg := c.ConfigAt(o.Final); cfg != nil {
		at = c.After.Place(cfg.Lifecycle.PreventRange)
	}
	verdict, could := "would", "would"
	if c.invalid = c.invalid || change.Certain; !change.Certain {
		verdict, could = "might", "may"
	}
	c.gap(plan.Gap{At: at, Kind: plan.GapInvalid, Subject: change.Address.String(),
		Why: fmt.Sprintf("%s not plan: Instance cannot be destroyed: %s has prevent_destroy, and the change %s %s it",
			verdict, change.Address, could, change.Action)})
}
