package value

import "github.com/zclconf/go-cty/cty"

// Layers marks the unknown object that is made of several laid over one another,
// some of them opaque: what each one gives, so that a part depends on nothing but
// the layers that can give it.
type Layers struct{ of *[]cty.Value }

// maxLayers bounds what is kept: a longer list is one unknown.
const maxLayers = 64

// WithLayers marks an unknown object with what it is made of, the last over the
// others. It is returned as it is where a layer says less than its symbol, or
// nothing is opaque.
func WithLayers(v cty.Value, layers []cty.Value) cty.Value {
	var flat []cty.Value
	for _, l := range layers {
		if inner, ok := layersIn(l.Marks()); ok {
			flat = append(flat, *inner.of...)
			continue
		}
		flat = append(flat, l)
	}
	if v.IsKnown() || len(flat) > maxLayers {
		return v
	}
	for _, l := range flat {
		if o, open := OpenOf(l); open && o.Pending || SymbolOf(l) == "" && !isKeyed(l) {
			return v
		}
	}
	return v.Mark(Layers{&flat})
}

func isKeyed(v cty.Value) bool {
	return v.IsKnown() && (v.IsNull() || v.Type().IsObjectType() || v.Type().IsMapType())
}

func layersIn(m cty.ValueMarks) (Layers, bool) {
	for mark := range m {
		if l, ok := mark.(Layers); ok {
			return l, true
		}
	}
	return Layers{}, false
}

// Part is what can give a part of an object made of layers: From, the last first,
// are the opaque layers that may have it, and Below what a known layer under them
// gives, NilVal for nothing.
type Part struct {
	From  []cty.Value
	Below cty.Value
}

// PartOf finds a part of an object that is open or made of layers; ok is false for
// any other value.
func PartOf(v cty.Value, name string) (p Part, ok bool) {
	layers := []cty.Value{v}
	if l, ok := layersIn(v.Marks()); ok {
		layers = *l.of
	} else if o, open := OpenOf(v); !open || o.Pending {
		return p, false
	}
	for i := len(layers) - 1; i >= 0; i-- {
		l := layers[i]
		if !l.IsKnown() {
			p.From = append(p.From, l)
			continue
		}
		if below, has := named(l, name); has {
			p.Below = below
			break
		}
		if _, open := OpenOf(l); open {
			p.From = append(p.From, l)
		}
	}
	return p, len(p.From) > 0 || p.Below != cty.NilVal
}

// named is the element of a known object or map with a name.
func named(v cty.Value, name string) (cty.Value, bool) {
	v, _ = v.Unmark()
	switch {
	case v.IsNull():
		return cty.NilVal, false
	case v.Type().IsObjectType():
		if !v.Type().HasAttribute(name) {
			return cty.NilVal, false
		}
		return v.GetAttr(name), true
	}
	key := cty.StringVal(name)
	if has := v.HasIndex(key); !has.IsKnown() || has.False() {
		return cty.NilVal, false
	}
	return v.Index(key), true
}

// ID names a part that more than one layer may give.
func (p Part) ID(name string) string {
	return "one of " + Fingerprint(append(p.From, p.Below)...) + "." + name
}
