// Package extract reads provider facts from a provider's Go source. It
// interprets the functions that build the schemas; nothing is compiled or run.
package extract

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/equality"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
)

// Options say what to read.
type Options struct {
	// Provider is namespace and name: `hashicorp/aws`.
	Provider string
	Version  string
	// Kind says how the tree registers its resources: aws, azurerm, google,
	// awscc or generic; empty to find out.
	Kind string
	// Entries are functions that make a provider, `import/path:Function`, for
	// kind generic. Empty: every function that builds a schema.Provider and
	// every type with a method Resources.
	Entries []string
	// Only is a regular expression of resource types, empty for all.
	Only string
}

// Result is what was read.
type Result struct {
	Source facts.Source
	// Unresolved are the types that the tree registers and whose schema could
	// not be made out.
	Unresolved []string
	// Notes list what was not resolved, by kind.
	Notes []byte
}

// Read reads a source tree. The tree has a go.mod at its top; modules is a
// module cache in which constants of its dependencies are looked up, and may
// be nil.
func Read(tree, modules fs.FS, o Options) (Result, error) {
	x, err := newExtractor(tree, modules, o)
	if err != nil {
		return Result{}, err
	}
	kind := o.Kind
	if kind == "" {
		kind = x.kind()
	}
	if err := x.run(kind, o.Entries); err != nil {
		return Result{}, fmt.Errorf("read module %s: %w", x.module, err)
	}
	r := Result{Source: x.source(o), Unresolved: x.unresolved(), Notes: x.notes()}
	if len(r.Source.Resources) == 0 {
		return r, fmt.Errorf("no resource type found in module %s, read as %s: is it a provider, and is its kind or entry right?", x.module, kind)
	}
	return r, nil
}

// extractor reads the resource types of one source tree.
type extractor struct {
	in     *interp.Interp
	equal  *equality.Analyser
	module string
	tree   fs.FS
	name   string // of the provider: `aws`
	only   *regexp.Regexp
	found  map[string]*resource
}

// interpretedModules are dependencies that providers build schemas with; all
// others stay opaque. Their source is read from the module cache.
var interpretedModules = []string{
	"github.com/hashicorp/go-azure-helpers/",
	"github.com/hashicorp/terraform-plugin-framework-timeouts/",
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)`)

func newExtractor(tree, modules fs.FS, o Options) (*extractor, error) {
	b, err := fs.ReadFile(tree, "go.mod")
	if err != nil {
		return nil, fmt.Errorf("find the provider's source: %w", err)
	}
	m := moduleLine.FindSubmatch(b)
	if m == nil {
		return nil, fmt.Errorf("go.mod names no module")
	}
	x := &extractor{module: string(m[1]), tree: tree, found: map[string]*resource{}}
	x.name = o.Provider[strings.LastIndexByte(o.Provider, '/')+1:]
	if x.only, err = regexp.Compile(o.Only); err != nil {
		return nil, fmt.Errorf("the expression for resource types: %w", err)
	}
	loader, err := interp.NewLoader(modules, interp.Root{Prefix: x.module, Files: tree})
	if err != nil {
		return nil, err
	}
	x.in = interp.New(loader, func(path string) bool {
		return path == x.module || strings.HasPrefix(path, x.module+"/") ||
			slices.ContainsFunc(interpretedModules, func(m string) bool { return strings.HasPrefix(path, m) })
	})
	x.equal = equality.New(x.in)
	return x, nil
}

// kind recognises the trees that register their resources in a way of their own.
func (x *extractor) kind() string {
	has := func(name string) bool { _, err := fs.Stat(x.tree, name); return err == nil }
	provider := x.in.Loader.Load(x.module + "/internal/provider")
	switch {
	case has("internal/service/ec2/service_package_gen.go"):
		return "aws"
	case provider != nil && provider.Funcs["SupportedUntypedServices"] != nil:
		return "azurerm"
	case has("google/registry/registry.go"), has("google-beta/registry/registry.go"):
		return "google"
	}
	return "generic"
}

func (x *extractor) run(kind string, entries []string) error {
	switch kind {
	case "aws":
		return x.aws()
	case "azurerm":
		return x.azurerm()
	case "google":
		return x.google()
	case "generic":
		return x.generic(entries)
	}
	return fmt.Errorf("kind %q is not known: say aws, azurerm, google or generic", kind)
}

func (x *extractor) wanted(name string) bool { return x.only.MatchString(name) }

// add keeps a resource, with what its plan-time logic forces.
func (x *extractor) add(name string, r *resource) {
	if name == "" || !x.wanted(name) {
		x.in.Log.Add("registration", "a resource without a name: %v", r.why)
		return
	}
	for _, path := range r.conditional {
		if !markConditional(r.Attributes, path) {
			x.in.Log.Add("no attribute at a conditional path", "%s: %s", name, path)
		}
	}
	if manifest := r.Attributes["manifest"]; name == "kubernetes_manifest" && manifest != nil {
		mark(manifest) // manifest/provider/plan.go writes the paths by hand
		r.PlanLogic = true
	}
	for _, w := range r.why {
		x.in.Log.Add("resource", "%s: %s", name, w)
	}
	if old := x.found[name]; old != nil && !old.unresolved && r.unresolved {
		return
	}
	x.found[name] = r
}

// source is the JSON form of what was resolved.
func (x *extractor) source(o Options) facts.Source {
	s := facts.Source{Provider: o.Provider, Version: o.Version, Resources: map[string]facts.SourceType{}}
	for name, r := range x.found {
		if !r.unresolved {
			s.Resources[name] = facts.SourceType{Attributes: r.Attributes, PlanLogic: r.PlanLogic, Framework: r.Framework}
		}
	}
	return s
}

func (x *extractor) unresolved() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(x.found)) {
		if x.found[name].unresolved {
			out = append(out, name)
		}
	}
	return out
}

// notes lists what was noted, by kind.
func (x *extractor) notes() []byte {
	var b strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(x.in.Log)) {
		fmt.Fprintf(&b, "== %s\n", kind)
		for _, text := range slices.Sorted(maps.Keys(x.in.Log[kind])) {
			fmt.Fprintf(&b, "%6d %s\n", x.in.Log[kind][text], text)
		}
	}
	return []byte(b.String())
}

// list calls a method that gives a slice.
func (x *extractor) list(v interp.Value, method string) []interp.Value {
	s, ok := interp.Deref(x.invoke(v, method)).(*interp.SliceV)
	if !ok {
		x.in.Log.Add("registration", "%s of %s gave no list", method, interp.Describe(v))
		return nil
	}
	return s.Elems
}

// invoke calls a method; Null where there is none.
func (x *extractor) invoke(v interp.Value, method string) interp.Value {
	m := x.in.Method(interp.ValueType(v), v, method)
	if m == nil {
		return interp.Null
	}
	if r := x.in.Call(m, []interp.Value{external("ctx")}, nil); len(r) > 0 {
		return r[0]
	}
	return interp.Null
}

func external(name string) *interp.Opaque { return &interp.Opaque{Name: name} }

func named(pkg, name string) *interp.Type { return &interp.Type{Kind: "named", Pkg: pkg, Name: name} }
