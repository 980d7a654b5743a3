package planner

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// created plans a new instance. Entries of replace_triggered_by count for what the
// tool refuses alone.
func created(trigger triggers, c target, t *plan.TypeFacts) outcome {
	out := outcome{Result: diff.Plan(t, nothing, fresh(c.Config))}
	out.Planned = diff.PlaceNew(t, providers.Config(c.Inst.Resource), c.Config, out.Planned)
	if t == nil {
		out.Planned = open(out, "", c.Config)
	}
	out.Diags = trigger.apply(&subject{target: c, facts: t, config: c.Config}, out).Diags
	out.Action, out.Certain = plan.Create, true
	return out
}

// imported plans an instance that an import block brings in: the object
// exists, and nothing more is known of it than its id.
func imported(inst *eval.Instance, t *plan.TypeFacts, cfg, id cty.Value) outcome {
	var out outcome
	out.Action, out.Why = plan.Update, "the imported object may differ from its configuration"
	out.Planned = diff.State(t, "imported "+inst.Address(), cfg)
	if t == nil {
		out.Planned = out.Planned.Mark(value.Open{ID: "imported " + inst.Address()})
	}
	if diff.IsTerraformData(inst.Resource.Config.Type) && attrs.Text(id) != "" {
		vals := attrs.Map(out.Planned)
		vals["id"] = id // its import id is its id
		out.Planned = cty.ObjectVal(vals)
	}
	return out
}

// importID finds the import block of an instance, and the id that it gives; NilVal
// where that is not known.
func importID(p *pair.Pair, inst *eval.Instance) (id cty.Value, found bool) {
	if !hasImports(p) {
		return cty.NilVal, false
	}
	for _, m := range p.After.Modules() {
		for _, block := range m.Config.Imports {
			e, ok := move.ParseEndpoint(block.To, pair.QuoteIndex)
			if !ok || !leadsTo(m, e, inst.Resource) {
				continue
			}
			several := block.ForEach != nil || block.AnyKey
			if !several && eval.Key(e.Key) != inst.Key {
				continue
			}
			if block.ID == nil || several {
				return cty.NilVal, true
			}
			id, diags := block.ID.Value(m.Context())
			if diags.HasErrors() {
				return cty.NilVal, true
			}
			return id, true
		}
	}
	return cty.NilVal, false
}

// leadsTo reports whether an endpoint written in m names a resource.
func leadsTo(m *eval.Module, e move.Endpoint, r *eval.Resource) bool {
	return e.IsResource() && e.Type == r.Config.Type && e.Name == r.Config.Name && absoluteModule(m, e) == r.Module.Address
}

func hasImports(p *pair.Pair) bool {
	for _, b := range p.After.Branches() {
		if len(b.Config.Imports) > 0 {
			return true
		}
	}
	return false
}

// absoluteModule is the module instance an endpoint in m leads into.
func absoluteModule(m *eval.Module, e move.Endpoint) string {
	switch rel := e.Module.String(); {
	case rel == "":
		return m.Address
	case m.Address == "":
		return rel
	default:
		return m.Address + "." + rel
	}
}
