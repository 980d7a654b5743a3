// Package schema reads what the facts say of an attribute as types of cty.
package schema

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Container is how an attribute or block holds its values.
type Container int

const (
	Single  Container = iota + 1 // one value, or one nested object
	ListOf                       // positional
	SetOf                        // without order
	MapOf                        // by key
	AnyType                      // a type that is part of the value (dynamic)
	NoType                       // the facts do not name a type that is modelled
)

// Shape is the type of an attribute or block, read from the notation of the
// facts.
type Shape struct {
	Holds Container
	// Elem is the type of the value (single) or of an element. It is
	// DynamicPseudoType where the facts do not tell it and for nested objects.
	Elem cty.Type
	// Nested: elements are objects described by AttrFacts.Nested.
	Nested bool
	// Block: written as a block, so that "none" and "empty" are the same.
	Block bool
}

// ShapeOf reads the notation of a.Type, for example `string`, `set:string`,
// `list:block:1`, `list:attrobj`, `singlenested`, `map:basetypes.stringtype`.
func ShapeOf(a *plan.AttrFacts) Shape {
	switch strings.ToLower(a.Type) {
	case "singlenested":
		return Shape{Holds: Single, Elem: cty.DynamicPseudoType, Nested: true}
	case "singlenestedblock":
		return Shape{Holds: Single, Elem: cty.DynamicPseudoType, Nested: true, Block: true}
	case "listnested":
		return Shape{Holds: ListOf, Elem: cty.DynamicPseudoType, Nested: true}
	case "listnestedblock":
		return Shape{Holds: ListOf, Elem: cty.DynamicPseudoType, Nested: true, Block: true}
	case "setnested":
		return Shape{Holds: SetOf, Elem: cty.DynamicPseudoType, Nested: true}
	case "setnestedblock":
		return Shape{Holds: SetOf, Elem: cty.DynamicPseudoType, Nested: true, Block: true}
	case "mapnested":
		return Shape{Holds: MapOf, Elem: cty.DynamicPseudoType, Nested: true}
	case "dynamic":
		return Shape{Holds: AnyType, Elem: cty.DynamicPseudoType}
	case "list":
		return Shape{Holds: ListOf, Elem: cty.DynamicPseudoType}
	case "set":
		return Shape{Holds: SetOf, Elem: cty.DynamicPseudoType}
	case "map":
		return Shape{Holds: MapOf, Elem: cty.DynamicPseudoType}
	}
	kind, rest, ok := strings.Cut(a.Type, ":")
	if !ok {
		ty := scalar(a.Type)
		if ty == cty.DynamicPseudoType {
			return Shape{Holds: NoType, Elem: ty}
		}
		return Shape{Holds: Single, Elem: ty}
	}
	var s Shape
	switch kind {
	case "list":
		s.Holds = ListOf
	case "set":
		s.Holds = SetOf
	case "map":
		s.Holds = MapOf
	default:
		return Shape{Holds: NoType, Elem: cty.DynamicPseudoType}
	}
	rest = strings.TrimSuffix(rest, ":1")
	switch rest {
	case "block":
		s.Nested, s.Block, s.Elem = true, true, cty.DynamicPseudoType
	case "attrobj":
		s.Nested, s.Elem = true, cty.DynamicPseudoType
	default:
		s.Elem = elemType(rest)
	}
	return s
}

// elemType is the type of an element, itself possibly a collection
// (`list:list:string`).
func elemType(t string) cty.Type {
	kind, rest, ok := strings.Cut(t, ":")
	if !ok || strings.ContainsAny(kind, "[\"") {
		return scalar(t)
	}
	inner := elemType(rest)
	switch {
	case inner == cty.DynamicPseudoType:
		return inner
	case kind == "list":
		return cty.List(inner)
	case kind == "set":
		return cty.Set(inner)
	case kind == "map":
		return cty.Map(inner)
	}
	return cty.DynamicPseudoType
}

// scalar is the primitive behind a name. The custom types of framework
// providers (ARN, CIDR, enumerations, timestamps) are all strings to Terraform.
func scalar(name string) cty.Type {
	name, _, _ = strings.Cut(strings.ToLower(name), "[")
	if _, last, ok := strings.Cut(name, "."); ok {
		name = last
	}
	name = strings.TrimSuffix(name, "type")
	switch name {
	case "number", "int64", "int32", "float64", "float32":
		return cty.Number
	case "bool":
		return cty.Bool
	case "string", "arn", "cidrblock", "stringenum", "rfc3339", "timestamp", "duration", "normalized", "jsonnormalized":
		return cty.String
	}
	return cty.DynamicPseudoType
}

// ValueType is the type of the whole attribute for a placeholder.
func (s Shape) ValueType() cty.Type {
	if s.Elem == cty.DynamicPseudoType {
		return cty.DynamicPseudoType
	}
	switch s.Holds {
	case Single:
		return s.Elem
	case ListOf:
		return cty.List(s.Elem)
	case SetOf:
		return cty.Set(s.Elem)
	case MapOf:
		return cty.Map(s.Elem)
	}
	return cty.DynamicPseudoType
}

// Default is the provider's default, NilVal where there is none. A
// default that the facts name but cannot tell is opaque.
func Default(a *plan.AttrFacts, s Shape) cty.Value {
	switch d := a.Default.(type) {
	case nil:
		return cty.NilVal
	case string:
		return AsType(cty.StringVal(d), s)
	case bool:
		return AsType(cty.BoolVal(d), s)
	case float64:
		return AsType(cty.NumberFloatVal(d), s)
	case int:
		return AsType(cty.NumberIntVal(int64(d)), s)
	}
	return cty.UnknownVal(s.ValueType()).Mark(value.Symbol{ID: "default of the provider"})
}

// AsType converts a value to the type of an attribute, where it can be.
func AsType(v cty.Value, s Shape) cty.Value {
	if out, err := convert.Convert(v, s.ValueType()); err == nil && !value.HasHugeNumber(out) {
		return out
	}
	return v
}

// WriteOnly attributes never reach the state; by convention their names end in
// _wo, and the version beside them is what acts.
func WriteOnly(a *plan.AttrFacts, name string) bool {
	return strings.HasSuffix(name, "_wo") && !a.Computed
}
