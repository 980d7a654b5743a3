package trace

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/refs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// instance explains why an instance is replaced or updated.
func (t *walk) instance(s *planner.InstanceChange) chain {
	if s.Prior == nil {
		return t.at(t.pair.After.Place(s.Inst.Resource.Config.Full), s.Inst.Address()+" added")
	}
	if !t.enter("step " + s.Inst.Address()) {
		return nil
	}
	if s.Trigger != nil {
		if links := t.trigger(s); links != nil {
			return links
		}
	}
	names := make([]string, 0, 4)
	for _, p := range s.Paths {
		if name, ok := p[0].(string); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		names = t.changedArguments(s)
	}
	for _, name := range names {
		if links := t.argument(s, name); links != nil {
			return links
		}
	}
	block := s.Inst.Resource.Config
	return t.either(block.Full, s.Prior.Inst.Resource.Config.Full, s.Inst.Address()+" changed")
}

// guard explains why an instance has no prevent_destroy any more.
func (t *walk) guard(s *planner.InstanceChange) chain {
	is, was := s.Inst.Resource.Config.Lifecycle, s.Prior.Inst.Resource.Config.Lifecycle
	text := s.Inst.Address() + ".prevent_destroy"
	if links := t.either(is.PreventRange, hcl.Range{}, text); links != nil {
		return links
	}
	return t.either(hcl.Range{}, was.PreventRange, text+" removed")
}

// changedArguments are the arguments of an instance that differ.
func (t *walk) changedArguments(s *planner.InstanceChange) []string {
	old, _ := s.Prior.Inst.Config()
	was, is := attrs.Map(old), attrs.Map(s.Config)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if w, ok := was[name]; !ok || value.Fingerprint(w) != value.Fingerprint(is[name]) || value.HoldsPending(is[name]) {
			out = append(out, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if _, ok := is[name]; !ok {
			out = append(out, name)
		}
	}
	return out
}

// argument explains one argument or block type of an instance.
func (t *walk) argument(s *planner.InstanceChange, name string) chain {
	before, after := instanceSide(s.Prior.Inst), instanceSide(s.Inst)
	was, is := argumentsOf(s.Prior.Inst.Resource.Config, name), argumentsOf(s.Inst.Resource.Config, name)
	text := s.Inst.Address() + "." + name
	for i := range max(len(was), len(is)) {
		var links chain
		switch {
		case i >= len(is):
			links = t.at(t.pair.Before.Place(was[i].Range()), text+" removed")
		case i >= len(was):
			if links = t.at(t.pair.After.Place(is[i].Range()), text+" added"); links == nil {
				links = t.references(before, after, nil, is[i])
			}
		default:
			links = t.expression(before, after, was[i], is[i], text)
		}
		if links != nil {
			return links
		}
	}
	if links := t.blocks(t.pair.After, s.Inst.Resource.Config.Body, name, text+" changed"); links != nil {
		return links
	}
	return t.blocks(t.pair.Before, s.Prior.Inst.Resource.Config.Body, name, text+" changed")
}

// blocks looks for a changed line in the blocks of a type.
func (t *walk) blocks(w *eval.World, b *config.Body, typ, text string) chain {
	for _, block := range b.Blocks {
		if block.Type != typ {
			continue
		}
		if links := t.at(w.Place(block.Range), text); links != nil {
			return links
		}
	}
	return nil
}

// argumentsOf are the expressions behind an argument or all blocks of a type.
func argumentsOf(r *config.Resource, name string) []*expr.Expression {
	if a := r.Body.Attributes[name]; a != nil {
		return []*expr.Expression{a.Value}
	}
	var out []*expr.Expression
	for _, b := range r.Body.Blocks {
		if b.Type != name {
			continue
		}
		if b.Dynamic != nil {
			out = append(out, b.Dynamic.ForEach)
		}
		refs.Body(b.Body, nil, func(e *expr.Expression, _ []string) { out = append(out, e) })
	}
	return out
}

// trigger explains the entry of replace_triggered_by that applies.
func (t *walk) trigger(s *planner.InstanceChange) chain {
	for _, e := range s.Inst.Resource.Config.Lifecycle.TriggeredBy {
		if e.Range() != *s.Trigger {
			continue
		}
		ref, _ := e.Static(s.Inst.Context())
		if ref == nil {
			continue
		}
		links := t.reference(instanceSide(s.Prior.Inst), instanceSide(s.Inst), ref)
		return links.via(t.pair.After.Place(e.Range()), "replace_triggered_by "+e.Text)
	}
	return nil
}

// managed explains a change of a managed resource as others see it.
func (t *walk) managed(before, after side, ref hcl.Traversal) chain {
	key, rest := refs.Resource(ref)
	is := after.module.Resource(key)
	was := before.module.Resource(key)
	if is == nil {
		if was != nil {
			return t.at(t.pair.Before.Place(was.Config.Full), was.Address+" removed")
		}
		return nil
	}
	if was != nil {
		if links := t.otherInstances(resourceSet(was), resourceSet(is), is.Address); links != nil {
			return links
		}
	}
	only := eval.Key("")
	if len(rest) > 0 {
		if idx, ok := rest[0].(hcl.TraverseIndex); ok {
			only, _ = eval.KeyOf(idx.Key)
		}
	}
	for _, inst := range is.Instances() {
		if only != "" && inst.Key != only {
			continue
		}
		s := t.planner.Plan(inst)
		if s.Action == plan.None {
			continue
		}
		if links := t.instance(s); links != nil {
			return links.via(t.pair.After.Place(is.Config.Range), fmt.Sprintf("%s: %s", inst.Address(), s.Action))
		}
	}
	return t.either(is.Config.Full, rangeOf(was), is.Address)
}

func rangeOf(r *eval.Resource) hcl.Range {
	if r == nil {
		return hcl.Range{}
	}
	return r.Config.Full
}
