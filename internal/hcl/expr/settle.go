package expr

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
)

// origin is where a freshly computed value came from.
type origin struct {
	// name gives the derived symbol of the operation; called at most once.
	name func() string
	// passes: the operation hands its operands' parts on as they are, so an
	// unknown part that carries one symbol is that symbol.
	passes bool
	// opaque: the operation picks by a condition or key that is opaque, so
	// that its unknown result is opaque even where a pending value went in.
	opaque bool
	// decides: the operation's result says little of its operands (a
	// comparison, a length, a search).
	decides bool
	// text gives the text that was made, with tokens for the symbols in it.
	text func() (string, bool)
	// inputs are what went in: HCL forgets marks where a type is not known.
	inputs []cty.Value
}

// settle gives every unknown part of a computed value its identity: pending,
// or one symbol. What is known carries no such mark any more.
func settle(v cty.Value, o origin) cty.Value {
	if !unsettled(v) {
		return v
	}
	if !v.IsKnown() && !has[diff.Symbol](v.Marks()) && !has[diff.Pending](v.Marks()) {
		v = v.WithMarks(within(o.inputs))
	}
	s := &settler{origin: o}
	return s.value(v, nil, "")
}

type settler struct {
	origin
	cached string
}

func (s *settler) symbol(path string) diff.Symbol {
	if s.cached == "" {
		s.cached = s.name()
	}
	return diff.Symbol{ID: short(s.cached + path)}
}

// unsettled reports whether any part of v is marked or unknown.
func unsettled(v cty.Value) bool {
	if v.IsMarked() || !v.IsKnown() {
		return true
	}
	if v.IsNull() || !v.CanIterateElements() {
		return false
	}
	for it := v.ElementIterator(); it.Next(); {
		if _, child := it.Element(); unsettled(child) {
			return true
		}
	}
	return false
}

func (s *settler) value(v cty.Value, hoisted cty.ValueMarks, path string) cty.Value {
	v, own := v.Unmark()
	if !v.IsKnown() {
		return s.unknown(v, own, hoisted, path)
	}
	kept := lasting(own)
	if v.IsNull() || !v.CanIterateElements() {
		return v.WithMarks(kept)
	}
	if v.Type().IsSetType() {
		return s.set(v, own, hoisted, path).WithMarks(kept)
	}
	if len(own) > len(kept) {
		hoisted = own
	}
	return s.children(v, hoisted, path).WithMarks(kept)
}

func (s *settler) unknown(v cty.Value, own, hoisted cty.ValueMarks, path string) cty.Value {
	m := own
	if classify(own) == pending && !has[diff.Pending](own) && hoisted != nil {
		m = hoisted
	}
	out := v.WithMarks(lasting(own))
	switch ids := symbols(m); {
	case classify(m) == pending && !s.opaque:
		return out.Mark(diff.Pending{})
	case s.passes && len(ids) == 1 && classify(m) == opaque:
		if out.Type() != cty.DynamicPseudoType && isIdentity(ids[0]) {
			out = out.RefineNotNull() // functions forget that
		}
		return withText(out.Mark(diff.Symbol{ID: ids[0]}), textMarks(m))
	}
	if s.decides || s.opaque {
		out = out.Mark(Decided{})
	}
	out = out.Mark(s.symbol(path))
	if s.text == nil || path != "" {
		return out
	}
	if text, ok := s.text(); ok {
		return withText(out, []diff.Text{{S: text}})
	}
	return out
}

// withText marks v with its text, if there is one.
func withText(v cty.Value, texts []diff.Text) cty.Value {
	if len(texts) != 1 || len(texts[0].S) > diff.MaxText {
		return v
	}
	return v.Mark(texts[0])
}

func textMarks(m cty.ValueMarks) []diff.Text {
	var out []diff.Text
	for mark := range m {
		if t, ok := mark.(diff.Text); ok {
			out = append(out, t)
		}
	}
	return out
}

// isIdentity: an attribute that every existing object has.
func isIdentity(symbol string) bool {
	return strings.HasSuffix(symbol, ".id") || strings.HasSuffix(symbol, ".arn") || strings.HasSuffix(symbol, ".self_link")
}

// set keeps a set with pending elements as it is (its length and its known
// elements count), and makes one with opaque elements opaque as a whole:
// elements of a set carry no marks of their own.
func (s *settler) set(v cty.Value, own, hoisted cty.ValueMarks, path string) cty.Value {
	if v.IsWhollyKnown() {
		return v
	}
	m := own
	if classify(own) == pending && !has[diff.Pending](own) && hoisted != nil {
		m = hoisted
	}
	if classify(m) == pending && !s.opaque {
		return v.Mark(diff.Pending{})
	}
	return cty.UnknownVal(v.Type()).RefineNotNull().Mark(s.symbol(path))
}

func (s *settler) children(v cty.Value, hoisted cty.ValueMarks, path string) cty.Value {
	ty := v.Type()
	if v.LengthInt() == 0 {
		return v
	}
	switch {
	case ty.IsObjectType() || ty.IsMapType():
		vals := make(map[string]cty.Value, v.LengthInt())
		for name, child := range elements(v) {
			vals[name] = s.value(child, hoisted, path+"."+name)
		}
		if ty.IsMapType() {
			return mapOf(ty, vals)
		}
		return cty.ObjectVal(vals)
	default:
		vals := make([]cty.Value, 0, v.LengthInt())
		for name, child := range elements(v) {
			vals = append(vals, s.value(child, hoisted, path+"."+name))
		}
		if ty.IsListType() && cty.CanListVal(vals) {
			return cty.ListVal(vals)
		}
		return cty.TupleVal(vals)
	}
}

func mapOf(ty cty.Type, vals map[string]cty.Value) cty.Value {
	if !cty.CanMapVal(vals) {
		return cty.ObjectVal(vals)
	}
	return cty.MapVal(vals)
}

func has[M any](m cty.ValueMarks) bool {
	for mark := range m {
		if _, ok := mark.(M); ok {
			return true
		}
	}
	return false
}

// lasting are the marks that a known value keeps.
func lasting(m cty.ValueMarks) cty.ValueMarks {
	if len(m) == 0 {
		return nil
	}
	kept := cty.ValueMarks{}
	for mark := range m {
		switch mark.(type) {
		case diff.Symbol, diff.Pending, diff.Text:
		default:
			kept[mark] = struct{}{}
		}
	}
	return kept
}
