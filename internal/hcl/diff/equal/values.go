// Package equal compares values as a provider does: whether they are the same, are
// not, or may be because what decides is not known.
package equal

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Verdict says whether two values are the same to the provider.
type Verdict int

const (
	Same    Verdict = iota + 1
	Maybe           // they may be the same: what decides is not known
	Differs         // they are different for certain
)

// Values compares an attribute that is not made of nested objects. With sdk,
// null, "", 0, false and empty collections are one (Plugin SDK v2 keeps state
// as a flat map of strings, in which they are the same).
func Values(s schema.Shape, sdk bool, old, new cty.Value) Verdict {
	if sdk && IsZero(old) && IsZero(new) {
		return Same
	}
	switch {
	case s.Holds == schema.AnyType:
		return Dynamic(old, new)
	case isOpen(old) || isOpen(new):
		return compareOpen(sdk, old, new)
	case !old.IsKnown() || !new.IsKnown() || old.IsNull() || new.IsNull():
		return Leaves(old, new)
	}
	o, _ := old.Unmark()
	n, _ := new.Unmark()
	switch {
	case s.Holds == schema.SetOf && o.CanIterateElements() && n.CanIterateElements():
		return compareSets(old, new)
	case IsSequence(o) && IsSequence(n):
		return compareSequences(s, sdk, o, n)
	case IsKeyed(o) && IsKeyed(n):
		return Maps(sdk, o, n)
	}
	return Leaves(old, new)
}

// IsSequence reports whether a value holds others by position, or as a set.
func IsSequence(v cty.Value) bool {
	ty := v.Type()
	return ty.IsListType() || ty.IsTupleType() || ty.IsSetType()
}

// IsKeyed reports whether a value holds others by name.
func IsKeyed(v cty.Value) bool { return v.Type().IsMapType() || v.Type().IsObjectType() }

// Leaves compares values of which one is unknown or null, or scalars.
func Leaves(old, new cty.Value) Verdict {
	oldKnow, oldID := value.Know(old)
	newKnow, newID := value.Know(new)
	switch {
	case newKnow == value.IsPending, oldKnow == value.IsPending:
		return Differs
	case oldKnow == value.IsOpaque && newKnow == value.IsOpaque && oldID == newID && sameRange(old, new):
		return Same
	case oldKnow == value.IsOpaque || newKnow == value.IsOpaque:
		if a, b, ok := bothTexts(old, new); ok {
			if v := compareTexts(a, b); v != Maybe {
				return v
			}
		}
		return compareRanges(old, new)
	}
	return compareKnown(old, new)
}

// sameRange guards against symbols that were derived from without being
// renamed: `"a-${x}"` and `"b-${x}"` have different prefixes.
func sameRange(a, b cty.Value) bool {
	ua, _ := a.Unmark()
	ub, _ := b.Unmark()
	return ua.RawEquals(ub)
}

// compareRanges uses what cty knows of an unknown (not null, a prefix).
func compareRanges(a, b cty.Value) Verdict {
	ua, _ := a.UnmarkDeep()
	ub, _ := b.UnmarkDeep()
	switch {
	case ua.IsNull() && DefinitelyNotNull(ub), ub.IsNull() && DefinitelyNotNull(ua):
		return Differs
	case ua.IsNull() || ub.IsNull():
		return Maybe
	case !ua.Type().Equals(ub.Type()):
		return Maybe
	}
	if eq := ua.Equals(ub); eq.IsKnown() && eq.False() {
		return Differs
	}
	return Maybe
}

// DefinitelyNotNull reports whether a value is something, known or not.
func DefinitelyNotNull(v cty.Value) bool { return v.IsKnown() || v.Range().DefinitelyNotNull() }

func compareKnown(old, new cty.Value) Verdict {
	o, _ := old.UnmarkDeep()
	n, _ := new.UnmarkDeep()
	switch {
	case o.IsNull() && n.IsNull():
		return Same
	case o.IsNull() || n.IsNull():
		return Differs
	case o.Type().Equals(n.Type()):
		if o.RawEquals(n) {
			return Same
		}
		return Differs
	}
	// Types the facts do not name: the text decides.
	a, oka := value.ScalarText(o)
	b, okb := value.ScalarText(n)
	if oka && okb && a == b {
		return Same
	}
	return Differs
}

// compareSequences compares by position. Unlike with single values, an
// opaque element is enough to leave the whole open, not to settle it.
func compareSequences(s schema.Shape, sdk bool, old, new cty.Value) Verdict {
	olds, news := old.AsValueSlice(), new.AsValueSlice()
	if len(olds) != len(news) {
		return Differs
	}
	worst := Same
	for i := range olds {
		worst = max(worst, Values(elementShape(olds[i]), sdk, olds[i], news[i]))
	}
	return worst
}

// Maps compares entry by entry; see Values for sdk.
func Maps(sdk bool, old, new cty.Value) Verdict {
	olds, news := old.AsValueMap(), new.AsValueMap()
	worst := Same
	for k, n := range news {
		o, ok := olds[k]
		if !ok {
			return Differs
		}
		worst = max(worst, Values(elementShape(o), sdk, o, n))
	}
	for k := range olds {
		if _, ok := news[k]; !ok {
			return Differs
		}
	}
	return worst
}

func isOpen(v cty.Value) bool {
	_, open := value.OpenOf(v)
	return open
}

// compareOpen compares values of which one is an open object, or has one in it: what
// that does not list may be the same or not.
func compareOpen(sdk bool, old, new cty.Value) Verdict {
	switch {
	case value.HoldsPending(new) || value.HoldsPending(old):
		return Differs
	case value.Fingerprint(old) == value.Fingerprint(new):
		return Same
	case !old.IsKnown() || !new.IsKnown():
		return Maybe
	}
	o, n := Unmarked(old), Unmarked(new)
	switch {
	case o.IsNull() != n.IsNull():
		return Differs
	case !IsKeyed(o) || !IsKeyed(n):
		return Maybe
	}
	olds, news := o.AsValueMap(), n.AsValueMap()
	for name, was := range olds {
		is, ok := news[name]
		if ok && Values(elementShape(was), sdk, was, is) == Differs || !ok && !isOpen(new) {
			return Differs
		}
	}
	for name := range news {
		if _, ok := olds[name]; !ok && !isOpen(old) {
			return Differs
		}
	}
	return Maybe
}

// elementShape keeps nested sets comparable as sets.
func elementShape(v cty.Value) schema.Shape {
	if v.Type().IsSetType() {
		return schema.Shape{Holds: schema.SetOf}
	}
	return schema.Shape{Holds: schema.Single}
}

// Dynamic compares values whose type is part of the value: a tuple is
// not a list, "1" is not 1 (terraform_data, kubernetes_manifest).
func Dynamic(old, new cty.Value) Verdict {
	oldKnow, oldIDs := value.KnowWithin(old)
	newKnow, newIDs := value.KnowWithin(new)
	o, _ := old.UnmarkDeep()
	n, _ := new.UnmarkDeep()
	switch {
	case newKnow == value.IsPending || oldKnow == value.IsPending:
		return Differs
	case oldKnow == value.IsKnown && newKnow == value.IsKnown:
		if o.Type().Equals(n.Type()) && o.RawEquals(n) {
			return Same
		}
		return Differs
	case oldIDs == newIDs && Canonical(old) == Canonical(new):
		return Same
	case textDiffers(old, new):
		return Differs
	case o.IsNull() && DefinitelyNotNull(n), n.IsNull() && DefinitelyNotNull(o):
		return Differs
	case o.Type().HasDynamicTypes() || n.Type().HasDynamicTypes():
		return Maybe
	case value.HasOpen(old) || value.HasOpen(new):
		return compareOpen(false, old, new)
	case !o.Type().Equals(n.Type()):
		return Differs
	}
	if eq := o.Equals(n); eq.IsKnown() && eq.False() {
		return Differs
	}
	return Maybe
}

// IsZero reports what a flat map of strings does not tell from null.
func IsZero(v cty.Value) bool {
	un, _ := v.Unmark()
	if !un.IsKnown() || isOpen(v) {
		return false
	}
	if un.IsNull() {
		return true
	}
	switch ty := un.Type(); {
	case ty == cty.String:
		return un.AsString() == ""
	case ty == cty.Bool:
		return un.False()
	case ty == cty.Number:
		return un.AsBigFloat().Sign() == 0
	case un.CanIterateElements():
		return un.LengthInt() == 0
	}
	return false
}

// Loosely treats "1" and 1, and lists and tuples, as one: without a
// schema they may be converted to one type.
func Loosely(old, new cty.Value) Verdict {
	return Values(schema.Shape{Holds: schema.NoType, Elem: cty.DynamicPseudoType}, true, old, new)
}

// Unmarked is a value without its own marks.
func Unmarked(v cty.Value) cty.Value {
	v, _ = v.Unmark()
	return v
}

// Text is a scalar as text, "" for null and for what is none; ok is false where it
// is not known.
func Text(v cty.Value) (string, bool) {
	v, _ = v.Unmark()
	if !v.IsKnown() {
		return "", false
	}
	text, _ := value.ScalarText(v)
	return text, true
}

// Length is the number of elements, 0 for null and for what has none.
func Length(v cty.Value) int {
	if v.IsNull() || !v.CanIterateElements() {
		return 0
	}
	return v.LengthInt()
}
