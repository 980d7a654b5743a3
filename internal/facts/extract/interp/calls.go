package interp

import (
	"go/ast"
	"strings"
)

func (in *Interp) callExpr(e *ast.CallExpr, env *Env, f *File) []Value {
	if r, ok := in.allocate(e, env, f); ok {
		return r
	}
	fn := in.Eval(e.Fun, env, f)
	if o, ok := fn.(*Opaque); ok && skipCallArgs(o.Name) {
		return []Value{&Opaque{Name: o.Name, Args: []Value{}}}
	}
	if t, ok := fn.(*TypeV); ok {
		if len(e.Args) != 1 {
			return []Value{&Opaque{Name: t.T.String()}}
		}
		return []Value{in.conversion(in.evalT(e.Args[0], t.T, env, f), t.T)}
	}
	return in.Call(fn, in.arguments(e, env, f), e)
}

// allocate evaluates make and new, whose first argument is a type, and panic.
func (in *Interp) allocate(e *ast.CallExpr, env *Env, f *File) ([]Value, bool) {
	id, ok := e.Fun.(*ast.Ident)
	if !ok || env != nil && env.Get(id.Name) != nil || f.Pkg.Funcs[id.Name] != nil || len(e.Args) == 0 {
		return nil, false
	}
	switch id.Name {
	case "panic":
		return []Value{Null}, true
	case "new":
		return []Value{Pointer(in.zero(in.typeOf(e.Args[0], env, f)))}, true
	case "make":
		return []Value{in.make(e, env, f)}, true
	}
	return nil, false
}

func (in *Interp) make(e *ast.CallExpr, env *Env, f *File) Value {
	const most = 10_000
	t := in.typeOf(e.Args[0], env, f)
	u := in.under(t)
	if u == nil {
		u = t
	}
	switch u.Kind {
	case "map":
		return NewMap(t)
	case "slice":
		s := &SliceV{Type: t}
		if len(e.Args) > 1 {
			if n, ok := in.Eval(e.Args[1], env, f).(int64); ok && n < most {
				for range n {
					s.Elems = append(s.Elems, in.zero(u.Elem))
				}
			}
		}
		return s
	}
	return &Opaque{Name: "make"}
}

// conversion is T(v).
func (in *Interp) conversion(v Value, t *Type) Value {
	named := t.Kind == "named"
	switch x := v.(type) {
	case *FuncV:
		return x
	case *MapV:
		if named {
			x.Type = t
		}
	case *SliceV:
		if named {
			c := *x
			c.Type = t
			return &c
		}
	case *Struct:
		if named {
			c := cloneStruct(x)
			c.Type = t
			return c
		}
	case *Typed:
		v = x.V
	}
	return in.typed(v, t)
}

func (in *Interp) arguments(e *ast.CallExpr, env *Env, f *File) []Value {
	var args []Value
	if call, ok := onlyCall(e); ok {
		args = in.callExpr(call, env, f)
		if len(args) == 0 {
			args = []Value{Null}
		}
		if len(args) > 1 {
			return args
		}
	} else {
		for _, a := range e.Args {
			args = append(args, in.copyVal(a, in.Eval(a, env, f)))
		}
	}
	if e.Ellipsis.IsValid() {
		return spread(args)
	}
	return args
}

// onlyCall is g() in f(g()), which may give several arguments.
func onlyCall(e *ast.CallExpr) (*ast.CallExpr, bool) {
	if len(e.Args) != 1 {
		return nil, false
	}
	call, ok := e.Args[0].(*ast.CallExpr)
	return call, ok
}

func spread(args []Value) []Value {
	last := Deref(args[len(args)-1])
	if s, ok := last.(*SliceV); ok {
		return append(args[:len(args)-1:len(args)-1], s.Elems...)
	}
	if IsNil(last) {
		return args[:len(args)-1]
	}
	return args
}

// skipCallArgs: what is passed to validators and logs does not matter.
func skipCallArgs(n string) bool {
	return strings.Contains(n, "/helper/validation.") || strings.HasPrefix(n, "log.") || strings.Contains(n, "terraform-plugin-log/")
}

// Call calls a function value. The call expression may be nil. Calls of what
// is not known give an Opaque with the arguments.
func (in *Interp) Call(fn Value, args []Value, e *ast.CallExpr) []Value {
	if args == nil {
		args = []Value{}
	}
	switch fn := fn.(type) {
	case *FuncV:
		return in.callFunc(fn, args, e)
	case *Opaque:
		return []Value{&Opaque{Name: fn.Name, Args: args, Recv: fn.Recv}}
	case *Ptr:
		return in.Call(Deref(fn), args, e)
	}
	if e != nil {
		in.Log.Add("call", "%s: call of %s", in.Pos(e), Describe(fn))
	}
	return []Value{&Opaque{Name: "call", Args: args}}
}

// maxDepth bounds recursion.
const maxDepth = 150

func (in *Interp) callFunc(fn *FuncV, args []Value, e *ast.CallExpr) []Value {
	if r, ok := in.reflects(fn); ok {
		return r
	}
	if fn.Native != nil {
		if fn.targs != nil && e != nil {
			in.lastTargs = fn.targs
		}
		return fn.Native(in, args, e)
	}
	if in.depth > maxDepth {
		in.Problems = append(in.Problems, "depth: "+fn.Name)
	}
	if fn.Body == nil || in.depth > maxDepth || in.steps > in.limit {
		return []Value{&Opaque{Name: fn.Name, Args: args}}
	}
	in.depth++
	defer func() { in.depth-- }()
	env := in.bind(fn, args)
	fr := in.frame(fn, env)
	in.block(fn.Body.List, NewEnv(env), fr)
	if fr.ret == nil {
		for _, n := range fr.named {
			fr.ret = append(fr.ret, named(env, n))
		}
	}
	for len(fr.ret) < fr.nres {
		fr.ret = append(fr.ret, &Opaque{Name: fn.Name + ".ret", Args: args})
	}
	return fr.ret
}

func named(env *Env, name string) Value {
	if c := env.Get(name); c != nil {
		return c.V
	}
	return Null
}

// reflects stands in for functions that read struct types by reflection.
func (in *Interp) reflects(fn *FuncV) ([]Value, bool) {
	if fn.Native != nil || len(fn.targs) != 1 {
		return nil, false
	}
	switch fn.Name[strings.LastIndexByte(fn.Name, '/')+1:] {
	case "types.AttributeTypes", "types.AttributeTypesMust":
		return []Value{in.attributeTypes(fn.targs[0]), Null}, true
	}
	return nil, false
}

// bind is the scope of a call: type parameters, receiver and parameters.
func (in *Interp) bind(fn *FuncV, args []Value) *Env {
	env := NewEnv(fn.Env)
	for i, n := range fn.tparams {
		if i < len(fn.targs) {
			env.Def(n, &TypeV{fn.targs[i]})
		}
	}
	in.infer(fn, args, env)
	if fn.RecvName != "" {
		env.Def(fn.RecvName, fn.Recv)
	}
	if fn.Decl.Params == nil {
		return env
	}
	k := 0
	for _, fl := range fn.Decl.Params.List {
		variadic, isVariadic := fl.Type.(*ast.Ellipsis)
		k += max(1-len(fl.Names), 0)
		for _, n := range fl.Names {
			var v Value = Null
			switch {
			case isVariadic:
				s := &SliceV{Type: in.typeOf(variadic, env, fn.File)}
				s.Elems = append(s.Elems, args[min(k, len(args)):]...)
				v = s
			case k < len(args):
				v = args[k]
			}
			env.Def(n.Name, v)
			k++
		}
	}
	return env
}

func (in *Interp) frame(fn *FuncV, env *Env) *Frame {
	fr := &Frame{File: fn.File, Env: env}
	if fn.Decl.Results == nil {
		return fr
	}
	for _, fl := range fn.Decl.Results.List {
		fr.nres += max(len(fl.Names), 1)
		for _, n := range fl.Names {
			fr.named = append(fr.named, n.Name)
			v := in.zero(in.typeOf(fl.Type, env, fn.File))
			if n.Name == "_" {
				continue
			}
			env.Def(n.Name, v)
		}
	}
	return fr
}
