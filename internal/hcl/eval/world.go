// Package eval evaluates one side of a comparison: the module instances of a
// root, their values, and the instances of their resources. Everything is
// pulled: a value is computed when something asks for it, once.
//
// What a resource instance looks like to others (its state, or what is planned
// for it) is the business of the [Objects] handed in.
package eval

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/funcs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Limits on one side of one root. Reaching one fails the evaluation that
// reached it.
const (
	maxInstances = 50_000  // of resources and modules together
	maxDepth     = 400     // of values that wait for each other
	maxModules   = 24      // levels of module calls
	moduleCost   = 4       // a module instance counts as so many
	maxWeight    = 150_000 // values inside one value
	valueCost    = 8       // work of a named value, besides what is in it
	// instanceUnits is the work of an instance, besides what is in it, and
	// readUnits how many bytes of a file are one unit to read.
	instanceUnits = 40
	readUnits     = 64
	blockCost     = 8        // work of one block of a dynamic one
	maxReadBytes  = 64 << 20 // read by file functions
)

// Objects says what resource instances look like to others.
type Objects interface {
	// Managed is the value of a managed resource's instance.
	Managed(*Instance) (cty.Value, hcl.Diagnostics)
	// Data is the value of a data source's instance, given what its type and
	// configuration say.
	Data(*Instance) (cty.Value, hcl.Diagnostics)
	// Unknown is the value of a resource whose instances are not known.
	Unknown(*Resource) cty.Value
}

// World is one side of one root.
type World struct {
	Side    plan.Side
	Tree    fs.FS
	Dir     string
	Runtime config.Runtime
	Loader  *config.Loader
	Root    *Module
	Objects Objects
	// Given are the values of the root's variables.
	Given map[string]config.Value
	// Work counts what the evaluation does.
	Work *work.Meter
	// Concrete, where set, puts something known in the place of opaque
	// values, see compare's stand-ins.
	Concrete func(cty.Value) cty.Value
	// Workspace is the value of terraform.workspace.
	Workspace string
	// Elsewhere are the modules that are no folders of the package that calls
	// them, by the path of the call.
	Elsewhere map[string]elsewhere.Module
	// Problems are what modules could not be read.
	Problems []config.Problem
	// Reads are the files that functions looked at, by name in the tree.
	Reads map[string]bool

	// Limits are the limits that were reached, each once.
	Limits hcl.Diagnostics

	functions expr.Functions
	instances int
	depth     int
	readBytes int
	modules   []*Module
	lists     map[string]bool
	branches  []*Branch
	byStatic  map[string]*Branch
}

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

// Spend takes n units of work.
func (w *World) Spend(n int) error { return w.Work.Spend(n) }

// pay takes the work that keeping and comparing v costs later, wherever it
// ends up: a value is cheap to refer to, and dear to have in many places.
func (w *World) pay(v cty.Value, at hcl.Range) hcl.Diagnostics {
	if err := w.Spend(value.Effort(v)); err != nil {
		return expr.Errorf(at, expr.LimitReached, "%s", err)
	}
	return nil
}

// limited notes the limit that is among diags and reports whether there is one.
func (w *World) limited(diags hcl.Diagnostics) bool {
	d := expr.LimitIn(diags)
	if d != nil && !slices.ContainsFunc(w.Limits, func(o *hcl.Diagnostic) bool { return o.Detail == d.Detail }) {
		w.Limits = append(w.Limits, d)
	}
	return d != nil
}

func (w *World) concrete(v cty.Value) cty.Value {
	if w.Concrete == nil {
		return v
	}
	return w.Concrete(v)
}

// enter guards recursion; every enter needs its leave.
func (w *World) enter(at hcl.Range) hcl.Diagnostics {
	if w.depth++; w.depth > maxDepth {
		return expr.Errorf(at, expr.LimitReached, "more than %d values wait for each other here", maxDepth)
	}
	return nil
}

func (w *World) leave() { w.depth-- }

func (w *World) instance(n int, at hcl.Range) hcl.Diagnostics {
	if w.instances += n; w.instances > maxInstances {
		return expr.Errorf(at, expr.LimitReached, "this root has more than %d instances", maxInstances)
	}
	if err := w.Spend(n * instanceUnits); err != nil {
		return expr.Errorf(at, expr.LimitReached, "%s", err)
	}
	return nil
}

// Read is funcs.Files: name is relative to the root's folder.
func (w *World) Read(name string) ([]byte, error) {
	target, err := w.find(name)
	if err != nil {
		return nil, err
	}
	info, err := fs.Stat(w.Tree, target)
	if err != nil {
		return nil, absentOr(err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("it is a directory, not a file")
	}
	if plan.IsSubmodule(info) {
		return nil, fmt.Errorf("%w: it is a git submodule", funcs.ErrHidden)
	}
	if w.readBytes += int(info.Size()); w.readBytes > maxReadBytes {
		return nil, fmt.Errorf("%w: more than %d bytes are read by file functions", expr.ErrLimit, maxReadBytes)
	}
	if err := w.Spend(1 + int(info.Size())/readUnits); err != nil {
		return nil, fmt.Errorf("%w: %w", expr.ErrLimit, err)
	}
	b, err := fs.ReadFile(w.Tree, target)
	if err != nil {
		return nil, absentOr(err)
	}
	if plan.IsLFSPointer(b) {
		return nil, fmt.Errorf("%w: it is a Git LFS pointer", funcs.ErrHidden)
	}
	return b, nil
}

func absentOr(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return funcs.ErrAbsent
	}
	return fmt.Errorf("%w: %w", funcs.ErrHidden, err)
}

// find turns a path of the configuration into one of the tree.
func (w *World) find(name string) (string, error) {
	if path.IsAbs(name) {
		return "", fmt.Errorf("%w: it is an absolute path", funcs.ErrHidden)
	}
	joined := path.Join(w.Dir, name)
	if joined == ".." || len(joined) > 2 && joined[:3] == "../" {
		return "", fmt.Errorf("%w: it is outside the repository", funcs.ErrHidden)
	}
	w.Reads[joined] = true
	target, err := plan.Resolve(w.Tree, joined)
	if err != nil {
		return "", absentOr(err)
	}
	w.Reads[target] = true
	return target, nil
}

// List is funcs.Files. Links to files count, links to folders are not entered.
func (w *World) List(folder string) ([]string, error) {
	target, err := w.find(folder)
	if errors.Is(err, funcs.ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w.lists[target] = true
	var out []string
	err = fs.WalkDir(w.Tree, target, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return absentOr(err)
		}
		if e.IsDir() {
			return nil
		}
		if e.Type()&fs.ModeIrregular != 0 {
			return fmt.Errorf("%w: %s is a git submodule", funcs.ErrHidden, name)
		}
		if e.Type()&fs.ModeSymlink != 0 {
			real, err := plan.Resolve(w.Tree, name)
			if err != nil {
				return nil //nolint:nilerr // a link to nowhere is no file
			}
			if info, err := fs.Stat(w.Tree, real); err != nil || info.IsDir() {
				return nil //nolint:nilerr // as above
			}
		}
		if target != "." {
			name = name[len(target)+1:]
		}
		if out = append(out, name); len(out) > maxInstances {
			return fs.SkipAll
		}
		return nil
	})
	return out, err
}

// Listed reports whether a file lies in a folder that fileset looked through.
func (w *World) Listed(name string) bool {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if w.lists[dir] {
			return true
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}
