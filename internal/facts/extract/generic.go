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
		x.entry(x.in.Member(at, function), e)
	}
	return nil
}

func (x *extractor) entry(function interp.Value, name string) {
	x.in.Reset()
	r := x.in.Call(function, []interp.Value{"dev"}, nil)
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

// discover goes through all packages of the tree for functions that build an
// SDK provider and types that are a framework provider.
func (x *extractor) discover() error {
	return fs.WalkDir(x.tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		if base := path.Base(name); name != "." && (base == "vendor" || base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
			return fs.SkipDir
		}
		if pkg := x.in.Loader.Load(path.Join(x.module, name)); pkg != nil {
			x.discoverIn(pkg)
		}
		return nil
	})
}

func (x *extractor) discoverIn(pkg *interp.Pkg) {
	for _, name := range slices.Sorted(maps.Keys(pkg.Funcs)) {
		if buildsProvider(pkg.Funcs[name].Syntax()) {
			x.entry(x.in.Member(pkg.Path, name), pkg.Path+":"+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(pkg.Methods)) {
		if m := pkg.Methods[name]["Resources"]; m != nil && givesResources(m.Syntax()) {
			x.in.Reset()
			x.provider(interp.Pointer(&interp.Struct{Type: named(pkg.Path, name), Fields: map[string]interp.Value{}}), x.name)
		}
	}
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
				if id, ok := kv.Key.(*ast.Ident); ok && id.Name == "ResourcesMap" {
					found = true
				}
			}
		}
		return !found
	})
	return found
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
	factory, ok := list.Elt.(*ast.FuncType)
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
	answer := &interp.Struct{Type: named("github.com/hashicorp/terraform-plugin-framework/provider", "MetadataResponse"), Fields: map[string]interp.Value{}}
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
