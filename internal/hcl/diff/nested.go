package diff

import (
	"sort"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// nested compares blocks and nested attributes by their nesting mode.
func (w *walker) nested(path plan.Path, a *plan.AttrFacts, s schema.Shape, old, new cty.Value) cty.Value {
	absent := new.IsKnown() && new.IsNull() || s.Block && isEmpty(new)
	switch {
	case absent && a.Computed:
		return old
	case absent && isEmpty(old):
		return unchangedBlocks(s, old)
	case !new.IsKnown():
		return w.unknownBlocks(path, a, old, new)
	}
	before := len(w.hits)
	var planned cty.Value
	switch s.Holds {
	case schema.Single:
		planned = w.single(path, a, s, old, new)
	case schema.MapOf:
		planned = w.keyed(path, a, old, new)
	case schema.SetOf:
		planned = w.set(path, a, s, old, new)
	default:
		planned = w.list(path, a, s, old, new)
	}
	w.wholeForce(path, a, before, old, planned)
	return planned
}

// wholeForce: in the framework a plan modifier of a block or collection sees
// the whole value, so that any change inside forces replacement. The SDK looks
// only at the count.
func (w *walker) wholeForce(path plan.Path, a *plan.AttrFacts, before int, old, planned cty.Value) {
	if w.sdk() || a.Force == plan.ForceNever || len(w.hits) == before {
		return
	}
	worst := equal.Maybe
	for _, h := range w.hits[before:] {
		worst = max(worst, h.verdict)
	}
	w.hit(path, a, worst, a.Force, old, planned)
}

func unchangedBlocks(s schema.Shape, old cty.Value) cty.Value {
	if old.IsKnown() && old.IsNull() {
		return noBlocks(s)
	}
	return old
}

// unknownBlocks: a dynamic block over something unknown.
func (w *walker) unknownBlocks(path plan.Path, a *plan.AttrFacts, old, new cty.Value) cty.Value {
	switch k, _ := value.Know(new); {
	case equal.Canonical(old) == equal.Canonical(new):
		return new
	case k == value.IsPending:
		w.hit(path, a, equal.Differs, a.Force, old, new)
	default:
		w.hit(path, a, equal.Maybe, anyForce(a), old, new)
	}
	return new
}

// anyForce is the worst that a change anywhere in a can do.
func anyForce(a *plan.AttrFacts) plan.Force {
	force := a.Force
	for _, n := range a.Nested {
		if f := anyForce(n); force == plan.ForceNever || f == plan.ForceAlways {
			force = f
		}
	}
	return force
}

// attributes are the attributes of an object, opaque ones where the object
// itself is opaque.
func (w *walker) attributes(path plan.Path, v cty.Value, facts map[string]*plan.AttrFacts) map[string]cty.Value {
	un, marks := v.Unmark()
	if un == cty.NilVal || un.IsKnown() && un.IsNull() {
		return nil
	}
	if un.IsKnown() && equal.IsKeyed(un) {
		return un.AsValueMap()
	}
	out := map[string]cty.Value{}
	for name, a := range facts {
		s := schema.ShapeOf(a)
		if d := schema.Default(a, s); d != cty.NilVal {
			out[name] = d
		} else if d := assumed(w.typ, join(names(path), name), a, s); d != cty.NilVal {
			out[name] = d
		} else {
			out[name] = cty.UnknownVal(s.ValueType()).WithMarks(marks)
		}
	}
	return out
}

func (w *walker) element(path plan.Path, a *plan.AttrFacts, old, new cty.Value) cty.Value {
	return cty.ObjectVal(w.object(path, a.Nested, w.attributes(path, old, a.Nested), w.attributes(path, new, a.Nested)))
}

func (w *walker) list(path plan.Path, a *plan.AttrFacts, s schema.Shape, old, new cty.Value) cty.Value {
	olds, news := elements(old), elements(new)
	opaque := !old.IsKnown()
	// A comparison of the count leaves the blocks where they are; what is in
	// them is compared one by one all the same (helper/schema/schema.go diff).
	kept := a.Normalised && w.providedCount(path, a, old, new) == forms.Holds
	if !opaque && len(olds) != len(news) && !kept {
		w.hit(path, a, equal.Differs, a.Force, old, new)
	}
	var planned []cty.Value
	for i := range max(len(olds), len(news)) {
		at := append(path[:len(path):len(path)], i)
		switch {
		case i >= len(news):
			if !w.sdk() {
				continue
			}
			rest := w.element(at, a, olds[i], cty.NullVal(cty.DynamicPseudoType))
			if kept {
				planned = append(planned, rest)
			}
		case opaque:
			planned = append(planned, w.element(at, a, old, news[i]))
		case i >= len(olds):
			planned = append(planned, w.element(at, a, cty.NullVal(cty.DynamicPseudoType), news[i]))
		default:
			planned = append(planned, w.element(at, a, olds[i], news[i]))
		}
	}
	return collect(s, planned)
}

func (w *walker) single(path plan.Path, a *plan.AttrFacts, s schema.Shape, old, new cty.Value) cty.Value {
	oldNull, newNull := old.IsKnown() && isEmpty(old), new.IsNull()
	if oldNull != newNull {
		w.hit(path, a, equal.Differs, a.Force, old, new)
	}
	if newNull {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return w.element(path, a, old, new)
}

func (w *walker) keyed(path plan.Path, a *plan.AttrFacts, old, new cty.Value) cty.Value {
	olds, news := map[string]cty.Value{}, map[string]cty.Value{}
	if un, _ := old.Unmark(); un.IsKnown() && !un.IsNull() && equal.IsKeyed(un) {
		olds = un.AsValueMap()
	}
	if un, _ := new.Unmark(); !un.IsNull() && equal.IsKeyed(un) {
		news = un.AsValueMap()
	}
	keys := make([]string, 0, len(news))
	for k := range news {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	planned := map[string]cty.Value{}
	for _, k := range keys {
		planned[k] = w.element(append(path[:len(path):len(path)], k), a, olds[k], news[k])
	}
	for k := range olds {
		if _, ok := news[k]; !ok {
			w.hit(path, a, equal.Differs, a.Force, old, new)
			break
		}
	}
	if len(planned) == 0 && new.IsNull() {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return cty.ObjectVal(planned)
}
