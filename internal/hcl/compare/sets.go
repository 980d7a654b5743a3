package compare

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/check"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// setKnown says why the instances of a resource are not known, and reports whether
// they are, or are the same unknown ones as before.
func (c *comparison) setKnown(r *eval.Resource) bool {
	e := r.Expansion()
	switch {
	case e.Repeat == eval.Failed:
		c.setFailed(r.Address, e)
		return false
	case e.Pending():
		if !c.pendingBefore(r) {
			c.refuse(check.Problem{At: e.By.Range(), Subject: r.Address,
				Why: "Invalid " + argument(r.Config) + " argument: its value is known only after apply"})
		}
		return false
	case e.Repeat == eval.Unknown:
		return !c.setDiffers(r)
	}
	return true
}

// callKnown is setKnown for a module call. Instances that are not known are gone
// through all the same.
func (c *comparison) callKnown(call *eval.Call, path move.Path) bool {
	e := call.Expansion()
	switch {
	case e.Repeat == eval.Failed:
		c.setFailed(call.Address, e)
		return false
	case e.Pending():
		c.refuse(check.Problem{At: e.By.Range(), Subject: call.Address,
			Why: "Invalid count or for_each argument: its value is known only after apply"})
		return false
	case e.Repeat == eval.Unknown:
		c.callSetDiffers(call, path)
	}
	return true
}

// setFailed says why a set of instances cannot be computed, unless it
// could not be before either, for the same reason.
func (c *comparison) setFailed(address string, e *eval.Expansion) {
	if c.FailedBefore[address] == eval.FirstError(e.Diags) && expr.LimitIn(e.Diags) == nil {
		return
	}
	c.errors(address, e.Diags)
}

// pendingBefore: the number of instances was not known when before was
// applied either.
func (c *comparison) pendingBefore(r *eval.Resource) bool {
	old := c.before(r)
	return old != nil && old.Expansion().Pending()
}

// before is the same resource on the before side, nil where there is none.
func (c *comparison) before(r *eval.Resource) *eval.Resource {
	m := pair.ModuleAt(c.Before.Root, r.Module.Address)
	if m == nil {
		return nil
	}
	return m.Resource(r.Config.Key())
}

func argument(r *config.Resource) string {
	if r.Count != nil {
		return "count"
	}
	return "for_each"
}

// setDiffers compares a resource whose instances the trees do not say with the
// objects that it has after moves: those that come from another set may go. It
// reports whether all of them do.
func (c *comparison) setDiffers(r *eval.Resource) bool {
	var mayGo []*pair.Object
	objects := c.objectsIn(r)
	for _, o := range objects {
		if !sameSet(o, r) {
			mayGo = append(mayGo, o)
		}
	}
	if !value.IsLimited(r.Expansion().Value) {
		for _, o := range mayGo {
			c.mayLeave(o, r)
		}
	}
	return len(mayGo) > 0 && len(mayGo) == len(objects)
}

// objectsIn are the objects that a resource of one module instance has after moves.
func (c *comparison) objectsIn(r *eval.Resource) []*pair.Object {
	var out []*pair.Object
	for _, o := range c.ObjectsOf(depends.Resource{Module: r.Module.Static, Key: r.Config.Key()}) {
		if o.Final.Module.String() == r.Module.Address {
			out = append(out, o)
		}
	}
	return out
}

// sameSet reports whether an object stands for the very instances that r has.
func sameSet(o *pair.Object, r *eval.Resource) bool {
	was := o.Inst.Resource
	return eval.Key(o.Final.Key) == eval.SomeKey && argument(was.Config) == argument(r.Config) &&
		eval.SameUnknown(was.Expansion(), r.Expansion())
}

// mayLeave adds an object that need not be among the instances of its resource. One
// whose key does not fit the resource is among none.
func (c *comparison) mayLeave(o *pair.Object, r *eval.Resource) {
	if value.IsLimited(o.Inst.Resource.Expansion().Value) {
		return
	}
	change := plan.Change{Action: plan.Delete, Reason: c.deleteReason(o, r.Config)}
	why := "which instances remain depends on a value that is not in the repository"
	if change.Reason == plan.WrongRepetition && r.Config.Enabled == nil && !ofSome(o) {
		change.Certain, why = true, ""
	}
	c.add(o, c.spared(o, r.Config, change), nil, why)
}

// ofSome reports whether an object stands for any number of instances.
func ofSome(o *pair.Object) bool { return strings.Contains(o.Address.String(), string(eval.SomeKey)) }

// callSetDiffers says where the instances of a module in the module at path are not
// known, and need not be those that its objects, after moves, come from.
func (c *comparison) callSetDiffers(call *eval.Call, path move.Path) {
	is := call.Expansion()
	if before := pair.ModuleAt(c.Before.Root, call.Module.Address); before != nil {
		if old := before.ModuleCall(call.Config.Name); old != nil && !eval.SameUnknown(old.Expansion(), is) {
			c.setGap(call.Address, is)
			return
		}
	}
	within := append(path[:len(path):len(path)], move.Step{Name: call.Config.Name, Key: string(eval.SomeKey)})
	for _, o := range c.Objects {
		if o.Final.Module.In(within) && !eval.SameUnknown(originOf(o, within), is) {
			c.setGap(call.Address, is)
			return
		}
	}
}

// originOf is the set that the last of an object's module keys came from: moves keep
// the keys that stand for some instances, and their order.
func originOf(o *pair.Object, within move.Path) *eval.Expansion {
	nth := 0
	for _, step := range within {
		if step.Key == string(eval.SomeKey) {
			nth++
		}
	}
	var sets []*eval.Expansion
	for m := o.Inst.Resource.Module; m.Parent != nil; m = m.Parent {
		if m.Key == eval.SomeKey {
			sets = append(sets, m.Parent.ModuleCall(m.Call.Name).Expansion())
		}
	}
	if nth > len(sets) {
		return &eval.Expansion{}
	}
	return sets[len(sets)-nth]
}
