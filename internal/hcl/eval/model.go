package eval

import (
	"io/fs"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
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
	// values, see the probes of internal/hcl/planner.
	Concrete func(cty.Value) cty.Value
	// Workspace is the value of terraform.workspace.
	Workspace string
	// Elsewhere are the modules that are no folders of the package that calls
	// them, by the path of the call.
	Elsewhere map[string]elsewhere.Module
	// Was is where modules that are not had were before moves, by where they are.
	Was map[string]string
	// Other is the tree of the other side. A folder that neither has is brought by
	// something else: a submodule, or a checkout beside this one.
	Other fs.FS
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

// Module is one instance of a module.
type Module struct {
	World  *World
	Parent *Module
	Call   *config.Call
	Key    Key
	Config *config.Module
	// Dir is the folder as its callers see it, links not followed.
	Dir string
	// Address is `module.a["x"].module.b`, empty for the root.
	Address string
	// Static is the call path without keys: `a.b`.
	Static string

	rep       *repetition // each and count of the call
	values    map[string]*node
	resources map[string]*Resource
	calls     map[string]*Call
	scope     *scope
	ctx       *hcl.EvalContext
	repeated  map[*hcl.EvalContext]*Expansion
}

// node is one value of a module instance.
type node struct {
	state nodeState
	val   cty.Value
	diags hcl.Diagnostics
}

type nodeState int

const (
	waiting nodeState = iota + 1
	running
	done
)

// Resource is a resource, data source or ephemeral resource in one module
// instance.
type Resource struct {
	Module *Module
	Config *config.Resource
	// Address is without an instance key.
	Address string

	expansion *Expansion
	expanding bool
	instances map[Key]*Instance
	whole     *node
}

// Instance is one instance of a resource.
type Instance struct {
	Resource *Resource
	Key      Key

	rep    *repetition
	config *node
	value  *node
}

// Call is a module call in one module instance.
type Call struct {
	Module *Module
	Config *config.Call
	// Address is without an instance key.
	Address string
	// Opaque: the source is outside of what was handed here, and is not had.
	Opaque bool
	// Absent says where the source would lie that is local and that neither side
	// has; such a call is opaque.
	Absent *config.Absence
	// Broken: the source is inside, but cannot be read.
	Broken *config.Problem

	child     *config.Module
	dir       string
	expansion *Expansion
	expanding bool
	instances map[Key]*Module
	outputs   map[Key]*node
	whole     *node
}

// Repeat says how something repeats. The zero value is invalid.
type Repeat int

const (
	Single  Repeat = iota + 1 // once, without a key
	Counted                   // count
	Each                      // for_each
	Unknown                   // the trees do not tell, or it is known after apply
	Failed                    // the expression has no value
)

// Expansion is the set of instances of a resource or module call.
type Expansion struct {
	Repeat Repeat
	Keys   []Key
	// Values is each.value by key, for Each.
	Values map[Key]cty.Value
	// IDs are the for_each keys themselves.
	IDs map[Key]string
	// Value is the value of count or for_each.
	Value cty.Value
	// By is the expression, nil for Single.
	By    *expr.Expression
	Diags hcl.Diagnostics

	has map[Key]bool
}

// repetition is each and count for one instance.
type repetition struct {
	key       Key
	index     cty.Value // count.index
	eachKey   cty.Value
	eachValue cty.Value
	ctx       *hcl.EvalContext
	self      func() (cty.Value, hcl.Diagnostics)
	of        *Expansion
}

// scope resolves references in one module instance, with or without each and
// count.
type scope struct {
	module *Module
	rep    *repetition
}

// Branch is a module in the tree of calls, whether it has instances or not.
type Branch struct {
	// Static is the call path: `a.b`, empty for the root.
	Static string
	Config *config.Module
	// Call leads to it; nil for the root.
	Call *config.Call
	dir  string
	up   *Branch
}
