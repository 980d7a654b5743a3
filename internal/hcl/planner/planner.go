// Package planner plans each instance of a root's after side as terraform plan
// does: what is there before, what the configuration asks for now, and which action
// leads from one to the other.
package planner

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
)

// Planner plans the instances of the after side of a pair, each once, when it is
// asked for. What is planned for one instance is what others see of it, so planning
// and evaluation ask each other; an instance that comes back to itself is a cycle.
type Planner struct {
	pair       *pair.Pair
	stages     []stage
	changes    map[*eval.Instance]*InstanceChange
	inProgress map[*eval.Instance]bool
	graph      *depends.Graph
	pending    map[pendingKey]Answer
	probes     *probes
}

// InstanceChange is what is planned for one instance of the after side.
type InstanceChange struct {
	Inst  *eval.Instance
	Prior *pair.Object // nil for a new instance
	// Config is the configuration as it was evaluated.
	Config cty.Value
	outcome
	// Cycle is set, and nothing else, where the instance depends on itself.
	Cycle hcl.Diagnostics
}

// outcome is what the stages make.
type outcome struct {
	diff.Result
	// Trigger is the entry of replace_triggered_by that fires.
	Trigger *hcl.Range
	// ProviderKnown says that what the provider's new configuration does to the
	// object is known, and part of the result.
	ProviderKnown bool
	Diags         hcl.Diagnostics
}

// New makes the planner of a pair and gives both of its worlds the objects that it
// plans. Probing meters what computing both sides once more takes.
func New(p *pair.Pair, probing *work.Meter) *Planner {
	pl := &Planner{pair: p, stages: stages(), changes: map[*eval.Instance]*InstanceChange{}, inProgress: map[*eval.Instance]bool{},
		pending: map[pendingKey]Answer{}, probes: &probes{pair: p, work: probing}}
	p.Before.Objects = priorObjects{pl}
	if p.After != nil {
		p.After.Objects = plannedObjects{pl}
	}
	return pl
}

// Plan plans an instance of the after side, whose objects must have been moved.
func (p *Planner) Plan(inst *eval.Instance) *InstanceChange {
	if c := p.changes[inst]; c != nil {
		return c
	}
	if p.inProgress[inst] {
		return &InstanceChange{Inst: inst, Cycle: expr.Errorf(inst.Resource.Config.Range, "Cycle", "%s depends on itself", inst.Address())}
	}
	p.inProgress[inst] = true
	c := p.plan(inst)
	p.changes[inst] = c
	delete(p.inProgress, inst)
	return c
}

func (p *Planner) plan(inst *eval.Instance) *InstanceChange {
	c := &InstanceChange{Inst: inst, Prior: p.pair.Prior(inst.Address())}
	var diags hcl.Diagnostics
	c.Config, diags = inst.Config()
	t := p.pair.TypeFacts(inst.Resource)
	switch {
	case c.Prior != nil:
		c.outcome = p.existing(p.subject(c, t))
	default:
		if id, ok := p.importID(inst); ok {
			c.outcome = imported(inst, t, c.Config, id)
		} else {
			c.outcome = p.created(c, t)
		}
	}
	c.Diags = append(diags[:len(diags):len(diags)], c.Diags...)
	return c
}

// Planned is what was planned for an object before, nil where nothing was.
func (p *Planner) Planned(o *pair.Object) *InstanceChange {
	r := p.pair.ResourceOf(o)
	if r == nil || !r.Expansion().Has(eval.Key(o.Final.Key)) {
		return nil
	}
	return p.changes[r.Instance(eval.Key(o.Final.Key))]
}

// nothing is the state of an object that does not exist.
var nothing = cty.NullVal(cty.DynamicPseudoType)
