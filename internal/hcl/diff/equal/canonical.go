package equal

import (
	"sort"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Canonical writes a value, its type and its symbols as one text: two values
// with the same text are the same.
func Canonical(v cty.Value) string {
	var b strings.Builder
	writeCanonical(&b, v)
	return b.String()
}

func writeCanonical(b *strings.Builder, v cty.Value) {
	if k, ids := value.Know(v); k != value.IsKnown {
		b.WriteString("?" + strconv.Itoa(int(k)) + strconv.Quote(ids) + v.Type().GoString())
		return
	}
	un, _ := v.Unmark()
	ty := un.Type()
	if un.IsNull() {
		b.WriteString("null " + ty.FriendlyName())
		return
	}
	if text, ok := value.ScalarText(un); ok {
		b.WriteString(ty.FriendlyName() + strconv.Quote(text))
		return
	}
	if !un.CanIterateElements() {
		b.WriteString(un.GoString())
		return
	}
	switch {
	case IsKeyed(un):
		b.WriteString(kindName(ty) + "{")
		if o, open := value.OpenOf(v); open {
			b.WriteString("?" + strconv.FormatBool(o.Pending) + strconv.Quote(o.ID))
		}
		m := un.AsValueMap()
		keys := make([]string, 0, len(m))
		for k := range m {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			b.WriteString(strconv.Quote(k) + "=")
			writeCanonical(b, m[k])
			b.WriteString(",")
		}
		b.WriteString("}")
	default:
		b.WriteString(kindName(ty) + "[")
		for _, e := range un.AsValueSlice() {
			writeCanonical(b, e)
			b.WriteString(",")
		}
		b.WriteString("]")
	}
}

func kindName(ty cty.Type) string {
	switch {
	case ty.IsListType():
		return "list"
	case ty.IsSetType():
		return "set"
	case ty.IsTupleType():
		return "tuple"
	case ty.IsMapType():
		return "map"
	}
	return "object"
}
