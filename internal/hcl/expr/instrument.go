package expr

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// instrument wraps the nodes of one expression.
type instrument struct {
	src   []byte
	salt  string
	refs  []hcl.Traversal
	bare  []hcl.Traversal
	calls []string
	tries int // how many try and can are around
	uses  int // how many references to iteration variables there were
}

// rewrite returns e with every node in it wrapped that needs to be. bound are
// the iteration variables in sight.
func (in *instrument) rewrite(e hclsyntax.Expression, bound []string) hclsyntax.Expression {
	switch n := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		if diags := checkNumber(n.Val, n.SrcRange); diags != nil {
			return &given{Expression: n, val: cty.DynamicVal, diags: diags}
		}
	case *hclsyntax.ScopeTraversalExpr:
		if slices.Contains(bound, n.Traversal.RootName()) {
			in.uses++
		} else {
			in.refs = append(in.refs, n.Traversal)
			if in.tries == 0 {
				in.bare = append(in.bare, n.Traversal)
			}
		}
		return &refNode{n}
	case *hclsyntax.RelativeTraversalExpr:
		n.Source = in.rewrite(n.Source, bound)
		return &relNode{n}
	case *hclsyntax.IndexExpr:
		uses := in.uses
		n.Collection = in.rewrite(n.Collection, bound)
		if call, ok := n.Collection.(*callNode); ok && len(bound) > 0 && in.uses == uses {
			n.Collection = &fixedNode{call}
		}
		n.Key = in.rewrite(n.Key, bound)
		return &indexNode{n}
	case *hclsyntax.SplatExpr:
		each := text(in.src, n.Each.Range()) + in.salt
		n.Source = in.rewrite(n.Source, bound)
		n.Each = in.rewrite(n.Each, bound)
		return &splatNode{n, each}
	case *hclsyntax.FunctionCallExpr:
		in.calls = append(in.calls, n.Name)
		guards := 0
		if n.Name == "try" || n.Name == "can" {
			guards = 1
		}
		in.tries += guards
		in.rewriteAll(n.Args, bound)
		in.tries -= guards
		return &callNode{n}
	case *hclsyntax.BinaryOpExpr:
		n.LHS, n.RHS = in.rewrite(n.LHS, bound), in.rewrite(n.RHS, bound)
		return &binaryNode{n}
	case *hclsyntax.UnaryOpExpr:
		n.Val = in.rewrite(n.Val, bound)
		return &unaryNode{n}
	case *hclsyntax.TemplateExpr:
		in.rewriteAll(n.Parts, bound)
		if n.IsStringLiteral() {
			return n
		}
		return &templateNode{n}
	case *hclsyntax.TemplateJoinExpr:
		n.Tuple = in.rewrite(n.Tuple, bound)
		return &joinNode{n}
	case *hclsyntax.ConditionalExpr:
		n.Condition = in.rewrite(n.Condition, bound)
		n.TrueResult, n.FalseResult = in.rewrite(n.TrueResult, bound), in.rewrite(n.FalseResult, bound)
		return &conditionalNode{n}
	}
	return in.rewriteNested(e, bound)
}

func (in *instrument) rewriteNested(e hclsyntax.Expression, bound []string) hclsyntax.Expression {
	switch n := e.(type) {
	case *hclsyntax.ForExpr:
		first := len(in.refs)
		source := text(in.src, n.SrcRange) + in.salt
		n.CollExpr = in.rewrite(n.CollExpr, bound)
		inner := append(slices.Clip(bound), n.KeyVar, n.ValVar)
		if n.KeyExpr != nil {
			n.KeyExpr = in.rewrite(n.KeyExpr, inner)
		}
		n.ValExpr = &elementNode{in.rewrite(n.ValExpr, inner)}
		if n.CondExpr != nil {
			n.CondExpr = &elementNode{in.rewrite(n.CondExpr, inner)}
		}
		return &forNode{ForExpr: n, source: source, refs: slices.Clone(in.refs[first:]), bound: bound}
	case *hclsyntax.ObjectConsExpr:
		for i := range n.Items {
			n.Items[i].KeyExpr = in.rewrite(n.Items[i].KeyExpr, bound)
			n.Items[i].ValueExpr = in.rewrite(n.Items[i].ValueExpr, bound)
		}
		return &objectNode{n}
	case *hclsyntax.ObjectConsKeyExpr:
		if name := hcl.ExprAsKeyword(n.Wrapped); name != "" && !n.ForceNonLiteral {
			return n // a bare word is a name, not a reference
		}
		n.Wrapped = in.rewrite(n.Wrapped, bound)
		return n
	case *hclsyntax.TupleConsExpr:
		in.rewriteAll(n.Exprs, bound)
	case *hclsyntax.ParenthesesExpr:
		n.Expression = in.rewrite(n.Expression, bound)
	case *hclsyntax.TemplateWrapExpr:
		n.Wrapped = in.rewrite(n.Wrapped, bound)
	}
	return e
}

func (in *instrument) rewriteAll(list []hclsyntax.Expression, bound []string) {
	for i := range list {
		list[i] = in.rewrite(list[i], bound)
	}
}

func text(src []byte, r hcl.Range) string {
	if r.Start.Byte < 0 || r.End.Byte > len(src) || r.Start.Byte > r.End.Byte {
		return ""
	}
	return string(src[r.Start.Byte:r.End.Byte])
}

// New prepares a parsed expression. It changes the syntax tree in place: e must
// not be evaluated by itself afterwards. src is the file it was parsed from;
// salt stands for the text where src does not give it exactly (JSON escapes).
func New(e hclsyntax.Expression, src []byte, salt string) *Expression {
	in := &instrument{src: src, salt: salt}
	out := &Expression{rng: e.Range(), Text: text(src, e.Range())}
	out.node = in.rewrite(e, nil)
	out.Refs, out.Bare, out.Calls = in.refs, in.bare, in.calls
	return out
}
