package equal

import (
	"reflect"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// bothTexts are two values of which at least one is a text with symbols in it.
func bothTexts(old, new cty.Value) (a, b string, ok bool) {
	a, okA := value.TextOf(old)
	b, okB := value.TextOf(new)
	return a, b, okA && okB && (value.HasText(old) || value.HasText(new))
}

// compareTexts compares texts with tokens. Where both have the same symbols
// and another wording they differ; else a symbol may stand for what the other
// has written out.
func compareTexts(a, b string) Verdict {
	if a == b {
		return Same
	}
	if x, y, ok := value.Unapplied(a, b); ok {
		return compareTexts(x, y)
	}
	// Documents that say the same in another layout are still other texts.
	x, okX := forms.Document(a)
	y, okY := forms.Document(b)
	if okX && okY && compareDocuments(x, y) == Differs {
		return Differs
	}
	if sameSymbols(a, b) {
		return Differs
	}
	return Maybe
}

func sameSymbols(a, b string) bool { return slices.Equal(value.Tokens(a), value.Tokens(b)) }

// compareDocuments compares JSON values whose texts may have tokens in them.
func compareDocuments(a, b any) Verdict {
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok {
			return compareObjects(a, b)
		}
	case []any:
		if b, ok := b.([]any); ok {
			return compareLists(a, b)
		}
	case string:
		if b, ok := b.(string); ok {
			return compareTexts(a, b)
		}
	}
	switch {
	case reflect.DeepEqual(a, b):
		return Same
	case isToken(a) || isToken(b):
		return Maybe // a number, or a whole object, that is opaque
	}
	return Differs
}

func isToken(v any) bool {
	s, ok := v.(string)
	return ok && value.HasToken(s)
}

func compareObjects(a, b map[string]any) Verdict {
	if len(a) != len(b) {
		return Differs
	}
	worst := Same
	for k, v := range a {
		w, ok := b[k]
		if !ok {
			return Differs
		}
		worst = max(worst, compareDocuments(v, w))
	}
	return worst
}

func compareLists(a, b []any) Verdict {
	if len(a) != len(b) {
		return Differs
	}
	worst := Same
	for i := range a {
		worst = max(worst, compareDocuments(a[i], b[i]))
	}
	return worst
}

// textDiffers looks for an opaque text that differs for certain, in the same
// place of both values.
func textDiffers(old, new cty.Value) bool {
	o, n := Unmarked(old), Unmarked(new)
	if !o.IsKnown() || !n.IsKnown() {
		a, b, ok := bothTexts(old, new)
		return ok && compareTexts(a, b) == Differs
	}
	if o.Type().IsSetType() || IsKeyed(o) != IsKeyed(n) || IsSequence(o) != IsSequence(n) || Length(o) != Length(n) || Length(o) == 0 {
		return false
	}
	if IsKeyed(o) {
		news := n.AsValueMap()
		for k, v := range o.AsValueMap() {
			if w, ok := news[k]; ok && textDiffers(v, w) {
				return true
			}
		}
		return false
	}
	news := n.AsValueSlice()
	for i, v := range o.AsValueSlice() {
		if textDiffers(v, news[i]) {
			return true
		}
	}
	return false
}
