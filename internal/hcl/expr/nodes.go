package expr

import (
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// given is an expression that was evaluated already, so that a node can be
// computed by HCL's own code from operands that are seen once.
type given struct {
	hclsyntax.Expression
	val   cty.Value
	diags hcl.Diagnostics
}

func (g *given) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { return g.val, g.diags }

func (g *given) UnwrapExpression() hcl.Expression { return g.Expression }

func evaluate(ctx *hcl.EvalContext, e hclsyntax.Expression) *given {
	v, diags := e.Value(ctx)
	return &given{Expression: e, val: v, diags: diags}
}

type binaryNode struct{ *hclsyntax.BinaryOpExpr }

func (n *binaryNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if diags := spend(ctx, 1, n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	lhs, rhs := evaluate(ctx, n.LHS), evaluate(ctx, n.RHS)
	lhs.val, rhs.val = value.ClosedWithin(lhs.val), value.ClosedWithin(rhs.val)
	op := *n.BinaryOpExpr
	op.LHS, op.RHS = lhs, rhs
	if diags := spend(ctx, value.Effort(lhs.val)+value.Effort(rhs.val)-2, n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	for i, operand := range []*given{lhs, rhs} {
		if n.Op.Impl.Params()[i].Type != cty.Number {
			continue
		}
		if diags := checkRead(operand.val, n.SrcRange); diags != nil {
			return cty.DynamicVal, diags
		}
	}
	v, diags := op.Value(ctx)
	if v.Type() == cty.Number {
		if more := checkNumber(v, n.SrcRange); more != nil {
			return cty.DynamicVal, more
		}
	}
	if scope := scopeOf(ctx); scope != nil && !scope.LazyLogic() && n.strictLogic(lhs, rhs) {
		v, diags = cty.UnknownVal(cty.Bool).WithMarks(lhs.val.Marks(), rhs.val.Marks()), append(lhs.diags, rhs.diags...)
	}
	return value.Derive(v, value.Origin{Name: func() string {
		return "op" + value.Fingerprint(cty.NumberIntVal(int64(opNumber(n.Op))), lhs.val, rhs.val)
	}, Inputs: []cty.Value{lhs.val, rhs.val}, Decides: true}), diags
}

// strictLogic: && and || of something known after apply are known after apply,
// whatever the other side (HCL up to 2.23).
func (n *binaryNode) strictLogic(lhs, rhs *given) bool {
	if n.Op != hclsyntax.OpLogicalAnd && n.Op != hclsyntax.OpLogicalOr {
		return false
	}
	return rhs.diags.HasErrors() || value.KnownAfterApply(lhs.val) || value.KnownAfterApply(rhs.val)
}

func opNumber(op *hclsyntax.Operation) int {
	all := []*hclsyntax.Operation{hclsyntax.OpLogicalOr, hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalNot, hclsyntax.OpEqual,
		hclsyntax.OpNotEqual, hclsyntax.OpGreaterThan, hclsyntax.OpGreaterThanOrEqual, hclsyntax.OpLessThan, hclsyntax.OpLessThanOrEqual,
		hclsyntax.OpAdd, hclsyntax.OpSubtract, hclsyntax.OpMultiply, hclsyntax.OpDivide, hclsyntax.OpModulo, hclsyntax.OpNegate}
	for i, o := range all {
		if o == op {
			return i
		}
	}
	return len(all)
}

type unaryNode struct{ *hclsyntax.UnaryOpExpr }

func (n *unaryNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if diags := spend(ctx, 1, n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	operand := evaluate(ctx, n.Val)
	op := *n.UnaryOpExpr
	op.Val = operand
	v, diags := op.Value(ctx)
	return value.Derive(v, value.Origin{Name: func() string {
		return "op" + value.Fingerprint(cty.NumberIntVal(int64(opNumber(n.Op))), operand.val)
	}, Inputs: []cty.Value{operand.val}, Decides: true}), diags
}

type templateNode struct{ *hclsyntax.TemplateExpr }

func (n *templateNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	t := *n.TemplateExpr
	t.Parts = make([]hclsyntax.Expression, len(n.Parts))
	vals := make([]cty.Value, len(n.Parts))
	size := 1
	if diags := spend(ctx, len(n.Parts), n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	for i, part := range n.Parts {
		g := evaluate(ctx, part)
		t.Parts[i], vals[i] = g, g.val
		size += stringLength(g.val)
		if g.val.Type() == cty.Number {
			if diags := checkNumber(g.val, n.SrcRange); diags != nil {
				return cty.DynamicVal, diags
			}
		}
	}
	if diags := checkText(ctx, size, n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	v, diags := t.Value(ctx)
	return value.Derive(v, value.Origin{
		Name:   func() string { return "template" + value.Fingerprint(vals...) },
		Text:   func() (string, bool) { return joined(vals) },
		Inputs: vals,
	}), diags
}

type joinNode struct{ *hclsyntax.TemplateJoinExpr }

func (n *joinNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	tuple := evaluate(ctx, n.Tuple)
	if diags := spend(ctx, elementUnits*value.Length(tuple.val), n.Tuple.Range()); diags != nil {
		return cty.DynamicVal, diags
	}
	if diags := checkText(ctx, textWithin(tuple.val), n.Tuple.Range()); diags != nil {
		return cty.DynamicVal, diags
	}
	t := *n.TemplateJoinExpr
	t.Tuple = tuple
	v, diags := t.Value(ctx)
	name := func() string { return "template" + value.Fingerprint(tuple.val) }
	return value.Derive(v, value.Origin{Name: name, Inputs: []cty.Value{tuple.val}}), diags
}

type conditionalNode struct{ *hclsyntax.ConditionalExpr }

func (n *conditionalNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if diags := spend(ctx, 1, n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	cond, yes, no := evaluate(ctx, n.Condition), evaluate(ctx, n.TrueResult), evaluate(ctx, n.FalseResult)
	if !yes.val.Type().Equals(no.val.Type()) { // a type is looked for that both have
		if diags := spend(ctx, value.Effort(yes.val)+value.Effort(no.val)-2, n.SrcRange); diags != nil {
			return cty.DynamicVal, diags
		}
	}
	c := *n.ConditionalExpr
	c.Condition, c.TrueResult, c.FalseResult = cond, yes, no
	v, diags := c.Value(ctx)
	name := func() string { return "if" + value.Fingerprint(cond.val, yes.val, no.val) }
	if !cond.val.IsKnown() {
		picks := value.SymbolOf(cond.val) != ""
		return value.Derive(v, value.Origin{Name: name, Picks: picks, Inputs: []cty.Value{cond.val, yes.val, no.val}}), diags
	}
	return value.Derive(n.chosen(v, cond.val, yes.val, no.val), value.Origin{Name: name, Passes: true}), diags
}

// chosen takes the marks of the branch not taken off the result: HCL unites
// them, which would tie the value to something it does not depend on.
func (n *conditionalNode) chosen(v, cond, yes, no cty.Value) cty.Value {
	branch := no
	if c, _ := cond.Unmark(); !c.IsNull() && c.Type() == cty.Bool && c.True() {
		branch = yes
	} else if c.Type() == cty.String && c.AsString() == "true" {
		branch = yes
	}
	v, all := v.Unmark()
	return v.WithMarks(value.Lasting(all), branch.Marks())
}

type objectNode struct{ *hclsyntax.ObjectConsExpr }

func (n *objectNode) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if diags := spend(ctx, 1+len(n.Items), n.SrcRange); diags != nil {
		return cty.DynamicVal, diags
	}
	o := *n.ObjectConsExpr
	o.Items = make([]hclsyntax.ObjectConsItem, len(n.Items))
	parts := make([]cty.Value, 0, 2*len(n.Items))
	for i, item := range n.Items {
		k, v := evaluate(ctx, item.KeyExpr), evaluate(ctx, item.ValueExpr)
		o.Items[i] = hclsyntax.ObjectConsItem{KeyExpr: k, ValueExpr: v}
		parts = append(parts, k.val, v.val)
	}
	v, diags := o.Value(ctx)
	if v.IsKnown() && !v.IsMarked() {
		return v, diags // its parts are derived each for itself
	}
	name := func() string { return "object" + value.Fingerprint(parts...) }
	return value.Derive(v, value.Origin{Name: name, Passes: v.IsKnown(), Picks: anyOpaque(parts), Inputs: parts}), diags
}

// ExprMap is hcl's static reading of an object constructor.
func (n *objectNode) UnwrapExpression() hcl.Expression { return n.ObjectConsExpr }

func anyOpaque(vals []cty.Value) bool {
	for _, v := range vals {
		if value.SymbolOf(v) != "" {
			return true
		}
	}
	return false
}

// Elements returns the elements of a tuple constructor or the items of an
// object constructor that is written out, by index or constant key, for the
// search of the line that gave a part of the value; nil for anything else.
func (e *Expression) Elements() map[string]*Expression {
	out := map[string]*Expression{}
	switch n := e.node.(type) {
	case *hclsyntax.TupleConsExpr:
		for i, child := range n.Exprs {
			out[indexName(i)] = e.part(child)
		}
	case *objectNode:
		for _, item := range n.Items {
			if key, diags := item.KeyExpr.Value(nil); !diags.HasErrors() && key.IsKnown() && !key.IsNull() && key.Type() == cty.String {
				out[key.AsString()] = e.part(item.ValueExpr)
			}
		}
	default:
		return nil
	}
	return out
}

func (e *Expression) part(child hclsyntax.Expression) *Expression {
	p := &Expression{node: child, rng: child.Range()}
	for _, ref := range e.Refs {
		r := ref.SourceRange()
		if r.Start.Byte >= p.rng.Start.Byte && r.End.Byte <= p.rng.End.Byte {
			p.Refs = append(p.Refs, ref)
		}
	}
	start, end := p.rng.Start.Byte-e.rng.Start.Byte, p.rng.End.Byte-e.rng.Start.Byte
	if start >= 0 && end <= len(e.Text) && start <= end {
		p.Text = e.Text[start:end]
	}
	return p
}

func indexName(i int) string { return strconv.Itoa(i) }
