package interp

import "go/ast"

// Reflected is a reflect.Value or reflect.Type: what it holds, in a place of
// its own, so that Elem().Set() reaches the value behind a pointer.
type Reflected struct{ cell *Cell }

func reflectNatives() map[string]native {
	return map[string]native{
		"reflect.ValueOf": func(in *Interp, a []Value, c *ast.CallExpr) []Value { return one(&Reflected{&Cell{a[0]}}) },
		"reflect.TypeOf":  func(in *Interp, a []Value, c *ast.CallExpr) []Value { return one(typeOfValue(a[0])) },
		"reflect.New": func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			if t, ok := a[0].(*TypeV); ok {
				return one(&Reflected{&Cell{Pointer(in.zero(t.T))}})
			}
			return one(&Opaque{Name: "reflect.New", Args: a})
		},
	}
}

func typeOfValue(v Value) Value {
	t := argumentType(v)
	if t == nil {
		return &Opaque{Name: "reflect.Type", Args: []Value{v}}
	}
	if _, ok := v.(*Ptr); ok {
		t = &Type{Kind: "ptr", Elem: t}
	}
	return &TypeV{t}
}

// method is what is known of the methods of a reflect.Value.
func (r *Reflected) method(name string) native {
	switch name {
	case "Elem":
		return func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			if p, ok := r.cell.V.(*Ptr); ok {
				return one(&Reflected{p.Cell})
			}
			return one(&Opaque{Name: "reflect.Value.Elem", Args: a})
		}
	case "Type":
		return func(in *Interp, a []Value, c *ast.CallExpr) []Value { return one(typeOfValue(r.cell.V)) }
	case "Interface":
		return func(in *Interp, a []Value, c *ast.CallExpr) []Value { return one(r.cell.V) }
	case "Set":
		return func(in *Interp, a []Value, c *ast.CallExpr) []Value {
			if from, ok := a[0].(*Reflected); ok {
				v := from.cell.V
				if s, ok := v.(*Struct); ok {
					v = cloneStruct(s)
				}
				r.cell.V = v
			}
			return nil
		}
	}
	return func(in *Interp, a []Value, c *ast.CallExpr) []Value {
		return one(&Opaque{Name: "reflect.Value." + name, Args: a})
	}
}
