// Package eval evaluates one side of a comparison: the module instances of a
// root, their values, and the instances of their resources. Everything is
// pulled: a value is computed when something asks for it, once.
//
// What a resource instance looks like to others (its state, or what is planned
// for it) is the business of the [Objects] handed in.
package eval

import (
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/funcs"
)

// New makes the world of a root module that was loaded already.
func New(w World, root *config.Module) *World {
	world := &w
	world.Reads, world.lists = map[string]bool{}, map[string]bool{}
	world.functions = funcs.Table(world, w.Runtime.LooseYAML())
	world.Root = world.module(nil, nil, NoKey, root, w.Dir, nil)
	return world
}

// Modules are all module instances made so far, parents first.
func (w *World) Modules() []*Module { return w.modules }
