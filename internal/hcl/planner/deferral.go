package planner

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// deferral says which data sources are read only during apply.
type deferral struct {
	pair  *pair.Pair
	plan  func(*eval.Instance) *InstanceChange
	graph *depends.Graph
	known map[pendingKey]Answer
	// running are the questions that are being answered; cyclic says that one of them
	// was asked again, so that what is answered meanwhile is not all there is to say.
	running map[pendingKey]bool
	cyclic  bool
}

// pendingKey is what the answer of deferral.pending depends on: scope is the module
// instance where the question comes from the resource's own module.
type pendingKey struct {
	resource depends.Resource
	scope    string
}

// deferred says whether Terraform puts off reading a data source until apply:
// its configuration is not known yet, or something it waits for has a change
// to come (terraform 1.11 internal/terraform/node_resource_abstract_instance.go,
// planDataSource and dependenciesHavePendingChanges).
func (d *deferral) deferred(inst *eval.Instance, cfg cty.Value) Answer {
	if value.HoldsPending(cfg) {
		return Yes
	}
	worst := No
	for _, dep := range d.dependencies(inst.Resource) {
		if worst = max(worst, d.pending(dep, inst.Resource.Module)); worst == Yes {
			break
		}
	}
	return worst
}

// dependencies are the managed resources that a data source of the after side waits
// for.
func (d *deferral) dependencies(data *eval.Resource) []depends.Resource {
	if d.graph == nil {
		d.graph = d.pair.Dependencies()
	}
	return d.graph.DataSource(data)
}

// pending says whether any instance of a resource has a change to come, seen
// from a data source in module instance from: in its own module only the same
// instance counts.
func (d *deferral) pending(r depends.Resource, from *eval.Module) Answer {
	key := pendingKey{resource: r}
	if r.Module == from.Static {
		key.scope = from.Address
	}
	if known, ok := d.known[key]; ok {
		return known
	}
	if d.running[key] {
		d.cyclic = true
		return No // a cycle has nothing to add
	}
	d.running[key] = true
	worst := No
	for _, m := range pair.ModuleInstances(d.pair.After.Root, r.Module) {
		if r.Module == from.Static && m != from {
			continue
		}
		res := m.Resource(r.Key)
		if res == nil {
			continue
		}
		for _, inst := range res.Instances() {
			worst = max(worst, d.plan(inst).pending())
		}
	}
	for _, o := range d.pair.ObjectsOf(r) {
		if r.Module == from.Static && o.Final.Module.String() != from.Address {
			continue
		}
		if !d.pair.Declared(o) {
			worst = Yes
		}
	}
	delete(d.running, key)
	if !d.cyclic {
		d.known[key] = worst
	}
	d.cyclic = d.cyclic && len(d.running) > 0
	return worst
}
