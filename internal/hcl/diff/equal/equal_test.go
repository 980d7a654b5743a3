package equal

import (
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func text(s string) cty.Value { return cty.StringVal(s) }

func opaque(id string) cty.Value { return cty.UnknownVal(cty.String).Mark(value.Symbol{ID: id}) }

func list(vals ...cty.Value) cty.Value { return cty.TupleVal(vals) }

// Values of one attribute before and after; rows in pairs, one that is a change
// and one like it that is none.
func TestValues(t *testing.T) {
	pending, null := cty.UnknownVal(cty.String).Mark(value.Pending{}), cty.NullVal(cty.String)
	for _, row := range []struct {
		name, kind string
		sdk        bool
		old, new   cty.Value
		want       Verdict
	}{
		{"equal texts", "string", true, text("a"), text("a"), Same},
		{"other texts", "string", true, text("a"), text("b"), Differs},
		{"empty and null to the SDK", "string", true, text(""), null, Same},
		{"empty and null to the framework", "string", false, text(""), null, Differs},
		{"false and null to the SDK", "bool", true, cty.False, cty.NullVal(cty.Bool), Same},
		{"true and null", "bool", true, cty.True, cty.NullVal(cty.Bool), Differs},
		{"one symbol", "string", true, opaque("x"), opaque("x"), Same},
		{"two symbols", "string", true, opaque("x"), opaque("y"), Maybe},
		{"a symbol and a text", "string", true, opaque("x"), text("a"), Maybe},
		{"known after apply", "string", true, text("a"), pending, Differs},
		{"a list in another order", "list:string", true, list(text("a"), text("b")), list(text("b"), text("a")), Differs},
		{"a set in another order", "set:string", true, list(text("a"), text("b")), list(text("b"), text("a")), Same},
		{"a set with one more", "set:string", true, list(text("a")), list(text("a"), text("b")), Differs},
		{"a set with another symbol", "set:string", true, list(text("a"), opaque("x")), list(text("a"), opaque("y")), Maybe},
		{"a symbol more in a set", "set:string", true, list(opaque("x")), list(opaque("x"), opaque("y")), Differs},
		{"a map's entry", "map:string", true, cty.ObjectVal(map[string]cty.Value{"k": text("a")}),
			cty.ObjectVal(map[string]cty.Value{"k": text("b")}), Differs},
		{"one and \"1\" without a type", "object", true, text("1"), cty.NumberIntVal(1), Same},
		{"one and \"1\" where the type counts", "dynamic", true, text("1"), cty.NumberIntVal(1), Differs},
	} {
		s := schema.ShapeOf(&plan.AttrFacts{Type: row.kind})
		if got := Values(s, row.sdk, row.old, row.new); got != row.want {
			t.Errorf("%s: got %d, want %d", row.name, got, row.want)
		}
	}
}

// What the code of providers takes for equal, and a twin that it does not.
func TestMeaning(t *testing.T) {
	aws := Meaning{Provider: "aws", Type: "aws_route53_record", Attr: "name"}
	policy := Meaning{Provider: "aws", Type: "aws_iam_policy", Attr: "policy"}
	network := Meaning{Provider: "google", Attr: "network"}
	for _, row := range []struct {
		m        Meaning
		old, new string
		want     Verdict
	}{
		{aws, "A.example.", "a.example", Same},
		{aws, "a.example", "b.example", Differs},
		{Meaning{Provider: "aws", Attr: "user_data"}, "hello", "aGVsbG8=", Same},
		{Meaning{Provider: "aws", Attr: "user_data"}, "hello", "aGVsbG8h", Differs},
		{Meaning{Provider: "aws", Attr: "engine"}, "MySQL", "mysql", Same},
		{Meaning{Provider: "aws", Attr: "name"}, "A", "a", Maybe},
		{policy, `{"Statement":{"Action":"a"}}`, `{"Statement":[{"Action":["a"]}]}`, Same},
		{policy, `{"Statement":{"Action":"a"}}`, `{"Statement":[{"Action":["b"]}]}`, Differs},
		{Meaning{Provider: "azurerm", Attr: "location"}, "westeurope", "West Europe", Same},
		{Meaning{Provider: "azurerm", Attr: "location"}, "westeurope", "northeurope", Differs},
		{network, "n", "projects/p/global/networks/n", Same},
		{network, "n", "projects/p/global/networks/m", Differs},
		{Meaning{Provider: "google", Attr: "location"}, "EU", "eu", Same},
		{Meaning{Provider: "kubernetes", Attr: "cpu"}, "1", "1000m", Same},
		{Meaning{Provider: "kubernetes", Attr: "cpu"}, "1", "100m", Differs},
		{Meaning{Provider: "acme", Attr: "a"}, "a", "A", Maybe},
	} {
		if got := row.m.Compare(text(row.old), text(row.new)); got != row.want {
			t.Errorf("%s %s: %q and %q: got %d, want %d", row.m.Provider, row.m.Attr, row.old, row.new, got, row.want)
		}
	}
}

// Two values with one text are the same, with their types and symbols.
func TestCanonical(t *testing.T) {
	for _, row := range []struct {
		name string
		a, b cty.Value
		same bool
	}{
		{"texts", text("a"), text("a"), true},
		{"a text and a number", text("1"), cty.NumberIntVal(1), false},
		{"a symbol", opaque("x"), opaque("x"), true},
		{"two symbols", opaque("x"), opaque("y"), false},
		{"an object", cty.ObjectVal(map[string]cty.Value{"a": text("1")}), cty.ObjectVal(map[string]cty.Value{"a": text("1")}), true},
		{"a list and a tuple", cty.ListVal([]cty.Value{text("a")}), list(text("a")), false},
	} {
		if got := Canonical(row.a) == Canonical(row.b); got != row.same {
			t.Errorf("%s: got %t, want %t", row.name, got, row.same)
		}
	}
}
