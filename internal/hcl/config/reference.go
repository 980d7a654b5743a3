package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

func isLiteral(e hclsyntax.Expression) bool {
	_, diags := e.Value(nil)
	return !diags.HasErrors()
}

// providerName reads `provider = aws.west`, also in quotes.
func providerName(a *rawAttr) string {
	if a == nil {
		return ""
	}
	ref := reference(a.expr)
	if ref == nil {
		return ""
	}
	return dotted(ref)
}

func dotted(ref hcl.Traversal) string {
	name := ref.RootName()
	if len(ref) > 1 {
		if attr, ok := ref[1].(hcl.TraverseAttr); ok {
			name += "." + attr.Name
		}
	}
	return name
}

func providerMap(e hclsyntax.Expression) map[string]string {
	out := map[string]string{}
	pairs, diags := hcl.ExprMap(e)
	if diags.HasErrors() {
		return out
	}
	for _, pair := range pairs {
		key := ""
		if ref, diags := hcl.AbsTraversalForExpr(pair.Key); !diags.HasErrors() {
			key = dotted(ref)
		} else if v, diags := pair.Key.Value(nil); !diags.HasErrors() && v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
			key = v.AsString()
		}
		if ref := reference(pair.Value); ref != nil && key != "" {
			out[key] = dotted(ref)
		}
	}
	return out
}

// reference reads a static address, also one in quotes as JSON and old
// configurations write it. It is nil where the expression is none.
func reference(e hcl.Expression) hcl.Traversal {
	if s := literalText(e); s != "" {
		ref, diags := hclsyntax.ParseTraversalAbs([]byte(s), e.Range().Filename, e.Range().Start)
		if diags.HasErrors() {
			if s == "*" {
				return hcl.Traversal{hcl.TraverseRoot{Name: "*", SrcRange: e.Range()}}
			}
			return nil
		}
		return ref
	}
	if ref, diags := hcl.AbsTraversalForExpr(e); !diags.HasErrors() {
		return ref
	}
	// `x[each.key]` is no static address; its root still says what is meant.
	if idx, ok := e.(*hclsyntax.IndexExpr); ok {
		return reference(idx.Collection)
	}
	return nil
}

// address is a reference whose keys are all written out.
func address(e hcl.Expression) hcl.Traversal {
	if _, computed := e.(*hclsyntax.IndexExpr); computed {
		return nil
	}
	return reference(e)
}

func literalText(e hcl.Expression) string {
	switch e.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.LiteralValueExpr:
		v, diags := e.Value(nil)
		if !diags.HasErrors() && v.IsKnown() && !v.IsNull() && v.Type() == cty.String {
			return v.AsString()
		}
	}
	return ""
}

func references(a *rawAttr) []hcl.Traversal {
	if a == nil {
		return nil
	}
	var out []hcl.Traversal
	for _, e := range listOf(a.expr) {
		if ref := reference(e); ref != nil {
			out = append(out, ref)
		}
	}
	return out
}

// listOf returns the elements of a list that is written out; JSON writes a
// replace_triggered_by entry as a string.
func listOf(e hclsyntax.Expression) []hclsyntax.Expression {
	tuple, ok := e.(*hclsyntax.TupleConsExpr)
	if !ok {
		return nil
	}
	out := make([]hclsyntax.Expression, 0, len(tuple.Exprs))
	for _, child := range tuple.Exprs {
		if s := literalText(child); s != "" {
			if _, deep := expr.TooDeep([]byte(s)); deep {
				continue
			}
			if parsed, diags := hclsyntax.ParseExpression([]byte(s), child.Range().Filename, child.Range().Start); !diags.HasErrors() {
				child = parsed
			}
		}
		out = append(out, child)
	}
	return out
}
