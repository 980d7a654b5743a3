package refs_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/refs"
)

func TestNode(t *testing.T) {
	for text, want := range map[string][3]string{ // node, resource, text
		"var.v.a":         {"var.v", "var.v", "var.v.a"},
		"local.l":         {"local.l", "local.l", "local.l"},
		"module.m.out":    {"module.m", "module.m", "module.m.out"},
		"t.a.id":          {"t.a", "t.a", "t.a.id"},
		"t.a[0].id":       {"t.a", "t.a", "t.a.0.id"},
		"resource.t.a.id": {"t.a", "t.a", "resource.t.a.id"},
		"data.t.a.id":     {"data.t.a", "data.t", "data.t.a.id"},
	} {
		ref, diags := hclsyntax.ParseTraversalAbs([]byte(text), "", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		key, _ := refs.Resource(ref)
		if got := [3]string{refs.Node(ref), key, refs.Text(ref)}; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
