// Package interp interprets Go source that builds values: composite literals,
// function calls, loops over literals. It runs nothing and compiles nothing.
// What it cannot know (an external call, an environment) becomes an Opaque
// value with a name, and the code that depends on it is noted.
package interp

import (
	"fmt"
	"go/ast"
	"strings"
)

// Value is a Go value under interpretation: string, int64, float64, bool, or
// one of the types below.
type Value any

// Nil is the nil of any type.
type Nil struct{}

// Null is nil.
var Null = &Nil{}

// Opaque is a value that is not known: the result of an external call, or an
// external variable. Args are what it was called with, nil if it was not.
type Opaque struct {
	Name string
	Args []Value
	Recv Value
	Type *Type
}

// Cell is a place that holds a value; pointers share it.
type Cell struct{ V Value }

// Ptr is a pointer.
type Ptr struct{ Cell *Cell }

// Pointer is a pointer to a new place.
func Pointer(v Value) *Ptr { return &Ptr{&Cell{v}} }

// Struct is a struct value; fields that were not set are absent.
type Struct struct {
	Type   *Type
	Fields map[string]Value
}

// MapV is a map, in the order in which its keys were set. Dyn counts entries
// whose key is not known. A key that is an external constant has its name
// after a zero byte.
type MapV struct {
	Type  *Type
	Elems map[string]Value
	Raw   map[string]Value // the keys as values
	Keys  []string
	Dyn   int
}

// SliceV is a slice or array; Dyn says that elements are missing.
type SliceV struct {
	Type  *Type
	Elems []Value
	Dyn   bool
}

// FuncV is a function, method or closure.
type FuncV struct {
	Name     string
	Decl     *ast.FuncType
	Body     *ast.BlockStmt
	RecvName string
	Recv     Value
	Env      *Env
	File     *File
	Native   native
	tparams  []string
	targs    []*Type
}

// native is a function that the interpreter brings along.
type native func(in *Interp, args []Value, call *ast.CallExpr) []Value

// TypeV is a type used as a value.
type TypeV struct{ T *Type }

// PkgV is a package used as a value.
type PkgV struct{ Path string }

// Type is a Go type as far as it matters here. Kind is named, ptr, slice, map,
// func, basic, struct, iface, tparam, chan or iter.
type Type struct {
	Kind string
	Pkg  string
	Name string
	Elem *Type
	Key  *Type
	Args []*Type
	st   *ast.StructType
	alen ast.Expr // array length
	Env  *Env
	File *File
}

// Typed is a constant of a named type that has methods.
type Typed struct {
	V Value
	T *Type
}

func (t *Type) String() string {
	if t == nil {
		return "?"
	}
	switch t.Kind {
	case "named":
		s := t.Pkg + "." + t.Name
		if len(t.Args) > 0 {
			var a []string
			for _, x := range t.Args {
				a = append(a, x.String())
			}
			s += "[" + strings.Join(a, ",") + "]"
		}
		return s
	case "basic":
		return t.Name
	case "ptr":
		return "*" + t.Elem.String()
	case "slice":
		return "[]" + t.Elem.String()
	case "map":
		return "map[" + t.Key.String() + "]" + t.Elem.String()
	}
	return t.Kind
}

// Env is a scope.
type Env struct {
	up   *Env
	Vars map[string]*Cell
}

// Get finds a variable, nil if there is none.
func (e *Env) Get(n string) *Cell {
	for x := e; x != nil; x = x.up {
		if c, ok := x.Vars[n]; ok {
			return c
		}
	}
	return nil
}

// NewEnv is a scope inside up.
func NewEnv(up *Env) *Env { return &Env{up: up, Vars: map[string]*Cell{}} }

// Def declares a variable.
func (e *Env) Def(n string, v Value) {
	if n == "_" {
		return
	}
	e.Vars[n] = &Cell{v}
}

// Deref follows pointers and takes named types off constants.
func Deref(v Value) Value {
	for i := 0; i < 5; i++ {
		if t, ok := v.(*Typed); ok {
			return t.V
		}
		p, ok := v.(*Ptr)
		if !ok {
			return v
		}
		v = p.Cell.V
	}
	return v
}

// IsNil reports nil and nothing.
func IsNil(v Value) bool {
	if v == nil {
		return true
	}
	_, ok := v.(*Nil)
	return ok
}

func keyOf(v Value) (string, bool) {
	switch v := Deref(v).(type) {
	case string:
		return v, true
	case int64:
		return fmt.Sprint(v), true
	case bool:
		return fmt.Sprint(v), true
	case *Opaque:
		if v.Name != "" && v.Args == nil {
			return "\x00" + v.Name, true
		}
	}
	return "", false
}

// Set stores an entry; false if its key is not known.
func (m *MapV) Set(k, v Value) bool {
	ks, ok := keyOf(k)
	if !ok {
		m.Dyn++
		return false
	}
	if _, had := m.Elems[ks]; !had {
		m.Keys = append(m.Keys, ks)
	}
	m.Elems[ks] = v
	m.Raw[ks] = k
	return true
}

// NewMap is an empty map.
func NewMap(t *Type) *MapV { return &MapV{Type: t, Elems: map[string]Value{}, Raw: map[string]Value{}} }

func (m *MapV) del(k string) {
	delete(m.Elems, k)
	for i, x := range m.Keys {
		if x == k {
			m.Keys = append(m.Keys[:i:i], m.Keys[i+1:]...)
			break
		}
	}
}

func cloneStruct(s *Struct) *Struct {
	n := &Struct{Type: s.Type, Fields: map[string]Value{}}
	for k, v := range s.Fields {
		if sv, ok := v.(*Struct); ok {
			v = cloneStruct(sv)
		}
		n.Fields[k] = v
	}
	return n
}

// Describe names a value for notes.
func Describe(v Value) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case *Nil:
		return "nil"
	case *Opaque:
		return "opaque " + v.Name
	case *Struct:
		return "struct " + v.Type.String()
	case *Ptr:
		return "*" + Describe(v.Cell.V)
	case *MapV:
		return "map"
	case *SliceV:
		return "slice"
	case *FuncV:
		return "func " + v.Name
	case *TypeV:
		return "type " + v.T.String()
	case *PkgV:
		return "package " + v.Path
	}
	return fmt.Sprintf("%T %v", v, v)
}
