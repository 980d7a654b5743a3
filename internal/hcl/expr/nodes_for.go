package expr

import (
	"reflect"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

type forNode struct {
	*hclsyntax.ForExpr
	source string
	refs   []hcl.Traversal
	bound  []string
}

func (n *forNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	coll := evaluate(ctx, n.CollExpr)
	coll.val = value.Closed(coll.val)
	if diags := spend(ctx, 1+8*value.Length(coll.val), n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	f := *n.ForExpr
	f.CollExpr = coll
	v, diags := f.Value(withMemo(ctx))
	if v.IsKnown() && !v.IsMarked() {
		return v, diags
	}
	name := func() string { return "for" + value.Fingerprint(n.inputs(ctx, coll.val)...) }
	picksOpaque := !v.IsKnown() && value.HasSymbol(v.Marks())
	return value.Derive(v, value.Origin{
		Name:   name,
		Passes: v.IsKnown(),
		Picks:  picksOpaque && !value.KnownAfterApply(coll.val),
		Inputs: []cty.Value{coll.val},
	}), diags
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

// fixedNode is a call in a for expression that refers to none of the iteration
// variables and of which one element is taken: it is made once for all elements.
// `{ for k in keys(f()) : k => f()[k] }` would cost the square of what f makes.
type fixedNode struct{ *callNode }

const memoName = "(memo)"

type memo map[*callNode]cty.Value

var memoType = cty.Capsule("memo", reflect.TypeFor[memo]())

// withMemo is a context for the elements of a for expression; one within
// another shares that one's memo.
func withMemo(ctx *hcl.EvalContext) *hcl.EvalContext {
	if _, _, ok := find(ctx, memoName); ok {
		return ctx
	}
	ctx = ctx.NewChild()
	ctx.Variables = map[string]cty.Value{memoName: cty.CapsuleVal(memoType, &memo{})}
	return ctx
}

func (n *fixedNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	_, box, ok := find(ctx, memoName)
	if !ok {
		return n.callNode.Value(ctx)
	}
	known := *box.EncapsulatedValue().(*memo)
	if v, ok := known[n.callNode]; ok {
		return v, spend(ctx, 1, n.NameRange)
	}
	v, diags := n.callNode.Value(ctx)
	if len(diags) == 0 {
		known[n.callNode] = v
	}
	return v, diags
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
	if diags := spend(ctx, 1+8*value.Length(source.val), n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	s := *n.SplatExpr
	s.Source = source
	v, diags := s.Value(ctx)
	if v.IsKnown() && !v.IsMarked() {
		return v, diags
	}
	name := func() string { return "splat" + value.Fingerprint(cty.StringVal(n.each), source.val) }
	return value.Derive(v, value.Origin{Name: name, Passes: v.IsKnown(), Inputs: []cty.Value{source.val}}), diags
}
