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

// goField is what OpenAPI does not tell of a field.
type goField struct {
	// pointer: only then is a zero value other than none
	// (k8s.io/apimachinery/pkg/api/equality compares the Go values).
	pointer bool
	// gate is the feature gate without which the field is dropped.
	gate string
}

// goFields reads the Go types of a package: type, JSON field.
func goFields(dir string) (map[string]map[string]goField, error) {
	files, err := filepath.Glob(filepath.Join(dir, "types*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no types in %s: %v", dir, err)
	}
	structs := map[string]*ast.StructType{}
	for _, file := range append(files, filepath.Join(dir, "micro_time.go")) {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
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
	out := map[string]map[string]goField{}
	for name, s := range structs {
		out[name] = map[string]goField{}
		collect(s, structs, out[name])
	}
	return out, nil
}

func collect(s *ast.StructType, structs map[string]*ast.StructType, into map[string]goField) {
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
			into[name] = goField{pointer, gateOf(commentText(f.Doc))}
		}
	}
}

// commentText is a comment with its marker lines, which CommentGroup.Text
// would drop.
func commentText(doc *ast.CommentGroup) string {
	var b strings.Builder
	if doc != nil {
		for _, c := range doc.List {
			b.WriteString(strings.TrimPrefix(c.Text, "//") + "\n")
		}
	}
	return b.String()
}
