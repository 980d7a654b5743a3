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
