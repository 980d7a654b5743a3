package planner

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// stage is one step of planning: it takes what is planned so far and gives what is
// planned after it.
type stage struct {
	name string
	plan func(*subject, outcome) outcome
}

// stages are what the planning of an existing object goes through, in this order.
// Each says what it needs of those before it.
func stages(p *pair.Pair, probe *probes, trigger triggers) []stage {
	return []stage{
		// Needs nothing: the comparison of the prior state with the configuration.
		{"compare", compareState},
		// Needs a first result. Only a possible replacement is looked at.
		{"distinct identities", identities{p}.distinct},
		// Needs what identities decide: it is the dearer way to make a possible
		// replacement or update certain. Anything certain is left alone.
		{"probe", probe.decide},
		// Needs the final word on the arguments: it adds what the provider's own
		// configuration changes, where that is worse.
		{"provider configuration", providerConfiguration{p}.apply},
		// Needs to know whether a replacement is certain by the arguments alone: it
		// only gives the reason of one.
		{"impure functions", impureFunctions},
		// Needs the action by arguments and provider, and puts itself above it: an
		// entry that applies makes any action a certain replacement.
		{"replace_triggered_by", trigger.apply},
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

// subjectOf collects what the stages read.
func subjectOf(c target, t *plan.TypeFacts) *subject {
	s := &subject{target: c, facts: t, provider: providers.Config(c.Inst.Resource)}
	r, was := c.Inst.Resource.Config, c.Prior.Inst.Resource.Config
	state, _ := c.Prior.Inst.Value()
	s.old, _ = c.Prior.Inst.Config()
	s.everyPlan = hasImpure(s.old) && hasImpure(c.Config)
	s.config = fresh(c.Config)
	s.merged, s.ignores = ignoreChanges(&r.Lifecycle, s.old, s.config, diff.IsTerraformData(r.Type))
	if r.Type != was.Type {
		state = retyped(c, t, state)
	}
	s.state = diff.Renamed(t, state, s.old, s.config)
	s.merged = diff.Placed(t, s.provider, s.merged, false)
	return s
}

// retyped turns the state of a moved object into one of its new type, where
// the new type's provider can: terraform_data takes over null_resource.
func retyped(c target, t *plan.TypeFacts, state cty.Value) cty.Value {
	from, to := c.Prior.Inst.Resource.Config.Type, c.Inst.Resource.Config.Type
	plain, _ := state.Unmark()
	if from == "null_resource" && diff.IsTerraformData(to) && plain.Type().HasAttribute("id") {
		triggers := nothing
		if plain.Type().HasAttribute("triggers") {
			triggers = plain.GetAttr("triggers")
		}
		return cty.ObjectVal(map[string]cty.Value{"id": plain.GetAttr("id"), "input": nothing, "output": nothing, "triggers_replace": triggers})
	}
	cfg, _ := c.Prior.Inst.Config()
	return diff.State(t, c.Prior.Inst.Address(), cfg)
}
