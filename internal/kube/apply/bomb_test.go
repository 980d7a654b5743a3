package apply_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// TestNearTheAliasLimit: what aliases may stand for just below the limit is
// still compared
// with little work.
func TestNearTheAliasLimit(t *testing.T) {
	text := func(last string) string {
		var b strings.Builder
		b.WriteString("apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: f}\nspec:\n  a: &a [x,x,x,x,x,x,x,x,x]\n")
		for c := 'b'; c < 'f'; c++ {
			fmt.Fprintf(&b, "  %c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 8), c-1)
		}
		return b.String() + "  last: " + last + "\n"
	}
	spent := plantest.Spend(func() {
		before, after := one(t, "before.yaml", text("a")), one(t, "after.yaml", text("b"))
		if out := apply.Update(before, after, apply.Patch, apply.Cluster{}); len(out.Changed) != 1 {
			t.Errorf("changed %v", out.Changed)
		}
	})
	t.Log(spent)
	if spent.Bytes > 256<<20 || spent.Objects > 5_000_000 {
		t.Errorf("%+v were allocated", spent)
	}
	if _, err := object.Parse("bomb.yaml", []byte(text("a")+"  f: [*e, *e, *e, *e]\n"), object.Limits{}); err == nil {
		t.Error("the limit does not hold")
	}
}
