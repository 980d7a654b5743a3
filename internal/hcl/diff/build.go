package diff

import (
	"fmt"
	"hash/fnv"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// builder completes a conformed configuration to a whole object: defaults, and
// a placeholder for what the provider computes.
type builder struct {
	typ *plan.TypeFacts
	// fill makes the value of a computed attribute; path is dotted.
	fill func(path string, ty cty.Type) cty.Value
	// applied: the object exists, so that what the service fills in by itself
	// is known where assumed tells it.
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

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
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

// fingerprint names an element of a set by what it contains, so that its
// computed attributes keep their symbols when the order changes.
func fingerprint(v cty.Value) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(equal.Canonical(v)))
	return fmt.Sprintf("%016x", h.Sum64())
}

func isEmpty(v cty.Value) bool {
	un, _ := v.Unmark()
	if !un.IsKnown() {
		return false
	}
	if un.IsNull() {
		return true
	}
	return un.CanIterateElements() && !un.Type().IsObjectType() && un.LengthInt() == 0
}
