// Package value says what is known of an expression's value, besides the value
// itself. A prediction has no state to read, so that most values are one of
// three things (a [Knowledge]): known, opaque (stable, and named by symbols), or
// pending, which is what Terraform calls "known after apply".
//
// The marks of a cty value carry that: [Symbol], [Pending], [Text], [Open],
// [Decided] and [Limited], besides Terraform's own [Sensitive] and [Ephemeral].
package value

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

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

// Sensitive marks values that are not to be shown.
const Sensitive = marks.Sensitive

// Ephemeral marks values that no plan and no state may hold.
type Ephemeral struct{}

// NewPending is a value known after apply.
func NewPending(ty cty.Type) cty.Value { return cty.UnknownVal(ty).Mark(Pending{}) }

// NewOpaque is a stable unknown value named id.
func NewOpaque(id string, ty cty.Type) cty.Value {
	return WithSymbol(cty.UnknownVal(ty), id)
}

// WithSymbol is the unknown value v named id.
func WithSymbol(v cty.Value, id string) cty.Value { return v.Mark(Symbol{ID: short(id)}) }

// PendingAttribute is NewPending for an attribute of a resource, which is not
// null where every provider fills it in.
func PendingAttribute(attr string, ty cty.Type) cty.Value {
	return unknownAttribute(attr, ty).Mark(Pending{})
}

// OpaqueAttribute is the stable unknown value of attribute path attr of the
// existing object id, which is not null where every provider fills it in.
func OpaqueAttribute(id, attr string, ty cty.Type) cty.Value {
	return unknownAttribute(attr, ty).Mark(Symbol{ID: id + "." + attr})
}

func unknownAttribute(attr string, ty cty.Type) cty.Value {
	v := cty.UnknownVal(ty)
	if ty != cty.DynamicPseudoType && neverNull(attr) {
		v = v.RefineNotNull()
	}
	return v
}

// neverNull lists what every provider fills in for an object that exists.
func neverNull(attr string) bool {
	switch attr {
	case "id", "arn", "self_link":
		return true
	}
	return false
}

// namesIdentity reports whether a symbol is an attribute that every existing
// object has.
func namesIdentity(symbol string) bool {
	i := strings.LastIndexByte(symbol, '.')
	return i >= 0 && neverNull(symbol[i+1:])
}

// short keeps a name readable while it is short, and hashes it beyond.
func short(id string) string {
	if len(id) <= 160 {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "#" + hex.EncodeToString(sum[:16])
}

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

// Lasting are the marks that a known value keeps: all but those that say what is
// known of an unknown one.
func Lasting(m cty.ValueMarks) cty.ValueMarks {
	if len(m) == 0 {
		return nil
	}
	kept := cty.ValueMarks{}
	for mark := range m {
		switch mark.(type) {
		case Symbol, Pending, Text:
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
