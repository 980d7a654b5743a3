package pair

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
)

// QuoteIndex writes an index of an address as instance keys are written.
func QuoteIndex(i hcl.TraverseIndex) (string, bool) {
	key, ok := eval.KeyOf(i.Key)
	return string(key), ok
}

// Move finds where each object is after moved blocks and implied moves. The objects
// must be listed; nothing of the after side may have been evaluated, since what is
// planned there starts from where objects are.
func (p *Pair) Move() {
	p.Moves = collect(p.After.Branches())
	objects := make([]move.Address, len(p.Objects), len(p.Objects)+len(p.Opaque))
	for i, o := range p.Objects {
		objects[i] = o.Address
	}
	explicit := p.Moves.Statements
	all := append(explicit[:len(explicit):len(explicit)], move.Implied(objects, explicit, p.declaredAs)...)
	if p.After.Runtime.MovesModules() {
		all = append(all, p.impliedModules(explicit)...)
	}
	for _, o := range p.Opaque {
		objects = append(objects, move.Address{Module: o.Address}) // something is in it
	}
	r := move.Apply(objects, all)
	p.After.Was = map[string]string{}
	for i, o := range p.Opaque {
		if o.Final = r.Final[len(p.Objects)+i].Module; !o.Final.Equal(o.Address) {
			p.After.Was[o.Final.String()] = o.Address.String()
		}
	}
	p.byFinal, p.byResource = make(map[string]*Object, len(p.Objects)), map[depends.Resource][]*Object{}
	for i, o := range p.Objects {
		o.Final, o.By = r.Final[i], r.By[i]
		p.byFinal[o.Final.String()] = o
		resource := o.Resource()
		p.byResource[resource] = append(p.byResource[resource], o)
	}
	p.Moves.Cycle = r.Cycle
}

// collect reads the moved blocks of all modules of the after side, whether
// they have instances or not.
func collect(branches []*eval.Branch) Moves {
	var out Moves
	for _, b := range branches {
		var path move.Path
		for _, name := range Names(b.Static) {
			path = append(path, move.Step{Name: name})
		}
		for _, block := range b.Config.Moved {
			from, ok := move.ParseEndpoint(block.From, QuoteIndex)
			to, ok2 := move.ParseEndpoint(block.To, QuoteIndex)
			if !ok || !ok2 || from.Data || to.Data || from.IsResource() != to.IsResource() {
				out.Unreadable = append(out.Unreadable, block.Range)
				continue
			}
			out.Statements = append(out.Statements, move.Statement{Module: path, From: from, To: to, Tag: block.Range})
		}
	}
	return out
}

// declaredAs says how the resource at an address repeats after the change.
func (p *Pair) declaredAs(a move.Address) move.Declared {
	r := p.ConfigAt(a)
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

// impliedModules are OpenTofu's implied moves of module calls that gain or
// lose count.
func (p *Pair) impliedModules(explicit []move.Statement) []move.Statement {
	var out []move.Statement
	seen := map[string]bool{}
	for _, of := range p.modulePaths() {
		for i, step := range of {
			path := of[:i+1]
			if seen[path.String()] || step.Key != "" && step.Key != "[0]" {
				continue
			}
			seen[path.String()] = true
			b := p.After.Branch(path[:i].Static())
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

// modulePaths are the module instances that objects are in, those that are not had
// included.
func (p *Pair) modulePaths() []move.Path {
	out := make([]move.Path, 0, len(p.Objects)+len(p.Opaque))
	for _, o := range p.Objects {
		out = append(out, o.Address.Module)
	}
	for _, o := range p.Opaque {
		out = append(out, o.Address)
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
