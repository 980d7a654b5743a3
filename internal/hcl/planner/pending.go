package planner

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Answer says whether something holds.
type Answer int

const (
	No Answer = iota + 1
	Maybe
	Yes
)

// pendingKey is what the answer of [Planner.Pending] depends on: scope is the module
// instance where the question comes from the resource's own module.
type pendingKey struct {
	resource depends.Resource
	scope    string
}

// deferred tells whether Terraform puts off reading a data source until apply:
// its configuration is not known yet, or something it waits for has a change
// to come (terraform 1.11 internal/terraform/node_resource_abstract_instance.go,
// planDataSource and dependenciesHavePendingChanges).
func (p *Planner) deferred(inst *eval.Instance, cfg cty.Value) Answer {
	if attrs.HasPending(cfg) {
		return Yes
	}
	worst := No
	for _, dep := range p.Dependencies(inst.Resource) {
		if worst = max(worst, p.Pending(dep, inst.Resource.Module)); worst == Yes {
			break
		}
	}
	return worst
}

// Dependencies are the managed resources that a data source of the after side waits
// for.
func (p *Planner) Dependencies(data *eval.Resource) []depends.Resource {
	if p.graph == nil {
		p.graph = p.pair.Dependencies()
	}
	return p.graph.DataSource(data)
}

// Pending tells whether any instance of a resource has a change to come, seen
// from a data source in module instance from: in its own module only the same
// instance counts.
func (p *Planner) Pending(r depends.Resource, from *eval.Module) Answer {
	key := pendingKey{resource: r}
	if r.Module == from.Static {
		key.scope = from.Address
	}
	if known, ok := p.pending[key]; ok {
		return known
	}
	p.pending[key] = No // a cycle has nothing to add
	worst := No
	for _, m := range pair.ModuleInstances(p.pair.After.Root, r.Module) {
		if r.Module == from.Static && m != from {
			continue
		}
		res := m.Resource(r.Key)
		if res == nil {
			continue
		}
		for _, inst := range res.Instances() {
			worst = max(worst, p.Plan(inst).pending())
		}
	}
	for _, o := range p.pair.ObjectsOf(r) {
		if r.Module == from.Static && o.Final.Module.String() != from.Address {
			continue
		}
		if !p.pair.Declared(o) {
			worst = Yes
		}
	}
	p.pending[key] = worst
	return worst
}

// pending tells whether the instance has a change to come.
func (c *InstanceChange) pending() Answer {
	switch {
	case c.Action == plan.None:
		return No
	case c.Certain:
		return Yes
	}
	return Maybe
}
