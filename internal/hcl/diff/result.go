package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
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

// Result is the plan of one instance.
type Result struct {
	// Action is plan.None, plan.Update, plan.Replace or plan.Create.
	Action plan.Action
	// Paths are the attributes that force replacement, as in Terraform's
	// replace_paths: certain ones first. Empty unless Action is Replace.
	Paths []plan.Path
	// Certain is false where the action may be milder than stated: the worst
	// that is possible is what Action says.
	Certain bool
	// Why says in one line, without values, what is not certain; empty where
	// Certain.
	Why string
	// Planned is the instance as others refer to it after the plan: an object
	// with every attribute of the type; what becomes known during apply is
	// unknown and marked Pending, what may change is opaque under a Symbol
	// that differs from the prior one.
	Planned cty.Value
	// Problems are changed parts of the configuration that the provider would
	// refuse, or that its facts do not cover: attributes it does not know,
	// values of a wrong type. Each is one line.
	Problems []string
}
