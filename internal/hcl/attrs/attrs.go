// Package attrs reads the attributes of evaluated objects: as maps of values, and
// as the plain Go values that a plan shows and that rules ask for.
package attrs

import "github.com/zclconf/go-cty/cty"

// Map gives the attributes of an object or the elements of a map; empty for
// anything else.
func Map(v cty.Value) map[string]cty.Value {
	v, _ = v.Unmark()
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return map[string]cty.Value{}
	}
	if m := v.AsValueMap(); m != nil {
		return m
	}
	return map[string]cty.Value{}
}

// Text is a known text, empty for anything else.
func Text(v cty.Value) string {
	if v == cty.NilVal {
		return ""
	}
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}
