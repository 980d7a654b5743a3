package extract

import (
	"go/ast"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// modifier notes what a framework plan modifier does to its attribute.
func (c *reader) modifier(a *facts.SourceAttr, v interp.Value) {
	switch name := strings.ToLower(modifierName(v)); {
	case strings.Contains(name, "requiresreplaceifconfigured"):
		a.Force = "configured"
	case name == "requiresreplace":
		a.Force = "always"
	case strings.Contains(name, "requiresreplace"):
		a.Force = "if"
	case name == "usestateforunknown", name == "usenonnullstateforunknown":
		a.Keeps = true
	case strings.Contains(name, "multiset"), strings.Contains(name, "orderignored"):
		a.Normalised = true
		form := []plan.Form{{Kind: plan.FormUnordered, Args: []string{""}}}
		a.Compare = append(a.Compare, plan.Comparison{Relation: plan.RelationEqual, Old: form, New: form})
	default:
		c.ownModifier(a, v)
	}
}

// modifierName is the function or type that makes a plan modifier.
func modifierName(v interp.Value) string {
	n := ""
	switch x := interp.Deref(v).(type) {
	case *interp.Opaque:
		n = x.Name
	case *interp.Struct:
		if x.Type != nil {
			n = x.Type.Name
		}
	case *interp.FuncV:
		n = x.Name
	}
	return n[strings.LastIndexByte(n, '.')+1:]
}

// ownModifier reads a plan modifier that the provider wrote itself: whether it
// can force replacement, and whether it can put the state in place of what is
// configured, which makes two different values equal.
func (c *reader) ownModifier(a *facts.SourceAttr, v interp.Value) {
	s, ok := interp.Deref(v).(*interp.Struct)
	if !ok {
		return
	}
	for _, kind := range []string{"String", "Bool", "Int64", "Int32", "Float64", "Number", "List", "Set", "Map", "Object", "Dynamic"} {
		m := c.in.Method(s.Type, v, "PlanModify"+kind)
		if m == nil || m.Body == nil {
			continue
		}
		forces, keeps := scanModifier(m.Body)
		if forces && a.Force == "" {
			a.Force = "if"
		}
		if keeps {
			a.Normalised = true
			a.Compare = append(a.Compare, plan.Comparison{Code: true})
		}
	}
}

// scanModifier looks for `resp.RequiresReplace = true` and for
// `resp.PlanValue = req.StateValue` in a modifier that does not ask whether the
// planned value is unknown.
func scanModifier(body *ast.BlockStmt) (forces, keeps bool) {
	unknown := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if i >= len(n.Rhs) {
					break
				}
				switch r := n.Rhs[i].(type) {
				case *ast.Ident:
					forces = forces || selected(l) == "RequiresReplace" && r.Name != "false"
				case *ast.SelectorExpr:
					keeps = keeps || selected(l) == "PlanValue" && r.Sel.Name == "StateValue"
				}
			}
		case *ast.SelectorExpr:
			unknown = unknown || n.Sel.Name == "IsUnknown"
		}
		return true
	})
	return forces, keeps && !unknown
}
