package extract

import (
	"errors"
	"fmt"
	"go/ast"
	"io/fs"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
)

// google reads hashicorp/google and google-beta, whose packages register their
// resources in init functions:
// registry.Schema{Name: …, Schema: ResourceX()}.Register().
func (x *extractor) google() error {
	base := "google/services"
	entries, err := fs.ReadDir(x.tree, base)
	if errors.Is(err, fs.ErrNotExist) {
		base = "google-beta/services"
		entries, err = fs.ReadDir(x.tree, base)
	}
	if err != nil {
		return fmt.Errorf("list services: %w", err)
	}
	for _, e := range entries {
		p := x.in.Loader.Load(x.module + "/" + base + "/" + e.Name())
		if !e.IsDir() || p == nil {
			continue
		}
		for _, init := range p.Inits {
			x.registrations(init)
		}
	}
	return nil
}

func (x *extractor) registrations(init *interp.FuncV) {
	ast.Inspect(init.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Register" {
			return true
		}
		if lit, ok := sel.X.(*ast.CompositeLit); ok {
			x.registration(lit, init.File)
		}
		return true
	})
}

func (x *extractor) registration(lit *ast.CompositeLit, file *interp.File) {
	fields := map[string]ast.Expr{}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				fields[id.Name] = kv.Value
			}
		}
	}
	value := func(field string) interp.Value { return x.in.Eval(fields[field], interp.NewEnv(nil), file) }
	name, _ := x.in.Force(value("Name")).(string)
	if !x.wanted(name) {
		return
	}
	x.in.Reset()
	switch kind := selected(lit.Type); {
	case kind == "Schema" && !strings.Contains(selected(fields["Type"]), "DataSource"):
		x.add(name, x.sdk(value("Schema")))
	case kind == "FrameworkResource":
		if r := x.in.Call(value("Func"), nil, nil); len(r) > 0 {
			_, res := x.framework(r[0], "google")
			x.add(name, res)
		}
	}
}

// selected is b in a.b.
func selected(e ast.Expr) string {
	if sel, ok := e.(*ast.SelectorExpr); ok {
		return sel.Sel.Name
	}
	return ""
}
