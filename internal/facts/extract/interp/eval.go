package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
)

// Eval evaluates an expression in a scope of a file.
func (in *Interp) Eval(e ast.Expr, env *Env, f *File) Value {
	in.steps++
	switch e := e.(type) {
	case nil:
		return Null
	case *ast.BasicLit:
		return literal(e)
	case *ast.ParenExpr:
		return in.Eval(e.X, env, f)
	case *ast.Ident:
		return in.Ident(e, env, f)
	case *ast.FuncLit:
		return &FuncV{Name: "func@" + in.Pos(e), Decl: e.Type, Body: e.Body, Env: env, File: f}
	case *ast.CompositeLit:
		return in.composite(e, in.typeOf(e.Type, env, f), env, f)
	case *ast.UnaryExpr:
		return in.unary(e, env, f)
	case *ast.StarExpr:
		return in.star(in.Eval(e.X, env, f))
	case *ast.BinaryExpr:
		return in.binary(e, env, f)
	case *ast.SelectorExpr:
		return in.selector(e, env, f)
	case *ast.IndexExpr:
		return in.indexExpr(e, env, f)
	case *ast.IndexListExpr:
		types := make([]*Type, len(e.Indices))
		for i, x := range e.Indices {
			types[i] = in.typeOf(x, env, f)
		}
		x := in.Eval(e.X, env, f)
		if v, ok := instantiate(x, types); ok {
			return v
		}
		return x
	case *ast.SliceExpr:
		return in.sliceExpr(e, env, f)
	case *ast.TypeAssertExpr:
		return in.Eval(e.X, env, f)
	case *ast.CallExpr:
		if r := in.callExpr(e, env, f); len(r) > 0 {
			return r[0]
		}
		return Null
	case *ast.ArrayType, *ast.MapType, *ast.FuncType, *ast.InterfaceType, *ast.StructType, *ast.ChanType:
		return &TypeV{in.typeOf(e, env, f)}
	}
	return &Opaque{Name: fmt.Sprintf("%T", e)}
}

func literal(e *ast.BasicLit) Value {
	switch e.Kind {
	case token.STRING:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
	case token.INT:
		if n, err := strconv.ParseInt(e.Value, 0, 64); err == nil {
			return n
		}
	case token.FLOAT:
		if n, err := strconv.ParseFloat(e.Value, 64); err == nil {
			return n
		}
	case token.CHAR:
		if r, _, _, err := strconv.UnquoteChar(e.Value[1:len(e.Value)-1], '\''); err == nil {
			return int64(r)
		}
	}
	return &Opaque{Name: "literal"}
}

func (in *Interp) unary(e *ast.UnaryExpr, env *Env, f *File) Value {
	if id, ok := e.X.(*ast.Ident); ok && e.Op == token.AND {
		if c := env.Get(id.Name); c != nil {
			return &Ptr{c}
		}
	}
	v := in.Eval(e.X, env, f)
	switch e.Op {
	case token.AND:
		return Pointer(v)
	case token.ADD:
		return v
	case token.NOT:
		if b, ok := v.(bool); ok {
			return !b
		}
	case token.SUB:
		switch x := in.Force(v).(type) {
		case int64:
			return -x
		case float64:
			return -x
		}
	}
	return &Opaque{Name: "unary"}
}

func (in *Interp) star(v Value) Value {
	switch v := v.(type) {
	case *TypeV:
		return &TypeV{&Type{Kind: "ptr", Elem: v.T}}
	case *Ptr:
		return v.Cell.V
	}
	return v
}

// instantiate gives type arguments to a generic function or type.
func instantiate(x Value, types []*Type) (Value, bool) {
	switch x := x.(type) {
	case *FuncV:
		c := *x
		c.targs = types
		return &c, true
	case *TypeV:
		t := *x.T
		t.Args = types
		return &TypeV{&t}, true
	case *Opaque:
		if x.Args == nil && x.Recv == nil {
			return &Opaque{Name: x.Name, Type: x.Type}, true
		}
	}
	return nil, false
}

func (in *Interp) indexExpr(e *ast.IndexExpr, env *Env, f *File) Value {
	x := in.Eval(e.X, env, f)
	switch x.(type) {
	case *FuncV, *TypeV, *Opaque:
		if v, ok := instantiate(x, []*Type{in.typeOf(e.Index, env, f)}); ok {
			return v
		}
	}
	v, _ := in.index(x, in.Eval(e.Index, env, f))
	return v
}

func (in *Interp) sliceExpr(e *ast.SliceExpr, env *Env, f *File) Value {
	lo, hi, known := int64(0), int64(-1), true
	bound := func(x ast.Expr, n *int64) {
		if x == nil {
			return
		}
		v, ok := in.Eval(x, env, f).(int64)
		*n, known = v, known && ok
	}
	x := Deref(in.Eval(e.X, env, f))
	bound(e.Low, &lo)
	bound(e.High, &hi)
	within := func(n int) bool {
		if hi < 0 {
			hi = int64(n)
		}
		return known && lo >= 0 && lo <= hi && hi <= int64(n)
	}
	switch x := x.(type) {
	case *SliceV:
		if within(len(x.Elems)) {
			return &SliceV{Type: x.Type, Elems: x.Elems[lo:hi]}
		}
	case string:
		if within(len(x)) {
			return x[lo:hi]
		}
	}
	return &Opaque{Name: "slice"}
}

// Index is x[i].
func (in *Interp) Index(x, i Value) Value {
	v, _ := in.index(x, i)
	return v
}

// index is x[i], and whether it is there.
func (in *Interp) index(x, i Value) (Value, bool) {
	x = Deref(x)
	i = in.Force(i)
	switch x := x.(type) {
	case *MapV:
		k, ok := keyOf(i)
		if !ok {
			return &Opaque{Name: "index"}, false
		}
		if v, ok := x.Elems[k]; ok {
			return v, true
		}
		if x.Type != nil {
			if u := in.under(x.Type); u != nil && u.Kind == "map" {
				return in.zero(u.Elem), false
			}
		}
		return Null, false
	case *SliceV:
		if n, ok := i.(int64); ok && n >= 0 && int(n) < len(x.Elems) {
			return x.Elems[n], true
		}
	case string:
		if n, ok := i.(int64); ok && n >= 0 && int(n) < len(x) {
			return int64(x[n]), true
		}
	}
	return &Opaque{Name: "index"}, false
}
