package rules

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// schemaID is where editors find the schema.
const schemaID = "https://raw.githubusercontent.com/holdpoint-dev/holdpoint/main/docs/settings.schema.json"

// Schema is the JSON Schema (2020-12) of .github/holdpoint.yaml, made from the
// same types and tags that the settings are read by.
func Schema() ([]byte, error) {
	root := schemaOf(reflect.TypeFor[Settings](), "")
	root = append(object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", schemaID},
		{"title", "Holdpoint settings"},
	}, root...)
	compact, err := json.Marshal(root)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, compact, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// object is a JSON object whose keys keep their order.
type object []pair

type pair struct {
	key   string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(p.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func schemaOf(t reflect.Type, tag reflect.StructTag) object {
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem(), tag)
	case reflect.Struct:
		properties, required := object{}, []string{}
		for _, f := range fieldsOf(t) {
			properties = append(properties, pair{f.name, append(object{{"description", f.tag.Get("doc")}}, schemaOf(f.typ, f.tag)...)})
			if f.tag.Get("required") == "true" {
				required = append(required, f.name)
			}
		}
		out := object{{"type", "object"}, {"additionalProperties", false}, {"properties", properties}}
		if len(required) > 0 {
			out = append(out, pair{"required", required})
		}
		return out
	case reflect.Map:
		return object{{"type", "object"}, {"additionalProperties", schemaOf(t.Elem(), tag)}}
	case reflect.Slice:
		return object{{"type", "array"}, {"minItems", 1}, {"items", schemaOf(t.Elem(), tag)}}
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Int:
		least, most := bounds(tag)
		out := object{{"type", "integer"}}
		if enum := tag.Get("enum"); enum != "" {
			return append(out, pair{"enum", numbers(enum)})
		}
		return append(out, pair{"minimum", least}, pair{"maximum", most})
	}
	out := object{{"type", "string"}}
	if enum := tag.Get("enum"); enum != "" {
		return append(out, pair{"enum", strings.Split(enum, ",")})
	}
	switch tag.Get("form") {
	case "user":
		out = append(out, pair{"pattern", loginForm.String()})
	case "team", "repository":
		out = append(out, pair{"pattern", teamForm.String()})
	case "name":
		out = append(out, pair{"pattern", plainForm.String()})
	case "pattern", "folder", "file":
		out = append(out, pair{"pattern", "^[^/]"})
	case "label":
		out = append(out, pair{"maxLength", 50})
	}
	return out
}

func numbers(enum string) []int {
	var out []int
	for text := range strings.SplitSeq(enum, ",") {
		if n, err := strconv.Atoi(text); err == nil {
			out = append(out, n)
		}
	}
	return out
}
