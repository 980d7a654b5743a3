package diff

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Text marks an opaque text of which all but the symbols in it is known: the
// text with a token in the place of each. Two such texts can be compared like
// known ones: as JSON, as policies, word by word.
type Text struct{ S string }

// MaxText is the longest text that is kept for comparison, in bytes.
const MaxText = 256 << 10

// Tokens stand between two characters of Unicode's private area, which no
// configuration contains.
const tokenStart, tokenEnd = "\uE000", "\uE001"

var symbolToken = regexp.MustCompile(tokenStart + `[0-9a-f]+` + tokenEnd)

// TextOf is a scalar as a text: itself where it is known, and with tokens where
// it is opaque; ok is false for null and for what becomes known during apply.
func TextOf(v cty.Value) (s string, ok bool) {
	k, ids := know(v)
	switch k {
	case isPending:
		return "", false
	case isKnown:
		return scalarText(v)
	}
	var found []string
	for m := range v.Marks() {
		if t, isText := m.(Text); isText {
			found = append(found, t.S)
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	return Token(ids), true
}

// Token stands for the symbol id in a text.
func Token(id string) string {
	sum := sha256.Sum256([]byte(id))
	return tokenStart + hex.EncodeToString(sum[:8]) + tokenEnd
}

// Applied is the text that a function makes of another, where different texts
// give different results: a digest, an encoding.
func Applied(function, text string) string {
	return tokenStart + function + "(" + text + ")" + tokenEnd
}

// unapplied takes away a function that two texts are wrapped in as a whole.
func unapplied(a, b string) (string, string, bool) {
	function, _, ok := strings.Cut(a, "(")
	if !ok || !strings.HasPrefix(a, tokenStart) {
		return "", "", false
	}
	x, okX := argument(a, function)
	y, okY := argument(b, function)
	return x, y, okX && okY
}

func argument(text, function string) (string, bool) {
	inner, okStart := strings.CutPrefix(text, function+"(")
	inner, okEnd := strings.CutSuffix(inner, ")"+tokenEnd)
	depth := 0
	for _, r := range inner {
		switch string(r) {
		case tokenStart:
			depth++
		case tokenEnd:
			depth--
		}
		if depth < 0 {
			return "", false
		}
	}
	return inner, okStart && okEnd && depth == 0
}

// bothTexts are two values of which at least one is a text with symbols in it.
func bothTexts(old, new cty.Value) (a, b string, ok bool) {
	a, okA := TextOf(old)
	b, okB := TextOf(new)
	return a, b, okA && okB && (hasText(old) || hasText(new))
}

func hasText(v cty.Value) bool {
	for m := range v.Marks() {
		if _, ok := m.(Text); ok {
			return true
		}
	}
	return false
}

// compareTexts compares texts with tokens. Where both have the same symbols
// and another wording they differ; else a symbol may stand for what the other
// has written out.
func compareTexts(a, b string) verdict {
	if a == b {
		return same
	}
	if x, y, ok := unapplied(a, b); ok {
		return compareTexts(x, y)
	}
	// Documents that say the same in another layout are still other texts.
	x, okX := document(a)
	y, okY := document(b)
	if okX && okY && compareDocuments(x, y) == differs {
		return differs
	}
	if sameSymbols(a, b) {
		return differs
	}
	return maybe
}

func sameSymbols(a, b string) bool { return slices.Equal(symbolsIn(a), symbolsIn(b)) }

func symbolsIn(text string) []string {
	found := symbolToken.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

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
	return ok && symbolToken.MatchString(s)
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
