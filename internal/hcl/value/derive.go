package value

import "github.com/zclconf/go-cty/cty"

// Origin is where a freshly computed value came from.
type Origin struct {
	// Name gives the derived symbol of the operation; called at most once.
	Name func() string
	// Passes: the operation hands its operands' parts on as they are, so an
	// unknown part that carries one symbol is that symbol.
	Passes bool
	// Picks: the operation picks by a condition or key that is opaque, so
	// that its unknown result is opaque even where a pending value went in.
	Picks bool
	// Decides: the operation's result says little of its operands (a
	// comparison, a length, a search).
	Decides bool
	// Text gives the text that was made, with tokens for the symbols in it.
	Text func() (string, bool)
	// Inputs are what went in: HCL forgets marks where a type is not known.
	Inputs []cty.Value
}

// Derive gives every unknown part of a computed value its identity: pending,
// or one symbol. What is known carries no such mark any more.
func Derive(v cty.Value, o Origin) cty.Value {
	if isPlain(v) {
		return v
	}
	if !v.IsKnown() && !has[Symbol](v.Marks()) && !has[Pending](v.Marks()) {
		v = v.WithMarks(MarksWithin(o.Inputs))
	}
	d := &derivation{Origin: o}
	return d.value(v, nil, "")
}

type derivation struct {
	Origin
	name string // what Name gave
}

func (d *derivation) symbol(path string) Symbol {
	if d.name == "" {
		d.name = d.Name()
	}
	return Symbol{ID: short(d.name + path)}
}

// isPlain reports whether v is wholly known and nothing in it is marked.
func isPlain(v cty.Value) bool {
	if v.IsMarked() || !v.IsKnown() {
		return false
	}
	if v.IsNull() || !v.CanIterateElements() {
		return true
	}
	for it := v.ElementIterator(); it.Next(); {
		if _, child := it.Element(); !isPlain(child) {
			return false
		}
	}
	return true
}

func (d *derivation) value(v cty.Value, hoisted cty.ValueMarks, path string) cty.Value {
	v, own := v.Unmark()
	if !v.IsKnown() {
		return d.unknown(v, own, hoisted, path)
	}
	kept := Lasting(own)
	if v.IsNull() || !v.CanIterateElements() {
		return v.WithMarks(kept)
	}
	if v.Type().IsSetType() {
		return d.set(v, own, hoisted, path).WithMarks(kept)
	}
	if len(own) > len(kept) {
		hoisted = own
	}
	return d.children(v, hoisted, path).WithMarks(kept)
}

func (d *derivation) unknown(v cty.Value, own, hoisted cty.ValueMarks, path string) cty.Value {
	m := effective(own, hoisted)
	out := v.WithMarks(Lasting(own))
	switch ids := symbolsOf(m); {
	case unknownWith(m) == IsPending && !d.Picks:
		return out.Mark(Pending{})
	case d.Passes && len(ids) == 1 && unknownWith(m) == IsOpaque:
		if out.Type() != cty.DynamicPseudoType && namesIdentity(ids[0]) {
			out = out.RefineNotNull() // functions forget that
		}
		if l, ok := layersIn(m); ok {
			out = out.Mark(l)
		}
		return withText(out.Mark(Symbol{ID: ids[0]}), texts(m))
	}
	if d.Decides || d.Picks {
		out = out.Mark(Decided{})
	}
	out = out.Mark(d.symbol(path))
	if d.Text == nil || path != "" {
		return out
	}
	if text, ok := d.Text(); ok {
		return withText(out, []Text{{S: text}})
	}
	return out
}

// effective are the marks that say what is known of a part: its own, or where
// it has none those that its container holds for all of its parts.
func effective(own, hoisted cty.ValueMarks) cty.ValueMarks {
	if hoisted != nil && !has[Symbol](own) && !has[Pending](own) {
		return hoisted
	}
	return own
}

// set keeps a set with pending elements as it is (its length and its known
// elements count), and makes one with opaque elements opaque as a whole:
// elements of a set carry no marks of their own.
func (d *derivation) set(v cty.Value, own, hoisted cty.ValueMarks, path string) cty.Value {
	if v.IsWhollyKnown() {
		return v
	}
	m := effective(own, hoisted)
	if unknownWith(m) == IsPending && !d.Picks {
		return v.Mark(Pending{})
	}
	return cty.UnknownVal(v.Type()).RefineNotNull().Mark(d.symbol(path))
}

func (d *derivation) children(v cty.Value, hoisted cty.ValueMarks, path string) cty.Value {
	ty := v.Type()
	if v.LengthInt() == 0 {
		return v
	}
	switch {
	case ty.IsObjectType() || ty.IsMapType():
		vals := make(map[string]cty.Value, v.LengthInt())
		for name, child := range Elements(v) {
			vals[name] = d.value(child, hoisted, path+"."+name)
		}
		return Keyed(ty, vals)
	default:
		vals := make([]cty.Value, 0, v.LengthInt())
		for name, child := range Elements(v) {
			vals = append(vals, d.value(child, hoisted, path+"."+name))
		}
		if ty.IsListType() && cty.CanListVal(vals) {
			return cty.ListVal(vals)
		}
		return cty.TupleVal(vals)
	}
}

// MarksWithin collects the marks of everything inside the values, but those of
// open objects.
func MarksWithin(vals []cty.Value) cty.ValueMarks {
	all := cty.ValueMarks{}
	for _, v := range vals {
		_, m := v.UnmarkDeep()
		for mark := range m {
			if _, open := mark.(Open); !open {
				all[mark] = struct{}{}
			}
		}
	}
	return all
}
