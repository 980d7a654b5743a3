package interp

import (
	"fmt"
	"go/ast"
)

// evalN evaluates an expression that gives n values.
func (in *Interp) evalN(e ast.Expr, n int, env *Env, f *File) []Value {
	var r []Value
	switch x := e.(type) {
	case *ast.CallExpr:
		r = in.callExpr(x, env, f)
		if len(r) == 1 && n > 1 {
			if o, ok := r[0].(*Opaque); ok {
				for i := 1; i < n; i++ {
					r = append(r, &Opaque{Name: o.Name + fmt.Sprintf("#%d", i), Args: o.Args})
				}
				return r
			}
		}
	case *ast.IndexExpr:
		b := in.Eval(x.X, env, f)
		i := in.Eval(x.Index, env, f)
		v, ok := in.index(b, i)
		if m, isM := Deref(b).(*MapV); isM && m.Dyn == 0 {
			r = []Value{v, ok}
		} else if ok {
			r = []Value{v, true}
		} else {
			r = []Value{v, &Opaque{Name: "ok"}}
		}
	case *ast.TypeAssertExpr:
		v := in.Eval(x.X, env, f)
		r = []Value{v, in.typeMatch(v, in.typeOf(x.Type, env, f))}
	case *ast.ParenExpr:
		return in.evalN(x.X, n, env, f)
	default:
		r = []Value{in.Eval(e, env, f)}
	}
	for len(r) < n {
		r = append(r, &Opaque{Name: "n"})
	}
	return r
}

// typeMatch answers a type assertion: true/false, or opaque when it is not known.
func (in *Interp) typeMatch(v Value, t *Type) Value {
	if t == nil {
		return &Opaque{Name: "ok"}
	}
	if IsNil(v) {
		return false
	}
	vt := ValueType(v)
	tt := t
	_, isPtr := v.(*Ptr)
	if tt.Kind == "ptr" {
		if !isPtr {
			if vt != nil {
				return false
			}
			return &Opaque{Name: "ok"}
		}
		tt = tt.Elem
	} else if isPtr && tt.Kind == "named" {
		// pointer against a named type: an interface, maybe
		if u := in.under(tt); u != nil && u.Kind == "struct" {
			return false
		}
		if td := in.typeDecl(tt); td != nil {
			if it, ok := td.s.Type.(*ast.InterfaceType); ok {
				return in.implements(v, vt, it, td.File)
			}
		}
		return &Opaque{Name: "ok"}
	}
	if vt == nil {
		switch v.(type) {
		case string:
			return tt.Kind == "basic" && tt.Name == "string"
		case bool:
			return tt.Kind == "basic" && tt.Name == "bool"
		}
		return &Opaque{Name: "ok"}
	}
	if tt.Kind == "named" {
		if td := in.typeDecl(tt); td != nil {
			if it, ok := td.s.Type.(*ast.InterfaceType); ok {
				return in.implements(v, vt, it, td.File)
			}
		}
		if vt.Kind == "named" {
			return vt.Pkg == tt.Pkg && vt.Name == tt.Name
		}
	}
	return &Opaque{Name: "ok"}
}

func (in *Interp) implements(v Value, vt *Type, it *ast.InterfaceType, f *File) Value {
	for _, m := range it.Methods.List {
		for _, n := range m.Names {
			if in.Method(vt, v, n.Name) == nil {
				return false
			}
		}
	}
	return true
}
