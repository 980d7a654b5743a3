package compare

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// attributes are the known, not sensitive attributes of an object.
func attributes(v cty.Value) map[string]any {
	out := map[string]any{}
	for name, child := range asMap(v) {
		if x, ok := plainValue(child); ok {
			out[name] = x
		}
	}
	return out
}

func plainValue(v cty.Value) (any, bool) {
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
		for name, child := range asMap(v) {
			if x, ok := plainValue(child); ok {
				out[name] = x
			}
		}
		return out, true
	case v.CanIterateElements():
		out := []any{}
		for it := v.ElementIterator(); it.Next(); {
			_, child := it.Element()
			x, ok := plainValue(child)
			if !ok {
				return nil, false // an index would no longer fit
			}
			out = append(out, x)
		}
		return out, true
	}
	return nil, false
}
