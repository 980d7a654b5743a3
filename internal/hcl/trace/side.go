package trace

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

// side is where an expression is evaluated on one side.
type side struct {
	module *eval.Module
	ctx    *hcl.EvalContext
}

func instanceSide(i *eval.Instance) side { return side{i.Resource.Module, i.Context()} }

func moduleSide(m *eval.Module) side { return side{m, m.Context()} }

func callSide(m *eval.Module) side { return side{m.Parent, m.CallContext()} }

// referred is what a reference leads to on a side.
func referred(s side, ref hcl.Traversal) (cty.Value, hcl.Diagnostics) {
	e := expr.New(&hclsyntax.ScopeTraversalExpr{Traversal: ref, SrcRange: ref.SourceRange()}, nil, "")
	return e.Value(s.ctx)
}
