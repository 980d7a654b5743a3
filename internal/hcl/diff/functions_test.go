package diff_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

var testFunctions = map[string]function.Function{
	"opaque": function.New(&function.Spec{
		Params: []function.Parameter{{Name: "name", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.UnknownVal(cty.String).RefineNotNull().Mark(value.Symbol{ID: args[0].AsString()}), nil
		},
	}),
	"after_apply": function.New(&function.Spec{
		Type: function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return cty.UnknownVal(cty.String), nil },
	}),
	"jsonencode": stdlib.JSONEncodeFunc,
	// pretty is the same document with other spaces.
	"pretty": function.New(&function.Spec{
		Params: []function.Parameter{{Name: "json", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			var v any
			if err := json.Unmarshal([]byte(args[0].AsString()), &v); err != nil {
				return cty.NilVal, err
			}
			b, err := json.MarshalIndent(v, "", "    ")
			return cty.StringVal(string(b)), err
		},
	}),
}

// parseBody reads a body of HCL as the diff takes it.
func parseBody(t *testing.T, text string) cty.Value {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCL([]byte(text), "body.hcl")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return bodyValue(t, file.Body.(*hclsyntax.Body))
}

func splitType(resourceType string) (provider, rest string, ok bool) {
	return strings.Cut(resourceType, "_")
}
