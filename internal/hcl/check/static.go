package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/refs"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Static finds what the tool refuses by reading alone, even where nothing
// would evaluate it: references to what is not declared, arguments and
// attributes that do not exist.
func Static(p *pair.Pair) []Problem {
	var out []Problem
	seen := map[*config.Module]bool{}
	for _, b := range p.After.Branches() {
		if seen[b.Config] {
			continue
		}
		seen[b.Config] = true
		known := map[string]bool{}
		if was := p.Before.Branch(b.Static); was != nil {
			for _, problem := range read(p.Before, was, p.Facts) {
				known[problem.Subject+problem.Why] = true
			}
		}
		for _, problem := range read(p.After, b, p.Facts) {
			if !known[problem.Subject+problem.Why] {
				out = append(out, problem)
			}
		}
	}
	return out
}

// reader reads one module without evaluating it.
type reader struct {
	world  *eval.World
	branch *eval.Branch
	m      *config.Module
	facts  plan.Facts
	found  []Problem
}

func read(w *eval.World, b *eval.Branch, facts plan.Facts) []Problem {
	s := &reader{world: w, branch: b, m: b.Config, facts: facts}
	s.module()
	return s.found
}

func (s *reader) add(at hcl.Range, subject, why string) {
	s.found = append(s.found, Problem{At: at, Subject: subject, Why: why})
}

func (s *reader) module() {
	for _, name := range slices.Sorted(maps.Keys(s.m.Variables)) {
		for _, check := range s.m.Variables[name].Checks {
			s.expression(check.Condition, nil)
		}
	}
	for _, name := range s.m.Order {
		kind, short, _ := strings.Cut(name, ".")
		switch kind {
		case "local":
			s.expression(s.m.Locals[short].Value, nil)
		case "output":
			s.expression(s.m.Outputs[short].Value, nil)
			for _, check := range s.m.Outputs[short].Checks {
				s.expression(check.Condition, nil)
			}
		case "module":
			s.call(s.m.Calls[short])
		default:
			s.resource(s.m.Resources[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.m.Providers)) {
		refs.Body(s.m.Providers[name].Body, nil, s.expression)
	}
}

func (s *reader) call(call *config.Call) {
	s.expression(call.Count, nil)
	s.expression(call.ForEach, nil)
	s.dependsOn("module."+call.Name, call.DependsOn)
	for _, in := range slices.Sorted(maps.Keys(call.Inputs)) {
		s.expression(call.Inputs[in].Value, nil)
	}
}

func (s *reader) resource(r *config.Resource) {
	refs.Values(r, s.expression)
	for _, e := range r.Lifecycle.TriggeredBy {
		for _, ref := range e.Refs {
			if why := s.undeclared(ref[:min(2, len(ref))], nil); why != "" {
				s.add(ref.SourceRange(), refs.Node(ref), why)
			}
		}
	}
	s.dependsOn(r.Key(), r.DependsOn)
	t := s.schema(r)
	if t == nil {
		return
	}
	for _, name := range r.Body.Names {
		if a := t.Attributes[name]; a == nil || !a.Optional && !a.Required {
			s.add(r.Body.Attributes[name].Range, r.Key(), "Unsupported argument: "+r.Type+" has no argument "+name)
		}
	}
	for _, block := range r.Body.Blocks {
		if t.Attributes[block.Type] == nil {
			s.add(block.Range, r.Key(), "Unsupported block type: "+r.Type+" has no "+block.Type+" block")
		}
	}
	for _, ref := range r.Lifecycle.Ignore {
		if name := ref.RootName(); name != "*" && t.Attributes[name] == nil {
			s.add(ref.SourceRange(), r.Key(), "Unsupported attribute: ignore_changes names "+name+", which "+r.Type+" has not")
		}
	}
}

func (s *reader) dependsOn(subject string, on []hcl.Traversal) {
	for _, ref := range on {
		if why := s.undeclared(ref, nil); why != "" {
			s.add(ref.SourceRange(), subject, why)
		}
	}
}

func (s *reader) expression(e *expr.Expression, bound []string) {
	if e == nil {
		return
	}
	for _, ref := range e.Refs {
		if why := s.undeclared(ref, bound); why != "" {
			s.add(ref.SourceRange(), refs.Node(ref), why)
		}
	}
	for _, ref := range e.Bare {
		if why := s.output(ref, bound); why != "" {
			s.add(ref.SourceRange(), refs.Node(ref), why)
		}
	}
}

// schema is what is known for certain of a type: the provider that comes with
// the tool. Facts of others may be of another version than the one in use.
func (s *reader) schema(r *config.Resource) *plan.TypeFacts {
	if r.Mode != config.Managed || s.facts == nil {
		return nil
	}
	t := s.facts(s.m.ProviderSource(providers.Local(r)), "", r.Type)
	if t == nil || !strings.HasPrefix(t.Provider, "builtin/") {
		return nil
	}
	return t
}

func (s *reader) undeclared(ref hcl.Traversal, bound []string) string {
	root := ref.RootName()
	if slices.Contains(bound, root) || len(ref) < 2 {
		return ""
	}
	name := refs.StepName(ref[1])
	switch root {
	case "var":
		if s.m.Variables[name] == nil {
			return "Reference to undeclared input variable: var." + name
		}
	case "local":
		if s.m.Locals[name] == nil {
			return "Reference to undeclared local value: local." + name
		}
	case "module":
		if s.m.Calls[name] == nil {
			return "Reference to undeclared module: module." + name
		}
	case "each", "count", "self", "path", "terraform", "tofu", "provider", "action":
	default:
		r := s.m.Resources[refs.Node(ref)]
		if r == nil {
			return "Reference to undeclared resource: " + refs.Node(ref)
		}
		return s.attribute(r, ref)
	}
	return ""
}

// attribute checks a reference to a resource for a key where the resource
// repeats, for none where it does not, and for an attribute that exists
// (terraform 1.11 internal/terraform/evaluate_valid.go).
func (s *reader) attribute(r *config.Resource, ref hcl.Traversal) string {
	rest := ref[2:]
	if r.Mode != config.Managed || ref.RootName() == "resource" {
		rest = ref[min(3, len(ref)):]
	}
	if len(rest) == 0 || r.Enabled != nil {
		return ""
	}
	_, index := rest[0].(hcl.TraverseIndex)
	repeats := r.Count != nil || r.ForEach != nil
	switch {
	case index && !repeats:
		return "Unexpected resource instance key: " + r.Key() + " has neither count nor for_each"
	case !index && repeats:
		return "Missing resource instance key: " + r.Key() + " repeats, its attributes belong to its instances"
	case index:
		rest = rest[1:]
	}
	if t := s.schema(r); t != nil && len(rest) > 0 {
		if step, ok := rest[0].(hcl.TraverseAttr); ok && t.Attributes[step.Name] == nil {
			return "Unsupported attribute: " + r.Type + " has no attribute " + step.Name
		}
	}
	return ""
}

// output checks a reference to a module call for an output that exists.
func (s *reader) output(ref hcl.Traversal, bound []string) string {
	if ref.RootName() != "module" || len(ref) < 3 || slices.Contains(bound, "module") {
		return ""
	}
	name := refs.StepName(ref[1])
	child := s.world.Branch(strings.TrimPrefix(s.branch.Static+"."+name, "."))
	if child == nil || child.Call.Enabled != nil {
		return ""
	}
	rest := ref[2:]
	switch _, index := rest[0].(hcl.TraverseIndex); {
	case child.Call.Count != nil && !index:
		return "Unsupported attribute: module." + name + " has count, its outputs belong to its instances"
	case child.Call.Count != nil || child.Call.ForEach != nil:
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return ""
	}
	step, ok := rest[0].(hcl.TraverseAttr)
	if !ok || child.Config.Outputs[step.Name] != nil {
		return ""
	}
	return "Unsupported attribute: module." + name + " has no output " + step.Name
}
