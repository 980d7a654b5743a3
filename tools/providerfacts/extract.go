package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/tools/providerfacts/interp"
)

// extractor reads the resource types of one source tree.
type extractor struct {
	in          *interp.Interp
	module, dir string
	only        *regexp.Regexp
	found       map[string]*resource
}

// interpretedModules are dependencies that providers build schemas with; all
// others stay opaque. Their source is read from the module cache.
var interpretedModules = []string{
	"github.com/hashicorp/go-azure-helpers/",
	"github.com/hashicorp/terraform-plugin-framework-timeouts/",
}

func runExtract(args []string) error {
	fs := flag.NewFlagSet("extract", flag.ContinueOnError)
	dir := fs.String("dir", "", "source tree of the provider, with its go.mod")
	kind := fs.String("kind", "generic", "how the tree registers resources: aws, azurerm, google or generic")
	entry := fs.String("entry", "", "generic: import/path:Function of the provider, several with commas")
	provider := fs.String("provider", "", "namespace/name")
	version := fs.String("version", "", "version of the release")
	out := fs.String("out", "", "JSON form to write")
	notes := fs.String("notes", "", "file for what could not be resolved")
	only := fs.String("only", "", "regular expression of the resource types")
	if err := fs.Parse(args); err != nil {
		return err
	}
	x, err := newExtractor(*dir, *only)
	if err != nil {
		return err
	}
	if err := x.run(*kind, *entry, *provider); err != nil {
		return fmt.Errorf("read %s: %w", *dir, err)
	}
	source := x.source(*provider, *version)
	fmt.Printf("%s %s: %d types, %d not resolved\n", *provider, *version, len(source.Resources), len(x.found)-len(source.Resources))
	if *notes != "" {
		if err := os.WriteFile(*notes, x.notes(), 0o644); err != nil {
			return fmt.Errorf("write notes: %w", err)
		}
	}
	if len(source.Resources) == 0 {
		return fmt.Errorf("no resource type found in module %s: are -kind and -entry right for it? The notes (-notes) say what was not resolved", x.module)
	}
	b, err := json.Marshal(source)
	if err != nil {
		return fmt.Errorf("encode facts: %w", err)
	}
	if err := os.WriteFile(*out, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	return nil
}

func newExtractor(dir, only string) (*extractor, error) {
	b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return nil, fmt.Errorf("find the provider's source: %w", err)
	}
	m := regexp.MustCompile(`(?m)^module\s+(\S+)`).FindSubmatch(b)
	if m == nil {
		return nil, fmt.Errorf("%s/go.mod names no module", dir)
	}
	x := &extractor{module: string(m[1]), dir: dir, found: map[string]*resource{}}
	if x.only, err = regexp.Compile(only); err != nil {
		return nil, fmt.Errorf("the expression for resource types: %w", err)
	}
	loader, err := interp.NewLoader(moduleCache(), interp.Root{Prefix: x.module, Dir: dir})
	if err != nil {
		return nil, err
	}
	x.in = interp.New(loader, func(path string) bool {
		return path == x.module || strings.HasPrefix(path, x.module+"/") ||
			slices.ContainsFunc(interpretedModules, func(m string) bool { return strings.HasPrefix(path, m) })
	})
	return x, nil
}

func moduleCache() string {
	if c := os.Getenv("GOMODCACHE"); c != "" {
		return c
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, "go", "pkg", "mod")
}

func (x *extractor) run(kind, entry, provider string) error {
	switch kind {
	case "aws":
		return x.aws()
	case "azurerm":
		return x.azurerm()
	case "google":
		return x.google()
	case "generic":
		return x.generic(strings.Split(entry, ","), provider[strings.LastIndexByte(provider, '/')+1:])
	}
	return fmt.Errorf("kind %q is not known", kind)
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
	x.found[name] = r
}

// source is the JSON form of what was resolved.
func (x *extractor) source(provider, version string) facts.Source {
	s := facts.Source{Provider: provider, Version: version, Resources: map[string]facts.SourceType{}}
	for name, r := range x.found {
		if !r.unresolved {
			s.Resources[name] = facts.SourceType{Attributes: r.Attributes, PlanLogic: r.PlanLogic, Framework: r.Framework}
		}
	}
	return s
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
