package attrs

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Known are the known, not sensitive attributes of an object.
func Known(v cty.Value) map[string]any {
	out := map[string]any{}
	for name, child := range Map(v) {
		if x, ok := Value(child); ok {
			out[name] = x
		}
	}
	return out
}

// Value is a plain Go value; ok is false where it is not known, sensitive, or a
// list with such an element.
func Value(v cty.Value) (any, bool) {
	m := v.Marks()
	if _, hidden := m[value.Sensitive]; hidden || !v.IsKnown() {
		return nil, false
	}
	v, _ = v.Unmark()
	switch ty := v.Type(); {
	case v.IsNull():
		return nil, true
	case ty == cty.String:
		return v.AsString(), true
	case ty == cty.Bool:
		return v.True(), true
	case ty == cty.Number:
		f, _ := v.AsBigFloat().Float64()
		return f, true
	case ty.IsObjectType() || ty.IsMapType():
		out := map[string]any{}
		for name, child := range Map(v) {
			if x, ok := Value(child); ok {
				out[name] = x
			}
		}
		return out, true
	case v.CanIterateElements():
		out := []any{}
		for it := v.ElementIterator(); it.Next(); {
			_, child := it.Element()
			x, ok := Value(child)
			if !ok {
				return nil, false // an index would no longer fit
			}
			out = append(out, x)
		}
		return out, true
	}
	return nil, false
}

// Pending is what is known after apply.
var Pending = plan.Unknown{ID: "known after apply"}

// Tree is an object with plan.Unknown for what is not known or not to be shown.
// What only the provider fills in counts as not given.
func Tree(v, config cty.Value) map[string]any {
	out := map[string]any{}
	given := Map(config)
	for name, child := range Map(v) {
		if g, ok := given[name]; !child.IsKnown() && (!ok || g.IsKnown() && g.IsNull()) {
			continue
		}
		out[name] = branch(child, nil)
	}
	return out
}

// branch is a value with everything below it; outer are the marks of what it lies
// in.
func branch(v cty.Value, outer cty.ValueMarks) any {
	plain, m := v.Unmark()
	_, hidden := m[value.Sensitive]
	switch {
	case value.KnownAfterApply(v):
		return Pending
	case !v.IsKnown() || hidden && !plain.IsNull():
		return plan.Unknown{ID: value.Fingerprint(v.WithMarks(outer))}
	case plain.IsNull():
		return nil
	}
	switch ty := plain.Type(); {
	case ty == cty.String:
		return plain.AsString()
	case ty == cty.Bool:
		return plain.True()
	case ty == cty.Number:
		f, _ := plain.AsBigFloat().Float64()
		return f
	case ty.IsObjectType() || ty.IsMapType():
		out := map[string]any{}
		for name, child := range Map(plain) {
			out[name] = branch(child, m)
		}
		return out
	case plain.CanIterateElements():
		out := []any{}
		for it := plain.ElementIterator(); it.Next(); {
			_, child := it.Element()
			out = append(out, branch(child, m))
		}
		return out
	}
	return plan.Unknown{ID: plain.Type().FriendlyName()}
}
