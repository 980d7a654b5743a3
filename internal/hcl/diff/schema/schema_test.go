package schema

import (
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// The notation of the facts, as types of cty.
func TestShapeOf(t *testing.T) {
	dynamic := cty.DynamicPseudoType
	for kind, want := range map[string]Shape{
		"string":                    {Holds: Single, Elem: cty.String},
		"int64":                     {Holds: Single, Elem: cty.Number},
		"set:string":                {Holds: SetOf, Elem: cty.String},
		"list:list:string":          {Holds: ListOf, Elem: cty.List(cty.String)},
		"map:basetypes.stringtype":  {Holds: MapOf, Elem: cty.String},
		"list:block:1":              {Holds: ListOf, Elem: dynamic, Nested: true, Block: true},
		"list:attrobj":              {Holds: ListOf, Elem: dynamic, Nested: true},
		"singlenested":              {Holds: Single, Elem: dynamic, Nested: true},
		"setnestedblock":            {Holds: SetOf, Elem: dynamic, Nested: true, Block: true},
		"dynamic":                   {Holds: AnyType, Elem: dynamic},
		"something of its own":      {Holds: NoType, Elem: dynamic},
		"something:of another kind": {Holds: NoType, Elem: dynamic},
	} {
		if got := ShapeOf(&plan.AttrFacts{Type: kind}); got != want {
			t.Errorf("%s: got %+v, want %+v", kind, got, want)
		}
	}
}

// A default has the type of its attribute; one that the facts cannot name is not
// known.
func TestDefault(t *testing.T) {
	for _, row := range []struct {
		kind     string
		declared any
		want     cty.Value
	}{
		{"string", "a", cty.StringVal("a")},
		{"number", "5", cty.NumberIntVal(5)},
		{"bool", true, cty.True},
		{"number", 1.5, cty.NumberFloatVal(1.5)},
		{"string", nil, cty.NilVal},
	} {
		a := &plan.AttrFacts{Type: row.kind, Default: row.declared}
		if got := Default(a, ShapeOf(a)); got != row.want && !got.RawEquals(row.want) {
			t.Errorf("%s %v: got %#v, want %#v", row.kind, row.declared, got, row.want)
		}
	}
	a := &plan.AttrFacts{Type: "string", Default: map[string]any{"const": "x"}}
	if got := Default(a, ShapeOf(a)); got.IsKnown() {
		t.Errorf("a default that is not resolved: %#v", got)
	}
}
