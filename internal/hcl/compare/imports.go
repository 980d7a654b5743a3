package compare

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// imported plans an instance that an import block brings in: the object
// exists, and nothing more is known of it. It reports whether there is one.
func (c *comparison) imported(s *step, t *plan.TypeFacts, cfg cty.Value) bool {
	id, ok := c.importID(s.inst)
	if !ok {
		return false
	}
	s.action, s.certain, s.why = plan.Update, false, "what is imported may differ from its configuration"
	s.planned = diff.State(t, "imported "+s.inst.Address(), cfg)
	if t == nil {
		s.planned = s.planned.Mark(expr.Open{ID: "imported " + s.inst.Address()})
	}
	if s.inst.Resource.Config.Type == "terraform_data" && text(id) != "" {
		vals := asMap(s.planned)
		vals["id"] = id // its import id is its id
		s.planned = cty.ObjectVal(vals)
	}
	return true
}

// importID finds the import block of an instance.
func (c *comparison) importID(inst *eval.Instance) (cty.Value, bool) {
	if !c.hasImports() {
		return cty.NilVal, false
	}
	for _, m := range c.after.Modules() {
		for _, block := range m.Config.Imports {
			e, ok := move.ParseEndpoint(block.To, quoteIndex)
			if !ok || !e.IsResource() || absoluteModule(m, e) != inst.Resource.Module.Address || e.Type != inst.Resource.Config.Type || e.Name != inst.Resource.Config.Name {
				continue
			}
			if block.ForEach == nil && eval.Key(e.Key) != inst.Key {
				continue
			}
			if block.ID == nil || block.ForEach != nil {
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

func (c *comparison) hasImports() bool {
	for _, b := range c.after.Branches() {
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
