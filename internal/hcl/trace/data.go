package trace

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/refs"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// data explains a change of what a data source gives.
func (t *walk) data(before, after side, ref hcl.Traversal) chain {
	if len(ref) < 3 {
		return nil
	}
	key := "data." + refs.StepName(ref[1]) + "." + refs.StepName(ref[2])
	was, is := before.module.Resource(key), after.module.Resource(key)
	if is == nil || was == nil {
		return t.either(rangeOf(is), rangeOf(was), key)
	}
	if links := t.either(is.Config.Full, was.Config.Full, is.Address); links != nil {
		return links
	}
	place := t.pair.After.Place(is.Config.Range)
	expressionsOf := func(r *config.Resource) (out []*expr.Expression) {
		refs.Expressions(r, func(e *expr.Expression, _ []string) { out = append(out, e) })
		return out
	}
	for _, inst := range is.Instances() {
		old := was.Instance(inst.Key)
		if old == nil {
			continue
		}
		for _, e := range expressionsOf(is.Config) {
			if links := t.references(instanceSide(old), instanceSide(inst), nil, e); links != nil {
				return links.via(place, is.Address)
			}
		}
		for _, dep := range t.planner.Dependencies(is) {
			if links := t.pendingChange(dep, is.Module); links != nil {
				return links.via(place, is.Address+": read only during apply, a dependency has a change to come")
			}
		}
	}
	return t.firstOf(t.changedReads())
}

// pendingChange explains the change to come of a resource.
func (t *walk) pendingChange(dep depends.Resource, from *eval.Module) chain {
	if t.planner.Pending(dep, from) == planner.No {
		return nil
	}
	for _, m := range pair.ModuleInstances(t.pair.After.Root, dep.Module) {
		if r := m.Resource(dep.Key); r != nil {
			for _, inst := range r.Instances() {
				if s := t.planner.Plan(inst); s.Action != plan.None {
					if links := t.instance(s); links != nil {
						return links.via(t.pair.After.Place(r.Config.Range), fmt.Sprintf("%s: %s", inst.Address(), s.Action))
					}
				}
			}
		}
	}
	for _, o := range t.pair.ObjectsOf(dep) {
		if !t.pair.Declared(o) {
			if links := t.leaving(o, plan.NoResourceConfig); links != nil {
				return links.via(t.pair.Before.Place(o.Inst.Resource.Config.Range), o.Address.String()+": delete")
			}
		}
	}
	return nil
}
