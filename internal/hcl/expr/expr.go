// Package expr evaluates HCL expressions as Terraform does, with two additions:
// names are looked up when they are needed (so that evaluation pulls what it
// depends on), and an opaque but stable value (one with a symbol, see
// internal/hcl/value) keeps its identity through templates, functions and
// operators. A value derived from symbols gets a symbol of its own, named by the
// operation and everything that went into it: two of them are equal exactly
// where the same operation met equal operands.
//
// It works by rewriting the syntax tree once after parsing: the nodes that
// look something up or compute something are wrapped, the rest is HCL's own.
package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

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
