package funcs

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

// terraformProvider are the functions of terraform.io/builtin/terraform
// (provider::terraform::…, Terraform 1.8).
func terraformProvider() expr.Functions {
	one := func(name string, ty cty.Type, impl func(cty.Value) (cty.Value, error)) function.Function {
		return function.New(&function.Spec{
			Params: []function.Parameter{{Name: name, Type: ty, AllowDynamicType: true}},
			Type:   function.StaticReturnType(cty.DynamicPseudoType),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				if !args[0].IsWhollyKnown() {
					return cty.DynamicVal, nil
				}
				return impl(args[0])
			},
		})
	}
	return expr.Functions{
		"encode_tfvars": one("value", cty.DynamicPseudoType, encodeTfvars),
		"decode_tfvars": one("src", cty.String, decodeTfvars),
		"encode_expr": one("expr", cty.DynamicPseudoType, func(v cty.Value) (cty.Value, error) {
			return cty.StringVal(string(hclwrite.TokensForValue(v).Bytes())), nil
		}),
	}
}

func encodeTfvars(v cty.Value) (cty.Value, error) {
	if ty := v.Type(); v.IsNull() || !ty.IsObjectType() && !ty.IsMapType() {
		return cty.DynamicVal, function.NewArgErrorf(0, "invalid value to encode: must be an object")
	}
	f := hclwrite.NewEmptyFile()
	for it := v.ElementIterator(); it.Next(); {
		k, child := it.Element()
		if !hclsyntax.ValidIdentifier(k.AsString()) {
			return cty.DynamicVal, function.NewArgErrorf(0, "invalid variable name %q", k.AsString())
		}
		f.Body().SetAttributeValue(k.AsString(), child)
	}
	return cty.StringVal(string(f.Bytes())), nil
}

func decodeTfvars(v cty.Value) (cty.Value, error) {
	if _, deep := expr.TooDeep([]byte(v.AsString())); deep {
		return cty.DynamicVal, fmt.Errorf("%w: decode_tfvars: deeper than %d levels", expr.ErrLimit, expr.MaxDepth)
	}
	f, diags := hclsyntax.ParseConfig([]byte(v.AsString()), "<decode_tfvars argument>", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.DynamicVal, fmt.Errorf("decode tfvars: %w", diags)
	}
	attrs, diags := f.Body.JustAttributes()
	if diags.HasErrors() {
		return cty.DynamicVal, fmt.Errorf("decode tfvars: %w", diags)
	}
	out := map[string]cty.Value{}
	for name, attr := range attrs {
		val, diags := attr.Expr.Value(nil)
		if diags.HasErrors() {
			return cty.DynamicVal, fmt.Errorf("decode tfvars: %w", diags)
		}
		out[name] = val
	}
	return cty.ObjectVal(out), nil
}
