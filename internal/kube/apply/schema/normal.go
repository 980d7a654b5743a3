package schema

import (
	"encoding/base64"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Normal rewrites a value so that two values with the same meaning become
// equal: quantities by amount, times in UTC, base64 without line breaks, no
// nulls, no empty maps and lists, no zero values where Go has no pointer, no
// fields that the type does not have. It does not change v.
func (t *Type) Normal(v any) any {
	switch t.Form {
	case Struct:
		if m, ok := v.(map[string]any); ok {
			return t.normalStruct(m)
		}
	case Map:
		if m, ok := v.(map[string]any); ok {
			out := make(map[string]any, len(m))
			for k, x := range m {
				if x != nil {
					out[k] = t.Elem.Normal(x)
				}
			}
			return out
		}
	case List:
		if l, ok := v.([]any); ok {
			out := make([]any, len(l))
			for i, x := range l {
				out[i] = t.Elem.Normal(x)
			}
			return out
		}
	case Quantity:
		if q, ok := quantity(v); ok {
			return amount(q)
		}
	case Time:
		if s, ok := v.(string); ok {
			if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
				return at.UTC().Format(time.RFC3339Nano)
			}
		}
	case Bytes:
		if s, ok := v.(string); ok {
			if b, err := base64.StdEncoding.DecodeString(s); err == nil {
				return base64.StdEncoding.EncodeToString(b)
			}
		}
	case Integer, Number:
		if f, ok := v.(float64); ok && f == float64(int64(f)) {
			return int64(f)
		}
	case Any:
		return normalAny(v)
	}
	return v
}

func (t *Type) normalStruct(m map[string]any) any {
	s := t.resolved()
	out := make(map[string]any, len(m))
	for k, x := range m {
		f, ok := s.Field(k)
		if !ok || x == nil {
			continue
		}
		n := f.Normal(x)
		if !f.blank(n) {
			out[k] = n
		}
	}
	return out
}

// blank reports whether a normal value means the same as none.
func (t *Type) blank(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case []any:
		return len(x) == 0 && t.Form != Any
	case map[string]any:
		return len(x) == 0 && (t.Form == Map || t.Form == Struct && !t.Pointer)
	case string:
		return !t.Pointer && (x == "" || t.Form == Quantity && x == "0")
	case bool:
		return !t.Pointer && !x
	case int64:
		return !t.Pointer && x == 0 && t.Form != IntOrString
	case float64:
		return !t.Pointer && x == 0
	}
	return false
}

// normalAny drops nulls, which no tool stores.
func normalAny(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			if e != nil {
				out[k] = normalAny(e)
			}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = normalAny(e)
		}
		return out
	}
	return v
}

// quantity reads a quantity as JSON holds it, a string or a number.
func quantity(v any) (resource.Quantity, bool) {
	var text string
	switch x := v.(type) {
	case string:
		text = x
	case int64:
		return *resource.NewQuantity(x, resource.DecimalSI), true
	case float64:
		text = formatFloat(x)
	default:
		return resource.Quantity{}, false
	}
	q, err := resource.ParseQuantity(text)
	return q, err == nil
}

// amount writes a quantity in one way, whatever its suffix was.
func amount(q resource.Quantity) string {
	if i, ok := q.AsInt64(); ok {
		return formatInt(i)
	}
	d := q.AsDec().String()
	return trimZeros(d)
}

// CompareQuantities orders two quantities by amount: -1, 0 or 1. It reports
// false where one of them is no quantity.
func CompareQuantities(a, b any) (int, bool) {
	x, ok := quantity(a)
	y, ok2 := quantity(b)
	if !ok || !ok2 {
		return 0, false
	}
	return x.Cmp(y), true
}
