package trees

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// To ask whether content is here does not ask for it.
func TestHereAsksForNothing(t *testing.T) {
	o := NewObjects()
	tree := NewTree("root", o)
	for _, name := range []string{".", "a.tf", "sub/b.tf"} {
		if plan.Here(tree, name) {
			t.Errorf("%s is here before anything was brought", name)
		}
	}
	o.folders["root"] = []entry{{name: "a.tf", mode: "100644", id: "a", size: 1}, {name: "sub", mode: "040000", id: "sub"}}
	o.blobs["a"] = []byte("x")
	for name, want := range map[string]bool{".": true, "a.tf": true, "sub": false, "sub/b.tf": false, "no": false, "../a": false} {
		if got := plan.Here(tree, name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if o.Missing() {
		t.Error("something is noted as wanted")
	}
}
