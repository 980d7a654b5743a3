package extract

import (
	"go/ast"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
)

// scanModifyPlan finds resp.RequiresReplace additions with literal paths: path.Root("x").
func scanModifyPlan(in *interp.Interp, fn *interp.FuncV) []string {
	set := map[string]bool{}
	if fn.Body == nil {
		return nil
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		var rhs []ast.Expr
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if se, ok := l.(*ast.SelectorExpr); ok && se.Sel.Name == "RequiresReplace" && i < len(n.Rhs) {
					rhs = append(rhs, n.Rhs[i])
				}
			}
		case *ast.CallExpr:
			if se, ok := n.Fun.(*ast.SelectorExpr); ok && se.Sel.Name == "Append" {
				if x, ok := se.X.(*ast.SelectorExpr); ok && x.Sel.Name == "RequiresReplace" {
					rhs = append(rhs, n.Args...)
				}
			}
		}
		for _, r := range rhs {
			ast.Inspect(r, func(m ast.Node) bool {
				if ce, ok := m.(*ast.CallExpr); ok {
					if se, ok := ce.Fun.(*ast.SelectorExpr); ok && se.Sel.Name == "Root" && len(ce.Args) == 1 {
						if s, ok := in.Eval(ce.Args[0], interp.NewEnv(nil), fn.File).(string); ok {
							set[s] = true
						}
					}
				}
				return true
			})
		}
		return true
	})
	var out []string
	for k := range set {
		out = append(out, k)
	}
	return out
}
