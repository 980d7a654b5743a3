package diff

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// builder completes a conformed configuration to a whole object: defaults, and
// a placeholder for what the provider computes.
type builder struct {
	typ *plan.TypeFacts
	// fill makes the value of a computed attribute; path is dotted.
	fill func(path string, ty cty.Type) cty.Value
	// applied: the object exists, so that what the service fills in by itself
	// is known where assumed has it.
	applied bool
}

func (b *builder) object(path string, facts map[string]*plan.AttrFacts, config map[string]cty.Value) map[string]cty.Value {
	out := make(map[string]cty.Value, len(facts))
	for name, a := range facts {
		v, ok := config[name]
		if !ok {
			v = cty.NullVal(cty.DynamicPseudoType)
		}
		out[name] = b.attr(join(path, name), a, schema.ShapeOf(a), v)
	}
	for name, v := range config {
		if _, ok := facts[name]; !ok {
			out[name] = v
		}
	}
	return out
}

func (b *builder) attr(path string, a *plan.AttrFacts, s schema.Shape, v cty.Value) cty.Value {
	if schema.WriteOnly(a, path) {
		return cty.NullVal(s.ValueType())
	}
	absent := v.IsKnown() && v.IsNull()
	if s.Nested {
		if absent || s.Block && isEmpty(v) {
			if a.Computed {
				return b.fill(path, cty.DynamicPseudoType)
			}
			return noBlocks(s)
		}
		return b.nested(path, a, s, v)
	}
	if absent {
		switch d := schema.Default(a, s); {
		case d != cty.NilVal:
			return d
		case a.Computed:
			if d := assumed(b.typ, path, a, s); b.applied && d != cty.NilVal {
				return d
			}
			return b.fill(path, s.ValueType())
		}
		return cty.NullVal(s.ValueType())
	}
	return v
}

// noBlocks is what absent blocks look like to a reference.
func noBlocks(s schema.Shape) cty.Value {
	switch {
	case s.Block && s.Holds == schema.ListOf:
		return cty.ListValEmpty(cty.DynamicPseudoType)
	case s.Block && s.Holds == schema.SetOf:
		return cty.SetValEmpty(cty.DynamicPseudoType)
	}
	return cty.NullVal(cty.DynamicPseudoType)
}

func (b *builder) nested(path string, a *plan.AttrFacts, s schema.Shape, v cty.Value) cty.Value {
	un, marks := v.Unmark()
	if !un.IsKnown() {
		return v
	}
	switch {
	case s.Holds == schema.MapOf:
		out := map[string]cty.Value{}
		for k, e := range un.AsValueMap() {
			out[k] = b.element(join(path, k), a, e)
		}
		return cty.ObjectVal(out).WithMarks(marks)
	case s.Holds == schema.Single:
		return b.element(path, a, v)
	case !un.CanIterateElements():
		return v
	}
	var out []cty.Value
	for i, e := range un.AsValueSlice() {
		at := fmt.Sprintf("%s.%d", path, i)
		if s.Holds == schema.SetOf {
			at = fmt.Sprintf("%s.%s", path, fingerprint(e))
		}
		out = append(out, b.element(at, a, e))
	}
	return collect(s, out).WithMarks(marks)
}

func (b *builder) element(path string, a *plan.AttrFacts, e cty.Value) cty.Value {
	un, marks := e.Unmark()
	if !un.IsKnown() || un.IsNull() || !un.Type().IsObjectType() {
		return e
	}
	return cty.ObjectVal(b.object(path, a.Nested, un.AsValueMap())).WithMarks(marks)
}

// collect gives blocks the collection type that references expect, where their
// types allow it; else a tuple.
func collect(s schema.Shape, elems []cty.Value) cty.Value {
	switch {
	case len(elems) == 0:
		return noBlocks(schema.Shape{Holds: s.Holds, Block: true})
	case s.Holds == schema.ListOf && cty.CanListVal(elems):
		return cty.ListVal(elems)
	case s.Holds == schema.SetOf && cty.CanSetVal(elems) && !anyOpen(elems):
		return cty.SetVal(elems)
	}
	return cty.TupleVal(elems)
}

// anyOpen reports unknowns and marks: a cty set would take the marks off its
// elements, and with them the symbols that tell the elements apart.
func anyOpen(elems []cty.Value) bool {
	for _, e := range elems {
		if e.ContainsMarked() || !e.IsWhollyKnown() {
			return true
		}
	}
	return false
}

// assumed is what a service fills in for an optional and computed attribute
// that was never configured, where that is sure enough to compare with; NilVal
// where it is not. path is dotted, with indexes.
//
// Flags are off unless someone turns them on, and generated names have no
// prefix of the user's; everything else needs a row.
func assumed(t *plan.TypeFacts, path string, a *plan.AttrFacts, s schema.Shape) cty.Value {
	if !a.Optional {
		return cty.NilVal
	}
	if row, ok := rowOf(t, plan.LogicDefault, withoutIndexes(path)); ok {
		if row.Value == "" && s.Elem != cty.String {
			return cty.NullVal(s.ValueType())
		}
		return schema.AsType(cty.StringVal(row.Value), s)
	}
	if s.Holds != schema.Single || s.Nested || a.Force == plan.ForceNever {
		return cty.NilVal
	}
	switch {
	case s.Elem == cty.Bool:
		return cty.False
	case s.Elem == cty.String && strings.HasSuffix(path, "_prefix"):
		return cty.StringVal("")
	}
	return cty.NilVal
}

// build completes a conformed configuration; fill makes what the provider
// computes, applied says that it has done so.
func build(t *plan.TypeFacts, conformed map[string]cty.Value, applied bool, fill func(path string, ty cty.Type) cty.Value) cty.Value {
	b := builder{typ: t, fill: fill, applied: applied}
	object := b.object("", t.Attributes, conformed)
	derive(t, conformed, object, applied, func(path string) cty.Value { return fill(path, cty.String) })
	return cty.ObjectVal(object)
}

func created(t *plan.TypeFacts, conformed map[string]cty.Value) cty.Value {
	return build(t, conformed, false, value.PendingAttribute)
}

// maybeCreated is the instance when it may be replaced: what the provider
// computes may be another value.
func maybeCreated(t *plan.TypeFacts, prior cty.Value, conformed map[string]cty.Value) cty.Value {
	id := "?"
	if prior.Type().HasAttribute("id") {
		id = equal.Canonical(prior.GetAttr("id"))
	}
	return build(t, conformed, false, func(path string, ty cty.Type) cty.Value {
		return value.OpaqueAttribute("if replaced "+id, path, ty)
	})
}
