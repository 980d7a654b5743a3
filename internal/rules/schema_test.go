package rules

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

var update = flag.Bool("update", false, "write expectations anew")

var schemaFile = filepath.Join("..", "..", "docs", "settings.schema.json")

// The schema in docs is the one the types make.
func TestSchemaIsCurrent(t *testing.T) {
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not current: go test ./internal/rules -run TestSchemaIsCurrent -update", schemaFile)
	}
}

// Every field says what it is for.
func TestSettingsAreDocumented(t *testing.T) {
	for _, f := range allFields() {
		if f.tag.Get("doc") == "" {
			t.Errorf("settings field %s has no doc", f.name)
		}
	}
}

func allFields() []field {
	var out []field
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return
		}
		for _, f := range fieldsOf(t) {
			out = append(out, f)
			walk(f.typ)
		}
	}
	walk(reflect.TypeFor[Settings]())
	return out
}
