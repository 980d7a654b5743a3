package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
)

// pointers reads the Go types of a package and tells, per type and JSON field,
// whether the field is a pointer: only then is a zero value other than none
// (k8s.io/apimachinery/pkg/api/equality compares the Go values).
func pointers(dir string) (map[string]map[string]bool, error) {
	files, err := filepath.Glob(filepath.Join(dir, "types*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no types in %s: %v", dir, err)
	}
	structs := map[string]*ast.StructType{}
	for _, file := range append(files, filepath.Join(dir, "micro_time.go")) {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if t, ok := n.(*ast.TypeSpec); ok {
				if s, ok := t.Type.(*ast.StructType); ok {
					structs[t.Name.Name] = s
				}
			}
			return true
		})
	}
	out := map[string]map[string]bool{}
	for name, s := range structs {
		out[name] = map[string]bool{}
		collect(s, structs, out[name])
	}
	return out, nil
}

func collect(s *ast.StructType, structs map[string]*ast.StructType, into map[string]bool) {
	for _, f := range s.Fields.List {
		tag := ""
		if f.Tag != nil {
			tag = reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json")
		}
		name, options, _ := strings.Cut(tag, ",")
		_, pointer := f.Type.(*ast.StarExpr)
		if name == "" && (len(f.Names) == 0 || strings.Contains(options, "inline")) {
			if id, ok := f.Type.(*ast.Ident); ok && structs[id.Name] != nil {
				collect(structs[id.Name], structs, into)
			}
			continue
		}
		if name != "" {
			into[name] = pointer
		}
	}
}
