package value

import (
	"regexp"

	"github.com/zclconf/go-cty/cty"
)

// MaxExponent is how many binary digits a number may have: writing out more
// takes for ever.
const MaxExponent = 1 << 14

// SetUnits is the work that an element of a set counts for: sets are put in order
// at every walk.
const SetUnits = 32

// Effort is the work of going through all of v.
func Effort(v cty.Value) int {
	v, _ = v.Unmark()
	switch {
	case v == cty.NilVal || v.IsNull() || !v.IsKnown() || !v.CanIterateElements():
		return 1
	case v.Type().IsSetType():
		return min(1+SetUnits*v.LengthInt(), maxEffort)
	case v.Type().IsCollectionType() && v.Type().ElementType().IsPrimitiveType():
		return min(1+v.LengthInt(), maxEffort)
	}
	n := 1
	for child := range parts(v) {
		if n += Effort(child); n >= maxEffort {
			return maxEffort
		}
	}
	return n
}

// maxEffort is where counting ends: more than any budget.
const maxEffort = 1 << 24

// Weight counts the values inside v up to limit, so that a value that shares
// its parts many times over is noticed before anything walks it; more than limit
// is limit+1.
func Weight(v cty.Value, limit int) int {
	v, _ = v.Unmark()
	n := 1
	if v == cty.NilVal || v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		return n
	}
	for child := range parts(v) {
		if n += Weight(child, limit-n); n > limit {
			return limit + 1
		}
	}
	return n
}

// HasHugeNumber reports whether a number in v has so many digits that writing
// it out is out of the question. A text is none, whatever it looks like: the
// digest 94e59162 is asked about where it is read as a number.
func HasHugeNumber(v cty.Value) bool {
	v, _ = v.Unmark()
	switch {
	case v == cty.NilVal || !v.IsKnown() || v.IsNull():
		return false
	case v.Type() == cty.Number:
		return v.AsBigFloat().MantExp(nil) > MaxExponent
	case !v.CanIterateElements() || isCollectionOf(v.Type(), cty.Bool) || isCollectionOf(v.Type(), cty.String):
		return false
	}
	for _, child := range Elements(v) {
		if HasHugeNumber(child) {
			return true
		}
	}
	return false
}

func isCollectionOf(t, element cty.Type) bool {
	return t.IsCollectionType() && t.ElementType() == element
}

// HasHugeText is HasHugeNumber of what is about to be read as numbers: a text in
// it counts too.
func HasHugeText(v cty.Value) bool {
	v, _ = v.Unmark()
	switch {
	case v == cty.NilVal || !v.IsKnown() || v.IsNull():
		return false
	case v.Type() == cty.String:
		return IsHugeNumber(v.AsString())
	case !v.CanIterateElements():
		return HasHugeNumber(v)
	}
	for _, child := range Elements(v) {
		if HasHugeText(child) {
			return true
		}
	}
	return false
}

var hugeNumber = regexp.MustCompile(`^[-+]?[0-9.]+[eE]\+?[0-9]{5,}$`)

// IsHugeNumber reports whether a text is a number of so many digits that reading
// it is out of the question.
func IsHugeNumber(text string) bool {
	return len(text) < 100 && hugeNumber.MatchString(text)
}
