package apply_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"golang.org/x/tools/txtar"
)

// FuzzUpdate: no input makes it panic, an object updated to itself stays as it
// is and has no effects, and the inputs are never changed.
func FuzzUpdate(f *testing.F) {
	for _, dir := range []string{"put", "patch"} {
		files, _ := filepath.Glob("testdata/" + dir + "/*.txtar")
		for _, file := range files {
			a, err := txtar.ParseFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(a.Files[0].Data, a.Files[1].Data)
		}
	}
	f.Fuzz(func(t *testing.T, before, after []byte) {
		b, err := object.Parse("before.yaml", before, object.Limits{Bytes: 1 << 14})
		if err != nil || len(b.Objects) == 0 {
			return
		}
		cluster, _ := apply.Survey(b.Objects)
		for _, o := range b.Objects {
			text := fmt.Sprint(o.Value)
			for _, family := range []apply.Family{apply.Patch, apply.Put} {
				if out := apply.Update(o, o, family, cluster); out.Verdict != apply.None || len(out.Effects) > 0 {
					t.Fatalf("%s to itself: %+v", family, out)
				}
			}
			if fmt.Sprint(o.Value) != text {
				t.Fatal("the object was changed")
			}
		}
		a, err := object.Parse("after.yaml", after, object.Limits{Bytes: 1 << 14})
		if err != nil {
			return
		}
		for i := range min(len(a.Objects), len(b.Objects)) {
			x, y := b.Objects[i], a.Objects[i]
			y.Identity = x.Identity
			apply.Update(x, y, apply.Patch, cluster)
			apply.Update(x, y, apply.Put, cluster)
		}
	})
}
