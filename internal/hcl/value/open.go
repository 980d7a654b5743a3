package value

import "github.com/zclconf/go-cty/cty"

// OpenObject is an object of which only attrs are known to us.
func OpenObject(o Open, attrs map[string]cty.Value) cty.Value {
	if attrs == nil {
		attrs = map[string]cty.Value{}
	}
	o.ID = short(o.ID)
	return cty.ObjectVal(attrs).Mark(o)
}

// OpenOf is the mark of an open object; ok is false for any other value.
func OpenOf(v cty.Value) (o Open, ok bool) { return openIn(v.Marks()) }

func openIn(m cty.ValueMarks) (Open, bool) {
	for mark := range m {
		if o, ok := mark.(Open); ok {
			return o, true
		}
	}
	return Open{}, false
}

// Unlisted is the value of an attribute that the open object v does not list;
// ok is false where v is not open, or lists it.
func Unlisted(v cty.Value, name string) (out cty.Value, ok bool) {
	open, ok := OpenOf(v)
	if !ok || !v.Type().IsObjectType() || v.Type().HasAttribute(name) {
		return cty.NilVal, false
	}
	out = NewOpaque(open.ID+"."+name, cty.DynamicPseudoType)
	if open.Pending {
		out = NewPending(cty.DynamicPseudoType)
	}
	if v.HasMark(Limited{}) {
		out = out.Mark(Limited{})
	}
	return out, true
}

// HasOpen reports whether an open object is in v.
func HasOpen(v cty.Value) bool {
	if !v.ContainsMarked() {
		return false
	}
	_, m := v.UnmarkDeep()
	_, open := openIn(m)
	return open
}

// Closed is an open object as the one unknown that it is to whoever asks for all of
// it, since not all of its attributes are known; any other value is as it is.
func Closed(v cty.Value) cty.Value {
	o, open := OpenOf(v)
	if !open {
		return v
	}
	out := NewOpaque("all of "+Fingerprint(v), cty.DynamicPseudoType)
	if o.Pending {
		out = NewPending(cty.DynamicPseudoType)
	}
	for mark := range Lasting(v.Marks()) {
		if _, is := mark.(Open); !is {
			out = out.Mark(mark)
		}
	}
	return out
}

// ClosedWithin is v with all open objects in it closed.
func ClosedWithin(v cty.Value) cty.Value {
	if !HasOpen(v) {
		return v
	}
	if _, open := OpenOf(v); open || !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return Closed(v)
	}
	plain, m := v.Unmark()
	named, listed := map[string]cty.Value{}, []cty.Value{}
	for name, child := range Elements(plain) {
		child = ClosedWithin(child)
		named[name], listed = child, append(listed, child)
	}
	if isKeyed(plain) {
		return cty.ObjectVal(named).WithMarks(m)
	}
	return cty.TupleVal(listed).WithMarks(m)
}
