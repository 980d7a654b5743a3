package diff

import (
	"fmt"
	"hash/fnv"
	"sort"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// dotted writes a path for people: `a.0.b`.
func dotted(path []any) string {
	s := ""
	for i, p := range path {
		if i > 0 {
			s += "."
		}
		s += fmt.Sprint(p)
	}
	return s
}

// names is a path without its indexes and keys.
func names(path plan.Path) string {
	var out []string
	for _, p := range path {
		if s, ok := p.(string); ok {
			out = append(out, s)
		}
	}
	return strings.Join(out, ".")
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func last(path plan.Path) string {
	for i := len(path) - 1; i >= 0; i-- {
		if name, ok := path[i].(string); ok {
			return name
		}
	}
	return ""
}

func withoutIndexes(path string) string {
	var out []string
	for _, step := range strings.Split(path, ".") {
		if !forms.IsDigits(step) {
			out = append(out, step)
		}
	}
	return strings.Join(out, ".")
}

// at is the value at a path of names, following the first element of lists;
// null where there is none, unknown where it is inside something unknown.
func at(attrs map[string]cty.Value, path string) cty.Value {
	v := cty.ObjectVal(attrs)
	for _, name := range strings.Split(path, ".") {
		v, _ = v.Unmark()
		if !v.IsKnown() {
			return cty.DynamicVal
		}
		if !v.IsNull() && equal.IsSequence(v) {
			list := v.AsValueSlice()
			if len(list) == 0 {
				return cty.NullVal(cty.DynamicPseudoType)
			}
			v, _ = list[0].Unmark()
		}
		if !v.IsKnown() {
			return cty.DynamicVal
		}
		if v.IsNull() || !equal.IsKeyed(v) {
			return cty.NullVal(cty.DynamicPseudoType)
		}
		next, ok := v.AsValueMap()[name]
		if !ok {
			return cty.NullVal(cty.DynamicPseudoType)
		}
		v = next
	}
	return v
}

func textAt(attrs map[string]cty.Value, path string) (string, bool) {
	v, _ := at(attrs, path).Unmark()
	if !v.IsKnown() {
		return "", false
	}
	text, _ := value.ScalarText(v)
	return text, true
}

func elements(v cty.Value) []cty.Value {
	un, _ := v.Unmark()
	if !un.IsKnown() || un.IsNull() || !un.CanIterateElements() {
		return nil
	}
	if equal.IsKeyed(un) {
		return []cty.Value{v}
	}
	return un.AsValueSlice()
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

func isEmptyString(v cty.Value) bool {
	un, _ := v.Unmark()
	return un.Type() == cty.String && un.IsKnown() && !un.IsNull() && un.AsString() == ""
}

func orNull(v cty.Value, s schema.Shape) cty.Value {
	if v == cty.NilVal {
		return cty.NullVal(s.ValueType())
	}
	return v
}

// entriesOf are the entries of a map; one of no name where it is not known.
func entriesOf(v cty.Value) map[string]cty.Value {
	un := equal.Unmarked(v)
	switch {
	case !un.IsKnown():
		return map[string]cty.Value{"": v}
	case un.IsNull() || !equal.IsKeyed(un):
		return nil
	}
	return un.AsValueMap()
}

func entryOf(v cty.Value, key string) (string, bool) {
	if v.IsNull() || !equal.IsKeyed(v) {
		return "", false
	}
	e, ok := v.AsValueMap()[key]
	if !ok {
		return "", false
	}
	return equal.Text(e)
}

func isNull(v cty.Value) bool { return v.IsKnown() && v.IsNull() }

func isPendingValue(v cty.Value) bool {
	k, _ := value.Know(v)
	return k == value.IsPending
}

func isOpaqueValue(v cty.Value) bool {
	k, _ := value.Know(v)
	return k == value.IsOpaque
}

// maybeOther is a value that may or may not be v.
func maybeOther(v cty.Value) cty.Value {
	return cty.UnknownVal(cty.DynamicPseudoType).Mark(value.Symbol{ID: "if changed " + equal.Canonical(v)})
}

func attributeNames(v cty.Value) []string {
	names := make([]string, 0, len(v.Type().AttributeTypes()))
	for name := range v.Type().AttributeTypes() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func unionKeys(maps ...map[string]cty.Value) []string {
	seen := map[string]bool{}
	for _, m := range maps {
		for name := range m {
			seen[name] = true
		}
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// fingerprint names an element of a set by what it contains, so that its
// computed attributes keep their symbols when the order changes.
func fingerprint(v cty.Value) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(equal.Canonical(v)))
	return fmt.Sprintf("%016x", h.Sum64())
}
