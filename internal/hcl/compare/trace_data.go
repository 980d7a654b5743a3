package compare

import (
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// data explains a change of what a data source gives.
func (t *tracer) data(before, after side, ref hcl.Traversal) chain {
	if len(ref) < 3 {
		return nil
	}
	key := "data." + stepName(ref[1]) + "." + stepName(ref[2])
	was, is := before.module.Resource(key), after.module.Resource(key)
	if is == nil || was == nil {
		return t.either(rangeOf(is), rangeOf(was), key)
	}
	if links := t.either(is.Config.Full, was.Config.Full, is.Address); links != nil {
		return links
	}
	place := t.c.after.Place(is.Config.Range)
	expressionsOf := func(r *config.Resource) (out []*expr.Expression) {
		expressions(r, func(e *expr.Expression, _ []string) { out = append(out, e) })
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
		for _, dep := range t.c.dependencies().dataDeps(is) {
			if links := t.pendingChange(dep, is.Module); links != nil {
				return links.via(place, is.Address+": read only during apply, a dependency has a change to come")
			}
		}
	}
	return t.firstOf(t.changedReads())
}

// pendingChange explains the change to come of a resource.
func (t *tracer) pendingChange(dep configResource, from *eval.Module) chain {
	if t.c.pending(dep, from) == notPending {
		return nil
	}
	for _, m := range moduleInstances(t.c.after.Root, dep.static) {
		if r := m.Resource(dep.key); r != nil {
			for _, inst := range r.Instances() {
				if s := t.c.step(inst); s.action != plan.None {
					if links := t.step(s); links != nil {
						return links.via(t.c.after.Place(r.Config.Range), fmt.Sprintf("%s: %s", inst.Address(), s.action))
					}
				}
			}
		}
	}
	for _, o := range t.c.objects {
		if o.final.Module.Static() == dep.static && o.final.Type+"."+o.final.Name == dep.key && !t.c.declared(o) {
			if links := t.leftover(o, plan.NoResourceConfig); links != nil {
				return links.via(t.c.before.Place(o.inst.Resource.Config.Range), o.address.String()+": delete")
			}
		}
	}
	return nil
}

// repetition explains a change of each or count: in the resource or module
// call that repeats.
func (t *tracer) repetition(before, after side) chain {
	was, is := before.module.RepeatedBy(before.ctx), after.module.RepeatedBy(after.ctx)
	if was == nil || is == nil || was.By == nil || is.By == nil {
		return nil
	}
	links := t.expression(side{before.module, before.module.Context()}, side{after.module, after.module.Context()}, was.By, is.By, "for_each or count")
	return links.via(t.c.after.Place(is.By.Range()), "for_each or count")
}

// called explains path.module and the like: the call that leads to a module.
func (t *tracer) called(before, after *eval.Module) chain {
	for before != nil && after != nil && before.Call != nil && after.Call != nil {
		if links := t.either(after.Call.SourceAt, before.Call.SourceAt, after.Address+": source"); links != nil {
			return links
		}
		before, after = before.Parent, after.Parent
	}
	return nil
}

// read explains a value by the files its functions read.
func (t *tracer) read(e *expr.Expression) chain {
	calls := false
	for _, name := range e.Calls {
		calls = calls || strings.HasPrefix(name, "file") || name == "templatefile"
	}
	if !calls {
		return nil
	}
	changed := t.changedReads()
	for _, f := range changed { // one that the expression names, first
		if strings.Contains(e.Text, path.Base(f)) {
			if links := t.firstOf([]string{f}); links != nil {
				return links
			}
		}
	}
	return t.firstOf(changed)
}

// changedReads are the changed files that functions looked at, those in
// folders they listed included.
func (t *tracer) changedReads() []string {
	var out []string
	for _, f := range t.c.Changed {
		for _, w := range []*eval.World{t.c.after, t.c.before} {
			if w.Reads[f] || w.Listed(f) {
				out = append(out, f)
				break
			}
		}
	}
	return out
}
