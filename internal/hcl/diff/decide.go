package diff

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// change is what plan-time logic of a provider sees: the whole instance before
// and as planned.
type change struct {
	typ            *plan.TypeFacts
	prior, planned map[string]cty.Value
	config         map[string]cty.Value
}

// decision is what plan-time logic makes of one changed attribute.
type decision int

const (
	inPlace  decision = iota + 1 // an update
	replaces                     // forces replacement
	open                         // depends on a value, or an answer of the service, that is not known
	nothing                      // not a change at all
)

// decide asks the rows of the type's logic about the attributes that change, and
// leaves open what is decided at plan time and has none.
func (c change) decide(hits []hit) []hit {
	out := make([]hit, 0, len(hits))
	for _, h := range hits {
		row, ok := decidingRow(c.typ, h.path)
		switch {
		case ok:
			switch c.decision(row, h) {
			case nothing:
				continue
			case inPlace:
				h.force = plan.ForceNever
			case replaces:
				h.force = plan.ForceAlways
				out = append(out, instead(c.typ.Type, h)...)
				continue
			default:
				h = undecided(h)
			}
		case h.force == plan.ForceIf:
			h = undecided(h)
		}
		out = append(out, h)
	}
	return out
}

// instead is the hit under the paths that the provider names, where these lie
// deeper than the attribute.
func instead(resourceType string, h hit) []hit {
	if resourceType != "kubernetes_manifest" {
		return []hit{h}
	}
	var out []hit
	for _, p := range identity(h) {
		h.path = p
		out = append(out, h)
	}
	return out
}

func undecided(h hit) hit {
	h.force = plan.ForceIf
	if h.why == "" {
		h.why = dotted(h.path) + " forces replacement under conditions that the provider decides at plan time"
	}
	return h
}

// decidingRow is the first row that decides about an attribute.
func decidingRow(t *plan.TypeFacts, path plan.Path) (plan.Logic, bool) {
	name := names(path)
	for _, r := range t.Logic {
		if r.Rule.Decides() && slices.ContainsFunc(r.Paths, func(p string) bool { return fitsPath(p, name) }) {
			return r, true
		}
	}
	return plan.Logic{}, false
}

// rowOf is the row of a rule about exactly this attribute.
func rowOf(t *plan.TypeFacts, rule plan.LogicRule, name string) (plan.Logic, bool) {
	for _, r := range t.Logic {
		if r.Rule == rule && slices.Contains(r.Paths, name) {
			return r, true
		}
	}
	return plan.Logic{}, false
}

// fitsPath: `**` at the end of a pattern stands for what is below, none of it
// included; alone it stands for everything.
func fitsPath(pattern, name string) bool {
	prefix, below := strings.CutSuffix(pattern, "**")
	return pattern == name || below && strings.HasPrefix(name, prefix)
}

// decision is what a row makes of a change: what its rule says, where its
// conditions hold as well.
func (c change) decision(r plan.Logic, h hit) decision {
	d := c.byRule(r, h)
	if d == inPlace || d == nothing {
		return d
	}
	switch c.meets(r, h) {
	case forms.Never:
		return inPlace
	case forms.Unsure:
		return open
	}
	return d
}

// meets asks the conditions of a row on other attributes.
func (c change) meets(r plan.Logic, h hit) forms.Answer {
	out := forms.Holds
	if r.Whole {
		// diff.GetRawConfig().GetAttr(…).IsWhollyKnown()
		if k, _ := value.KnowWithin(c.config[h.path[0].(string)]); k == value.IsPending {
			return forms.Never
		}
	}
	for _, conditions := range []struct {
		attrs map[string]cty.Value
		want  map[string][]string
		holds bool
	}{{c.prior, r.Was, true}, {c.planned, r.Where, true}, {c.planned, r.Unless, false}} {
		for path, values := range conditions.want {
			switch text, ok := textAt(conditions.attrs, path); {
			case !ok:
				out = min(out, forms.Unsure)
			case matchesOne(values, text) != conditions.holds:
				return forms.Never
			}
		}
	}
	return out
}

// matchesOne: `*` at the ends of a pattern stands for any text.
func matchesOne(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, text) })
}

func matches(pattern, text string) bool {
	start, anyStart := strings.CutPrefix(pattern, "*")
	part, anyEnd := strings.CutSuffix(start, "*")
	switch {
	case pattern == "*":
		return true
	case anyStart && anyEnd:
		return strings.Contains(text, part)
	case anyStart:
		return strings.HasSuffix(text, part)
	case anyEnd:
		return strings.HasPrefix(text, part)
	}
	return pattern == text
}

// names is a path without its indexes and keys.
func names(path plan.Path) string {
	var out []string
	for _, p := range path {
		if s, ok := p.(string); ok {
			out = append(out, s)
		}
	}
	return strings.Join(out, ".")
}

// at is the value at a path of names, following the first element of lists;
// null where there is none, unknown where it is inside something unknown.
func at(attrs map[string]cty.Value, path string) cty.Value {
	v := cty.ObjectVal(attrs)
	for _, name := range strings.Split(path, ".") {
		v, _ = v.Unmark()
		if !v.IsKnown() {
			return cty.DynamicVal
		}
		if !v.IsNull() && equal.IsSequence(v) {
			list := v.AsValueSlice()
			if len(list) == 0 {
				return cty.NullVal(cty.DynamicPseudoType)
			}
			v, _ = list[0].Unmark()
		}
		if !v.IsKnown() {
			return cty.DynamicVal
		}
		if v.IsNull() || !equal.IsKeyed(v) {
			return cty.NullVal(cty.DynamicPseudoType)
		}
		next, ok := v.AsValueMap()[name]
		if !ok {
			return cty.NullVal(cty.DynamicPseudoType)
		}
		v = next
	}
	return v
}

// was and becomes are attributes as text: "" where null, false where unknown.
func (c change) was(path string) (string, bool) { return textAt(c.prior, path) }

func (c change) becomes(path string) (string, bool) { return textAt(c.planned, path) }

func textAt(attrs map[string]cty.Value, path string) (string, bool) {
	v, _ := at(attrs, path).Unmark()
	if !v.IsKnown() {
		return "", false
	}
	text, _ := value.ScalarText(v)
	return text, true
}

// texts are both values of a hit as text, "" for null and for what is known
// only after apply; ok is false where one is opaque.
func (h hit) texts() (old, new string, ok bool) {
	o, okOld := equal.Text(h.old)
	n, okNew := equal.Text(h.new)
	if k, _ := value.Know(h.new); k == value.IsPending {
		n, okNew = "", true
	}
	return o, n, okOld && okNew
}

// lengths are the numbers of elements of both values; ok is false where one is
// unknown.
func (h hit) lengths() (old, new int, ok bool) {
	o, _ := h.old.Unmark()
	n, _ := h.new.Unmark()
	if !o.IsKnown() || !n.IsKnown() {
		return 0, 0, false
	}
	return equal.Length(o), equal.Length(n), true
}
