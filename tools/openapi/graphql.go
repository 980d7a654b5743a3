package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// reduceGraphQL keeps the listed types, with the fields and arguments whose
// types are kept. Fields of a kept type that lead elsewhere are left out, so
// that a query for them fails until the type is listed.
func reduceGraphQL(from, to string, names []string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read GraphQL schema: %w", err)
	}
	doc, err := parser.ParseSchema(&ast.Source{Name: from, Input: string(data)})
	if err != nil {
		return fmt.Errorf("read GraphQL schema: %w", err)
	}
	kept := map[string]bool{"String": true, "Int": true, "Boolean": true, "ID": true, "Float": true}
	for _, n := range names {
		kept[n] = true
	}
	var definitions ast.DefinitionList
	for _, d := range doc.Definitions {
		if kept[d.Name] {
			reduceType(d, kept)
			definitions = append(definitions, d)
		}
	}
	var missing []string
	for _, n := range names {
		if !slices.ContainsFunc(definitions, func(d *ast.Definition) bool { return d.Name == n }) {
			missing = append(missing, n)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("graphql.txt: not in %s: %s", from, strings.Join(missing, ", "))
	}
	var b bytes.Buffer
	formatter.NewFormatter(&b).FormatSchemaDocument(&ast.SchemaDocument{Definitions: definitions})
	return writeGzip(to, b.Bytes())
}

func reduceType(d *ast.Definition, kept map[string]bool) {
	d.Description, d.Directives = "", nil
	d.Interfaces = slices.DeleteFunc(d.Interfaces, func(n string) bool { return !kept[n] })
	d.Types = slices.DeleteFunc(d.Types, func(n string) bool { return !kept[n] })
	for _, v := range d.EnumValues {
		v.Description, v.Directives = "", nil
	}
	d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool {
		return !kept[f.Type.Name()] || strings.HasPrefix(f.Name, "__")
	})
	for _, f := range d.Fields {
		f.Description, f.Directives = "", nil
		f.Arguments = slices.DeleteFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return !kept[a.Type.Name()] })
		for _, a := range f.Arguments {
			a.Description, a.Directives = "", nil
		}
	}
}
