// Package pair holds one root module on both sides of a change: its two worlds, the
// objects that exist before, and where moved blocks take them.
package pair

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/depends"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Pair is one root module on both sides of a change. Whoever makes it gives the
// worlds, and then lists the objects and moves them, in that order.
type Pair struct {
	Before, After *eval.World
	// BeforeVersions and AfterVersions are the locked versions of providers, by
	// source.
	BeforeVersions, AfterVersions map[string]string
	Facts                         plan.Facts

	// Objects are the managed instances of the before side.
	Objects []*Object
	// Opaque are the module instances of the before side that are not had.
	Opaque []*OpaqueModule
	// FailedBefore is the first error of what has no instances before, by address.
	FailedBefore map[string]string
	// Moves are the moved blocks of the after side.
	Moves Moves

	byAddress  map[string]*Object
	byFinal    map[string]*Object
	byResource map[depends.Resource][]*Object
}

// Moves is what the moved blocks of the after side say.
type Moves struct {
	// Statements are those that can be read, in the order of the branches.
	Statements []move.Statement
	// Unreadable are the blocks whose ends do not fit each other.
	Unreadable []hcl.Range
	// Cycle are the statements that wait for each other.
	Cycle []move.Statement
}

// Object is one managed instance of the before side.
type Object struct {
	Inst    *eval.Instance
	Address move.Address
	// Final is its address after moves, equal to Address where nothing moved it,
	// and By the statement that moved it last.
	Final move.Address
	By    *move.Statement
}

// OpaqueModule is one instance of a module of the before side that is not had. Its
// objects move with it.
type OpaqueModule struct {
	Call *eval.Call
	Key  eval.Key
	// Address is where it is, Final where it is after moves.
	Address, Final move.Path
}

// Resource is the resource that an object belongs to after moves.
func (o *Object) Resource() depends.Resource {
	return depends.Resource{Module: o.Final.Module.Static(), Key: o.Final.Type + "." + o.Final.Name}
}

// List lists the objects of the before side.
func (p *Pair) List() {
	p.FailedBefore, p.byAddress = map[string]string{}, map[string]*Object{}
	p.list(p.Before.Root, nil)
}

func (p *Pair) list(m *eval.Module, path move.Path) {
	for _, r := range Managed(m) {
		if e := r.Expansion(); e.Repeat == eval.Failed {
			p.FailedBefore[r.Address] = eval.FirstError(e.Diags)
		}
		for _, inst := range r.Instances() {
			a := move.Address{Module: path, Type: r.Config.Type, Name: r.Config.Name, Key: string(inst.Key)}
			o := &Object{Inst: inst, Address: a, Final: a}
			p.Objects = append(p.Objects, o)
			p.byAddress[a.String()] = o
		}
	}
	for _, call := range Calls(m) {
		if call.Opaque {
			for _, key := range call.Expansion().Keys {
				at := append(path[:len(path):len(path)], move.Step{Name: call.Config.Name, Key: string(key)})
				p.Opaque = append(p.Opaque, &OpaqueModule{Call: call, Key: key, Address: at, Final: at})
			}
			continue
		}
		if e := call.Expansion(); e.Repeat == eval.Failed {
			p.FailedBefore[call.Address] = eval.FirstError(e.Diags)
		}
		for _, child := range call.Instances() {
			p.list(child, Below(path, call, child))
		}
	}
}

// Below is the path of a module instance that a call in the module at path makes.
func Below(path move.Path, call *eval.Call, child *eval.Module) move.Path {
	return append(path[:len(path):len(path)], move.Step{Name: call.Config.Name, Key: string(child.Key)})
}

// Object is the object that has an address before, nil where there is none.
func (p *Pair) Object(address string) *Object { return p.byAddress[address] }

// Prior is the object that has an address after moves, nil where there is none.
func (p *Pair) Prior(address string) *Object { return p.byFinal[address] }

// ObjectsOf are the objects that a resource of the after side has after moves.
func (p *Pair) ObjectsOf(r depends.Resource) []*Object { return p.byResource[r] }

// Dependencies is the graph of the after side.
func (p *Pair) Dependencies() *depends.Graph {
	return depends.New(p.After.Branches(), slices.Collect(maps.Keys(p.byResource)))
}

// TypeFacts are the facts of a resource's type: those of the version that the
// after side locks, so that both sides are read by one schema.
func (p *Pair) TypeFacts(r *eval.Resource) *plan.TypeFacts {
	if p.Facts == nil {
		return nil
	}
	source := providers.Source(r)
	return p.Facts(source, p.Version(source), r.Config.Type)
}

// Version is the locked version of a provider, empty where no lock file says.
func (p *Pair) Version(source string) string {
	if v, ok := p.AfterVersions[source]; ok {
		return v
	}
	return p.BeforeVersions[source]
}

// ConfigAt is the after side's configuration of a resource, whichever
// instances its modules have.
func (p *Pair) ConfigAt(a move.Address) *config.Resource {
	b := p.After.Branch(a.Module.Static())
	if b == nil {
		return nil
	}
	return b.Config.Resources[a.Type+"."+a.Name]
}

// Declared reports whether an object still has its place in the new
// configuration.
func (p *Pair) Declared(o *Object) bool {
	r := p.ResourceOf(o)
	return r != nil && r.Expansion().Has(eval.Key(o.Final.Key))
}

// ResourceOf is the resource of the after side that an object belongs to, nil where
// its module or its block is gone.
func (p *Pair) ResourceOf(o *Object) *eval.Resource {
	m := ModuleAt(p.After.Root, o.Final.Module.String())
	if m == nil {
		return nil
	}
	return m.Resource(o.Final.Type + "." + o.Final.Name)
}
