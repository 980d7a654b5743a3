package apply_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// TestNearTheAliasLimit: what aliases may stand for just below the limit is
// still compared in a second.
func TestNearTheAliasLimit(t *testing.T) {
	text := func(last string) string {
		var b strings.Builder
		b.WriteString("apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: f}\nspec:\n  a: &a [x,x,x,x,x,x,x,x,x]\n")
		for c := 'b'; c < 'f'; c++ {
			fmt.Fprintf(&b, "  %c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 8), c-1)
		}
		return b.String() + "  last: " + last + "\n"
	}
	start := time.Now()
	before, after := one(t, "before.yaml", text("a")), one(t, "after.yaml", text("b"))
	if out := apply.Update(before, after, apply.Patch, apply.Cluster{}); len(out.Changed) != 1 {
		t.Errorf("changed %v", out.Changed)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	if _, err := object.Parse("bomb.yaml", []byte(text("a")+"  f: [*e, *e, *e, *e]\n"), object.Limits{}); err == nil {
		t.Error("the limit does not hold")
	}
}
