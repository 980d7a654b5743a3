package interp

import (
	"go/ast"
)

// builtins are the predeclared functions.
func builtins() map[string]native {
	return map[string]native{
		"append": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			if len(a) == 0 {
				return one(Null)
			}
			s, ok := Deref(a[0]).(*SliceV)
			if !ok {
				if IsNil(a[0]) {
					s = &SliceV{Type: &Type{Kind: "slice"}}
				} else {
					return one(&Opaque{Name: "append", Args: a})
				}
			}
			r := &SliceV{Type: s.Type, Elems: append(append([]Value(nil), s.Elems...), a[1:]...), Dyn: s.Dyn}
			return one(r)
		},
		"len": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			switch x := in.Force(Deref(a[0])).(type) {
			case *SliceV:
				return one(int64(len(x.Elems)))
			case *MapV:
				return one(int64(len(x.Keys)))
			case string:
				return one(int64(len(x)))
			case *Nil:
				return one(int64(0))
			}
			return one(&Opaque{Name: "len", Args: a})
		},
		"cap":   func(in *Interp, a []Value, c *ast.CallExpr) []Value { return one(&Opaque{Name: "cap"}) },
		"panic": func(in *Interp, a []Value, c *ast.CallExpr) []Value { return one(Null) },
		"copy": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			d, ok := Deref(a[0]).(*SliceV)
			s, ok2 := Deref(a[1]).(*SliceV)
			if ok && ok2 {
				copy(d.Elems, s.Elems)
			}
			return one(int64(0))
		},
		"delete": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			m, ok := Deref(a[0]).(*MapV)
			k, ok2 := keyOf(in.Force(a[1]))
			if ok && ok2 {
				m.del(k)
			} else if c != nil {
				in.problem("delete", c, "delete %s", Describe(a[1]))
			}
			return nil
		},
		"min":     func(in *Interp, a []Value, c *ast.CallExpr) []Value { return minmax(in, a, -1) },
		"max":     func(in *Interp, a []Value, c *ast.CallExpr) []Value { return minmax(in, a, 1) },
		"print":   func(in *Interp, a []Value, c *ast.CallExpr) []Value { return nil },
		"println": func(in *Interp, a []Value, c *ast.CallExpr) []Value { return nil },
		"recover": func(in *Interp, a []Value, c *ast.CallExpr) []Value { return one(Null) },
		"clear":   func(in *Interp, a []Value, c *ast.CallExpr) []Value { return nil },
	}
}
