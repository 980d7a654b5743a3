package apply_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"golang.org/x/tools/txtar"
)

// BenchmarkParseAndCompare500 parses both sides of 500 manifests, a third of
// them changed, and simulates their updates with effects.
func BenchmarkParseAndCompare500(b *testing.B) {
	before, after := manifests(b, 500)
	for b.Loop() {
		x, err := object.Parse("before.yaml", before, object.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		y, err := object.Parse("after.yaml", after, object.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		changed := 0
		for i := range x.Objects {
			if apply.Update(x.Objects[i], y.Objects[i], apply.Patch, apply.Cluster{}).Verdict != apply.None {
				changed++
			}
		}
		if changed == 0 {
			b.Fatal("nothing changed")
		}
	}
}

// manifests joins fixtures into n documents a side.
func manifests(b *testing.B, n int) (before, after []byte) {
	files, _ := filepath.Glob("testdata/patch/*.txtar")
	var x, y strings.Builder
	for i := range n {
		a, err := txtar.ParseFile(files[i%len(files)])
		if err != nil {
			b.Fatal(err)
		}
		side := 0
		if i%3 == 0 {
			side = 1
		}
		fmt.Fprintf(&x, "---\n%s", a.Files[0].Data)
		fmt.Fprintf(&y, "---\n%s", a.Files[side].Data)
	}
	return []byte(x.String()), []byte(y.String())
}
