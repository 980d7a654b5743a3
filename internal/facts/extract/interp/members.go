package interp

import (
	"go/ast"
	"strings"
)

// Member is a package member.
func (in *Interp) Member(path, name string) Value {
	if nf, ok := in.natives[path+"."+name]; ok {
		return &FuncV{Name: path + "." + name, Native: nf}
	}
	full := path + "." + name
	if !in.Interpreted(path) || (in.Opaque != nil && in.Opaque(full)) {
		return &Opaque{Name: full}
	}
	p := in.Loader.Load(path)
	if p == nil {
		return &Opaque{Name: full}
	}
	return in.pkgMember(p, name)
}

// pkgMember is a member of a loaded package, evaluated once.
func (in *Interp) pkgMember(p *Pkg, name string) Value {
	if v, ok := p.cache[name]; ok {
		return v
	}
	full := p.Path + "." + name
	if fd, ok := p.Funcs[name]; ok {
		if in.Opaque != nil && in.Opaque(full) {
			return &Opaque{Name: full}
		}
		v := &FuncV{Name: full, Decl: fd.d.Type, Body: fd.d.Body, File: fd.File}
		if fd.d.Type.TypeParams != nil {
			for _, fl := range fd.d.Type.TypeParams.List {
				for _, n := range fl.Names {
					v.tparams = append(v.tparams, n.Name)
				}
			}
		}
		return v
	}
	if p.busy[name] {
		return &Opaque{Name: full}
	}
	if cd, ok := p.Consts[name]; ok {
		p.busy[name] = true
		env := NewEnv(nil)
		env.Def("iota", cd.iota)
		var v Value = &Opaque{Name: full}
		if cd.expr != nil {
			v = in.Eval(cd.expr, env, cd.File)
		}
		if o, ok := v.(*Opaque); ok && o.Name == "" {
			v = &Opaque{Name: full}
		}
		if cd.Type != nil {
			v = in.typed(v, in.typeOf(cd.Type, nil, cd.File))
		}
		delete(p.busy, name)
		p.cache[name] = v
		return v
	}
	if vd, ok := p.Vars[name]; ok {
		p.busy[name] = true
		var v Value
		if vd.expr != nil {
			if vd.n > 1 {
				r := in.evalN(vd.expr, vd.n, NewEnv(nil), vd.File)
				v = r[vd.idx]
			} else {
				v = in.evalT(vd.expr, in.typeOf(vd.Type, nil, vd.File), NewEnv(nil), vd.File)
			}
		} else {
			v = in.zero(in.typeOf(vd.Type, nil, vd.File))
		}
		delete(p.busy, name)
		p.cache[name] = v
		return v
	}
	if td, ok := p.Types[name]; ok {
		if td.s.Assign.IsValid() {
			return &TypeV{in.typeOf(td.s.Type, nil, td.File)}
		}
		return &TypeV{&Type{Kind: "named", Pkg: p.Path, Name: name}}
	}
	return &Opaque{Name: full}
}

// typed attaches a named type of the tree with methods to a constant.
func (in *Interp) typed(v Value, t *Type) Value {
	switch v.(type) {
	case string, int64, bool, float64:
	default:
		return v
	}
	if t == nil || t.Kind != "named" || !in.Interpreted(t.Pkg) {
		return v
	}
	if p := in.Loader.Load(t.Pkg); p != nil && len(p.Methods[t.Name]) > 0 {
		return &Typed{v, t}
	}
	return v
}

// Force resolves an opaque name to a constant of an external package, when the
// package's source is at hand.
func (in *Interp) Force(v Value) Value {
	if t, ok := v.(*Typed); ok {
		v = t.V
	}
	o, ok := Deref(v).(*Opaque)
	if !ok || o.Args != nil || o.Recv != nil || o.Name == "" {
		return v
	}
	i := strings.LastIndexByte(o.Name, '.')
	if i < 0 {
		return v
	}
	path, name := o.Name[:i], o.Name[i+1:]
	if strings.HasPrefix(path, "github.com/hashicorp/terraform-plugin-") {
		return v
	}
	p := in.Loader.Load(path)
	if p == nil {
		return v
	}
	if _, ok := p.Consts[name]; ok {
		r := in.pkgMember(p, name)
		switch r.(type) {
		case string, int64, bool, float64:
			return r
		}
	}
	return v
}

// Ident is what a name means in a scope of a file.
func (in *Interp) Ident(id *ast.Ident, env *Env, f *File) Value {
	name := id.Name
	if env != nil {
		if c := env.Get(name); c != nil {
			return c.V
		}
	}
	switch name {
	case "true":
		return true
	case "false":
		return false
	case "nil":
		return Null
	}
	p := f.Pkg
	if p.Funcs[name] != nil || p.Consts[name] != nil || p.Vars[name] != nil || p.Types[name] != nil {
		if nf, ok := in.natives[p.Path+"."+name]; ok {
			return &FuncV{Name: p.Path + "." + name, Native: nf}
		}
		return in.pkgMember(p, name)
	}
	if ip, ok := in.imported(f, name); ok {
		return &PkgV{ip}
	}
	if _, ok := in.builtins[name]; ok {
		return &FuncV{Name: "builtin." + name, Native: in.builtins[name]}
	}
	if basicTypes[name] {
		return &TypeV{&Type{Kind: "basic", Name: name}}
	}
	for _, d := range f.dots {
		if dp := in.Loader.Load(d); dp != nil && in.Interpreted(d) {
			return in.pkgMember(dp, name)
		}
	}
	if len(f.dots) > 0 {
		return &Opaque{Name: f.dots[0] + "." + name}
	}
	in.Log.Add("ident", "%s: %s", in.Pos(id), name)
	return &Opaque{Name: "?." + name}
}

// imported is the import path behind a name in a file. The name of a package
// is guessed from its path; the interpreted ones are asked where that is wrong.
func (in *Interp) imported(f *File, name string) (string, bool) {
	if path, ok := f.Imports[name]; ok {
		return path, true
	}
	for _, path := range f.unnamed {
		if !in.Interpreted(path) {
			continue
		}
		if p := in.Loader.Load(path); p != nil && p.Name == name {
			f.Imports[name] = path
			return path, true
		}
	}
	return "", false
}

// selector evaluates x.name where x may be a package.
func (in *Interp) selector(e *ast.SelectorExpr, env *Env, f *File) Value {
	name := e.Sel.Name
	if id, ok := e.X.(*ast.Ident); ok {
		if env == nil || env.Get(id.Name) == nil {
			if ip, ok := in.imported(f, id.Name); ok && f.Pkg.Vars[id.Name] == nil && f.Pkg.Funcs[id.Name] == nil && f.Pkg.Types[id.Name] == nil {
				return in.Member(ip, name)
			}
		}
	}
	x := in.Eval(e.X, env, f)
	return in.Select(x, name, e)
}

// Select is x.name: a member of a package, a field, or a method with its receiver.
func (in *Interp) Select(x Value, name string, e ast.Node) Value {
	switch v := x.(type) {
	case *PkgV:
		return in.Member(v.Path, name)
	case *TypeV:
		// method expression
		if m := in.Method(v.T, nil, name); m != nil {
			return m
		}
		return &Opaque{Name: v.T.String() + "." + name}
	}
	d := Deref(x)
	if r, ok := d.(*Reflected); ok {
		return &FuncV{Name: "reflect.Value." + name, Native: r.method(name)}
	}
	if s, ok := d.(*Struct); ok {
		if v, ok := s.Fields[name]; ok {
			return v
		}
		if m := in.Method(s.Type, x, name); m != nil {
			return m
		}
		if name == "SchemaMap" && s.Type != nil && s.Type.Name == "Resource" {
			return &FuncV{Name: "Resource.SchemaMap", Native: func(in *Interp, a []Value, c *ast.CallExpr) []Value {
				if sf, ok := s.Fields["SchemaFunc"]; ok && !IsNil(sf) {
					return in.Call(sf, nil, nil)
				}
				if m, ok := s.Fields["Schema"]; ok {
					return []Value{m}
				}
				return []Value{Null}
			}}
		}
		if v, ok := in.field(s, name); ok {
			return v
		}
		return &Opaque{Name: s.Type.String() + "." + name, Recv: x}
	}
	if t := ValueType(x); t != nil {
		if m := in.Method(t, x, name); m != nil {
			return m
		}
	}
	switch d := d.(type) {
	case *Opaque:
		if strings.HasPrefix(d.Name, "zero:sync.Map") || strings.Contains(d.Name, "sync.Map[") {
			switch name {
			case "LoadOrStore":
				return &FuncV{Name: "sync.Map.LoadOrStore", Native: func(in *Interp, a []Value, c *ast.CallExpr) []Value {
					return []Value{a[1], false}
				}}
			case "Load":
				return &FuncV{Name: "sync.Map.Load", Native: func(in *Interp, a []Value, c *ast.CallExpr) []Value {
					return []Value{Null, false}
				}}
			case "Store":
				return &FuncV{Name: "sync.Map.Store", Native: func(in *Interp, a []Value, c *ast.CallExpr) []Value { return nil }}
			}
		}
		if d.Name == "zero:sync.Once" && name == "Do" {
			return &FuncV{Name: "sync.Once.Do", Native: func(in *Interp, a []Value, c *ast.CallExpr) []Value {
				if !in.onceDone[d] {
					in.onceDone[d] = true
					in.Call(a[0], nil, nil)
				}
				return nil
			}}
		}
		return &Opaque{Name: d.Name + "." + name, Recv: d}
	case string, int64, bool, float64:
		if ty, ok := x.(*Typed); ok {
			if m := in.Method(ty.T, x, name); m != nil {
				return m
			}
		}
		return &FuncV{Name: "const." + name, Native: func(in *Interp, args []Value, c *ast.CallExpr) []Value {
			if name == "String" {
				return []Value{d}
			}
			return []Value{&Opaque{Name: "const." + name}}
		}}
	case *Nil, nil:
		in.Log.Add("nilsel", "%s: .%s on nil", in.Pos(e), name)
	}
	return &Opaque{Name: "?." + name, Recv: x}
}
