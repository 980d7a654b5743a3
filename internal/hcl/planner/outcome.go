package planner

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// compareState is the plan by the arguments alone.
func compareState(s *subject, out outcome) outcome {
	out.Result = diff.Plan(s.facts, s.state, s.merged)
	return out
}

// impureFunctions gives the reason of an object that is replaced at every plan.
func impureFunctions(s *subject, out outcome) outcome {
	if s.everyPlan && out.replaces() {
		out.Why = "timestamp, uuid or bcrypt returns a new value on every plan, so it is replaced every time"
	}
	return out
}

// newObject is the object that takes the place of one that is replaced: it gets the
// whole configuration (terraform 1.11
// internal/terraform/node_resource_abstract_instance.go, plan).
func newObject(s *subject, out outcome) outcome {
	if !out.replaces() {
		return out
	}
	if s.ignores || out.Trigger != nil {
		out.Planned = diff.Plan(s.facts, nothing, s.config).Planned
	}
	out.Planned = diff.PlaceNew(s.facts, s.provider, s.config, out.Planned)
	return out
}

// sensitiveMarks: where only what is sensitive differs, the state is stored again.
func sensitiveMarks(s *subject, out outcome) outcome {
	if out.Action == plan.None && sensitivity(s.old) != sensitivity(s.config) {
		out.Action = plan.Update
	}
	return out
}

// openObject marks the planned object of a type without facts: what it does not
// list is as before, may be another, or becomes known after apply.
func openObject(s *subject, out outcome) outcome {
	if s.facts == nil {
		out.Planned = open(out, s.Prior.Inst.Address(), s.Config)
	}
	return out
}

func open(out outcome, id string, config cty.Value) cty.Value {
	switch {
	case out.Action == plan.None:
		return out.Planned.Mark(value.Open{ID: id})
	case out.Certain && (out.Action == plan.Create || out.Action == plan.Replace):
		return out.Planned.Mark(value.Open{Pending: true})
	}
	return out.Planned.Mark(value.Open{ID: "if changed " + id + " " + value.Fingerprint(config)})
}

// limits takes back what may happen only because an evaluation ended at a limit.
func limits(s *subject, out outcome) outcome {
	if !value.IsLimited(s.old) && !value.IsLimited(s.Config) {
		return out
	}
	if !out.Certain {
		out.Action, out.Certain, out.Why, out.Paths, out.Trigger = plan.None, true, "", nil, nil
	}
	out.Planned = out.Planned.Mark(value.Limited{})
	return out
}
