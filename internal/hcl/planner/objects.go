package planner

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/datasource"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// priorObjects are the objects of the before side: what an apply of it left.
type priorObjects struct{ pair *pair.Pair }

func (o priorObjects) Managed(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	cfg, _ := inst.Config()
	t := o.pair.TypeFacts(inst.Resource)
	cfg = diff.Placed(t, providers.Config(inst.Resource), cfg, true)
	state := diff.State(t, inst.Address(), cfg)
	if t == nil {
		state = state.Mark(value.Open{ID: inst.Address()})
	}
	return value.CarryLimit(state, cfg), nil
}

func (priorObjects) Data(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	cfg, diags := inst.Config()
	return datasource.Read(inst, cfg), diags
}

func (priorObjects) Unknown(r *eval.Resource) cty.Value { return some(r, r.Address) }

// some is the value of a resource whose instances are not known: opaque, the
// same as long as the set and what its instances look like are, and they are those
// that had an address before.
func some(r *eval.Resource, address string) cty.Value {
	e := r.Expansion()
	v := cty.DynamicVal
	if inst := r.Instance(eval.SomeKey); inst != nil { // none while the set itself is being worked out
		v, _ = inst.Value()
	}
	return value.CarryLimit(value.NewOpaque(address+"[*] "+value.Fingerprint(e.Value, v), cty.DynamicPseudoType), e.Value, v)
}

// plannedObjects are the objects of the after side: what is planned for them.
type plannedObjects struct {
	plan     func(*eval.Instance) *InstanceChange
	deferral *deferral
}

func (o plannedObjects) Managed(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	c := o.plan(inst)
	if c.Cycle != nil {
		return cty.DynamicVal, c.Cycle
	}
	return c.Planned, nil
}

func (o plannedObjects) Data(inst *eval.Instance) (cty.Value, hcl.Diagnostics) {
	cfg, diags := inst.Config()
	switch o.deferral.deferred(inst, cfg) {
	case Yes:
		return datasource.Deferred(inst, cfg), diags
	case Maybe:
		return datasource.MaybeDeferred(inst, cfg), diags
	}
	return datasource.Read(inst, cfg), diags
}

func (o plannedObjects) Unknown(r *eval.Resource) cty.Value {
	if r.Expansion().Pending() {
		return value.NewPending(cty.DynamicPseudoType)
	}
	if was := o.deferral.pair.Prior(r.Address + string(eval.SomeKey)); was != nil {
		return some(r, was.Inst.Resource.Address)
	}
	return some(r, r.Address)
}
