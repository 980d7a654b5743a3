// Package planner plans each instance of a root's after side as terraform plan
// does: what is there before, what the configuration asks for now, and which action
// leads from one to the other.
package planner

import (
	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
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
	trigger    triggers
	deferral   *deferral
	stages     []stage
	changes    map[*eval.Instance]*InstanceChange
	inProgress map[*eval.Instance]bool
}

// New makes the planner of a pair and gives both of its worlds the objects that it
// plans. Probing meters what computing both sides once more takes.
func New(p *pair.Pair, probing *work.Meter) *Planner {
	pl := &Planner{pair: p, changes: map[*eval.Instance]*InstanceChange{}, inProgress: map[*eval.Instance]bool{}}
	pl.trigger = triggers{p, pl.Plan}
	pl.deferral = &deferral{pair: p, plan: pl.Plan, known: map[pendingKey]Answer{}, running: map[pendingKey]bool{}}
	pl.stages = stages(p, &probes{pair: p, work: probing, planned: func() int { return len(pl.changes) }}, pl.trigger)
	p.Before.Objects = priorObjects{p}
	if p.After != nil {
		p.After.Objects = plannedObjects{pl.Plan, pl.deferral}
	}
	return pl
}

// Plan plans an instance of the after side, whose objects must have been moved.
func (p *Planner) Plan(inst *eval.Instance) *InstanceChange {
	if c := p.changes[inst]; c != nil {
		return c
	}
	if p.inProgress[inst] {
		return &InstanceChange{target: target{Inst: inst},
			Cycle: expr.Errorf(inst.Resource.Config.Range, "Cycle", "%s depends on itself", inst.Address())}
	}
	p.inProgress[inst] = true
	c := p.plan(inst)
	p.changes[inst] = c
	delete(p.inProgress, inst)
	return c
}

func (p *Planner) plan(inst *eval.Instance) *InstanceChange {
	cfg, diags := inst.Config()
	c := &InstanceChange{target: target{Inst: inst, Prior: p.pair.Prior(inst.Address()), Config: cfg}}
	t := p.pair.TypeFacts(inst.Resource)
	if c.Prior != nil {
		s := subjectOf(c.target, t)
		for _, stage := range p.stages {
			c.outcome = stage.plan(s, c.outcome)
		}
	} else if id, ok := importID(p.pair, inst); ok {
		c.outcome = imported(inst, t, cfg, id)
	} else {
		c.outcome = created(p.trigger, c.target, t)
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

// Dependencies are the managed resources that a data source of the after side waits
// for.
func (p *Planner) Dependencies(data *eval.Resource) []depends.Resource {
	return p.deferral.dependencies(data)
}

// Pending says whether any instance of a resource has a change to come, seen
// from a data source in module instance from: in its own module only the same
// instance counts.
func (p *Planner) Pending(r depends.Resource, from *eval.Module) Answer {
	return p.deferral.pending(r, from)
}
