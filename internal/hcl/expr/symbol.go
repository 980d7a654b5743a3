package expr

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-linters/tflint-plugin-sdk/terraform/lang/marks"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
)

// Sensitive marks values that are not to be shown.
const Sensitive = marks.Sensitive

// Ephemeral marks values that no plan and no state may hold.
type Ephemeral struct{}

// Open marks an object whose attributes are not all known to us: what it does
// not list is opaque under ID, or pending. A resource of a type without facts,
// a data source's result and the outputs of a module from elsewhere are open.
type Open struct {
	ID      string
	Pending bool
}

// Decided marks an opaque value in whose making an opaque value decided
// something: a comparison, a condition, a choice by key.
type Decided struct{}

// kind says what a value without known content is.
type kind int

const (
	settled kind = iota + 1 // known
	opaque                  // unknown, stable, named by symbols
	pending                 // known after apply
)

// Pending is a value known after apply.
func Pending(ty cty.Type) cty.Value { return cty.UnknownVal(ty).Mark(diff.Pending{}) }

// Opaque is a stable unknown value named id.
func Opaque(id string, ty cty.Type) cty.Value {
	return cty.UnknownVal(ty).Mark(diff.Symbol{ID: short(id)})
}

// IsPending reports whether an unknown value is known after apply.
func IsPending(v cty.Value) bool { return !v.IsKnown() && classify(v.Marks()) == pending }

// SymbolOf names an opaque unknown value, and is empty for any other.
func SymbolOf(v cty.Value) string {
	if v.IsKnown() || classify(v.Marks()) != opaque {
		return ""
	}
	return strings.Join(symbols(v.Marks()), "\x00")
}

// classify says what an unknown value with these marks is.
func classify(m cty.ValueMarks) kind {
	found := pending
	for mark := range m {
		switch mark.(type) {
		case diff.Pending:
			return pending
		case diff.Symbol:
			found = opaque
		}
	}
	return found
}

func symbols(m cty.ValueMarks) []string {
	var out []string
	for mark := range m {
		if s, ok := mark.(diff.Symbol); ok {
			out = append(out, s.ID)
		}
	}
	slices.Sort(out)
	return out
}

// short keeps a name readable while it is short, and hashes it beyond.
func short(id string) string {
	if len(id) <= 160 {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "#" + hex.EncodeToString(sum[:16])
}

// Fingerprint names a value: equal values have equal fingerprints, and opaque
// parts count by their symbols.
func Fingerprint(vals ...cty.Value) string {
	h := sha256.New()
	for _, v := range vals {
		fingerprint(h, v)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func fingerprint(h hash.Hash, v cty.Value) {
	if v == cty.NilVal {
		h.Write([]byte("nil;"))
		return
	}
	v, m := v.Unmark()
	ty := v.Type()
	switch {
	case !v.IsKnown():
		if classify(m) == pending {
			fmt.Fprintf(h, "pending %s;", ty.FriendlyName())
			return
		}
		fmt.Fprintf(h, "symbol %q;", symbols(m))
	case v.IsNull():
		h.Write([]byte("null;"))
	case ty == cty.String:
		h.Write([]byte(strconv.Quote(v.AsString())))
	case ty == cty.Number:
		h.Write([]byte(v.AsBigFloat().Text('p', 0) + ";"))
	case ty == cty.Bool:
		fmt.Fprintf(h, "%t;", v.True())
	case ty.IsObjectType() || ty.IsMapType():
		fmt.Fprintf(h, "%s%s{", shape(ty), openName(m))
		for name, child := range elements(v) {
			h.Write([]byte(strconv.Quote(name)))
			fingerprint(h, child.WithMarks(inherited(m, child)))
		}
		h.Write([]byte("}"))
	case ty.IsTupleType() || ty.IsListType() || ty.IsSetType():
		fmt.Fprintf(h, "%s[", shape(ty))
		for _, child := range elements(v) {
			fingerprint(h, child.WithMarks(inherited(m, child)))
		}
		h.Write([]byte("]"))
	default:
		h.Write([]byte(ty.GoString()))
	}
}

func openName(m cty.ValueMarks) string {
	if o, ok := openOf(m); ok {
		return fmt.Sprintf("(%q %t)", o.ID, o.Pending)
	}
	return ""
}

func openOf(m cty.ValueMarks) (Open, bool) {
	for mark := range m {
		if o, ok := mark.(Open); ok {
			return o, true
		}
	}
	return Open{}, false
}

// shape tells collections from structures: a list is not a tuple.
func shape(ty cty.Type) string {
	switch {
	case ty.IsObjectType():
		return "object"
	case ty.IsTupleType():
		return "tuple"
	}
	return ty.FriendlyName()
}

// inherited is what an unknown element takes over from a container that hides
// the marks of its elements, as sets do.
func inherited(container cty.ValueMarks, child cty.Value) cty.ValueMarks {
	if child.IsKnown() || child.IsMarked() {
		return nil
	}
	return container
}

// elements iterates over an unmarked known container.
func elements(v cty.Value) func(yield func(string, cty.Value) bool) {
	return func(yield func(string, cty.Value) bool) {
		i := 0
		for it := v.ElementIterator(); it.Next(); i++ {
			k, child := it.Element()
			name := strconv.Itoa(i)
			if k.Type() == cty.String && !v.Type().IsSetType() {
				k, _ = k.Unmark()
				name = k.AsString()
			}
			if !yield(name, child) {
				return
			}
		}
	}
}

// OpenObject is an object of which only vals are known to us.
func OpenObject(o Open, vals map[string]cty.Value) cty.Value {
	if vals == nil {
		vals = map[string]cty.Value{}
	}
	o.ID = short(o.ID)
	return cty.ObjectVal(vals).Mark(o)
}
