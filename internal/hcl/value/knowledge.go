package value

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Knowledge is what is known of a value. A greater one is less known.
type Knowledge int

// The kinds of Knowledge; zero is none of them.
const (
	IsKnown   Knowledge = iota + 1 // the value is there, or is null
	IsOpaque                       // unknown, stable: the symbols say which
	IsPending                      // known after apply
)

// Know returns what is known of v itself, not of what it contains, and the
// symbols of an opaque value, joined.
func Know(v cty.Value) (Knowledge, string) {
	if v.IsKnown() {
		return IsKnown, ""
	}
	m := v.Marks()
	k := unknownWith(m)
	if k != IsOpaque {
		return k, ""
	}
	return k, joinSymbols(symbolsOf(m))
}

// unknownWith is what is known of an unknown value with these marks.
func unknownWith(m cty.ValueMarks) Knowledge {
	found := IsPending
	for mark := range m {
		switch mark.(type) {
		case Pending:
			return IsPending
		case Symbol:
			found = IsOpaque
		}
	}
	return found
}

// KnownAfterApply reports whether v itself is pending.
func KnownAfterApply(v cty.Value) bool {
	return !v.IsKnown() && unknownWith(v.Marks()) == IsPending
}

// SymbolOf names an opaque value, and is empty for any other.
func SymbolOf(v cty.Value) string {
	_, symbols := Know(v)
	return symbols
}

// KnowWithin is Know for a whole value: pending if anything inside is pending,
// else opaque if anything inside is, what an open object does not list included.
func KnowWithin(v cty.Value) (Knowledge, string) {
	seen := map[string]bool{}
	least := within(v, seen)
	ids := make([]string, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return least, joinSymbols(ids)
}

func within(v cty.Value, seen map[string]bool) Knowledge {
	if k, symbols := Know(v); k != IsKnown {
		if symbols != "" {
			seen[symbols] = true
		}
		return k
	}
	plain, m := v.Unmark()
	if plain.IsNull() || !plain.CanIterateElements() {
		return IsKnown
	}
	least := IsKnown
	if o, open := openIn(m); open {
		least = withinOpen(o, seen)
	}
	if plain.Type().IsSetType() && !plain.IsWhollyKnown() {
		return withinSet(m, seen)
	}
	for it := plain.ElementIterator(); it.Next(); {
		_, e := it.Element()
		least = max(least, within(e, seen))
	}
	return least
}

// withinOpen: what an open object does not list is opaque, or pending.
func withinOpen(o Open, seen map[string]bool) Knowledge {
	if o.Pending {
		return IsPending
	}
	seen[o.ID] = true
	return IsOpaque
}

// withinSet: the marks of a set's elements sit on the set.
func withinSet(m cty.ValueMarks, seen map[string]bool) Knowledge {
	k := unknownWith(m)
	if k == IsOpaque {
		for _, id := range symbolsOf(m) {
			seen[id] = true
		}
	}
	return k
}

// HoldsPending reports whether anything in v is known after apply, what an open
// object does not list included.
func HoldsPending(v cty.Value) bool {
	if v.IsWhollyKnown() && !v.ContainsMarked() {
		return false
	}
	found := false
	_ = cty.Walk(v, func(_ cty.Path, part cty.Value) (bool, error) {
		o, open := OpenOf(part)
		found = found || open && o.Pending || KnownAfterApply(part)
		return !found, nil
	})
	return found
}

func joinSymbols(ids []string) string { return strings.Join(ids, "\x00") }
