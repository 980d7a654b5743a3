package compare

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// step is what is planned for one instance of the after side.
type step struct {
	inst    *eval.Instance
	prior   *object // nil for a new instance
	action  plan.Action
	certain bool
	why     string
	paths   []plan.Path
	trigger *hcl.Range // the entry of replace_triggered_by that fires
	planned cty.Value
	config  cty.Value
	diags   hcl.Diagnostics
	cycle   hcl.Diagnostics
	placed  bool // what the provider's new configuration does to it is known
}

// step plans an instance once.
func (c *comparison) step(inst *eval.Instance) *step {
	if s := c.steps[inst]; s != nil {
		return s
	}
	if c.inProgress[inst] {
		return &step{inst: inst, cycle: expr.Errorf(inst.Resource.Config.Range, "Cycle", "%s depends on itself", inst.Address())}
	}
	c.inProgress[inst] = true
	s := &step{inst: inst, prior: c.final[inst.Address()]}
	c.decide(s)
	c.steps[inst] = s
	delete(c.inProgress, inst)
	return s
}

func (c *comparison) decide(s *step) {
	t := c.facts(s.inst.Resource)
	cfg, diags := s.inst.Config()
	s.diags, s.config = diags, cfg
	if s.prior == nil && c.imported(s, t, cfg) {
		return
	}
	if s.prior == nil {
		s.take(diff.Plan(t, nothing, fresh(cfg)))
		s.planned = diff.PlaceNew(t, c.providerValue(s.inst.Resource), cfg, s.planned)
		s.open(t, "")
		c.triggers(s) // only for what it refuses
		s.action, s.certain, s.trigger = plan.Create, true, nil
		return
	}
	state, _ := s.prior.inst.Value()
	old, _ := s.prior.inst.Config()
	everyPlan := hasImpure(old) && hasImpure(cfg)
	cfg = fresh(cfg)
	lifecycle := &s.inst.Resource.Config.Lifecycle
	merged, ignores := ignoreChanges(lifecycle, old, cfg, s.inst.Resource.Config.Type == "terraform_data")
	if s.inst.Resource.Config.Type != s.prior.inst.Resource.Config.Type {
		state = c.retyped(s, state)
	}
	state = diff.Renamed(t, state, old, cfg)
	provider := c.providerValue(s.inst.Resource)
	merged = diff.Placed(t, provider, merged, false)
	s.take(diff.Plan(t, state, merged))
	c.tellApart(s, t, state, merged)
	c.lookAgain(s, t, state, merged)
	c.elsewhere(s, t, cfg)
	if everyPlan && s.action == plan.Replace && s.certain {
		s.why = "timestamp, uuid or bcrypt gives another value at every plan, so it is replaced each time"
	}
	c.triggers(s)
	if s.action == plan.Replace && (ignores || s.trigger != nil) {
		// A new object gets the whole configuration (terraform 1.11
		// internal/terraform/node_resource_abstract_instance.go, plan).
		if s.certain {
			s.planned = diff.Plan(t, nothing, cfg).Planned
		}
	}
	if s.action == plan.Replace && s.certain {
		s.planned = diff.PlaceNew(t, provider, cfg, s.planned)
	}
	if s.action == plan.None && sensitivity(old) != sensitivity(cfg) {
		s.action = plan.Update // the mark alone is stored again
	}
	c.latent(s, t, state, old, cfg)
	s.open(t, s.prior.inst.Address())
	s.limited(old, s.config)
}

// limited: what may happen because an evaluation ended at a limit is made up by
// the limit. The limit is told, and holds.
func (s *step) limited(old, now cty.Value) {
	if !value.IsLimited(old) && !value.IsLimited(now) {
		return
	}
	if !s.certain {
		s.action, s.certain, s.why, s.paths, s.trigger = plan.None, true, "", nil, nil
	}
	s.planned = s.planned.Mark(value.Limited{})
}

func (s *step) take(r diff.Result) {
	s.action, s.certain, s.why, s.paths, s.planned = r.Action, r.Certain, r.Why, r.Paths, r.Planned
}

// open marks the planned object of a type without facts: what it does not
// list is as before, may be another, or becomes known after apply.
func (s *step) open(t *plan.TypeFacts, id string) {
	if t != nil {
		return
	}
	switch {
	case s.action == plan.None:
		s.planned = s.planned.Mark(value.Open{ID: id})
	case s.certain && (s.action == plan.Create || s.action == plan.Replace):
		s.planned = s.planned.Mark(value.Open{Pending: true})
	default:
		s.planned = s.planned.Mark(value.Open{ID: "if changed " + id + " " + value.Fingerprint(s.config)})
	}
}

// latent finds what an entry that left ignore_changes may have hidden: the
// object can differ from its configuration in ways no tree shows.
func (c *comparison) latent(s *step, t *plan.TypeFacts, state, old, cfg cty.Value) {
	was, is := &s.prior.inst.Resource.Config.Lifecycle, &s.inst.Resource.Config.Lifecycle
	if s.action == plan.Replace || is.IgnoreAll || !was.IgnoreAll && len(was.Ignore) == 0 {
		return
	}
	hidden := noLongerIgnored(was, is, cfg)
	if len(hidden) == 0 {
		return
	}
	drifted, m := state.Unmark()
	vals := drifted.AsValueMap()
	for _, name := range hidden {
		if v, ok := vals[name]; ok {
			vals[name] = value.NewOpaque("ignored "+s.prior.inst.Address()+"."+name, v.Type())
		}
	}
	if r := diff.Plan(t, cty.ObjectVal(vals).WithMarks(m), cfg); r.Action == plan.Replace && t != nil {
		s.action, s.certain, s.paths = plan.Replace, false, r.Paths
		s.why = "ignore_changes no longer covers " + hidden[0] + ": what it hid until now may force a replacement"
		s.planned = r.Planned
	}
}

// retyped turns the state of a moved object into one of its new type, where
// the new type's provider can: terraform_data takes over null_resource.
func (c *comparison) retyped(s *step, state cty.Value) cty.Value {
	from, to := s.prior.inst.Resource.Config.Type, s.inst.Resource.Config.Type
	plain, _ := state.Unmark()
	if from == "null_resource" && to == "terraform_data" && plain.Type().HasAttribute("id") {
		triggers := nothing
		if plain.Type().HasAttribute("triggers") {
			triggers = plain.GetAttr("triggers")
		}
		return cty.ObjectVal(map[string]cty.Value{"id": plain.GetAttr("id"), "input": nothing, "output": nothing, "triggers_replace": triggers})
	}
	cfg, _ := s.prior.inst.Config()
	return diff.State(c.facts(s.inst.Resource), s.prior.inst.Address(), cfg)
}
