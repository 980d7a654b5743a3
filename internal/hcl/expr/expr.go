// Package expr evaluates HCL expressions as Terraform does, with two additions:
// names are looked up when they are needed (so that evaluation pulls what it
// depends on), and an opaque but stable value (one with a symbol, see internal/hcl/value) keeps its
// identity through templates, functions and operators. A value derived from
// symbols gets a symbol of its own, named by the operation and everything that
// went into it: two of them are equal exactly where the same operation met
// equal operands.
//
// It works by rewriting the syntax tree once after parsing: the nodes that
// look something up or compute something are wrapped, the rest is HCL's own.
package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Scope is what an expression can refer to.
type Scope interface {
	// Resolve returns the value of the leading steps of a reference and the
	// steps that remain to be taken in it.
	Resolve(ref hcl.Traversal) (cty.Value, hcl.Traversal, hcl.Diagnostics)
	// Spend takes n units of evaluation work (about one visited value each)
	// and fails when none are left.
	Spend(n int) error
	// LazyLogic: && and || look at their right side only where needed, also
	// among unknown values (Terraform 1.12, OpenTofu 1.10 and later).
	LazyLogic() bool
}

// Expression is an expression ready to be evaluated.
type Expression struct {
	node hclsyntax.Expression
	// Refs are the references in it, those to its own iteration variables
	// left out, in the order of the text.
	Refs []hcl.Traversal
	// Bare are those of Refs that are not within try or can.
	Bare []hcl.Traversal
	// Calls are the names of the functions called in it.
	Calls []string
	// Text is the source text.
	Text string
	rng  hcl.Range
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

// Literal is an expression with a fixed value.
func Literal(v cty.Value, rng hcl.Range) *Expression {
	return &Expression{node: &hclsyntax.LiteralValueExpr{Val: v, SrcRange: rng}, rng: rng}
}

// Range is the place of the expression.
func (e *Expression) Range() hcl.Range { return e.rng }

// Value evaluates the expression in a context made by [Context]. When the
// scope's work is used up, it ends at once with a diagnostic of summary
// [LimitReached].
func (e *Expression) Value(ctx *hcl.EvalContext) (v cty.Value, diags hcl.Diagnostics) {
	defer func() {
		if r := recover(); r != nil {
			stop, ok := r.(exhausted)
			if !ok {
				panic(r)
			}
			v, diags = cty.DynamicVal, stop.diags
		}
	}()
	return e.node.Value(ctx)
}

// exhausted unwinds an evaluation: HCL's loops go on after a failed element,
// and would go on for ever.
type exhausted struct{ diags hcl.Diagnostics }

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

const scopeName = "(scope)"

type scopeBox struct{ scope Scope }

// Context is an evaluation context for scope with the given functions.
func Context(scope Scope, functions Functions) *hcl.EvalContext {
	return &hcl.EvalContext{
		Variables: map[string]cty.Value{scopeName: cty.CapsuleVal(scopeType, &scopeBox{scope})},
		Functions: functions,
	}
}

// Closed is an evaluation context with nothing in sight but vars, whose work
// is taken from spend.
func Closed(spend func(int) error, vars map[string]cty.Value, functions Functions) *hcl.EvalContext {
	ctx := Context(closed(spend), functions)
	for name, v := range vars {
		ctx.Variables[name] = v
	}
	return ctx
}

type closed func(int) error

func (c closed) Spend(n int) error { return c(n) }
func (c closed) LazyLogic() bool   { return false }
func (c closed) Resolve(ref hcl.Traversal) (cty.Value, hcl.Traversal, hcl.Diagnostics) {
	return cty.DynamicVal, nil, Errorf(ref.SourceRange(), "Unknown variable", "There is no variable named %q.", ref.RootName())
}

// find returns the scope of ctx, and the innermost value bound to name by a
// for expression or a template, if any.
func find(ctx *hcl.EvalContext, name string) (scope Scope, bound cty.Value, ok bool) {
	for c := ctx; c != nil; c = c.Parent() {
		if v, has := c.Variables[name]; has && !ok && name != scopeName {
			bound, ok = v, true
		}
		if box, has := c.Variables[scopeName]; has {
			return box.EncapsulatedValue().(*scopeBox).scope, bound, ok
		}
	}
	return nil, bound, ok
}

func scopeOf(ctx *hcl.EvalContext) Scope {
	s, _, _ := find(ctx, scopeName)
	return s
}

func spend(ctx *hcl.EvalContext, n int, at hcl.Range) hcl.Diagnostics {
	s := scopeOf(ctx)
	if s == nil {
		return nil
	}
	if err := s.Spend(n); err != nil {
		panic(exhausted{Errorf(at, LimitReached, "%s", err)})
	}
	return nil
}

func text(src []byte, r hcl.Range) string {
	if r.Start.Byte < 0 || r.End.Byte > len(src) || r.Start.Byte > r.End.Byte {
		return ""
	}
	return string(src[r.Start.Byte:r.End.Byte])
}
