package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// result weighs the hits.
func (w *walker) result(prior cty.Value, conformed, planned map[string]cty.Value) Result {
	c := change{typ: w.typ, prior: prior.AsValueMap(), planned: planned, config: conformed}
	var certain, possible []hit
	updates, mayUpdate := false, ""
	for _, h := range c.decide(w.hits) {
		switch {
		case h.force == plan.ForceNever && h.verdict == equal.Differs:
			updates = true
		case h.force == plan.ForceNever:
			mayUpdate = h.why
		case h.force == plan.ForceIf || h.verdict == equal.Maybe:
			possible = append(possible, h)
		default:
			certain = append(certain, h)
		}
	}
	r := Result{Certain: true, Paths: paths(certain, possible), Problems: problemsOf(w.hits)}
	switch {
	case len(certain) > 0:
		r.Action, r.Planned = plan.Replace, created(w.typ, conformed)
	case len(possible) > 0:
		r.Action, r.Certain, r.Why = plan.Replace, false, possible[0].why
		r.Planned = maybeCreated(w.typ, prior, conformed)
	case updates:
		r.Action, r.Planned = plan.Update, c.updated(w.hits)
	case mayUpdate != "":
		r.Action, r.Certain, r.Why = plan.Update, false, mayUpdate
		r.Planned = c.updated(w.hits)
	default:
		r.Action, r.Planned = plan.None, cty.ObjectVal(planned)
	}
	return r
}

func problemsOf(hits []hit) []string {
	var out []string
	for _, h := range hits {
		if h.problem != "" {
			out = append(out, h.problem)
		}
	}
	return out
}

func paths(certain, possible []hit) []plan.Path {
	var out []plan.Path
	seen := map[string]bool{}
	for _, hits := range [][]hit{certain, possible} {
		for _, h := range hits {
			if key := dotted(h.path); !seen[key] {
				seen[key] = true
				out = append(out, h.path)
			}
		}
	}
	return out
}

// maybeCreated is the instance when it may be replaced: what the provider
// computes may be another value.
func maybeCreated(t *plan.TypeFacts, prior cty.Value, conformed map[string]cty.Value) cty.Value {
	id := "?"
	if prior.Type().HasAttribute("id") {
		id = equal.Canonical(prior.GetAttr("id"))
	}
	return build(t, conformed, false, func(path string, ty cty.Type) cty.Value {
		return value.OpaqueAttribute("if replaced "+id, path, ty)
	})
}
