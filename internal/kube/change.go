package kube

import "github.com/holdpoint-dev/holdpoint/internal/plan"

// change starts a change of an object.
func change(e *entry, action plan.Action, reason plan.Reason) plan.Change {
	a := address(e)
	c := plan.Change{Address: a, Previous: a, Action: action, Reason: reason, Certain: true, At: e.at, Variant: e.unit.Variant}
	if e.at.Side == plan.Before {
		c.Before = shown(e.Object)
	} else {
		c.After = shown(e.Object)
	}
	return c
}

// both starts a change of an object that is there on both sides.
func both(old, now *entry, action plan.Action, reason plan.Reason) plan.Change {
	c := change(now, action, reason)
	c.Previous = address(old)
	if old.key == now.key {
		c.Previous.Module = c.Address.Module // one of them names its namespace, or none
	}
	c.Before = shown(old.Object)
	return c
}
