package opaque

import (
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func list(texts ...string) cty.Value {
	var out []cty.Value
	for _, s := range texts {
		out = append(out, cty.StringVal(s))
	}
	return cty.TupleVal(out)
}

func object(name, v string) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{name: cty.StringVal(v)})
}

func TestChangeOf(t *testing.T) {
	for _, c := range []struct {
		name, input string
		was, is     cty.Value
		want        how
		text        string
	}{
		{"equal", "size", cty.StringVal("a"), cty.StringVal("a"), same, `"a" -> "a"`},
		{"another text", "size", cty.StringVal("a"), cty.StringVal("b"), alters, `"a" -> "b"`},
		{"another tag", "tags", object("k", "a"), object("k", "b"), labels, `with other values of "k"`},
		{"a tag in an input", "settings", object("tags", "a"), object("tags", "b"), labels, `with other values of "tags"`},
		{"an element at the end", "names", list("a"), list("a", "b"), adds, `with "b"`},
		{"an element at the start", "names", list("a"), list("b", "a"), alters, `with "b"`},
		{"an element less", "names", list("a", "b"), list("a"), removes, `without "b"`},
		{"one for another", "names", list("a"), list("b"), removes, `without "a", with "b"`},
		{"a key more", "nodes", object("a", "1"), cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal("1"), "b": cty.StringVal("1")}),
			adds, `with "b"`},
		{"a key less", "nodes", object("a", "1"), cty.EmptyObjectVal, removes, `without "a"`},
		{"set anew", "size", cty.NilVal, cty.StringVal("a"), alters, `not set -> "a"`},
		{"a secret", "size", cty.StringVal("a").Mark("m"), cty.StringVal("b").Mark("m"), alters, "(not shown) -> (not shown)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := changeOf(c.input, c.was, c.is); got != c.want {
				t.Errorf("changeOf: %v, want %v", got, c.want)
			}
			if got := difference(c.was, c.is); got != c.text {
				t.Errorf("difference: %s, want %s", got, c.text)
			}
		})
	}
}

func TestKindOfEdit(t *testing.T) {
	in := func(h how) []inputEdit { return []inputEdit{{"i", "i", h}} }
	for _, c := range []struct {
		name string
		edit edit
		want plan.GapKind
	}{
		{"labels", edit{inputs: in(labels)}, plan.GapSourceLabels},
		{"an addition", edit{inputs: in(adds)}, plan.GapSourceAddition},
		{"a removal", edit{inputs: in(removes)}, plan.GapSourceRemoval},
		{"another value", edit{inputs: in(alters)}, plan.GapOpaque},
		{"a patch", edit{version: "v", patch: true}, plan.GapSourcePatch},
		{"a version", edit{version: "v"}, plan.GapSourceVersion},
		{"a version out of range", edit{version: "v", leaves: true}, plan.GapSourceRemoval},
		{"a patch and a removal", edit{version: "v", patch: true, inputs: in(removes)}, plan.GapSourceRemoval},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.edit.kind(); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
