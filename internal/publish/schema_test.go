package publish

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/publish/schematest"
)

func schemaOf(t *testing.T, name string) []byte {
	t.Helper()
	schema, err := os.ReadFile(filepath.Join("..", "..", "docs", name+".schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Every review of the golden files is what docs/review.schema.json says, and its
// prediction what docs/predict.schema.json says.
func TestGoldenJSONFitsTheSchema(t *testing.T) {
	goldens, err := filepath.Glob("testdata/reviews/*.golden")
	if err != nil || len(goldens) < 10 {
		t.Fatalf("%d golden files: %v", len(goldens), err)
	}
	for _, golden := range goldens {
		archive, err := txtar.ParseFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name != "json" || len(file.Data) == 0 {
				continue
			}
			if err := schematest.Validate(schemaOf(t, "review"), file.Data); err != nil {
				t.Errorf("%s: %v", golden, err)
			}
		}
	}
	for name, f := range fixtures(t) {
		var whole, prediction bytes.Buffer
		if err := JSON(&whole, f.markdown()); err != nil {
			t.Fatal(err)
		}
		if err := schematest.Validate(schemaOf(t, "review"), whole.Bytes()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, all := range []bool{false, true} {
			prediction.Reset()
			if err := PlanJSON(&prediction, f.Report.Plan, all); err != nil {
				t.Fatal(err)
			}
			if err := schematest.Validate(schemaOf(t, "predict"), prediction.Bytes()); err != nil {
				t.Errorf("%s, all %t: %v", name, all, err)
			}
		}
	}
}

// A field that nobody documented, one that is left out and a word that is not in
// the list are found; the plain review is the harmless twin.
func TestSchemaFindsWhatDoesNotFit(t *testing.T) {
	var whole bytes.Buffer
	f := fixtures(t)["replace"]
	if err := JSON(&whole, f.markdown()); err != nil {
		t.Fatal(err)
	}
	review := schemaOf(t, "review")
	if err := schematest.Validate(review, whole.Bytes()); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string][2]string{
		"a new field of the review":  {`"version": 1,`, `"version": 1, "extra": 1,`},
		"a new field of a finding":   {`"holds": true,`, `"holds": true, "extra": 1,`},
		"a field that is left out":   {`"holds": true,`, ``},
		"another version":            {`"version": 1,`, `"version": 2,`},
		"a conclusion that is not":   {`"conclusion": "failure"`, `"conclusion": "neutral"`},
		"an array that is null":      {`"gaps": []`, `"gaps": null`},
		"a line that is not counted": {`"line": `, `"line": -`},
	} {
		spoiled := strings.Replace(whole.String(), edit[0], edit[1], 1)
		if spoiled == whole.String() {
			t.Fatalf("%s: there is no %q", name, edit[0])
		}
		if err := schematest.Validate(review, []byte(spoiled)); err == nil {
			t.Errorf("%s fits the schema", name)
		}
	}
	if err := schematest.Validate([]byte("{"), nil); err == nil {
		t.Error("half a schema is one")
	}
	if err := schematest.Validate(review, []byte("{")); err == nil {
		t.Error("half a document fits")
	}
}

// schemaNode is the part of a schema that is looked at here.
type schemaNode struct {
	Ref        string                 `json:"$ref"`
	Required   []string               `json:"required"`
	Properties map[string]*schemaNode `json:"properties"`
	Defs       map[string]*schemaNode `json:"$defs"`
	Enum       []string               `json:"enum"`
	Items      *schemaNode            `json:"items"`
	OneOf      []*schemaNode          `json:"oneOf"`
	About      string                 `json:"description"`
}

// The schemas have the fields of the types, each required and with a description,
// and each list of words has those of the type, no more and no fewer.
func TestSchemasHaveTheFieldsOfTheTypes(t *testing.T) {
	for name, of := range map[string]reflect.Type{
		"review": reflect.TypeFor[jsonReport](), "predict": reflect.TypeFor[jsonPlan](),
	} {
		var root schemaNode
		if err := json.Unmarshal(schemaOf(t, name), &root); err != nil {
			t.Fatal(err)
		}
		s := schemaWalk{t: t, defs: root.Defs}
		s.same(name, of, &root)
	}
}

type schemaWalk struct {
	t    *testing.T
	defs map[string]*schemaNode
}

func (s schemaWalk) resolve(n *schemaNode) *schemaNode {
	for _, alternative := range n.OneOf {
		if alternative.Ref != "" {
			n = alternative
		}
	}
	if name, ok := strings.CutPrefix(n.Ref, "#/$defs/"); ok {
		return s.defs[name]
	}
	return n
}

func (s schemaWalk) same(at string, of reflect.Type, n *schemaNode) {
	s.t.Helper()
	if n.About == "" {
		s.t.Errorf("%s has no description", at)
	}
	n = s.resolve(n)
	switch of.Kind() {
	case reflect.Pointer:
		s.same(at, of.Elem(), n)
	case reflect.Slice:
		if of.Elem().Kind() == reflect.Struct {
			s.same(at+"[]", of.Elem(), n.Items)
		}
	case reflect.Struct:
		s.fields(at, of, n)
	case reflect.String:
		if len(n.Enum) > 0 {
			words := slices.DeleteFunc(slices.Clone(n.Enum), func(w string) bool { return w == "" })
			slices.Sort(words)
			if want := constants(s.t, of); !slices.Equal(words, want) {
				s.t.Errorf("%s may be %q, and %s may be %q", at, words, of, want)
			}
		}
	}
}

func (s schemaWalk) fields(at string, of reflect.Type, n *schemaNode) {
	s.t.Helper()
	var names []string
	for _, field := range reflect.VisibleFields(of) {
		if field.Anonymous {
			continue
		}
		name := field.Tag.Get("json")
		names = append(names, name)
		if inner := n.Properties[name]; inner != nil {
			s.same(at+"."+name, field.Type, inner)
		} else {
			s.t.Errorf("%s.%s is not in the schema", at, name)
		}
	}
	slices.Sort(names)
	required := slices.Sorted(slices.Values(n.Required))
	if len(names) != len(n.Properties) || !slices.Equal(names, required) {
		s.t.Errorf("%s has the fields %q, the schema requires %q of %d", at, names, required, len(n.Properties))
	}
}

// constants are the exported ones of a type, from its source.
func constants(t *testing.T, of reflect.Type) []string {
	t.Helper()
	dir := filepath.Join("..", filepath.Base(of.PkgPath()))
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	var words []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
				named, _ := spec.Type.(*ast.Ident)
				if value, ok := spec.Values[0].(*ast.BasicLit); ok && named != nil && named.Name == of.Name() && spec.Names[0].IsExported() {
					word, _ := strconv.Unquote(value.Value)
					words = append(words, word)
				}
			}
			return true
		})
	}
	slices.Sort(words)
	return words
}

// Both schemas say the same of what they share.
func TestSchemasAgree(t *testing.T) {
	var review, predict struct {
		Defs map[string]any `json:"$defs"`
	}
	for name, into := range map[string]any{"review": &review, "predict": &predict} {
		if err := json.Unmarshal(schemaOf(t, name), into); err != nil {
			t.Fatal(err)
		}
	}
	for name, def := range predict.Defs {
		if !reflect.DeepEqual(def, review.Defs[name]) {
			t.Errorf("the schemas differ in %s", name)
		}
	}
}
