package planner

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// subject is one existing object whose change is planned: what the stages read. No
// stage changes it.
type subject struct {
	*InstanceChange
	facts *plan.TypeFacts // nil for a type without facts
	// state is what an apply of the before side left, in the form of the type that
	// the object has now.
	state cty.Value
	// old is the configuration before.
	old cty.Value
	// config is the configuration now, with what functions give anew at each plan
	// pending.
	config cty.Value
	// merged is config with the values of before where ignore_changes covers them,
	// and with what the provider's configuration adds.
	merged  cty.Value
	ignores bool // whether ignore_changes covers anything
	// everyPlan says that both configurations hold what is new at each plan.
	everyPlan bool
	provider  cty.Value // the provider's configuration now, NilVal where none is written
}

// stage is one step of planning: it takes what is planned so far and gives what is
// planned after it.
type stage struct {
	name string
	plan func(*Planner, *subject, outcome) outcome
}

// stages are what the planning of an existing object goes through, in this order.
// Each says what it needs of those before it.
func stages() []stage {
	return []stage{
		// Needs nothing: the comparison of the prior state with the configuration.
		{"compare", compareState},
		// Needs a first result. Only a possible replacement is looked at.
		{"distinct identities", (*Planner).distinctIdentities},
		// Needs identities to be told apart: it is the dearer way to make a possible
		// replacement or update certain. Anything certain is left alone.
		{"probe", (*Planner).probe},
		// Needs the final word on the arguments: it adds what the provider's own
		// configuration changes, where that is worse.
		{"provider configuration", (*Planner).providerConfiguration},
		// Needs to know whether a replacement is certain by the arguments alone: it
		// only gives the reason of one.
		{"impure functions", impureFunctions},
		// Needs the action by arguments and provider, and puts itself above it: a
		// trigger that fires makes any action a certain replacement.
		{"replace_triggered_by", (*Planner).replaceTriggeredBy},
		// Needs the last action that replaces for certain: the new object gets the
		// whole configuration, and what only the provider adds to new objects.
		{"new object", newObject},
		// Needs an object that nothing else changes: a sensitive mark alone is stored.
		{"sensitive marks", sensitiveMarks},
		// Needs an object that is not replaced anyway: what ignore_changes hid until now
		// may replace it.
		{"hidden drift", hiddenDrift},
		// Needs the final action: a type without facts shows others an open object.
		{"open object", openObject},
		// Comes last: whatever is only possible because an evaluation ended at a limit
		// is taken back. The limit is a gap of its own.
		{"limits", limits},
	}
}

// existing plans what happens to an object that is there.
func (p *Planner) existing(s *subject) outcome {
	var out outcome
	for _, stage := range p.stages {
		out = stage.plan(p, s, out)
	}
	return out
}

// subject collects what the stages read.
func (p *Planner) subject(c *InstanceChange, t *plan.TypeFacts) *subject {
	s := &subject{InstanceChange: c, facts: t, provider: providers.Config(c.Inst.Resource)}
	r, was := c.Inst.Resource.Config, c.Prior.Inst.Resource.Config
	state, _ := c.Prior.Inst.Value()
	s.old, _ = c.Prior.Inst.Config()
	s.everyPlan = hasImpure(s.old) && hasImpure(c.Config)
	s.config = fresh(c.Config)
	s.merged, s.ignores = ignoreChanges(&r.Lifecycle, s.old, s.config, r.Type == "terraform_data")
	if r.Type != was.Type {
		state = p.retyped(c, state)
	}
	s.state = diff.Renamed(r.Type, state, s.old, s.config)
	s.merged = diff.Placed(t, s.provider, s.merged, false)
	return s
}

// retyped turns the state of a moved object into one of its new type, where
// the new type's provider can: terraform_data takes over null_resource.
func (p *Planner) retyped(c *InstanceChange, state cty.Value) cty.Value {
	from, to := c.Prior.Inst.Resource.Config.Type, c.Inst.Resource.Config.Type
	plain, _ := state.Unmark()
	if from == "null_resource" && to == "terraform_data" && plain.Type().HasAttribute("id") {
		triggers := nothing
		if plain.Type().HasAttribute("triggers") {
			triggers = plain.GetAttr("triggers")
		}
		return cty.ObjectVal(map[string]cty.Value{"id": plain.GetAttr("id"), "input": nothing, "output": nothing, "triggers_replace": triggers})
	}
	cfg, _ := c.Prior.Inst.Config()
	return diff.State(p.pair.TypeFacts(c.Inst.Resource), c.Prior.Inst.Address(), cfg)
}

// compareState is the plan by the arguments alone.
func compareState(_ *Planner, s *subject, out outcome) outcome {
	out.Result = diff.Plan(s.facts, s.state, s.merged)
	return out
}

// impureFunctions gives the reason of an object that is replaced at every plan.
func impureFunctions(_ *Planner, s *subject, out outcome) outcome {
	if s.everyPlan && out.replaces() {
		out.Why = "timestamp, uuid or bcrypt gives another value at every plan, so it is replaced each time"
	}
	return out
}

// newObject is the object that takes the place of one that is replaced: it gets the
// whole configuration (terraform 1.11
// internal/terraform/node_resource_abstract_instance.go, plan).
func newObject(_ *Planner, s *subject, out outcome) outcome {
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
func sensitiveMarks(_ *Planner, s *subject, out outcome) outcome {
	if out.Action == plan.None && sensitivity(s.old) != sensitivity(s.config) {
		out.Action = plan.Update
	}
	return out
}

// openObject marks the planned object of a type without facts: what it does not
// list is as before, may be another, or becomes known after apply.
func openObject(_ *Planner, s *subject, out outcome) outcome {
	if s.facts == nil {
		out.Planned = open(out, s.Prior.Inst.Address(), s.Config)
	}
	return out
}

func open(out outcome, id string, config cty.Value) cty.Value {
	switch {
	case out.Action == plan.None:
		return out.Planned.Mark(expr.Open{ID: id})
	case out.Certain && (out.Action == plan.Create || out.Action == plan.Replace):
		return out.Planned.Mark(expr.Open{Pending: true})
	}
	return out.Planned.Mark(expr.Open{ID: "if changed " + id + " " + expr.Fingerprint(config)})
}

// limits takes back what may happen only because an evaluation ended at a limit.
func limits(_ *Planner, s *subject, out outcome) outcome {
	if !expr.IsLimited(s.old) && !expr.IsLimited(s.Config) {
		return out
	}
	if !out.Certain {
		out.Action, out.Certain, out.Why, out.Paths, out.Trigger = plan.None, true, "", nil, nil
	}
	out.Planned = out.Planned.Mark(expr.Limited{})
	return out
}

// replaces reports whether the object is replaced for certain.
func (o outcome) replaces() bool { return o.Action == plan.Replace && o.Certain }

// maybeReplaces reports whether a replacement is possible, and not certain.
func (o outcome) maybeReplaces() bool { return o.Action == plan.Replace && !o.Certain }
