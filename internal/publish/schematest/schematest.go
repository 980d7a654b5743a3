// Package schematest holds documents against the published JSON Schemas.
package schematest

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Validate holds a document against a schema. Where the published schema lets a
// reader meet fields that it does not know, this does not: a field that nobody
// documented is an error.
func Validate(schema, document []byte) error {
	compiled, err := compile(schema)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return fmt.Errorf("read the document: %w", err)
	}
	return compiled.Validate(value)
}

func compile(schema []byte) (*jsonschema.Schema, error) {
	var root any
	if err := json.Unmarshal(schema, &root); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	closed, err := json.Marshal(strict(root))
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(closed))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("schema.json", value); err != nil {
		return nil, err
	}
	return c.Compile("schema.json")
}

// strict closes every object that lists its properties.
func strict(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = strict(inner)
		}
		if _, lists := v["properties"].(map[string]any); lists && v["type"] == "object" {
			v["additionalProperties"] = false
		}
		delete(v, "$id") // else a reference would be looked for at its address
	case []any:
		for i := range v {
			v[i] = strict(v[i])
		}
	}
	return v
}
