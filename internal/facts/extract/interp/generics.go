package interp

import "go/ast"

// infer works out the type arguments that a call leaves out, from its
// arguments and, for what they do not tell, from the constraints.
func (in *Interp) infer(fn *FuncV, args []Value, env *Env) {
	if len(fn.tparams) == 0 || fn.Decl.Params == nil {
		return
	}
	k := 0
	for _, fl := range fn.Decl.Params.List {
		n := max(1, len(fl.Names))
		_, variadic := fl.Type.(*ast.Ellipsis)
		for range n {
			if variadic {
				for ; k < len(args); k++ {
					in.unify(fl.Type.(*ast.Ellipsis).Elt, ValueType(args[k]), fn, env)
				}
			} else if k < len(args) {
				in.unify(fl.Type, argumentType(args[k]), fn, env)
			}
			k++
		}
	}
	if fn.Decl.TypeParams == nil {
		return
	}
	for _, fl := range fn.Decl.TypeParams.List {
		core, ok := fl.Type.(*ast.UnaryExpr) // ~map[K]V
		if !ok {
			continue
		}
		for _, n := range fl.Names {
			if env.Vars[n.Name] == nil {
				env.Def(n.Name, &TypeV{in.typeOf(core.X, env, fn.File)})
			}
		}
	}
}

// argumentType is the type of a value; lists and maps of no named type have
// the type they were made with.
func argumentType(v Value) *Type {
	switch v.(type) {
	case string:
		return &Type{Kind: "basic", Name: "string"}
	case bool:
		return &Type{Kind: "basic", Name: "bool"}
	}
	return ValueType(v)
}

// unify binds type parameters in a parameter's type to what an argument has.
func (in *Interp) unify(e ast.Expr, t *Type, fn *FuncV, env *Env) {
	if t == nil {
		return
	}
	switch e := e.(type) {
	case *ast.Ident:
		for _, p := range fn.tparams {
			if p == e.Name && env.Vars[p] == nil {
				env.Def(p, &TypeV{t})
			}
		}
	case *ast.StarExpr:
		if t.Kind == "ptr" {
			t = t.Elem
		}
		in.unify(e.X, t, fn, env)
	case *ast.ArrayType:
		if u := in.core(t); u.Kind == "slice" {
			in.unify(e.Elt, u.Elem, fn, env)
		}
	case *ast.MapType:
		if u := in.core(t); u.Kind == "map" {
			in.unify(e.Key, u.Key, fn, env)
			in.unify(e.Value, u.Elem, fn, env)
		}
	}
}

// core is the underlying type, or the type itself where that is not known.
func (in *Interp) core(t *Type) *Type {
	if u := in.under(t); u != nil {
		return u
	}
	return t
}
