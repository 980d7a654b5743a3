package diff

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// What an update in place makes unknown: the SDK keeps computed attributes unless
// the provider says otherwise (rows of the rule `recomputed`); the framework makes
// those unknown that no plan modifier keeps, so that of types that are not listed
// they may change.

// updated is the instance after an update in place: what the provider
// recomputes is known after apply, what it may recompute is another symbol.
func (c change) updated(hits []hit) cty.Value {
	out := make(map[string]cty.Value, len(c.planned))
	for name, v := range c.planned {
		out[name] = v
	}
	for _, r := range c.typ.Logic {
		if r.Rule == plan.LogicRecomputed {
			c.recompute(r, hits, out)
		}
	}
	c.effective(hits, out)
	if c.typ.Framework && !keepsComputed(c.typ) {
		for name, a := range c.typ.Attributes {
			if a.Computed && c.unset(name) && !keptByConvention(name) && !isPendingValue(out[name]) {
				out[name] = maybeOther(out[name])
			}
		}
	}
	return cty.ObjectVal(out)
}

func (c change) recompute(r plan.Logic, hits []hit, out map[string]cty.Value) {
	worst := concerned(r, hits)
	switch met := c.meets(r, hit{}); {
	case worst == equal.Same || met == forms.Never:
		return
	case met == forms.Unsure:
		worst = equal.Maybe
	}
	for _, name := range r.Paths {
		a, ok := c.typ.Attributes[name]
		if !ok || !c.unset(name) {
			continue
		}
		if worst == equal.Differs {
			out[name] = value.PendingAttribute(name, schema.ShapeOf(a).ValueType())
		} else {
			out[name] = maybeOther(out[name])
		}
	}
}

// concerned is the verdict on the changes that count for r.
func concerned(r plan.Logic, hits []hit) equal.Verdict {
	worst := equal.Same
	for _, h := range hits {
		name, ok := h.path[0].(string)
		if !ok || slices.Contains(r.Ignoring, name) || len(r.Changed) > 0 && !slices.Contains(r.Changed, name) {
			continue
		}
		worst = max(worst, h.verdict)
	}
	return worst
}

// effective: tags_all, effective_labels and the like are what is configured
// together with the provider's defaults.
func (c change) effective(hits []hit, out map[string]cty.Value) {
	for _, pair := range [][2]string{
		{"tags", "tags_all"}, {"labels", "effective_labels"}, {"labels", "terraform_labels"},
		{"annotations", "effective_annotations"}, {"resource_labels", "effective_labels"}, {"resource_labels", "terraform_labels"},
	} {
		a, ok := c.typ.Attributes[pair[1]]
		if !ok || !a.Computed || !c.unset(pair[1]) {
			continue
		}
		for _, h := range hits {
			if h.path[0] != pair[0] {
				continue
			}
			if k, _ := value.KnowWithin(h.new); k == value.IsPending {
				out[pair[1]] = value.PendingAttribute(pair[1], schema.ShapeOf(a).ValueType())
			} else {
				out[pair[1]] = cty.UnknownVal(schema.ShapeOf(a).ValueType()).Mark(value.Symbol{ID: pair[1] + " of " + equal.Canonical(h.new)})
			}
		}
	}
}

// keepsComputed names the framework providers and types all of whose computed
// attributes have UseStateForUnknown, or change only with a replacement.
func keepsComputed(t *plan.TypeFacts) bool {
	switch t.ProviderName() {
	case "random", "null", "tls", "local", "archive", "time":
		return true
	}
	return false
}

// keptByConvention: identity is kept by every provider
// (aws internal/framework IDAttribute, ARNAttributeComputedOnly).
func keptByConvention(name string) bool {
	switch name {
	case "id", "arn", "tags_all", "region":
		return true
	}
	return strings.HasSuffix(name, "_arn") || strings.HasSuffix(name, "_id")
}
