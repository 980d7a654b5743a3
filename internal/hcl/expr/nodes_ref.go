package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// refNode is a reference: an iteration variable, or something of the scope.
type refNode struct {
	*hclsyntax.ScopeTraversalExpr
}

// AsTraversal serves hcl.AbsTraversalForExpr.
func (n *refNode) AsTraversal() hcl.Traversal { return n.Traversal }

func (n *refNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	return resolve(ctx, n.Traversal)
}

func resolve(ctx *hcl.EvalContext, ref hcl.Traversal) (cty.Value, hcl.Diagnostics) {
	scope, v, ok := find(ctx, ref.RootName())
	if ok {
		return Follow(v, ref[1:])
	}
	if scope == nil {
		return ref.TraverseAbs(ctx) // a template of templatefile
	}
	if diags := spend(ctx, 1, ref.SourceRange()); diags != nil {
		return cty.DynamicVal, diags
	}
	v, rest, diags := scope.Resolve(ref)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	v, more := Follow(v, rest)
	return v, append(diags, more...)
}

// relNode is `expression.attribute` where the expression is not a name.
type relNode struct {
	*hclsyntax.RelativeTraversalExpr
}

func (n *relNode) UnwrapExpression() hcl.Expression { return n.RelativeTraversalExpr }

func (n *relNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if ref, diags := whole(ctx, n); ref != nil || diags.HasErrors() {
		if diags.HasErrors() {
			return cty.DynamicVal, diags
		}
		return resolve(ctx, ref)
	}
	v, diags := n.Source.Value(ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	v, more := Follow(v, n.Traversal)
	return v, append(diags, more...)
}

// whole turns `name.a[key].b` into one reference where the key is known, so
// that only the one instance it leads to has to be looked at. It is nil for
// other expressions, and for iteration variables.
func whole(ctx *hcl.EvalContext, e hclsyntax.Expression) (hcl.Traversal, hcl.Diagnostics) {
	switch n := e.(type) {
	case *refNode:
		if _, _, bound := find(ctx, n.Traversal.RootName()); bound {
			return nil, nil
		}
		return n.Traversal, nil
	case *relNode:
		ref, diags := whole(ctx, n.Source)
		if ref == nil {
			return nil, diags
		}
		return append(ref[:len(ref):len(ref)], n.Traversal...), diags
	case *indexNode:
		ref, diags := whole(ctx, n.Collection)
		if ref == nil {
			return nil, diags
		}
		key, keyDiags := n.Key.Value(ctx)
		diags = append(diags, keyDiags...)
		if diags.HasErrors() || !key.IsKnown() || key.IsNull() || key.IsMarked() || !key.Type().IsPrimitiveType() {
			return nil, diags
		}
		return append(ref[:len(ref):len(ref)], hcl.TraverseIndex{Key: key, SrcRange: n.BracketRange}), diags
	}
	return nil, nil
}

type indexNode struct{ *hclsyntax.IndexExpr }

func (n *indexNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if ref, diags := whole(ctx, n); ref != nil || diags.HasErrors() {
		if diags.HasErrors() {
			return cty.DynamicVal, diags
		}
		return resolve(ctx, ref)
	}
	coll, diags := n.Collection.Value(ctx)
	key, keyDiags := n.Key.Value(ctx)
	diags = append(diags, keyDiags...)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if key.IsKnown() {
		key, _ = key.Unmark()
		v, more := step(coll, hcl.TraverseIndex{Key: key, SrcRange: n.BracketRange})
		return v, append(diags, more...)
	}
	v, more := hcl.Index(coll, key, &n.BracketRange)
	diags = append(diags, more...)
	v = v.WithMarks(key.Marks())
	name := func() string { return "index" + value.Fingerprint(coll, key) }
	return value.Derive(v, value.Origin{Name: name, Picks: value.SymbolOf(key) != "", Inputs: []cty.Value{coll, key}}), diags
}

// Follow takes the steps of rest in v.
func Follow(v cty.Value, rest hcl.Traversal) (cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	for _, s := range rest {
		var more hcl.Diagnostics
		v, more = step(v, s)
		diags = append(diags, more...)
		if more.HasErrors() {
			return cty.DynamicVal, diags
		}
	}
	return v, diags
}

// step takes one step in a value whose parts have their identity.
func step(v cty.Value, s hcl.Traverser) (cty.Value, hcl.Diagnostics) {
	if !v.IsKnown() {
		return stepUnknown(v, s)
	}
	if out, ok := unlisted(v, s); ok {
		return out, nil
	}
	hidden := value.Lasting(v.Marks())
	plain, _ := v.Unmark()
	out, diags := s.TraversalStep(plain)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	for mark := range hidden {
		if _, open := mark.(value.Open); !open {
			out = out.Mark(mark)
		}
	}
	return out, diags
}

func stepUnknown(v cty.Value, s hcl.Traverser) (cty.Value, hcl.Diagnostics) {
	id, kept := value.SymbolOf(v), value.Lasting(v.Marks())
	plain, _ := v.Unmark()
	out, diags := s.TraversalStep(plain)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if out.IsKnown() {
		return out.WithMarks(kept), diags
	}
	if part, ok := stepLayers(v, s, out.Type()); ok {
		return part.WithMarks(kept), diags
	}
	if id == "" {
		return out.WithMarks(kept).Mark(value.Pending{}), diags
	}
	return value.WithSymbol(out.WithMarks(kept), id+"."+stepName(s)), diags
}

// stepLayers takes a step in an object that is made of layers; ty is the type that
// the step leads to.
func stepLayers(v cty.Value, s hcl.Traverser, ty cty.Type) (cty.Value, bool) {
	if _, ok := s.(hcl.TraverseSplat); ok {
		return cty.NilVal, false
	}
	p, ok := value.PartOf(v, stepName(s))
	if !ok {
		return cty.NilVal, false
	}
	return partOf(p, s, ty)
}

// partOf is a part of an object made of layers, as ty.
func partOf(p value.Part, s hcl.Traverser, ty cty.Type) (cty.Value, bool) {
	switch {
	case len(p.From) == 0:
		out, err := convert.Convert(p.Below, ty)
		return out, err == nil
	case len(p.From) == 1 && p.Below == cty.NilVal:
		out, diags := step(p.From[0], s)
		if diags.HasErrors() {
			return cty.NilVal, false
		}
		out, err := convert.Convert(out, ty)
		return out, err == nil
	}
	return value.NewOpaque(p.ID(stepName(s)), ty).Mark(value.Decided{}), true
}

// unlisted answers for an attribute that an open object does not list.
func unlisted(v cty.Value, s hcl.Traverser) (cty.Value, bool) {
	switch s := s.(type) {
	case hcl.TraverseAttr:
		return value.Unlisted(v, s.Name)
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.String {
			return value.Unlisted(v, value.KeyText(s.Key))
		}
	}
	return cty.NilVal, false
}

func stepName(s hcl.Traverser) string {
	switch s := s.(type) {
	case hcl.TraverseAttr:
		return s.Name
	case hcl.TraverseIndex:
		return value.KeyText(s.Key)
	}
	return "?"
}

// Static returns the reference that the whole expression is, its keys
// evaluated; nil where it is something else.
func (e *Expression) Static(ctx *hcl.EvalContext) (hcl.Traversal, hcl.Diagnostics) {
	return whole(ctx, e.node)
}
