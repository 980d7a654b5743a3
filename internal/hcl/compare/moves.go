package compare

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func quoteIndex(i hcl.TraverseIndex) (string, bool) {
	key, ok := eval.KeyOf(i.Key)
	return string(key), ok
}

// maxMoves bounds the moved blocks of one root: each is held against all others.
const maxMoves = 3000

func (c *comparison) tooManyMoves() bool {
	count := 0
	for _, b := range c.after.Branches() {
		if count += len(b.Config.Moved); count > maxMoves {
			c.gap(plan.Gap{At: c.after.Place(b.Config.Moved[0].Range), Root: c.Root, Kind: plan.GapLimit, Subject: "moved", Variant: c.Variant,
				Why: fmt.Sprintf("this root has more than %d moved blocks", maxMoves)})
			return true
		}
	}
	return false
}

// move finds where each object is after moved blocks and implied moves.
func (c *comparison) move() {
	c.statements = c.collect()
	objects := make([]move.Address, len(c.objects))
	for i, o := range c.objects {
		objects[i] = o.address
	}
	explicit := c.statements
	all := append(explicit[:len(explicit):len(explicit)], move.Implied(objects, explicit, c.declaredAs)...)
	if c.After.Runtime.MovesModules() {
		all = append(all, c.impliedModules(explicit)...)
	}
	r := move.Apply(objects, all)
	for i, o := range c.objects {
		o.final, o.by = r.Final[i], r.By[i]
		c.final[o.final.String()] = o
	}
	for _, b := range r.Blocked {
		for _, o := range c.objects {
			if o.address.String() == b.From || o.final.String() == b.From || o.final.Module.String() == b.From {
				o.blocked = b.To
			}
		}
	}
	c.cycle = r.Cycle
}

// collect reads the moved blocks of all modules of the after side, whether
// they have instances or not.
func (c *comparison) collect() []move.Statement {
	var out []move.Statement
	for _, b := range c.after.Branches() {
		var path move.Path
		for _, name := range splitStatic(b.Static) {
			path = append(path, move.Step{Name: name})
		}
		for _, block := range b.Config.Moved {
			from, ok := move.ParseEndpoint(block.From, quoteIndex)
			to, ok2 := move.ParseEndpoint(block.To, quoteIndex)
			if !ok || !ok2 || from.Data || to.Data || from.IsResource() != to.IsResource() {
				c.invalidAt(block.Range, "moved", "Invalid move: from and to must both be managed resources, or both be modules")
				continue
			}
			out = append(out, move.Statement{Module: path, From: from, To: to, Tag: block.Range})
		}
	}
	return out
}

// declaredAs tells how the resource at an address repeats after the change.
func (c *comparison) declaredAs(a move.Address) move.Declared {
	r := c.configAt(a)
	switch {
	case r == nil:
		return 0
	case r.Count != nil:
		return move.DeclaredCount
	case r.ForEach != nil:
		return 0
	}
	return move.DeclaredSingle
}

// configAt is the after side's configuration of a resource, whichever
// instances its modules have.
func (c *comparison) configAt(a move.Address) *config.Resource {
	b := c.after.Branch(a.Module.Static())
	if b == nil {
		return nil
	}
	return b.Config.Resources[a.Type+"."+a.Name]
}

// impliedModules are OpenTofu's implied moves of module calls that gain or
// lose count.
func (c *comparison) impliedModules(explicit []move.Statement) []move.Statement {
	var out []move.Statement
	seen := map[string]bool{}
	for _, o := range c.objects {
		for i, step := range o.address.Module {
			path := o.address.Module[:i+1]
			if seen[path.String()] || step.Key != "" && step.Key != "[0]" {
				continue
			}
			seen[path.String()] = true
			b := c.after.Branch(path[:i].Static())
			if b == nil || b.Config.Calls[step.Name] == nil || mentionsCall(explicit, b.Static, step.Name) {
				continue
			}
			call, to := b.Config.Calls[step.Name], ""
			switch {
			case call.Count != nil && step.Key == "":
				to = "[0]"
			case call.Count == nil && call.ForEach == nil && step.Key == "[0]":
			default:
				continue
			}
			target := append(path[:i:i], move.Step{Name: step.Name, Key: to})
			out = append(out, move.Statement{From: move.Endpoint{Module: path}, To: move.Endpoint{Module: target}, Implied: true})
		}
	}
	return out
}

// mentionsCall reports whether a moved block in the module at a call path
// names one of its module calls.
func mentionsCall(statements []move.Statement, static, name string) bool {
	for _, s := range statements {
		for _, e := range []move.Endpoint{s.From, s.To} {
			if s.Module.Static() == static && !e.IsResource() && len(e.Module) == 1 && e.Module[0].Name == name {
				return true
			}
		}
	}
	return false
}

// checkMoves finds moved blocks that Terraform refuses (OpenTofu
// internal/refactoring/move_validate.go).
func (c *comparison) checkMoves() {
	gaps := len(c.gaps)
	sources, targets := map[string]string{}, map[string]string{}
	for _, s := range c.statements {
		at := s.Tag.(hcl.Range)
		for _, m := range moduleInstances(c.after.Root, s.Module.Static()) {
			from, to := absolute(m, s, s.From), absolute(m, s, s.To)
			switch {
			case from == to:
				c.invalidAt(at, "moved", "Redundant move statement: from and to are the same address")
			case sources[from] != "" && sources[from] != to:
				c.invalidAt(at, "moved", "Ambiguous move statements: "+s.From.String()+" is moved to two places")
			case targets[to] != "" && targets[to] != from:
				c.invalidAt(at, "moved", "Ambiguous move statements: two objects are moved to "+s.To.String())
			case c.stillThere(m, s):
				c.invalidAt(at, "moved", fmt.Sprintf("Moved object still exists: %s is still declared", s.From))
			}
			sources[from], targets[to] = to, from
		}
	}
	if len(c.gaps) > gaps {
		return // a cycle is said only where nothing better is known
	}
	for _, s := range c.cycle {
		if at, ok := s.Tag.(hcl.Range); ok {
			c.invalidAt(at, "moved", "Cyclic dependency in move statements: "+s.From.String()+" to "+s.To.String())
		}
	}
}

// absolute is an end of a statement in one module instance. All instances of a
// resource and the one without a key are written alike, and are two different
// ends.
func absolute(m *eval.Module, s move.Statement, e move.Endpoint) string {
	address := e.String()
	if m.Address != "" {
		address = m.Address + "." + address
	}
	if s.Whole() {
		address += " (all)"
	}
	return address
}

// stillThere reports whether what a statement moves away is declared still.
func (c *comparison) stillThere(m *eval.Module, s move.Statement) bool {
	steps := s.From.Module
	for i, step := range steps {
		call := m.ModuleCall(step.Name)
		if call == nil {
			return false
		}
		if !s.From.IsResource() && i == len(steps)-1 {
			if step.Key == "" && s.To.Module[len(s.To.Module)-1].Key == "" {
				return true
			}
			return call.Expansion().Has(eval.Key(step.Key))
		}
		if m = call.Instance(eval.Key(step.Key)); m == nil {
			return false
		}
	}
	r := m.Resource(s.From.Type + "." + s.From.Name)
	if r == nil {
		return false
	}
	return s.Whole() || r.Expansion().Has(eval.Key(s.From.Key))
}

func (c *comparison) invalidAt(at hcl.Range, subject, why string) {
	c.invalid = true
	c.gap(plan.Gap{At: c.after.Place(at), Root: c.Root, Kind: plan.GapInvalid, Subject: subject, Why: "would not plan: " + why, Variant: c.Variant})
}
