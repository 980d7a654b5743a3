// Package value says what is known of an expression's value, besides the value
// itself. A prediction has no state to read, so that most values are one of
// three things (a [Knowledge]): known, opaque (stable, and named by symbols), or
// pending, which is what Terraform calls "known after apply".
//
// The marks of a cty value carry that: [Symbol], [Pending], [Text], [Layers], [Open],
// [Decided] and [Limited], besides Terraform's own [Sensitive] and [Ephemeral].
package value

import (
	"slices"

	"github.com/terraform-linters/tflint-plugin-sdk/terraform/lang/marks"
	"github.com/zclconf/go-cty/cty"
)

// Symbol marks an unknown value that is opaque but stable: the id of an
// existing object, the result of an unchanged data source, a variable that is
// set elsewhere. The ID stands for the value: two unknowns of equal Symbol are
// equal, of different Symbols may differ.
//
// A value derived from symbols (a template, a function call) carries the marks
// of its operands and not a Symbol that stands for itself; whoever derives it
// must give it a Symbol of its own, else `"${x}-a"` and `"${x}-b"` look equal:
// see [Derive].
type Symbol struct{ ID string }

// Pending marks an unknown that becomes known only during apply. It makes that
// visible where an unknown was combined with symbols: an unknown with Pending
// is known after apply whatever Symbols it carries besides. An unknown without
// Symbol is known after apply as well.
type Pending struct{}

// Decided marks an opaque value in whose making an opaque value decided
// something: a comparison, a condition, a choice by key.
type Decided struct{}

// Text marks an opaque text of which all but the symbols in it is known: the
// text with a token in the place of each. Two such texts can be compared like
// known ones: as JSON, as policies, word by word.
type Text struct{ S string }

// Open marks an object whose attributes are not all known to us: what it does
// not list is opaque under ID, or pending. A resource of a type without facts,
// a data source's result and the outputs of a module from elsewhere are open.
type Open struct {
	ID      string
	Pending bool
}

// Limited marks what is not known because an evaluation ended at one of our
// limits, and all that is made of it: a difference in such a value is no
// difference in the configuration.
type Limited struct{}

// Sensitive marks values that are not to be shown.
const Sensitive = marks.Sensitive

// Ephemeral marks values that no plan and no state may hold.
type Ephemeral struct{}

// Lasting are the marks that a known value keeps: all but those that say what is
// known of an unknown one.
func Lasting(m cty.ValueMarks) cty.ValueMarks {
	if len(m) == 0 {
		return nil
	}
	kept := cty.ValueMarks{}
	for mark := range m {
		switch mark.(type) {
		case Symbol, Pending, Text, Layers:
		default:
			kept[mark] = struct{}{}
		}
	}
	return kept
}

func has[M any](m cty.ValueMarks) bool {
	for mark := range m {
		if _, ok := mark.(M); ok {
			return true
		}
	}
	return false
}

// HasSymbol reports whether a Symbol is among the marks.
func HasSymbol(m cty.ValueMarks) bool { return has[Symbol](m) }

// symbolsOf are the IDs of all Symbols in m, in order.
func symbolsOf(m cty.ValueMarks) []string {
	var out []string
	for mark := range m {
		if s, ok := mark.(Symbol); ok {
			out = append(out, s.ID)
		}
	}
	slices.Sort(out)
	return out
}
