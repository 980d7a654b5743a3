package trace

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// set is the instances of a resource or of a module call on one side.
type set struct {
	*eval.Expansion
	module *eval.Module // that it stands in
	at     hcl.Range
}

func resourceSet(r *eval.Resource) set { return set{r.Expansion(), r.Module, r.Config.Full} }

func callSet(c *eval.Call) set { return set{c.Expansion(), c.Module, c.Config.Range} }

// leaving explains why an object has no place any more.
func (t *walk) leaving(o *pair.Object, reason plan.Reason) chain {
	old := o.Inst.Resource
	if o.By != nil && o.By.Tag != nil {
		if links := t.at(t.pair.After.Place(o.By.Tag.(hcl.Range)), "moved to "+o.Final.String()); links != nil {
			return links
		}
	}
	if links := t.path(o); links != nil {
		return links
	}
	cfg := t.pair.ConfigAt(o.Final)
	if cfg == nil {
		if links := t.at(t.pair.Before.Place(old.Config.Full), old.Config.Key()+" removed"); links != nil {
			return links
		}
		return t.files(old.Module.Config, nil)
	}
	return t.resource(o, cfg)
}

// path looks for the module call on the way to an object that went away, lost
// the instance, or now leads elsewhere.
func (t *walk) path(o *pair.Object) chain {
	before, after := t.pair.Before.Root, t.pair.After.Root
	for i, stepAt := range o.Address.Module {
		call := before.ModuleCall(stepAt.Name)
		if call == nil {
			return nil
		}
		next := before
		if inst := call.Instance(eval.Key(stepAt.Key)); inst != nil {
			next = inst
		}
		if i >= len(o.Final.Module) || o.Final.Module[i].Name != stepAt.Name {
			return nil
		}
		now := after.Config.Calls[stepAt.Name]
		if now == nil {
			if links := t.at(t.pair.Before.Place(call.Config.Full), call.Address+" removed"); links != nil {
				return links
			}
			return t.files(before.Config, nil)
		}
		nowCall := after.ModuleCall(stepAt.Name)
		inst := nowCall.Instance(eval.Key(o.Final.Module[i].Key))
		if inst == nil {
			return t.expansion(callSet(call), callSet(nowCall), call.Address)
		}
		if now.Source != call.Config.Source {
			if links := t.either(now.SourceAt, call.Config.SourceAt, call.Address+": source "+call.Config.Source+" -> "+now.Source); links != nil {
				return links
			}
		}
		before, after = next, inst
	}
	return nil
}

// calls explains a lost instance of a module call.
func (t *walk) calls(m *eval.Module, name string) chain {
	after := pair.ModuleAt(t.pair.After.Root, m.Address)
	if after == nil || after.Config.Calls[name] == nil {
		return t.files(m.Config, nil)
	}
	old, now := m.ModuleCall(name), after.ModuleCall(name)
	return t.expansion(callSet(old), callSet(now), old.Address)
}

// resource explains a change of the instances of an object's resource.
func (t *walk) resource(o *pair.Object, cfg *config.Resource) chain {
	after := pair.ModuleAt(t.pair.After.Root, o.Final.Module.String())
	if after == nil {
		return nil
	}
	now := after.Resource(cfg.Key())
	if now == nil {
		return nil
	}
	return t.expansion(resourceSet(o.Inst.Resource), resourceSet(now), o.Inst.Resource.Address)
}

// expansion explains why a set has other instances.
func (t *walk) expansion(was, is set, address string) chain {
	text := address + ": " + repeats(was) + " -> " + repeats(is)
	switch {
	case was.By != nil && is.By != nil:
		links := t.expression(moduleSide(was.module), moduleSide(is.module), was.By, is.By, text)
		return links.via(t.pair.After.Place(is.By.Range()), text)
	case is.By != nil:
		if links := t.at(t.pair.After.Place(is.By.Range()), text); links != nil {
			return links
		}
	case was.By != nil:
		if links := t.at(t.pair.Before.Place(was.By.Range()), text); links != nil {
			return links
		}
	}
	return t.either(is.at, was.at, text)
}

// otherInstances explains why a set has other instances, where it has.
func (t *walk) otherInstances(was, is set, address string) chain {
	same := len(was.Keys) == len(is.Keys)
	for _, k := range was.Keys {
		same = same && is.Has(k)
	}
	if same {
		return nil
	}
	return t.expansion(was, is, address)
}

func repeats(e set) string {
	switch e.Repeat {
	case eval.Counted:
		return fmt.Sprintf("count %d", len(e.Keys))
	case eval.Each:
		return fmt.Sprintf("for_each of %d", len(e.Keys))
	case eval.Single:
		return "one"
	}
	return "unknown"
}
