package interp

import (
	"go/ast"
	"strings"
)

var basicTypes = map[string]bool{
	"string": true, "bool": true, "byte": true, "rune": true, "error": true, "any": true, "comparable": true,
	"int": true, "int64": true, "int32": true, "int16": true, "int8": true, "uintptr": true,
	"uint": true, "uint64": true, "uint32": true, "uint16": true, "uint8": true, "float64": true, "float32": true,
}

// typeOf is the type that an expression names, nil for no expression.
func (in *Interp) typeOf(e ast.Expr, env *Env, f *File) *Type {
	switch e := e.(type) {
	case nil:
		return nil
	case *ast.ParenExpr:
		return in.typeOf(e.X, env, f)
	case *ast.StarExpr:
		return &Type{Kind: "ptr", Elem: in.typeOf(e.X, env, f)}
	case *ast.ArrayType:
		t := &Type{Kind: "slice", Elem: in.typeOf(e.Elt, env, f)}
		if e.Len != nil {
			if _, dots := e.Len.(*ast.Ellipsis); !dots {
				t.alen, t.Env, t.File = e.Len, env, f
			}
		}
		return t
	case *ast.Ellipsis:
		return &Type{Kind: "slice", Elem: in.typeOf(e.Elt, env, f)}
	case *ast.MapType:
		return &Type{Kind: "map", Key: in.typeOf(e.Key, env, f), Elem: in.typeOf(e.Value, env, f)}
	case *ast.FuncType:
		return &Type{Kind: "func"}
	case *ast.InterfaceType:
		return &Type{Kind: "iface"}
	case *ast.ChanType:
		return &Type{Kind: "chan"}
	case *ast.StructType:
		return &Type{Kind: "struct", st: e, Env: env, File: f}
	case *ast.Ident:
		if env != nil {
			if c := env.Get(e.Name); c != nil {
				if t, ok := c.V.(*TypeV); ok {
					return t.T
				}
			}
		}
		if f != nil {
			if td, ok := f.Pkg.Types[e.Name]; ok {
				if td.s.Assign.IsValid() {
					return in.typeOf(td.s.Type, nil, td.File)
				}
				return &Type{Kind: "named", Pkg: f.Pkg.Path, Name: e.Name}
			}
		}
		if basicTypes[e.Name] {
			return &Type{Kind: "basic", Name: e.Name}
		}
		if f != nil {
			for _, d := range f.dots {
				if p := in.Loader.Load(d); p != nil {
					if _, ok := p.Types[e.Name]; ok {
						return in.namedIn(d, e.Name)
					}
				}
			}
		}
		return &Type{Kind: "tparam", Name: e.Name}
	case *ast.SelectorExpr:
		if id, ok := e.X.(*ast.Ident); ok && f != nil {
			if ip, ok := in.imported(f, id.Name); ok {
				return in.namedIn(ip, e.Sel.Name)
			}
		}
		return &Type{Kind: "named", Name: e.Sel.Name}
	case *ast.IndexExpr:
		t := in.typeOf(e.X, env, f)
		if t == nil {
			return nil
		}
		c := *t
		c.Args = []*Type{in.typeOf(e.Index, env, f)}
		return &c
	case *ast.IndexListExpr:
		t := in.typeOf(e.X, env, f)
		if t == nil {
			return nil
		}
		c := *t
		for _, i := range e.Indices {
			c.Args = append(c.Args, in.typeOf(i, env, f))
		}
		return &c
	}
	return &Type{Kind: "iface"}
}

func (in *Interp) namedIn(path, name string) *Type {
	if in.Interpreted(path) {
		if p := in.Loader.Load(path); p != nil {
			if td, ok := p.Types[name]; ok && td.s.Assign.IsValid() {
				return in.typeOf(td.s.Type, nil, td.File)
			}
		}
	}
	return &Type{Kind: "named", Pkg: path, Name: name}
}

func (in *Interp) typeDecl(t *Type) *TypeDecl {
	if t == nil || t.Kind != "named" || !in.Interpreted(t.Pkg) {
		return nil
	}
	p := in.Loader.Load(t.Pkg)
	if p == nil {
		return nil
	}
	return p.Types[t.Name]
}

// under returns the underlying type; nil when it is not known (external).
func (in *Interp) under(t *Type) *Type {
	for i := 0; i < 10 && t != nil && t.Kind == "named"; i++ {
		td := in.typeDecl(t)
		if td == nil {
			return nil
		}
		env := in.typeEnv(td, t)
		t = in.typeOf(td.s.Type, env, td.File)
	}
	return t
}

func (in *Interp) typeEnv(td *TypeDecl, t *Type) *Env {
	if td.s.TypeParams == nil {
		return nil
	}
	env := NewEnv(nil)
	i := 0
	for _, fl := range td.s.TypeParams.List {
		for _, n := range fl.Names {
			if i < len(t.Args) {
				env.Def(n.Name, &TypeV{t.Args[i]})
			}
			i++
		}
	}
	return env
}

// zero is the zero value of a type.
func (in *Interp) zero(t *Type) Value {
	if t == nil {
		return Null
	}
	switch t.Kind {
	case "basic":
		switch t.Name {
		case "string":
			return ""
		case "bool":
			return false
		case "error", "any":
			return Null
		case "float64", "float32":
			return float64(0)
		}
		return int64(0)
	case "named":
		u := in.under(t)
		if u == nil {
			if structLike(t) {
				return &Struct{Type: t, Fields: map[string]Value{}}
			}
			return &Opaque{Name: "zero:" + t.String(), Type: t}
		}
		switch {
		case u.Kind == "struct":
			return &Struct{Type: t, Fields: map[string]Value{}}
		case u.Kind == "slice" && u.alen == nil && in.hasMethods(t):
			return &SliceV{Type: t} // nil, of which methods can be called
		}
		return in.zero(u)
	case "struct":
		return &Struct{Type: t, Fields: map[string]Value{}}
	case "slice":
		if t.alen != nil {
			if n, ok := in.Force(in.Eval(t.alen, t.Env, t.File)).(int64); ok && n >= 0 && n < 100000 {
				s := &SliceV{Type: t}
				for i := int64(0); i < n; i++ {
					s.Elems = append(s.Elems, in.zero(t.Elem))
				}
				return s
			}
		}
	}
	return Null
}

func (in *Interp) hasMethods(t *Type) bool {
	p := in.Loader.Load(t.Pkg)
	return p != nil && len(p.Methods[t.Name]) > 0
}

// structLike names types of provider SDKs that are structs of a schema.
func structLike(t *Type) bool {
	switch t.Name {
	case "Schema", "Resource", "SchemaResponse", "SchemaRequest", "MetadataResponse", "MetadataRequest",
		"NestedBlockObject", "NestedAttributeObject":
		return true
	}
	return strings.HasSuffix(t.Name, "Attribute") || strings.HasSuffix(t.Name, "Block")
}

// structType gives the struct AST of a named type, with env and file.
func (in *Interp) structType(t *Type) *Type {
	if t == nil {
		return nil
	}
	u := in.under(t)
	if u != nil && u.Kind == "struct" {
		return u
	}
	return nil
}

func embName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return embName(e.X)
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		return embName(e.X)
	case *ast.IndexListExpr:
		return embName(e.X)
	}
	return ""
}

// ValueType is the type that a value was made with, nil where it is not known.
func ValueType(v Value) *Type {
	if t, ok := v.(*Typed); ok {
		return t.T
	}
	switch v := Deref(v).(type) {
	case *Struct:
		return v.Type
	case *MapV:
		return v.Type
	case *SliceV:
		return v.Type
	case *Opaque:
		return v.Type
	}
	return nil
}
