package diff

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// container is how an attribute or block holds its values.
type container int

const (
	single  container = iota + 1 // one value, or one nested object
	listOf                       // positional
	setOf                        // without order
	mapOf                        // by key
	anyType                      // a type that is part of the value (dynamic)
	noType                       // the facts do not name a type that is modelled
)

// shape is the type of an attribute or block, read from the notation of the
// facts.
type shape struct {
	holds container
	// elem is the type of the value (single) or of an element. It is
	// DynamicPseudoType where the facts do not tell it and for nested objects.
	elem cty.Type
	// nested: elements are objects described by AttrFacts.Nested.
	nested bool
	// block: written as a block, so that "none" and "empty" are the same.
	block bool
}

// shapeOf reads the notation of a.Type, for example `string`, `set:string`,
// `list:block:1`, `list:attrobj`, `singlenested`, `map:basetypes.stringtype`.
func shapeOf(a *plan.AttrFacts) shape {
	switch strings.ToLower(a.Type) {
	case "singlenested":
		return shape{holds: single, elem: cty.DynamicPseudoType, nested: true}
	case "singlenestedblock":
		return shape{holds: single, elem: cty.DynamicPseudoType, nested: true, block: true}
	case "listnested":
		return shape{holds: listOf, elem: cty.DynamicPseudoType, nested: true}
	case "listnestedblock":
		return shape{holds: listOf, elem: cty.DynamicPseudoType, nested: true, block: true}
	case "setnested":
		return shape{holds: setOf, elem: cty.DynamicPseudoType, nested: true}
	case "setnestedblock":
		return shape{holds: setOf, elem: cty.DynamicPseudoType, nested: true, block: true}
	case "mapnested":
		return shape{holds: mapOf, elem: cty.DynamicPseudoType, nested: true}
	case "dynamic":
		return shape{holds: anyType, elem: cty.DynamicPseudoType}
	case "list":
		return shape{holds: listOf, elem: cty.DynamicPseudoType}
	case "set":
		return shape{holds: setOf, elem: cty.DynamicPseudoType}
	case "map":
		return shape{holds: mapOf, elem: cty.DynamicPseudoType}
	}
	kind, rest, ok := strings.Cut(a.Type, ":")
	if !ok {
		ty := scalar(a.Type)
		if ty == cty.DynamicPseudoType {
			return shape{holds: noType, elem: ty}
		}
		return shape{holds: single, elem: ty}
	}
	var s shape
	switch kind {
	case "list":
		s.holds = listOf
	case "set":
		s.holds = setOf
	case "map":
		s.holds = mapOf
	default:
		return shape{holds: noType, elem: cty.DynamicPseudoType}
	}
	rest = strings.TrimSuffix(rest, ":1")
	switch rest {
	case "block":
		s.nested, s.block, s.elem = true, true, cty.DynamicPseudoType
	case "attrobj":
		s.nested, s.elem = true, cty.DynamicPseudoType
	default:
		s.elem = elemType(rest)
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

// valueType is the type of the whole attribute for a placeholder.
func (s shape) valueType() cty.Type {
	if s.elem == cty.DynamicPseudoType {
		return cty.DynamicPseudoType
	}
	switch s.holds {
	case single:
		return s.elem
	case listOf:
		return cty.List(s.elem)
	case setOf:
		return cty.Set(s.elem)
	case mapOf:
		return cty.Map(s.elem)
	}
	return cty.DynamicPseudoType
}
