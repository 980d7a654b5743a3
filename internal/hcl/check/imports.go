package check

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/opaque"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Imports finds import blocks that the tool refuses.
func Imports(p *pair.Pair) []Problem {
	known := map[string]bool{}
	for _, problem := range importsOf(p.Before) {
		known[problem.Why] = true
	}
	return slices.DeleteFunc(importsOf(p.After), func(problem Problem) bool { return known[problem.Why] })
}

func importsOf(w *eval.World) []Problem {
	var out []Problem
	seen := map[string]bool{}
	for _, b := range w.Branches() {
		for _, block := range b.Config.Imports {
			why := ""
			if b.Static != "" && !w.Runtime.ImportsInModules() {
				why = "Invalid import configuration: an import block in module " + b.Static + ", they are for the root alone"
			} else if b.Static == "" {
				why = refusedImport(w, block, seen)
			}
			if why != "" {
				out = append(out, Problem{At: block.Range, Subject: "import", Why: why})
			}
		}
	}
	return out
}

// refusedImport says why an import block of the root is refused, or nothing.
func refusedImport(w *eval.World, block *config.Import, seen map[string]bool) string {
	e, ok := move.ParseEndpoint(block.To, pair.QuoteIndex)
	if !ok || !e.IsResource() {
		return ""
	}
	b := w.Branch(e.Module.Static())
	if b == nil && opaque.Into(w, e.Module) {
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
	if m := pair.ModuleAt(w.Root, e.Module.String()); m != nil {
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
