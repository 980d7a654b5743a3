package check

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
)

// Removed finds removed blocks whose object is declared still.
func Removed(p *pair.Pair) []Problem {
	var out []Problem
	for _, b := range p.After.Branches() {
		for _, block := range b.Config.Removed {
			e, ok := move.ParseEndpoint(block.From, pair.QuoteIndex)
			if !ok {
				continue
			}
			path := strings.Join(append(pair.Names(b.Static), pair.Names(e.Module.Static())...), ".")
			target := p.After.Branch(path)
			switch {
			case target == nil:
			case !e.IsResource():
				out = append(out, stillDeclared(block, e, "Removed module"))
			case target.Config.Resources[e.Type+"."+e.Name] != nil:
				out = append(out, stillDeclared(block, e, "Removed resource"))
			}
		}
	}
	return out
}

func stillDeclared(block *config.Removed, e move.Endpoint, what string) Problem {
	return Problem{At: block.Range, Subject: e.String(), Why: what + " still exists: " + e.String() + " is still declared"}
}

// Versions checks the required_version of all modules together.
func Versions(p *pair.Pair) []Problem {
	was, failed := p.Before.Runtime.Unsatisfiable(required(p.Before))
	is, fails := p.After.Runtime.Unsatisfiable(required(p.After))
	if !fails || failed && was.Constraint == is.Constraint {
		return nil
	}
	return []Problem{{At: is.Range, Subject: "required_version", Why: "Unsupported Terraform Core version: " + is.Constraint}}
}

func required(w *eval.World) []config.Version {
	var out []config.Version
	for _, b := range w.Branches() {
		out = append(out, b.Config.Settings.Versions...)
	}
	return out
}
