package value

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// MaxText is the longest text that is kept for comparison, in bytes.
const MaxText = 256 << 10

// Tokens stand between two characters of Unicode's private area, which no
// configuration contains.
const tokenStart, tokenEnd = "\uE000", "\uE001"

var token = regexp.MustCompile(tokenStart + `[0-9a-f]+` + tokenEnd)

// TextOf is a scalar as a text: itself where it is known, and with tokens where
// it is opaque; ok is false for null and for what becomes known during apply.
func TextOf(v cty.Value) (s string, ok bool) {
	k, symbols := Know(v)
	switch k {
	case IsPending:
		return "", false
	case IsKnown:
		return ScalarText(v)
	}
	if found := texts(v.Marks()); len(found) == 1 {
		return found[0].S, true
	}
	return Token(symbols), true
}

// HasText reports whether v is a text with symbols in it.
func HasText(v cty.Value) bool { return has[Text](v.Marks()) }

// ScalarText is a known scalar as Terraform converts it to a string; ok is false
// for what is unknown, null or no scalar.
func ScalarText(v cty.Value) (s string, ok bool) {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return "", false
	}
	switch v.Type() {
	case cty.String:
		return v.AsString(), true
	case cty.Bool:
		return strconv.FormatBool(v.True()), true
	case cty.Number:
		return v.AsBigFloat().Text('f', -1), true
	}
	return "", false
}

// Token stands for the symbol id in a text.
func Token(id string) string {
	sum := sha256.Sum256([]byte(id))
	return tokenStart + hex.EncodeToString(sum[:8]) + tokenEnd
}

// HasToken reports whether a text has a token in it.
func HasToken(text string) bool { return token.MatchString(text) }

// Tokens are the tokens in a text, each once, in order.
func Tokens(text string) []string {
	found := token.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// Applied is the text that a function makes of another, where different texts
// give different results: a digest, an encoding.
func Applied(function, text string) string {
	return tokenStart + function + "(" + text + ")" + tokenEnd
}

// Unapplied takes away a function that two texts are wrapped in as a whole; ok
// is false where they are not wrapped in the same one.
func Unapplied(a, b string) (x, y string, ok bool) {
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

// WithTokens is v with a token in the place of everything opaque. Collections
// become tuples and objects, since a token is a text whatever it stands for. ok
// is false where something in v is pending, or an open object.
func WithTokens(v cty.Value) (out cty.Value, ok bool) {
	if !v.IsKnown() {
		s, ok := TextOf(v)
		return cty.StringVal(s), ok
	}
	if _, open := OpenOf(v); open {
		return cty.NilVal, false
	}
	v, _ = v.Unmark()
	if v.IsNull() || !v.CanIterateElements() {
		return v, true
	}
	named, listed := map[string]cty.Value{}, []cty.Value{}
	for name, child := range Elements(v) {
		w, ok := WithTokens(child)
		if !ok {
			return cty.NilVal, false
		}
		named[name], listed = w, append(listed, w)
	}
	if v.Type().IsObjectType() || v.Type().IsMapType() {
		return cty.ObjectVal(named), true
	}
	return cty.TupleVal(listed), true
}

func texts(m cty.ValueMarks) []Text {
	var out []Text
	for mark := range m {
		if t, ok := mark.(Text); ok {
			out = append(out, t)
		}
	}
	return out
}

// withText marks v with its text, if there is exactly one that is short enough.
func withText(v cty.Value, texts []Text) cty.Value {
	if len(texts) != 1 || len(texts[0].S) > MaxText {
		return v
	}
	return v.Mark(texts[0])
}
