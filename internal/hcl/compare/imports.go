package compare

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
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
		s.planned = s.planned.Mark(value.Open{ID: "imported " + s.inst.Address()})
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

// importProblems finds import blocks that the tool refuses.
func (c *comparison) importProblems() {
	told := map[string]bool{}
	for _, p := range importsOf(c.before, c.Before.Runtime) {
		told[p.why] = true
	}
	for _, p := range importsOf(c.after, c.After.Runtime) {
		if !told[p.why] {
			c.invalidAt(p.block.Range, "import", p.why)
		}
	}
}

type importProblem struct {
	block *config.Import
	why   string
}

func importsOf(w *eval.World, rt config.Runtime) []importProblem {
	var out []importProblem
	seen := map[string]bool{}
	for _, b := range w.Branches() {
		for _, block := range b.Config.Imports {
			why := ""
			if b.Static != "" && !rt.ImportsInModules() {
				why = "Invalid import configuration: an import block in module " + b.Static + ", they are for the root alone"
			} else if b.Static == "" {
				why = refusedImport(w, block, seen)
			}
			if why != "" {
				out = append(out, importProblem{block, why})
			}
		}
	}
	return out
}

// refusedImport says why an import block of the root is refused, or nothing.
func refusedImport(w *eval.World, block *config.Import, seen map[string]bool) string {
	e, ok := move.ParseEndpoint(block.To, quoteIndex)
	if !ok || !e.IsResource() {
		return ""
	}
	b := w.Branch(e.Module.Static())
	if b == nil && intoOpaque(w, e.Module) {
		return "" // what it declares is not to be seen from here
	}
	if b == nil || b.Config.Resources[e.Type+"."+e.Name] == nil {
		return "Configuration for import target does not exist: " + e.String() + " is not declared"
	}
	if block.ForEach != nil || block.AnyKey {
		return ""
	}
	if seen[e.String()] {
		return "Duplicate import configuration for " + e.String()
	}
	seen[e.String()] = true
	if m := moduleAt(w.Root, e.Module.String()); m != nil {
		known := m.Resource(e.Type + "." + e.Name).Expansion()
		if known.Repeat != eval.Unknown && known.Repeat != eval.Failed && !known.Has(eval.Key(e.Key)) {
			return "Configuration for import target does not exist: there is no instance " + e.String()
		}
	}
	if block.ID == nil {
		return ""
	}
	id, diags := block.ID.Value(w.Root.Context())
	switch plain, _ := id.Unmark(); {
	case diags.HasErrors():
	case value.KnownAfterApply(id):
		return "Invalid import id argument: the id of " + e.String() + " is known only after apply"
	case plain.IsKnown() && (plain.IsNull() || plain.Type() == cty.String && plain.AsString() == ""):
		return "Invalid import id argument: the id of " + e.String() + " is empty"
	}
	return ""
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
