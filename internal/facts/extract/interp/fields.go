package interp

import (
	"go/ast"
)

var sdkBool = map[string]bool{"Required": true, "Optional": true, "Computed": true, "ForceNew": true, "Sensitive": true, "WriteOnly": true}

var sdkInt = map[string]bool{"MaxItems": true, "MinItems": true}

// field reads a struct field, going through embedded structs.
func (in *Interp) field(s *Struct, name string) (Value, bool) {
	if v, ok := s.Fields[name]; ok {
		return v, true
	}
	st := in.structType(s.Type)
	if st == nil {
		if sdkBool[name] {
			return false, true
		}
		if sdkInt[name] {
			return int64(0), true
		}
		if name == "Deprecated" || name == "Description" {
			return "", true
		}
		if s.Type != nil && s.Type.Kind == "named" && !in.Interpreted(s.Type.Pkg) && structLike(s.Type) {
			return Null, true
		}
		return nil, false
	}
	for _, fl := range st.st.Fields.List {
		for _, n := range fl.Names {
			if n.Name == name {
				z := in.zero(in.typeOf(fl.Type, st.Env, st.File))
				s.Fields[name] = z
				return z, true
			}
		}
		if len(fl.Names) == 0 && embName(fl.Type) == name {
			z := in.zeroEmb(in.typeOf(fl.Type, st.Env, st.File))
			s.Fields[name] = z
			return z, true
		}
	}
	for _, fl := range st.st.Fields.List {
		if len(fl.Names) != 0 {
			continue
		}
		en := embName(fl.Type)
		ev, ok := s.Fields[en]
		if !ok {
			ev = in.zeroEmb(in.typeOf(fl.Type, st.Env, st.File))
			s.Fields[en] = ev
		}
		if es, ok := Deref(ev).(*Struct); ok {
			if v, ok := in.field(es, name); ok {
				return v, true
			}
		}
	}
	return nil, false
}

func (in *Interp) zeroEmb(t *Type) Value {
	if t != nil && t.Kind == "ptr" {
		return &Ptr{&Cell{in.zero(t.Elem)}}
	}
	return in.zero(t)
}

// setField writes a field; promoted fields go to the embedded struct.
func (in *Interp) setField(s *Struct, name string, v Value) {
	st := in.structType(s.Type)
	if st == nil {
		s.Fields[name] = v
		return
	}
	for _, fl := range st.st.Fields.List {
		for _, n := range fl.Names {
			if n.Name == name {
				s.Fields[name] = v
				return
			}
		}
		if len(fl.Names) == 0 && embName(fl.Type) == name {
			s.Fields[name] = v
			return
		}
	}
	for _, fl := range st.st.Fields.List {
		if len(fl.Names) != 0 {
			continue
		}
		en := embName(fl.Type)
		ev, ok := s.Fields[en]
		if !ok {
			ev = in.zeroEmb(in.typeOf(fl.Type, st.Env, st.File))
			s.Fields[en] = ev
		}
		if es, ok := Deref(ev).(*Struct); ok {
			if _, ok := in.field(es, name); ok {
				in.setField(es, name, v)
				return
			}
		}
	}
	s.Fields[name] = v
}

// Method finds a method of a named type, bound to the value it applies to; nil
// for none.
func (in *Interp) Method(t *Type, recv Value, name string) *FuncV {
	return in.methodAt(t, recv, name, 0)
}

func (in *Interp) methodAt(t *Type, recv Value, name string, depth int) *FuncV {
	if t == nil || depth > 6 {
		return nil
	}
	if t.Kind == "ptr" {
		t = t.Elem
	}
	if t.Kind != "named" || !in.Interpreted(t.Pkg) {
		return nil
	}
	p := in.Loader.Load(t.Pkg)
	if p == nil {
		return nil
	}
	if fd, ok := p.Methods[t.Name][name]; ok {
		env := NewEnv(nil)
		// bind type parameters of the receiver
		rt := fd.d.Recv.List[0].Type
		if se, ok := rt.(*ast.StarExpr); ok {
			rt = se.X
		}
		var ids []ast.Expr
		switch x := rt.(type) {
		case *ast.IndexExpr:
			ids = []ast.Expr{x.Index}
		case *ast.IndexListExpr:
			ids = x.Indices
		}
		for i, x := range ids {
			if id, ok := x.(*ast.Ident); ok && i < len(t.Args) {
				env.Def(id.Name, &TypeV{t.Args[i]})
			}
		}
		rn := ""
		if len(fd.d.Recv.List[0].Names) > 0 {
			rn = fd.d.Recv.List[0].Names[0].Name
		}
		r := recv
		if _, isPtr := fd.d.Recv.List[0].Type.(*ast.StarExpr); !isPtr {
			if _, ok := recv.(*Typed); !ok {
				r = Deref(recv)
			}
			if s, ok := r.(*Struct); ok {
				r = cloneStruct(s)
			}
		}
		return &FuncV{Name: t.Pkg + "." + t.Name + "." + name, Decl: fd.d.Type, Body: fd.d.Body, RecvName: rn, Recv: r, Env: env, File: fd.File}
	}
	st := in.structType(t)
	if st == nil {
		return nil
	}
	for _, fl := range st.st.Fields.List {
		if len(fl.Names) != 0 {
			continue
		}
		et := in.typeOf(fl.Type, st.Env, st.File)
		var ev Value
		if s, ok := Deref(recv).(*Struct); ok {
			ev, _ = in.field(s, embName(fl.Type))
		}
		if ev != nil && !IsNil(ev) {
			if es, ok := Deref(ev).(*Struct); ok && et != nil && et.Kind == "named" {
				if u := in.under(et); u != nil && u.Kind == "iface" {
					et = es.Type
				}
			}
		}
		if m := in.methodAt(et, ev, name, depth+1); m != nil {
			return m
		}
	}
	return nil
}
