// Package diff plans one resource instance as its provider would: given what
// an apply of one configuration left behind and the configuration that comes
// next, does the object stay, change in place or get replaced, by which
// attributes, and what do others see of it meanwhile.
//
// It mirrors PlanResourceChange of the Plugin SDK v2 (helper/schema/schema.go
// and grpc_provider.go, v2.40) and of the Plugin Framework
// (internal/fwserver/server_planresourcechange.go, v1.19), and what Terraform's
// core adds to their answer: an attribute forces replacement only when its
// planned value differs from the prior one.
//
// Everything here is pure: values in, values out.
package diff

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// State is the instance that an apply of config leaves behind. Attributes that
// the provider computes are opaque, under Symbols made of id and their path;
// id must name the instance in a way that is the same before and after a move.
//
// config is an object of attribute values and, per block type, a tuple (or
// list) of objects; missing attributes are null. It may be an object of any
// shape: it is converted by t. Without facts (t nil) the state is what is
// configured, and an opaque id.
func State(t *plan.TypeFacts, id string, config cty.Value) cty.Value {
	if isTerraformData(t) {
		return terraformDataState(id, config)
	}
	if t == nil {
		return stateWithoutSchema(id, config)
	}
	conformed, _ := conform(t, config)
	return build(t, conformed, true, func(path string, ty cty.Type) cty.Value { return value.OpaqueAttribute(id, path, ty) })
}

// Create is what a new instance of config looks like to others in the plan
// that creates it: computed attributes are known after apply.
func Create(t *plan.TypeFacts, config cty.Value) Result {
	switch {
	case isTerraformData(t):
		return Result{Action: plan.Create, Certain: true, Planned: terraformDataCreate(config)}
	case t == nil:
		return Result{Action: plan.Create, Certain: true, Planned: createWithoutSchema(config)}
	}
	conformed, problems := conform(t, config)
	r := Result{Action: plan.Create, Certain: true, Planned: created(t, conformed)}
	for _, path := range slices.Sorted(maps.Keys(problems)) {
		r.Problems = append(r.Problems, problems[path])
	}
	return r
}

// Plan compares what State (or an earlier Planned) gave with the configuration
// that comes next. prior is null for an instance that does not exist yet.
func Plan(t *plan.TypeFacts, prior, config cty.Value) Result {
	switch {
	case prior == cty.NilVal || prior.IsNull():
		return Create(t, config)
	case isTerraformData(t):
		return terraformDataPlan(prior, config)
	case t == nil:
		return planWithoutSchema(prior, config)
	}
	conformed, problems := conform(t, config)
	before, _ := prior.Unmark()
	w := walker{instance: instance{typ: t, before: before.AsValueMap(), after: conformed}, problems: problems}
	planned := w.object(nil, t.Attributes, w.before, conformed)
	return w.result(before, conformed, planned)
}
