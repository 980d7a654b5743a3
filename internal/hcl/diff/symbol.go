package diff

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Symbol marks an unknown value that is opaque but stable: the id of an
// existing object, the result of an unchanged data source, a variable that is
// set elsewhere. The ID stands for the value: two unknowns of equal Symbol are
// equal, of different Symbols may differ.
//
// A value derived from symbols (a template, a function call) carries the marks
// of its operands and not a Symbol that stands for itself; whoever derives it
// must give it a Symbol of its own, else `"${x}-a"` and `"${x}-b"` look equal.
type Symbol struct{ ID string }

// Pending marks an unknown that becomes known only during apply. It makes that
// visible where an unknown was combined with symbols: an unknown with Pending
// is known after apply whatever Symbols it carries besides. An unknown without
// Symbol is known after apply as well.
type Pending struct{}

// Opaque is the stable unknown value of attribute path attr of object id.
func Opaque(id, attr string, ty cty.Type) cty.Value {
	v := cty.UnknownVal(ty)
	if ty != cty.DynamicPseudoType && neverEmpty(attr) {
		v = v.RefineNotNull()
	}
	return v.Mark(Symbol{ID: id + "." + attr})
}

// neverEmpty lists what every provider fills in for an object that exists.
func neverEmpty(attr string) bool {
	switch attr {
	case "id", "arn", "self_link":
		return true
	}
	return false
}

func pending(ty cty.Type, attr string) cty.Value {
	v := cty.UnknownVal(ty)
	if ty != cty.DynamicPseudoType && neverEmpty(attr) {
		v = v.RefineNotNull()
	}
	return v.Mark(Pending{})
}

// certainty of a leaf: what is known of its value.
type knowledge int

const (
	isKnown   knowledge = iota + 1 // the value is there, or is null
	isOpaque                       // unknown, stable: the symbols say which
	isPending                      // unknown until apply
)

// know tells what is known of v itself, not of what it contains, and names its
// symbols.
func know(v cty.Value) (knowledge, string) {
	if v.IsKnown() {
		return isKnown, ""
	}
	var ids []string
	for m := range v.Marks() {
		switch m := m.(type) {
		case Pending:
			return isPending, ""
		case Symbol:
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return isPending, ""
	}
	slices.Sort(ids)
	return isOpaque, strings.Join(ids, "\x00")
}

// knowWithin is know for a whole value: pending if anything inside is pending,
// else opaque if anything inside is.
func knowWithin(v cty.Value) (knowledge, string) {
	seen := map[string]bool{}
	worst := within(v, seen)
	ids := make([]string, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return worst, strings.Join(ids, "\x00")
}

func within(v cty.Value, seen map[string]bool) knowledge {
	if k, id := know(v); k != isKnown {
		if id != "" {
			seen[id] = true
		}
		return k
	}
	un, marks := v.Unmark()
	if un.IsNull() || !un.CanIterateElements() {
		return isKnown
	}
	if un.Type().IsSetType() && !un.IsWhollyKnown() {
		return withinSet(un, marks, seen)
	}
	worst := isKnown
	for it := un.ElementIterator(); it.Next(); {
		_, e := it.Element()
		worst = max(worst, within(e, seen))
	}
	return worst
}

// withinSet: the marks of a set's elements sit on the set.
func withinSet(v cty.Value, marks cty.ValueMarks, seen map[string]bool) knowledge {
	k, ids := know(cty.UnknownVal(v.Type()).WithMarks(marks))
	if k == isOpaque {
		for _, id := range strings.Split(ids, "\x00") {
			seen[id] = true
		}
	}
	return k
}
