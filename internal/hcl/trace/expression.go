package trace

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/refs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// expression explains why two versions of an expression differ in value.
func (t *walk) expression(before, after side, was, is *expr.Expression, text string) chain {
	if was == nil || is == nil || !t.enter(fmt.Sprintf("%v %v %p", was.Range(), is.Range(), after.module)) {
		return nil
	}
	if was.Text != is.Text {
		if links := t.narrow(was, is, text); links != nil {
			return links
		}
	}
	if links := t.references(before, after, was, is); links != nil {
		return links
	}
	if links := t.read(is); links != nil {
		return links
	}
	return t.either(is.Range(), was.Range(), text)
}

// narrow goes into a constructor to the part whose text changed.
func (t *walk) narrow(was, is *expr.Expression, text string) chain {
	old, now := was.Elements(), is.Elements()
	if old != nil && now != nil {
		for _, name := range slices.Sorted(maps.Keys(now)) {
			if o := old[name]; o != nil && o.Text != now[name].Text {
				if links := t.either(now[name].Range(), o.Range(), text); links != nil {
					return links
				}
			}
		}
	}
	return t.either(is.Range(), was.Range(), text)
}

// references looks for a reference whose value differs.
func (t *walk) references(before, after side, was, is *expr.Expression) chain {
	for _, ref := range slices.Concat(refs.Of(is), refs.Of(was)) {
		a, diagsA := referred(before, ref)
		b, diagsB := referred(after, ref)
		if !diagsA.HasErrors() && !diagsB.HasErrors() && value.Fingerprint(a) == value.Fingerprint(b) && !value.HoldsPending(b) {
			continue
		}
		if links := t.reference(before, after, ref); links != nil {
			return links
		}
	}
	return nil
}

// reference explains why what a reference leads to differs.
func (t *walk) reference(before, after side, ref hcl.Traversal) chain {
	if !t.enter(fmt.Sprintf("ref %s %p %p", refs.Text(ref), after.module, after.ctx)) {
		return nil
	}
	if len(ref) < 2 && ref.RootName() != "each" {
		return nil
	}
	name := ""
	if len(ref) > 1 {
		name = refs.StepName(ref[1])
	}
	switch ref.RootName() {
	case "var":
		return t.variable(before, after, name)
	case "local":
		return t.local(before, after, name)
	case "module":
		return t.output(before, after, ref, name)
	case "each", "count":
		return t.repetition(before, after)
	case "path", "terraform", "self":
		return t.called(before.module, after.module)
	case "data":
		return t.data(before, after, ref)
	}
	return t.managed(before, after, ref)
}

// local explains a change of a local value.
func (t *walk) local(before, after side, name string) chain {
	was, is := before.module.Config.Locals[name], after.module.Config.Locals[name]
	switch {
	case was == nil && is == nil:
		return nil
	case is == nil:
		return t.at(t.pair.Before.Place(was.Range), "local."+name+" removed")
	case was == nil:
		if links := t.at(t.pair.After.Place(is.Range), "local."+name+" added"); links != nil {
			return links
		}
		return t.references(before, after, nil, is.Value)
	}
	links := t.expression(moduleSide(before.module), moduleSide(after.module), was.Value, is.Value, "local."+name+" changes")
	return links.via(t.pair.After.Place(is.Range), "local."+name)
}

// repetition explains a change of each or count: in the resource or module
// call that repeats.
func (t *walk) repetition(before, after side) chain {
	was, is := before.module.RepeatedBy(before.ctx), after.module.RepeatedBy(after.ctx)
	if was == nil || is == nil || was.By == nil || is.By == nil {
		return nil
	}
	links := t.expression(moduleSide(before.module), moduleSide(after.module), was.By, is.By, "for_each or count")
	return links.via(t.pair.After.Place(is.By.Range()), "for_each or count")
}
