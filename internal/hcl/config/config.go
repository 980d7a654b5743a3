// Package config reads Terraform and OpenTofu modules from a tree: files in
// their precedence, override files merged, blocks decoded into values whose
// expressions are ready to be evaluated. It decides nothing about instances.
package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Module is one folder of configuration.
type Module struct {
	// Dir is the folder in the tree, symbolic links followed.
	Dir string
	// Files are the configuration files read, overrides last.
	Files     []string
	Variables map[string]*Variable
	Locals    map[string]*Local
	// Resources by `type.name`, and `data.type.name` and so on for other modes.
	Resources map[string]*Resource
	Calls     map[string]*Call
	Outputs   map[string]*Output
	Moved     []*Moved
	Removed   []*Removed
	Imports   []*Import
	// Providers by local name, or `name.alias`.
	Providers map[string]*Provider
	// Runs is what providers and actions run.
	Runs []BlockRun
	// Required is the source address of each local provider name.
	Required map[string]string
	// Constraints are the version constraints of required providers, by source
	// address.
	Constraints map[string]string
	// Needs are the names under which callers must hand over a provider
	// configuration (configuration_aliases).
	Needs    []string
	Settings Settings
	// Order is every local, resource, call and output name in the order of
	// the text, so that errors come out in a stable order.
	Order []string
	// ReadsFiles: some expression calls a function that reads files, a data
	// source reads a state file, or a release may have its chart there.
	ReadsFiles bool
	// Problems are what is wrong with it. A module with a problem that is
	// not of a single expression is not to be compared.
	Problems []Problem
}

// Problem is something that keeps a module from being read or planned.
type Problem struct {
	Kind    plan.GapKind
	Range   hcl.Range
	Subject string
	Text    string
}

// Settings are a module's terraform blocks.
type Settings struct {
	// State identifies where the state lives: the backend or cloud block in
	// a canonical form, empty for none.
	State      string
	StateRange hcl.Range
	// Versions are the required_version constraints.
	Versions []Version
}

// Version is one required_version constraint.
type Version struct {
	Constraint string
	Range      hcl.Range
}

// Variable is an input variable.
type Variable struct {
	Name      string
	Type      TypeConstraint
	Default   *expr.Expression
	Nullable  bool
	Sensitive bool
	Ephemeral bool
	Checks    []Check
	Range     hcl.Range
	Full      hcl.Range
}

// Check is a validation, precondition or postcondition.
type Check struct {
	Condition *expr.Expression
	Range     hcl.Range
}

// Local is one local value.
type Local struct {
	Name  string
	Value *expr.Expression
	Range hcl.Range
}

// Output is an output value.
type Output struct {
	Name      string
	Value     *expr.Expression
	Sensitive bool
	Ephemeral bool
	DependsOn []hcl.Traversal
	Checks    []Check
	Range     hcl.Range
}

// Mode is whether a block is a managed resource, a data source or an ephemeral
// resource.
type Mode string

const (
	Managed   Mode = "managed"
	Data      Mode = "data"
	Ephemeral Mode = "ephemeral"
)

// Resource is a resource, data or ephemeral block.
type Resource struct {
	Mode       Mode
	Type, Name string
	Body       *Body
	Count      *expr.Expression
	ForEach    *expr.Expression
	Enabled    *expr.Expression // OpenTofu 1.11 lifecycle.enabled
	Provider   string           // `name` or `name.alias`; empty for the default
	DependsOn  []hcl.Traversal
	Lifecycle  Lifecycle
	Runs       []Run
	Range      hcl.Range // the header
	Full       hcl.Range // the whole block
}

// Key is the resource's name in its module.
func (r *Resource) Key() string {
	key := r.Type + "." + r.Name
	if r.Mode != Managed {
		key = string(r.Mode) + "." + key
	}
	return key
}

// Lifecycle is a resource's lifecycle block.
type Lifecycle struct {
	PreventDestroy      bool
	PreventRange        hcl.Range
	CreateBeforeDestroy bool
	IgnoreAll           bool
	Ignore              []hcl.Traversal
	TriggeredBy         []*expr.Expression
	Checks              []Check
	// Keep is lifecycle.destroy = false: leaving it means forgetting.
	Keep bool
}

// Body is the configuration of a resource or provider.
type Body struct {
	Attributes map[string]*Attribute
	Blocks     []*Block
	// Names are the attribute names in order.
	Names []string
}

// Attribute is one argument.
type Attribute struct {
	Name  string
	Value *expr.Expression
	Range hcl.Range
}

// Block is a nested block, or a dynamic one.
type Block struct {
	Type string
	Body *Body
	// Dynamic is set for `dynamic "type"` blocks.
	Dynamic *Dynamic
	Range   hcl.Range
}

// Dynamic is how a dynamic block repeats.
type Dynamic struct {
	ForEach  *expr.Expression
	Iterator string
}

// Call is a module call.
type Call struct {
	Name    string
	Source  string
	Version string
	// Computed: the source or the version is an expression.
	Computed bool
	SourceAt hcl.Range
	// VersionAt is where the version is written; zero where it is not.
	VersionAt hcl.Range
	Inputs    map[string]*Attribute
	Count     *expr.Expression
	ForEach   *expr.Expression
	Enabled   *expr.Expression
	DependsOn []hcl.Traversal
	// Providers maps the child's name to ours.
	Providers map[string]string
	Range     hcl.Range
	Full      hcl.Range
}

// IsLocal reports whether a module source is a folder of the package that the call
// is in.
func IsLocal(source string) bool {
	return source == "." || source == ".." || strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")
}

// Moved is a moved block, its addresses as written.
type Moved struct {
	From, To hcl.Traversal
	Range    hcl.Range
}

// Removed is a removed block.
type Removed struct {
	From hcl.Traversal
	// Destroy is nil where the block does not say.
	Destroy *bool
	Runs    []Run
	Range   hcl.Range
}

// Import is an import block.
type Import struct {
	// To is the address; a key that is no constant is left off, and AnyKey set.
	To     hcl.Traversal
	AnyKey bool
	// ID is the import id, ForEach the repetition; nil where not written.
	ID, ForEach *expr.Expression
	Range       hcl.Range
}

// Provider is a provider block.
type Provider struct {
	Name, Alias string
	Body        *Body
	Range       hcl.Range
}

func newModule(dir string) *Module {
	return &Module{
		Dir: dir, Variables: map[string]*Variable{}, Locals: map[string]*Local{}, Resources: map[string]*Resource{},
		Calls: map[string]*Call{}, Outputs: map[string]*Output{}, Providers: map[string]*Provider{},
		Required: map[string]string{}, Constraints: map[string]string{},
	}
}
