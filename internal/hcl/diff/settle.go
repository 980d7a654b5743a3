package diff

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

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

// condition is one piece of a provider's plan-time logic.
type condition struct {
	// paths are the attributes, without indexes: `settings.disk_size`.
	paths []string
	// decide is asked when one of them changes or may change.
	decide func(change, hit) decision
	// source is where the provider says so: a file of its repository.
	source string
}

// settle decides the attributes that force replacement only under conditions.
func (c change) settle(hits []hit) []hit {
	out := make([]hit, 0, len(hits))
	for _, h := range hits {
		rule, ok := conditionFor(c.typ, h.path)
		switch {
		case ok:
			switch rule.decide(c, h) {
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

func conditionFor(t *plan.TypeFacts, path plan.Path) (condition, bool) {
	name := names(path)
	for _, list := range [][]condition{conditionsOf(t.Type), providerConditions(providerName(t))} {
		for _, c := range list {
			for _, p := range c.paths {
				if p == name || p == "*" || strings.HasSuffix(p, ".*") && strings.HasPrefix(name, strings.TrimSuffix(p, "*")) {
					return c, true
				}
			}
		}
	}
	return condition{}, false
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
		if !v.IsNull() && isSequence(v) {
			list := v.AsValueSlice()
			if len(list) == 0 {
				return cty.NullVal(cty.DynamicPseudoType)
			}
			v, _ = list[0].Unmark()
		}
		if !v.IsKnown() {
			return cty.DynamicVal
		}
		if v.IsNull() || !isKeyed(v) {
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
	o, okOld := valueText(h.old)
	n, okNew := valueText(h.new)
	if k, _ := value.Know(h.new); k == value.IsPending {
		n, okNew = "", true
	}
	return o, n, okOld && okNew
}

func valueText(v cty.Value) (string, bool) {
	v, _ = v.Unmark()
	if !v.IsKnown() {
		return "", false
	}
	text, _ := value.ScalarText(v)
	return text, true
}

// lengths are the numbers of elements of both values; ok is false where one is
// unknown.
func (h hit) lengths() (old, new int, ok bool) {
	o, _ := h.old.Unmark()
	n, _ := h.new.Unmark()
	if !o.IsKnown() || !n.IsKnown() {
		return 0, 0, false
	}
	return length(o), length(n), true
}

func length(v cty.Value) int {
	if v.IsNull() || !v.CanIterateElements() {
		return 0
	}
	return v.LengthInt()
}
