package interp

import (
	"go/ast"
	"strings"
)

// evalT evaluates an expression where type t is wanted: a literal may leave its
// type out.
func (in *Interp) evalT(e ast.Expr, t *Type, env *Env, f *File) Value {
	if cl, ok := e.(*ast.CompositeLit); ok && cl.Type == nil {
		if t != nil && t.Kind == "ptr" {
			return &Ptr{&Cell{in.composite(cl, t.Elem, env, f)}}
		}
		return in.composite(cl, t, env, f)
	}
	return in.Eval(e, env, f)
}

// skipFields are fields of a schema that say nothing of what a plan does.
var skipFields = map[string]bool{
	"ValidateFunc": true, "ValidateDiagFunc": true, "Validators": true, "Description": true, "MarkdownDescription": true,
	"Deprecated": true, "DeprecationMessage": true, "ConflictsWith": true, "ExactlyOneOf": true, "AtLeastOneOf": true, "RequiredWith": true,
	"Importer": true, "Timeouts": true, "StateUpgraders": true, "CustomType": true, "CreateWithoutTimeout": true, "ReadWithoutTimeout": true,
	"UpdateWithoutTimeout": true, "DeleteWithoutTimeout": true, "Set": true, "Identity": true, "InputDefault": true,
	"ResourceBehavior": true, "ValidateRawResourceConfigFuncs": true, "DeprecationMessage_": true,
}

func skippable(t *Type) bool {
	if t == nil || t.Kind != "named" {
		return false
	}
	return structLike(t)
}

// composite evaluates T{…}; t is nil or external where it is not known.
func (in *Interp) composite(cl *ast.CompositeLit, t *Type, env *Env, f *File) Value {
	u := t
	if t != nil && t.Kind == "named" {
		u = in.under(t)
	}
	if u == nil {
		u = &Type{Kind: kindOf(cl)}
	}
	switch u.Kind {
	case "map":
		return in.mapLiteral(cl, t, u, env, f)
	case "slice":
		s := &SliceV{Type: t}
		for _, el := range cl.Elts {
			if kv, ok := el.(*ast.KeyValueExpr); ok {
				el = kv.Value
			}
			s.Elems = append(s.Elems, in.copyVal(el, in.evalT(el, u.Elem, env, f)))
		}
		return s
	}
	return in.structLiteral(cl, t, u, env, f)
}

// kindOf guesses from the elements what a literal of an external type is.
func kindOf(cl *ast.CompositeLit) string {
	for _, el := range cl.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			return "slice"
		}
		if _, ok := kv.Key.(*ast.Ident); !ok {
			return "map"
		}
	}
	return "struct"
}

func (in *Interp) mapLiteral(cl *ast.CompositeLit, t, u *Type, env *Env, f *File) Value {
	m := NewMap(t)
	for _, el := range cl.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		k := in.evalT(kv.Key, u.Key, env, f)
		if o, ok := k.(*Opaque); ok {
			k = in.Force(o)
		}
		v := in.copyVal(kv.Value, in.evalT(kv.Value, u.Elem, env, f))
		if !m.Set(k, v) {
			in.problem("dynkey", kv.Key, "map key not resolved: %s", Describe(k))
		} else if ks, _ := keyOf(k); strings.HasPrefix(ks, "\x00") && isSchemaMap(u) {
			in.problem("dynkey", kv.Key, "map key is an external constant: %s", ks[1:])
		}
	}
	return m
}

func (in *Interp) structLiteral(cl *ast.CompositeLit, t, u *Type, env *Env, f *File) Value {
	s := &Struct{Type: t, Fields: map[string]Value{}}
	names := fieldNames(u)
	skip := skippable(t)
	for i, el := range cl.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			if v := in.Eval(el, env, f); i < len(names) {
				s.Fields[names[i]] = v
			}
			continue
		}
		id, ok := kv.Key.(*ast.Ident)
		if !ok || skip && skipFields[id.Name] {
			continue
		}
		var ft *Type
		if lit, ok := kv.Value.(*ast.CompositeLit); ok && lit.Type == nil {
			ft = in.fieldType(u, id.Name)
		}
		s.Fields[id.Name] = in.copyVal(kv.Value, in.evalT(kv.Value, ft, env, f))
	}
	return s
}

func fieldNames(u *Type) []string {
	if u.st == nil {
		return nil
	}
	var names []string
	for _, fl := range u.st.Fields.List {
		for _, n := range fl.Names {
			names = append(names, n.Name)
		}
		if len(fl.Names) == 0 {
			names = append(names, embName(fl.Type))
		}
	}
	return names
}

func isSchemaMap(t *Type) bool {
	if t == nil || t.Elem == nil {
		return false
	}
	e := t.Elem
	if e.Kind == "ptr" {
		e = e.Elem
	}
	return e != nil && e.Kind == "named" && (structLike(e) || e.Name == "Attribute" || e.Name == "Block")
}

func (in *Interp) fieldType(u *Type, name string) *Type {
	if u == nil || u.st == nil {
		return nil
	}
	for _, fl := range u.st.Fields.List {
		for _, n := range fl.Names {
			if n.Name == name {
				return in.typeOf(fl.Type, u.Env, u.File)
			}
		}
	}
	return nil
}

// copyVal copies struct values that come from somewhere addressable.
func (in *Interp) copyVal(e ast.Expr, v Value) Value {
	s, ok := v.(*Struct)
	if !ok {
		return v
	}
	switch e := e.(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr:
		return cloneStruct(s)
	case *ast.ParenExpr:
		return in.copyVal(e.X, v)
	}
	return v
}
