// Package hosted predicts what an update in place does to what an object of
// Terraform applies in its turn: a release of a chart, a manifest, a stack.
// Terraform's engine hands out what it evaluated, and the engine that knows it
// says what becomes of it.
package hosted

import (
	"io/fs"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Predict says what becomes of what the objects of a plan apply.
func Predict(p plan.Plan, before, after fs.FS, kubernetes Engine) plan.Plan {
	var out plan.Plan
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Hosts != nil {
			h := &host{change: c, before: before, after: after, kubernetes: kubernetes}
			out = plan.Join(out, within(c.Private, h.predict()))
		}
	}
	return out
}

// within is a plan of what private content applies, as part of that content.
func within(private plan.Private, p plan.Plan) plan.Plan {
	for i := range p.Changes {
		p.Changes[i].Private = private
	}
	for i := range p.Gaps {
		p.Gaps[i].Private = private
	}
	return p
}

func (h *host) predict() plan.Plan {
	was, is := known(h.change.Hosts.Before, h.change.Hosts.After)
	before, after := asMap(was), asMap(is)
	switch typ := h.change.Address.Type; {
	case typ == "helm_release":
		return h.release(before, after)
	case strings.HasPrefix(typ, "kubernetes_"), texts[typ] != "":
		return h.manifest(before, after)
	}
	return h.template(before, after)
}

// known are two values without what is not known on one of the sides: nothing
// is made up for it, and it makes no difference.
func known(before, after any) (any, any) {
	if isUnknown(before) || isUnknown(after) {
		return nil, nil
	}
	b, isMap := before.(map[string]any)
	a, alike := after.(map[string]any)
	if isMap && alike {
		was, is := map[string]any{}, map[string]any{}
		for k := range b {
			was[k], _ = known(b[k], a[k])
		}
		for k := range a {
			_, is[k] = known(b[k], a[k])
		}
		return was, is
	}
	x, isList := before.([]any)
	y, alike := after.([]any)
	if isList && alike && len(x) == len(y) {
		was, is := make([]any, len(x)), make([]any, len(y))
		for i := range x {
			was[i], is[i] = known(x[i], y[i])
		}
		return was, is
	}
	return alone(before), alone(after)
}

// alone is a value without what is not known in it.
func alone(v any) any {
	switch v := v.(type) {
	case plan.Unknown:
		return nil
	case map[string]any:
		out := map[string]any{}
		for k, item := range v {
			out[k] = alone(item)
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			if !isUnknown(item) {
				out = append(out, alone(item))
			}
		}
		return out
	}
	return v
}
