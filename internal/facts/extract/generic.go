package extract

import (
	"go/ast"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
)

// generic reads a provider from what makes it: an SDK provider with its
// ResourcesMap, a framework provider with its Resources method, or a function
// that gives protocol schemas. entries are `import/path:Function`.
func (x *extractor) generic(entries []string) error {
	if len(entries) == 0 {
		return x.discover()
	}
	for _, e := range entries {
		at, function, _ := strings.Cut(e, ":")
		x.entry(x.in.Member(at, function), []interp.Value{"dev"}, e)
	}
	return nil
}

func (x *extractor) entry(function interp.Value, args []interp.Value, name string) {
	x.in.Reset()
	r := x.in.Call(function, args, nil)
	for len(r) > 0 && isFunc(r[0]) { // a function that gives the one that makes it
		r = x.in.Call(r[0], nil, nil)
	}
	if len(r) == 0 {
		x.in.Log.Add("registration", "%s gave nothing", name)
		return
	}
	x.provider(r[0], x.name)
}

func isFunc(v interp.Value) bool {
	_, ok := v.(*interp.FuncV)
	return ok
}

// discover goes through all packages of the tree for functions that make an
// SDK provider and types that are a framework provider. What the packages do
// when they are initialised comes first: some register their resources there.
func (x *extractor) discover() error {
	var pkgs []*interp.Pkg
	err := x.packages(func(p *interp.Pkg) { pkgs = append(pkgs, p) })
	for _, p := range pkgs {
		for _, init := range p.Inits {
			x.in.Reset()
			x.in.Call(init, nil, nil)
		}
	}
	for _, p := range pkgs {
		x.discoverIn(p)
	}
	return err
}

// packages visits all packages of the tree that are its own.
func (x *extractor) packages(visit func(*interp.Pkg)) error {
	return fs.WalkDir(x.tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		switch base := path.Base(name); {
		case name == ".":
		case base == "vendor", base == "testdata", strings.HasPrefix(base, "."), strings.HasPrefix(base, "_"):
			return fs.SkipDir
		}
		if pkg := x.in.Loader.Load(path.Join(x.module, name)); pkg != nil {
			visit(pkg)
		}
		return nil
	})
}

func (x *extractor) discoverIn(pkg *interp.Pkg) {
	for _, name := range slices.Sorted(maps.Keys(pkg.Funcs)) {
		f := pkg.Funcs[name].Syntax()
		if makesProvider(f) || buildsProvider(f) {
			x.entry(x.in.Member(pkg.Path, name), someArguments(f), pkg.Path+":"+name)
		}
		if name == "GetProviderResourceSchema" { // a provider that speaks the protocol itself
			x.entry(x.in.Member(pkg.Path, name), nil, pkg.Path+":"+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(pkg.Methods)) {
		if m := pkg.Methods[name]["Resources"]; m != nil && givesResources(m.Syntax()) {
			x.in.Reset()
			x.provider(interp.Pointer(&interp.Struct{Type: named(pkg.Path, name), Fields: map[string]interp.Value{}}), x.name)
		}
	}
}

// makesProvider: the result is an SDK provider or a function that gives one,
// and nothing has to be handed in that only the provider itself could build.
func makesProvider(f *ast.FuncDecl) bool {
	if f.Body == nil || f.Recv != nil || f.Type.Results == nil || len(f.Type.Results.List) == 0 {
		return false
	}
	result := f.Type.Results.List[0].Type
	if fn, ok := result.(*ast.FuncType); ok && fn.Results != nil && len(fn.Results.List) == 1 {
		result = fn.Results.List[0].Type
	}
	pointer, ok := result.(*ast.StarExpr)
	if !ok || selected(pointer.X) != "Provider" {
		return false
	}
	for _, p := range f.Type.Params.List {
		if id, ok := p.Type.(*ast.Ident); ok && !plainTypes[id.Name] {
			return false
		}
	}
	return true
}

// buildsProvider: the function has a schema.Provider literal with resources.
func buildsProvider(f *ast.FuncDecl) bool {
	found := false
	if f.Body == nil || f.Recv != nil {
		return false
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok || selected(lit.Type) != "Provider" {
			return !found
		}
		for _, e := range lit.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				id, ok := kv.Key.(*ast.Ident)
				found = found || ok && id.Name == "ResourcesMap"
			}
		}
		return !found
	})
	return found
}

var plainTypes = map[string]bool{"string": true, "bool": true, "int": true}

// someArguments are what an entry is called with: a version, and what is not
// known.
func someArguments(f *ast.FuncDecl) []interp.Value {
	var out []interp.Value
	for _, p := range f.Type.Params.List {
		var v interp.Value = interp.Null
		switch t := p.Type.(type) {
		case *ast.Ellipsis:
			continue
		case *ast.Ident:
			v = external("argument")
			if t.Name == "string" {
				v = "dev"
			}
		}
		for range max(1, len(p.Names)) {
			out = append(out, v)
		}
	}
	return out
}

// givesResources: the result is a []func() resource.Resource.
func givesResources(f *ast.FuncDecl) bool {
	if f.Type.Results == nil || len(f.Type.Results.List) != 1 {
		return false
	}
	list, ok := f.Type.Results.List[0].Type.(*ast.ArrayType)
	if !ok {
		return false
	}
	elem := list.Elt
	if p, ok := elem.(*ast.ParenExpr); ok {
		elem = p.X
	}
	factory, ok := elem.(*ast.FuncType)
	return ok && factory.Results != nil && len(factory.Results.List) == 1 && selected(factory.Results.List[0].Type) == "Resource"
}

func (x *extractor) provider(p interp.Value, prefix string) {
	if s, ok := interp.Deref(p).(*interp.Struct); ok {
		if m, ok := interp.Deref(s.Fields["ResourcesMap"]).(*interp.MapV); ok {
			for _, name := range append([]string(nil), m.Keys...) {
				if x.wanted(name) {
					x.in.Reset()
					x.add(name, x.sdk(m.Elems[name]))
				}
			}
			return
		}
	}
	if m, ok := interp.Deref(p).(*interp.MapV); ok {
		for _, name := range m.Keys {
			x.add(name, x.protocol(m.Elems[name]))
		}
		return
	}
	if own := x.typeName(p); own != "" {
		prefix = own
	}
	for _, factory := range x.list(p, "Resources") {
		x.in.Reset()
		if r := x.in.Call(factory, nil, nil); len(r) > 0 {
			x.add(x.framework(r[0], prefix))
		}
	}
}

// typeName is the prefix that a framework provider gives to its types.
func (x *extractor) typeName(p interp.Value) string {
	m := x.in.Method(interp.ValueType(p), p, "Metadata")
	if m == nil {
		return ""
	}
	const pkg = "github.com/hashicorp/terraform-plugin-framework/provider"
	answer := &interp.Struct{Type: named(pkg, "MetadataResponse"), Fields: map[string]interp.Value{}}
	x.in.Call(m, []interp.Value{external("ctx"), external("request"), interp.Pointer(answer)}, nil)
	name, _ := x.in.Force(answer.Fields["TypeName"]).(string)
	return name
}

// protocol reads a tfprotov5 or tfprotov6 schema literal.
func (x *extractor) protocol(v interp.Value) *resource {
	r := &resource{Attributes: map[string]*facts.SourceAttr{}}
	s, ok := interp.Deref(v).(*interp.Struct)
	r.unresolved = !ok || !protocolBlock(x.in, s.Fields["Block"], r.Attributes)
	return r
}
