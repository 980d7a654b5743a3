package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

// TypeConstraint is a variable's type, with the defaults of its optional
// attributes.
type TypeConstraint struct {
	Type     cty.Type
	Defaults *typeexpr.Defaults
	// Text is the type as Terraform understands it, for comparison.
	Text string
}

// AnyType accepts every value.
var AnyType = TypeConstraint{Type: cty.DynamicPseudoType}

func typeConstraint(e hclsyntax.Expression) (TypeConstraint, error) {
	var parsed hcl.Expression = e
	if s := literalText(e); s != "" { // JSON, and the quoted types of 0.11
		switch s {
		case "list":
			s = "list(any)"
		case "map":
			s = "map(any)"
		}
		if _, deep := expr.TooDeep([]byte(s)); deep {
			return AnyType, fmt.Errorf("it nests deeper than %d levels", expr.MaxDepth)
		}
		inner, diags := hclsyntax.ParseExpression([]byte(s), e.Range().Filename, e.Range().Start)
		if diags.HasErrors() {
			return AnyType, diags
		}
		parsed = inner
	}
	switch hcl.ExprAsKeyword(parsed) {
	case "list":
		return TypeConstraint{Type: cty.List(cty.DynamicPseudoType), Text: "list(any)"}, nil
	case "map":
		return TypeConstraint{Type: cty.Map(cty.DynamicPseudoType), Text: "map(any)"}, nil
	}
	ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(parsed)
	if diags.HasErrors() {
		return AnyType, diags
	}
	return TypeConstraint{Type: ty, Defaults: defaults, Text: typeexpr.TypeString(ty)}, nil
}

// Convert gives a value the type: defaults of optional attributes first.
func (t TypeConstraint) Convert(v cty.Value) (cty.Value, error) {
	if t.Defaults != nil && !v.IsNull() {
		v = t.Defaults.Apply(v)
	}
	return convert.Convert(v, t.Type)
}
