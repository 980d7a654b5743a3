package attrs_test

import (
	"reflect"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func TestKnownAndTree(t *testing.T) {
	opaque := value.NewOpaque("o", cty.String)
	unknown := plan.Unknown{ID: value.Fingerprint(opaque)}
	for _, c := range []struct {
		name  string
		v     cty.Value
		known any // nil where it is not listed
		tree  any
	}{
		{"text", cty.StringVal("a"), "a", "a"},
		{"number", cty.NumberIntVal(3), 3.0, 3.0},
		{"truth", cty.True, true, true},
		{"pending", value.NewPending(cty.String), nil, attrs.Pending},
		{"opaque", opaque, nil, unknown},
		{"list", cty.TupleVal([]cty.Value{cty.StringVal("a")}), []any{"a"}, []any{"a"}},
		{"list with an unknown element", cty.TupleVal([]cty.Value{opaque}), nil, []any{unknown}},
		{"object", cty.ObjectVal(map[string]cty.Value{"k": cty.True}), map[string]any{"k": true}, map[string]any{"k": true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := cty.ObjectVal(map[string]cty.Value{"x": c.v})
			got, listed := attrs.Known(v)["x"]
			if listed != (c.known != nil) || !reflect.DeepEqual(got, c.known) {
				t.Errorf("known: %#v, want %#v", got, c.known)
			}
			if got := attrs.Tree(v, v)["x"]; !reflect.DeepEqual(got, c.tree) {
				t.Errorf("tree: %#v, want %#v", got, c.tree)
			}
		})
	}
}

// A secret is neither shown nor compared by what it is.
func TestSensitive(t *testing.T) {
	v := cty.ObjectVal(map[string]cty.Value{"x": cty.StringVal("secret").Mark(value.Sensitive)})
	if _, ok := attrs.Known(v)["x"]; ok {
		t.Error("a sensitive attribute is listed")
	}
	if _, ok := attrs.Tree(v, v)["x"].(plan.Unknown); !ok {
		t.Errorf("the tree shows %v", attrs.Tree(v, v)["x"])
	}
}

// What only the provider fills in counts as not given.
func TestTreeLeavesComputed(t *testing.T) {
	v := cty.ObjectVal(map[string]cty.Value{"id": value.NewPending(cty.String)})
	if got := attrs.Tree(v, cty.EmptyObjectVal); len(got) > 0 {
		t.Errorf("computed attributes are given: %v", got)
	}
}
