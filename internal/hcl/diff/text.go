package diff

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
func compareTexts(a, b string) verdict {
	if a == b {
		return same
	}
	if x, y, ok := value.Unapplied(a, b); ok {
		return compareTexts(x, y)
	}
	// Documents that say the same in another layout are still other texts.
	x, okX := forms.Document(a)
	y, okY := forms.Document(b)
	if okX && okY && compareDocuments(x, y) == differs {
		return differs
	}
	if sameSymbols(a, b) {
		return differs
	}
	return maybe
}

func sameSymbols(a, b string) bool { return slices.Equal(value.Tokens(a), value.Tokens(b)) }

// compareDocuments compares JSON values whose texts may have tokens in them.
func compareDocuments(a, b any) verdict {
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
		return same
	case isToken(a) || isToken(b):
		return maybe // a number, or a whole object, that is opaque
	}
	return differs
}

func isToken(v any) bool {
	s, ok := v.(string)
	return ok && value.HasToken(s)
}

func compareObjects(a, b map[string]any) verdict {
	if len(a) != len(b) {
		return differs
	}
	worst := same
	for k, v := range a {
		w, ok := b[k]
		if !ok {
			return differs
		}
		worst = max(worst, compareDocuments(v, w))
	}
	return worst
}

func compareLists(a, b []any) verdict {
	if len(a) != len(b) {
		return differs
	}
	worst := same
	for i := range a {
		worst = max(worst, compareDocuments(a[i], b[i]))
	}
	return worst
}

// textDiffers looks for an opaque text that differs for certain, in the same
// place of both values.
func textDiffers(old, new cty.Value) bool {
	o, n := unmarked(old), unmarked(new)
	if !o.IsKnown() || !n.IsKnown() {
		a, b, ok := bothTexts(old, new)
		return ok && compareTexts(a, b) == differs
	}
	if o.Type().IsSetType() || isKeyed(o) != isKeyed(n) || isSequence(o) != isSequence(n) || length(o) != length(n) || length(o) == 0 {
		return false
	}
	if isKeyed(o) {
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
