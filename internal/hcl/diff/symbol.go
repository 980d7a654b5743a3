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
	worst := isKnown
	seen := map[string]bool{}
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		k, id := know(v)
		if k == isKnown && !v.IsNull() {
			// Marks of set elements sit on the set.
			for m := range v.Marks() {
				switch m := m.(type) {
				case Symbol:
					seen[m.ID] = true
				case Pending:
					if !v.IsWhollyKnown() {
						worst = isPending
					}
				}
			}
		}
		if id != "" {
			seen[id] = true
		}
		if k > worst {
			worst = k
		}
		return v.IsKnown() && !v.IsNull(), nil
	})
	ids := make([]string, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return worst, strings.Join(ids, "\x00")
}
