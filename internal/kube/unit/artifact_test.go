package unit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

func scanOf(t *testing.T, files map[string]string) *Scan {
	t.Helper()
	tree, err := tree.Open(plantest.Tree(files), plan.After, nil)
	if err != nil {
		t.Fatal(err)
	}
	return NewScan(tree, Settings{})
}

// Too many patterns leave nothing out, and are a gap where they change.
func TestPatternsAreBounded(t *testing.T) {
	many := map[string]string{}
	for i := range 2_000 {
		many[fmt.Sprintf("a/f%d.yaml", i)] = ""
	}
	for name, c := range map[string]struct {
		files map[string]string
		spec  string
	}{
		"lines":            {map[string]string{".sourceignore": strings.Repeat("a.yaml\n", 20_000), "a.yaml": ""}, ""},
		"lines of several": {map[string]string{".sourceignore": strings.Repeat("a.yaml\n", 9_000), "b/.sourceignore": strings.Repeat("a.yaml\n", 9_000), "a.yaml": ""}, ""},
		"spec.ignore":      {map[string]string{"a.yaml": ""}, strings.Repeat("a.yaml\n", 20_000)},
		"files":            {func() map[string]string { many[".sourceignore"] = strings.Repeat("a\n", 9_000); return many }(), ""},
	} {
		src := object.Object{Value: map[string]any{"spec": map[string]any{"ignore": c.spec}}}
		got := scanOf(t, c.files).artifactOf(src)
		if len(got.unread) == 0 || !got.unread[0].Alters || got.unread[0].Why == "" {
			t.Errorf("%s: what is not read is %+v", name, got.unread)
		}
	}
	few := scanOf(t, map[string]string{".sourceignore": "a.yaml\n", "a.yaml": "", "b.yaml": ""}).artifactOf(object.Object{})
	if len(few.unread) > 0 || few.scan.Tree.Has("a.yaml") || !few.scan.Tree.Has("b.yaml") {
		t.Errorf("one pattern: unread %v, files %v", few.unread, few.scan.Tree.Names())
	}
	chart := &Unit{}
	scanOf(t, map[string]string{"c/Chart.yaml": "name: c\n", "c/.helmignore": strings.Repeat("x\n", 20_000)}).helmignore(chart, "c")
	if len(chart.Outside) != 1 || !chart.Outside[0].Alters {
		t.Errorf(".helmignore: %+v", chart.Outside)
	}
}
