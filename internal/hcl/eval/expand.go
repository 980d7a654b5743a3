package eval

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/funcs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Has reports whether key is an instance.
func (e *Expansion) Has(key Key) bool {
	if e.has == nil {
		e.has = make(map[Key]bool, len(e.Keys))
		for _, k := range e.Keys {
			e.has[k] = true
		}
	}
	return e.has[key]
}

// Pending reports whether the set is known only after apply.
func (e *Expansion) Pending() bool { return e.Repeat == Unknown && value.KnownAfterApply(e.Value) }

// ID names an unknown set: equal names, equal sets.
func (e *Expansion) ID() string { return value.Fingerprint(e.Value) }

// SameUnknown reports whether two sets of instances that are not known are one.
func SameUnknown(was, is *Expansion) bool {
	return was.Repeat == Unknown && is.Repeat == Unknown && was.ID() == is.ID()
}

func (e *Expansion) repetition(key Key, i int) *repetition {
	r := e.bind(key, i)
	r.of = e
	return r
}

func (e *Expansion) bind(key Key, i int) *repetition {
	switch e.Repeat {
	case Counted:
		return &repetition{key: key, index: cty.NumberIntVal(int64(i))}
	case Each:
		return &repetition{key: key, eachKey: cty.StringVal(e.IDs[key]), eachValue: e.Values[key]}
	case Unknown:
		id := "some " + e.ID()
		return &repetition{
			key: key, index: unknownAs(e, id+".index", cty.Number),
			eachKey: unknownAs(e, id+".key", cty.String), eachValue: unknownAs(e, id+".value", e.elementType()),
		}
	}
	return &repetition{key: key}
}

func unknownAs(e *Expansion, id string, ty cty.Type) cty.Value {
	if e.Pending() {
		return value.NewPending(ty)
	}
	return value.CarryLimit(value.NewOpaque(id, ty), e.Value)
}

func (e *Expansion) elementType() cty.Type {
	if ty := e.Value.Type(); ty.IsMapType() {
		return ty.ElementType()
	}
	return cty.DynamicPseudoType
}

var one = &Expansion{Repeat: Single, Keys: []Key{NoKey}}

// expand evaluates count and for_each.
func (m *Module) expand(count, forEach, enabled *expr.Expression, ctx *hcl.EvalContext) *Expansion {
	switch {
	case count != nil:
		return m.counted(count, ctx)
	case forEach != nil:
		return m.each(forEach, ctx)
	case enabled != nil:
		return m.enabled(enabled, ctx)
	}
	return one
}

func (m *Module) counted(e *expr.Expression, ctx *hcl.EvalContext) *Expansion {
	raw, diags := e.Value(ctx)
	if diags.HasErrors() {
		return m.World.bad(e, raw, diags)
	}
	invalid := func(why string) *Expansion {
		return m.World.bad(e, raw, expr.Errorf(e.Range(), "Invalid count argument", "The count value %s.", why))
	}
	if isEphemeral(raw) {
		return invalid("is ephemeral, the number of instances is not")
	}
	if !raw.IsKnown() && raw.HasMark(funcs.Impure{}) {
		raw = value.NewPending(cty.Number)
	}
	v, marks := raw.Unmark()
	if _, sensitive := marks[value.Sensitive]; sensitive && !v.IsKnown() {
		return &Expansion{Repeat: Unknown, Value: raw, By: e}
	}
	switch {
	case v.IsNull():
		return invalid("is null; an integer is required")
	case !v.IsKnown():
		return &Expansion{Repeat: Unknown, Keys: []Key{SomeKey}, Value: raw, By: e}
	}
	if value.HasHugeText(v) {
		return m.World.bad(e, raw, expr.Errorf(e.Range(), expr.LimitReached, "count is a number of too many digits"))
	}
	v, err := convert.Convert(v, cty.Number)
	if err != nil {
		return invalid("is not a number: " + err.Error())
	}
	if !v.AsBigFloat().IsInt() || v.AsBigFloat().Sign() < 0 {
		return invalid("must be a whole number, zero or more")
	}
	n64, _ := v.AsBigFloat().Int64()
	if n64 > maxInstances {
		return m.World.bad(e, raw, expr.Errorf(e.Range(), expr.LimitReached,
			"count is %s, more than the %d instances that are followed", v.AsBigFloat().Text('f', 0), maxInstances))
	}
	if diags := m.World.instance(int(n64), e.Range()); diags != nil {
		return m.World.bad(e, raw, diags)
	}
	out := &Expansion{Repeat: Counted, Value: raw, By: e, Keys: make([]Key, n64)}
	for i := range out.Keys {
		out.Keys[i] = IntKey(i)
	}
	return out
}

func (m *Module) each(e *expr.Expression, ctx *hcl.EvalContext) *Expansion {
	raw, diags := e.Value(ctx)
	if diags.HasErrors() {
		return m.World.bad(e, raw, diags)
	}
	invalid := func(why string) *Expansion {
		return m.World.bad(e, raw, expr.Errorf(e.Range(), "Invalid for_each argument", "%s", why))
	}
	if raw = value.Closed(raw); !raw.IsKnown() && raw.HasMark(funcs.Impure{}) {
		raw = value.NewPending(raw.Type())
	}
	v, marks := raw.Unmark()
	ty := v.Type()
	_, sensitive := marks[value.Sensitive]
	switch {
	case isEphemeral(raw):
		return invalid("Ephemeral values cannot be used as for_each arguments.")
	case sensitive:
		return invalid("Sensitive values cannot be used as for_each arguments.")
	case v.IsNull():
		return invalid("The for_each value is null; a map or a set of strings is required.")
	case !v.IsKnown():
		return &Expansion{Repeat: Unknown, Keys: []Key{SomeKey}, Value: raw, By: e}
	case !ty.IsMapType() && !ty.IsObjectType() && !ty.IsSetType():
		return invalid("The for_each argument must be a map, or set of strings, and you have provided a value of type " + ty.FriendlyName() + ".")
	case ty.IsSetType() && !v.IsWhollyKnown():
		return &Expansion{Repeat: Unknown, Keys: []Key{SomeKey}, Value: partlyKnown(raw), By: e}
	}
	if diags := m.World.instance(v.LengthInt(), e.Range()); diags != nil {
		return m.World.bad(e, raw, diags)
	}
	out := &Expansion{Repeat: Each, Value: raw, By: e, Values: map[Key]cty.Value{}, IDs: map[Key]string{}}
	for it := v.ElementIterator(); it.Next(); {
		k, child := it.Element()
		if ty.IsSetType() {
			k = child
		}
		if k.IsNull() || k.Type() != cty.String {
			return invalid("The for_each set must hold strings, none of them null.")
		}
		key := StringKey(k.AsString())
		out.Keys = append(out.Keys, key)
		out.Values[key], out.IDs[key] = child, k.AsString()
	}
	return out
}

// partlyKnown is a set of which some elements are not known, as one unknown that is
// named by all of its elements.
func partlyKnown(set cty.Value) cty.Value {
	out := cty.UnknownVal(set.Type())
	if k, _ := value.KnowWithin(set); k == value.IsOpaque {
		return value.CarryLimit(value.WithSymbol(out, "set "+value.Fingerprint(set)), set)
	}
	return out.WithMarks(set.Marks())
}

// enabled is OpenTofu's lifecycle.enabled: one instance or none.
func (m *Module) enabled(e *expr.Expression, ctx *hcl.EvalContext) *Expansion {
	raw, diags := e.Value(ctx)
	if diags.HasErrors() {
		return m.World.bad(e, raw, diags)
	}
	v, _ := raw.Unmark()
	if !v.IsKnown() {
		return &Expansion{Repeat: Unknown, Keys: []Key{SomeKey}, Value: raw, By: e}
	}
	if v, err := convert.Convert(v, cty.Bool); err == nil && !v.IsNull() {
		if v.True() {
			return &Expansion{Repeat: Single, Keys: []Key{NoKey}, Value: raw, By: e}
		}
		return &Expansion{Repeat: Single, Value: raw, By: e}
	}
	return m.World.bad(e, raw, expr.Errorf(e.Range(), "Invalid enabled argument", "enabled must be true or false."))
}
