package interp

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// rangeStmt runs a loop over what is known of its operand.
func (in *Interp) rangeStmt(s *ast.RangeStmt, env *Env, fr *Frame) ctl {
	switch x := in.Force(Deref(in.Eval(s.X, env, fr.File))).(type) {
	case *MapV:
		for _, k := range append([]string(nil), x.Keys...) {
			if v, ok := x.Elems[k]; ok {
				if c := in.iteration(s, x.Raw[k], v, env, fr); c != cNone {
					return c.ofLoop()
				}
			}
		}
	case *SliceV:
		for i, v := range append([]Value(nil), x.Elems...) {
			var k Value = int64(i)
			if x.Type != nil && x.Type.Kind == "iter" {
				k, v = v, Null
			}
			if c := in.iteration(s, k, v, env, fr); c != cNone {
				return c.ofLoop()
			}
		}
	case int64:
		for i := range min(x, loopLimit) {
			if c := in.iteration(s, i, Null, env, fr); c != cNone {
				return c.ofLoop()
			}
		}
	case string:
		for i, r := range x {
			if c := in.iteration(s, int64(i), int64(r), env, fr); c != cNone {
				return c.ofLoop()
			}
		}
	case *Nil:
	default:
		in.problem("unknown-range", s, "range over %s", Describe(x))
	}
	return cNone
}

// ofLoop is how a loop ends whose body ended so.
func (c ctl) ofLoop() ctl {
	if c == cRet {
		return cRet
	}
	return cNone
}

// iteration runs the body once; cNone goes on.
func (in *Interp) iteration(s *ast.RangeStmt, k, v Value, env *Env, fr *Frame) ctl {
	scope := NewEnv(env)
	if s.Tok == token.DEFINE {
		if id, ok := s.Key.(*ast.Ident); ok {
			scope.Def(id.Name, k)
		}
		if id, ok := s.Value.(*ast.Ident); ok {
			if sv, ok := v.(*Struct); ok {
				v = cloneStruct(sv)
			}
			scope.Def(id.Name, v)
		}
	} else {
		if s.Key != nil {
			in.store(s.Key, k, env, fr.File)
		}
		if s.Value != nil {
			in.store(s.Value, v, env, fr.File)
		}
	}
	if c := in.block(s.Body.List, scope, fr); c != cCont {
		return c
	}
	return cNone
}

func (in *Interp) assign(s *ast.AssignStmt, env *Env, fr *Frame) {
	f := fr.File
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		// op=
		bin := &ast.BinaryExpr{X: s.Lhs[0], Y: s.Rhs[0], OpPos: s.TokPos}
		switch s.Tok {
		case token.ADD_ASSIGN:
			bin.Op = token.ADD
		case token.SUB_ASSIGN:
			bin.Op = token.SUB
		case token.MUL_ASSIGN:
			bin.Op = token.MUL
		case token.QUO_ASSIGN:
			bin.Op = token.QUO
		case token.OR_ASSIGN:
			bin.Op = token.OR
		default:
			in.store(s.Lhs[0], &Opaque{Name: "op"}, env, f)
			return
		}
		in.store(s.Lhs[0], in.binary(bin, env, f), env, f)
		return
	}
	var vals []Value
	if len(s.Rhs) == 1 && len(s.Lhs) > 1 {
		vals = in.evalN(s.Rhs[0], len(s.Lhs), env, f)
		for i, l := range s.Lhs {
			if isErrIdent(l) {
				if o, ok := vals[i].(*Opaque); ok && o != nil {
					vals[i] = Null
				}
			}
		}
	} else {
		for _, r := range s.Rhs {
			vals = append(vals, in.copyVal(r, in.Eval(r, env, f)))
		}
	}
	for i, l := range s.Lhs {
		if i >= len(vals) {
			break
		}
		if s.Tok == token.DEFINE {
			if id, ok := l.(*ast.Ident); ok {
				if id.Name == "_" {
					continue
				}
				if c, ok := env.Vars[id.Name]; ok {
					c.V = vals[i]
				} else {
					env.Def(id.Name, vals[i])
				}
			}
			continue
		}
		in.store(l, vals[i], env, f)
	}
}

func (in *Interp) store(l ast.Expr, v Value, env *Env, f *File) {
	switch l := l.(type) {
	case *ast.Ident:
		if l.Name == "_" {
			return
		}
		if c := env.Get(l.Name); c != nil {
			c.V = v
			return
		}
		if f.Pkg.Vars[l.Name] != nil {
			f.Pkg.cache[l.Name] = v
			return
		}
		env.Def(l.Name, v)
	case *ast.ParenExpr:
		in.store(l.X, v, env, f)
	case *ast.StarExpr:
		if p, ok := in.Eval(l.X, env, f).(*Ptr); ok {
			p.Cell.V = v
		}
	case *ast.SelectorExpr:
		x := Deref(in.Eval(l.X, env, f))
		switch x := x.(type) {
		case *Struct:
			in.setField(x, l.Sel.Name, v)
			return
		case *PkgV:
			if p := in.Loader.Load(x.Path); in.Interpreted(x.Path) && p != nil {
				p.cache[l.Sel.Name] = v
			}
			return
		case *Opaque:
			in.Log.Add("store", "%s: field %s of opaque %s", in.Pos(l), l.Sel.Name, x.Name)
			return
		}
		in.problem("store", l, "field %s of %s", l.Sel.Name, Describe(x))
	case *ast.IndexExpr:
		x := Deref(in.Eval(l.X, env, f))
		i := in.Force(in.Eval(l.Index, env, f))
		switch x := x.(type) {
		case *MapV:
			if !x.Set(i, v) {
				in.problem("dynkey", l, "map key not resolved: %s", Describe(i))
			}
		case *SliceV:
			if n, ok := i.(int64); ok && n >= 0 && int(n) < len(x.Elems) {
				x.Elems[n] = v
			}
		case *Opaque:
			in.Log.Add("store", "%s: index of opaque %s", in.Pos(l), x.Name)
		default:
			in.problem("store", l, "index of %s", Describe(x))
		}
	}
}

// attributeTypes does what fwtypes.AttributeTypes does by reflection: the tfsdk-tagged
// fields of a struct and their attribute types.
func (in *Interp) attributeTypes(t *Type) Value {
	if t != nil && t.Kind == "ptr" {
		t = t.Elem
	}
	st := in.structType(t)
	m := NewMap(&Type{Kind: "map", Elem: &Type{Kind: "iface"}})
	if st == nil {
		return &Opaque{Name: "AttributeTypes[" + t.String() + "]"}
	}
	for _, fl := range st.st.Fields.List {
		ft := in.typeOf(fl.Type, st.Env, st.File)
		if len(fl.Names) == 0 {
			if em, ok := in.attributeTypes(ft).(*MapV); ok {
				for _, k := range em.Keys {
					m.Set(k, em.Elems[k])
				}
			}
			continue
		}
		if fl.Tag == nil {
			continue
		}
		tag, _ := strconv.Unquote(fl.Tag.Value)
		i := strings.Index(tag, `tfsdk:"`)
		if i < 0 {
			continue
		}
		tag = tag[i+7:]
		tag = tag[:strings.IndexByte(tag, '"')]
		if j := strings.IndexByte(tag, ','); j >= 0 {
			tag = tag[:j]
		}
		if tag == "-" {
			continue
		}
		m.Set(tag, in.attrTypeOf(ft))
	}
	return m
}

func (in *Interp) attrTypeOf(ft *Type) Value {
	if ft == nil || ft.Kind != "named" {
		return &Opaque{Name: "attrtype"}
	}
	if strings.HasSuffix(ft.Pkg, "/types") || strings.HasSuffix(ft.Pkg, "/basetypes") {
		if strings.HasPrefix(ft.Pkg, "github.com/hashicorp/terraform-plugin-framework/") {
			n := strings.TrimSuffix(ft.Name, "Value")
			return &Opaque{Name: "github.com/hashicorp/terraform-plugin-framework/types." + n + "Type"}
		}
	}
	if m := in.Method(ft, in.zero(ft), "Type"); m != nil {
		r := in.Call(m, []Value{&Opaque{Name: "ctx"}}, nil)
		if len(r) > 0 {
			return r[0]
		}
	}
	return &Opaque{Name: ft.Pkg + "." + ft.Name + "Type"}
}
