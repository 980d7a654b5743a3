package check

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
)

// MoveEnds finds moved blocks whose ends do not fit each other.
func MoveEnds(p *pair.Pair) []Problem {
	var out []Problem
	for _, at := range p.Moves.Unreadable {
		out = append(out, Problem{At: at, Subject: "moved", Why: "Invalid move: from and to must both be managed resources, or both be modules"})
	}
	return out
}

// Moves finds moved blocks that Terraform refuses (OpenTofu
// internal/refactoring/move_validate.go).
func Moves(p *pair.Pair) []Problem {
	var out []Problem
	add := func(at hcl.Range, why string) { out = append(out, Problem{At: at, Subject: "moved", Why: why}) }
	sources, targets := map[string]string{}, map[string]string{}
	for _, s := range p.Moves.Statements {
		at := s.Tag.(hcl.Range)
		for _, m := range pair.ModuleInstances(p.After.Root, s.Module.Static()) {
			from, to := absolute(m, s, s.From), absolute(m, s, s.To)
			switch {
			case from == to:
				add(at, "Redundant move statement: from and to are the same address")
			case sources[from] != "" && sources[from] != to:
				add(at, "Ambiguous move statements: "+s.From.String()+" is moved to two places")
			case targets[to] != "" && targets[to] != from:
				add(at, "Ambiguous move statements: two objects are moved to "+s.To.String())
			case stillThere(m, s):
				add(at, fmt.Sprintf("Moved object still exists: %s is still declared", s.From))
			}
			sources[from], targets[to] = to, from
		}
	}
	if len(out) > 0 {
		return out // a cycle is said only where nothing better is known
	}
	for _, s := range p.Moves.Cycle {
		if at, ok := s.Tag.(hcl.Range); ok {
			add(at, "Cyclic dependency in move statements: "+s.From.String()+" to "+s.To.String())
		}
	}
	return out
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
func stillThere(m *eval.Module, s move.Statement) bool {
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
