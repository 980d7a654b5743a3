package diff

import (
	"sort"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// verdict says whether two values are the same to the provider.
type verdict int

const (
	same    verdict = iota + 1
	maybe           // they may be the same: what decides is not known
	differs         // they are different for certain
)

// compare compares an attribute that is not made of nested objects. With sdk,
// null, "", 0, false and empty collections are one (Plugin SDK v2 keeps state
// as a flat map of strings, in which they are not told apart).
func compare(s shape, sdk bool, old, new cty.Value) verdict {
	if sdk && isZero(old) && isZero(new) {
		return same
	}
	switch {
	case s.holds == anyType:
		return compareDynamic(old, new)
	case !old.IsKnown() || !new.IsKnown() || old.IsNull() || new.IsNull():
		return compareLeaf(old, new)
	}
	o, _ := old.Unmark()
	n, _ := new.Unmark()
	switch {
	case s.holds == setOf && o.CanIterateElements() && n.CanIterateElements():
		return compareSets(old, new)
	case isSequence(o) && isSequence(n):
		return compareSequences(s, sdk, o, n)
	case isKeyed(o) && isKeyed(n):
		return compareMaps(sdk, o, n)
	}
	return compareLeaf(old, new)
}

func isSequence(v cty.Value) bool {
	ty := v.Type()
	return ty.IsListType() || ty.IsTupleType() || ty.IsSetType()
}

func isKeyed(v cty.Value) bool { return v.Type().IsMapType() || v.Type().IsObjectType() }

// compareLeaf compares values of which one is unknown or null, or scalars.
func compareLeaf(old, new cty.Value) verdict {
	oldKnow, oldID := value.Know(old)
	newKnow, newID := value.Know(new)
	switch {
	case newKnow == value.IsPending, oldKnow == value.IsPending:
		return differs
	case oldKnow == value.IsOpaque && newKnow == value.IsOpaque && oldID == newID && sameRange(old, new):
		return same
	case oldKnow == value.IsOpaque || newKnow == value.IsOpaque:
		if a, b, ok := bothTexts(old, new); ok {
			if v := compareTexts(a, b); v != maybe {
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
func compareRanges(a, b cty.Value) verdict {
	ua, _ := a.UnmarkDeep()
	ub, _ := b.UnmarkDeep()
	switch {
	case ua.IsNull() && definitelyNotNull(ub), ub.IsNull() && definitelyNotNull(ua):
		return differs
	case ua.IsNull() || ub.IsNull():
		return maybe
	case !ua.Type().Equals(ub.Type()):
		return maybe
	}
	if eq := ua.Equals(ub); eq.IsKnown() && eq.False() {
		return differs
	}
	return maybe
}

func definitelyNotNull(v cty.Value) bool { return v.IsKnown() || v.Range().DefinitelyNotNull() }

func compareKnown(old, new cty.Value) verdict {
	o, _ := old.UnmarkDeep()
	n, _ := new.UnmarkDeep()
	switch {
	case o.IsNull() && n.IsNull():
		return same
	case o.IsNull() || n.IsNull():
		return differs
	case o.Type().Equals(n.Type()):
		if o.RawEquals(n) {
			return same
		}
		return differs
	}
	// Types the facts do not name: the text decides.
	a, oka := value.ScalarText(o)
	b, okb := value.ScalarText(n)
	if oka && okb && a == b {
		return same
	}
	return differs
}

// compareSequences compares by position. Unlike with single values, an
// opaque element is enough to leave the whole open, not to settle it.
func compareSequences(s shape, sdk bool, old, new cty.Value) verdict {
	olds, news := old.AsValueSlice(), new.AsValueSlice()
	if len(olds) != len(news) {
		return differs
	}
	worst := same
	for i := range olds {
		worst = max(worst, compare(elementShape(olds[i]), sdk, olds[i], news[i]))
	}
	return worst
}

func compareMaps(sdk bool, old, new cty.Value) verdict {
	olds, news := old.AsValueMap(), new.AsValueMap()
	worst := same
	for k, n := range news {
		o, ok := olds[k]
		if !ok {
			return differs
		}
		worst = max(worst, compare(elementShape(o), sdk, o, n))
	}
	for k := range olds {
		if _, ok := news[k]; !ok {
			return differs
		}
	}
	return worst
}

// elementShape keeps nested sets comparable as sets.
func elementShape(v cty.Value) shape {
	if v.Type().IsSetType() {
		return shape{holds: setOf}
	}
	return shape{holds: single}
}

// compareSets compares without order. Elements that are unknown have lost
// their symbols to the set, so these are compared as a whole.
func compareSets(old, new cty.Value) verdict {
	if k, _ := value.KnowWithin(new); k == value.IsPending {
		return differs
	}
	oldKnown, oldOpen := split(old)
	newKnown, newOpen := split(new)
	_, oldIDs := value.KnowWithin(old)
	_, newIDs := value.KnowWithin(new)
	if oldOpen == 0 && newOpen == 0 {
		if sameElements(oldKnown, newKnown) {
			return same
		}
		return differs
	}
	if oldOpen == newOpen && oldIDs == newIDs && sameElements(oldKnown, newKnown) {
		return same
	}
	if oldOpen != newOpen && (subset(oldIDs, newIDs) || subset(newIDs, oldIDs)) {
		// One more object or one less: two symbols in one set stand for two
		// values.
		return differs
	}
	// Each known element without a counterpart needs an unknown one to be it.
	if missing(oldKnown, newKnown) > newOpen || missing(newKnown, oldKnown) > oldOpen {
		return differs
	}
	return maybe
}

func subset(ids, of string) bool {
	return ids == "" || missing(strings.Split(ids, "\x00"), strings.Split(of, "\x00")) == 0
}

func split(v cty.Value) (known []string, open int) {
	un, _ := v.Unmark()
	seen := map[string]bool{}
	for _, e := range un.AsValueSlice() {
		if !e.IsWhollyKnown() {
			open++
			continue
		}
		if c := canonical(e); !seen[c] {
			seen[c] = true
			known = append(known, c)
		}
	}
	sort.Strings(known)
	return known, open
}

func sameElements(a, b []string) bool { return missing(a, b) == 0 && missing(b, a) == 0 }

// missing counts the elements of a that b does not have.
func missing(a, b []string) int {
	in := map[string]bool{}
	for _, e := range b {
		in[e] = true
	}
	n := 0
	for _, e := range a {
		if !in[e] {
			n++
		}
	}
	return n
}

// compareDynamic compares values whose type is part of the value: a tuple is
// not a list, "1" is not 1 (terraform_data, kubernetes_manifest).
func compareDynamic(old, new cty.Value) verdict {
	oldKnow, oldIDs := value.KnowWithin(old)
	newKnow, newIDs := value.KnowWithin(new)
	o, _ := old.UnmarkDeep()
	n, _ := new.UnmarkDeep()
	switch {
	case newKnow == value.IsPending || oldKnow == value.IsPending:
		return differs
	case oldKnow == value.IsKnown && newKnow == value.IsKnown:
		if o.Type().Equals(n.Type()) && o.RawEquals(n) {
			return same
		}
		return differs
	case oldIDs == newIDs && canonical(old) == canonical(new):
		return same
	case textDiffers(old, new):
		return differs
	case o.IsNull() && definitelyNotNull(n), n.IsNull() && definitelyNotNull(o):
		return differs
	case o.Type().HasDynamicTypes() || n.Type().HasDynamicTypes():
		return maybe
	case !o.Type().Equals(n.Type()):
		return differs
	}
	if eq := o.Equals(n); eq.IsKnown() && eq.False() {
		return differs
	}
	return maybe
}

// isZero reports what a flat map of strings does not tell from null.
func isZero(v cty.Value) bool {
	un, _ := v.Unmark()
	if !un.IsKnown() {
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

// canonical writes a value, its type and its symbols as one text: two values
// with the same text are the same.
func canonical(v cty.Value) string {
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
	case isKeyed(un):
		b.WriteString(kindName(ty) + "{")
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
