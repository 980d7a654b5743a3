package value

import (
	"math/big"
	"strconv"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Elements iterates over an unmarked known container.
func Elements(v cty.Value) func(yield func(string, cty.Value) bool) {
	return func(yield func(string, cty.Value) bool) {
		i := 0
		for it := v.ElementIterator(); it.Next(); i++ {
			k, child := it.Element()
			name := strconv.Itoa(i)
			if k.Type() == cty.String && !v.Type().IsSetType() {
				k, _ = k.Unmark()
				name = k.AsString()
			}
			if !yield(name, child) {
				return
			}
		}
	}
}

// Keyed is a map or object of vals: a map where ty is one and vals have one type.
func Keyed(ty cty.Type, vals map[string]cty.Value) cty.Value {
	switch {
	case ty.IsMapType() && len(vals) == 0:
		return cty.MapValEmpty(ty.ElementType())
	case ty.IsMapType() && cty.CanMapVal(vals):
		return cty.MapVal(vals)
	}
	return cty.ObjectVal(vals)
}

// parts are the elements of an unmarked known value in no order: putting them
// in order costs more than counting them.
func parts(v cty.Value) func(yield func(cty.Value) bool) {
	return func(yield func(cty.Value) bool) {
		if !v.Type().IsObjectType() {
			for _, child := range Elements(v) {
				if !yield(child) {
					return
				}
			}
			return
		}
		for name := range v.Type().AttributeTypes() {
			if !yield(v.GetAttr(name)) {
				return
			}
		}
	}
}

// Length is the number of elements of a known collection, else 0.
func Length(v cty.Value) int {
	v, _ = v.Unmark()
	if v == cty.NilVal || v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		return 0
	}
	return v.LengthInt()
}

// KeyText is a known index key as text.
func KeyText(key cty.Value) string {
	if key.Type() == cty.Number && key.IsKnown() && !key.IsNull() {
		if i, acc := key.AsBigFloat().Int64(); acc == big.Exact {
			return cty.NumberIntVal(i).AsBigFloat().Text('f', 0)
		}
	}
	if s, err := convert.Convert(key, cty.String); err == nil && s.IsKnown() && !s.IsNull() {
		return s.AsString()
	}
	return "?"
}
