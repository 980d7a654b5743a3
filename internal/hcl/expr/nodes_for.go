package expr

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

type forNode struct {
	*hclsyntax.ForExpr
	source string
	refs   []hcl.Traversal
	bound  []string
}

func (n *forNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	coll := evaluate(ctx, n.CollExpr)
	if diags := spend(ctx, 1+8*length(coll.val), n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	f := *n.ForExpr
	f.CollExpr = coll
	v, diags := f.Value(ctx)
	if v.IsKnown() && !v.IsMarked() {
		return v, diags
	}
	name := func() string { return "for" + Fingerprint(n.inputs(ctx, coll.val)...) }
	picksOpaque := !v.IsKnown() && len(symbols(v.Marks())) > 0
	return settle(v, origin{name: name, passes: v.IsKnown(), opaque: picksOpaque && !IsPending(coll.val), inputs: []cty.Value{coll.val}}), diags
}

// inputs are everything the result can depend on: the text, the collection,
// what the body refers to and the iteration variables around it.
func (n *forNode) inputs(ctx *hcl.EvalContext, coll cty.Value) []cty.Value {
	in := []cty.Value{cty.StringVal(n.source), coll}
	for _, ref := range n.refs {
		v, _ := (&refNode{&hclsyntax.ScopeTraversalExpr{Traversal: ref, SrcRange: ref.SourceRange()}}).Value(ctx)
		in = append(in, v)
	}
	for _, name := range n.bound {
		if _, v, ok := find(ctx, name); ok && !slices.Contains([]string{n.KeyVar, n.ValVar}, name) {
			in = append(in, v)
		}
	}
	return in
}

// elementNode is evaluated once for each element. HCL goes on after one that
// fails, and collects what each says: it costs accordingly.
type elementNode struct{ hclsyntax.Expression }

func (n *elementNode) UnwrapExpression() hcl.Expression { return n.Expression }

func (n *elementNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := n.Expression.Value(ctx)
	if diags.HasErrors() {
		if more := spend(ctx, failureUnits, n.Range()); more != nil {
			return cty.DynamicVal, more
		}
	}
	return v, diags
}

type splatNode struct {
	*hclsyntax.SplatExpr
	each string
}

func (n *splatNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	source := evaluate(ctx, n.Source)
	if diags := spend(ctx, 1+8*length(source.val), n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	s := *n.SplatExpr
	s.Source = source
	v, diags := s.Value(ctx)
	if v.IsKnown() && !v.IsMarked() {
		return v, diags
	}
	name := func() string { return "splat" + Fingerprint(cty.StringVal(n.each), source.val) }
	return settle(v, origin{name: name, passes: v.IsKnown(), inputs: []cty.Value{source.val}}), diags
}

// length is the number of elements of a known collection, else 0.
func length(v cty.Value) int {
	v, _ = v.Unmark()
	if v == cty.NilVal || v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		return 0
	}
	return v.LengthInt()
}
