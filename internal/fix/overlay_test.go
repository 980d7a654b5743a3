package fix_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// A tree with edits is a tree: new files and folders are listed, and nothing that
// an edit touches has an object id.
func TestApply(t *testing.T) {
	tree, _, _ := plantest.Archive([]byte("-- before/a/x.tf --\none\ntwo\nthree\n-- before/b.tf --\nb\n"))
	edited, err := fix.Apply(tree, []fix.Edit{
		{Path: "a/x.tf", Start: 1, End: 1, New: []string{"1", "1.5"}}, {Path: "a/x.tf", Start: 3, End: 3, New: []string{"3"}},
		{Path: "c/d/new.tf", New: []string{"n", ""}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(edited, "a/x.tf", "b.tf", "c/d/new.tf"); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]string{"a/x.tf": "1\n1.5\ntwo\n3\n", "b.tf": "b\n", "c/d/new.tf": "n\n"} {
		if got, err := fs.ReadFile(edited, name); err != nil || string(got) != want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, want)
		}
	}
	if plan.ID(edited, "a/x.tf") != "" || plan.ID(edited, "b.tf") == "" {
		t.Error("an edited file has an object id, or another one has lost its own")
	}
}

// What does not fit the tree is refused, and line ends stay as they are.
func TestApplyRefuses(t *testing.T) {
	tree := plantest.Tree(map[string]string{"a.tf": "one\r\ntwo\r\n"})
	for _, edits := range [][]fix.Edit{
		{{Path: "a.tf", Start: 4, End: 4}}, {{Path: "a.tf", New: []string{"x"}}}, {{Path: "b.tf", Start: 1, End: 1}},
		{{Path: "a.tf", Start: 1, End: 2}, {Path: "a.tf", Start: 2, End: 2}}, {{Path: "a.tf", Start: 2, End: 1}},
	} {
		if _, err := fix.Apply(tree, edits); err == nil {
			t.Errorf("%+v is taken", edits)
		}
	}
	edited, err := fix.Apply(tree, []fix.Edit{{Path: "a.tf", Start: 1, End: 1, New: []string{"1"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := fs.ReadFile(edited, "a.tf"); string(got) != "1\r\ntwo\r\n" {
		t.Errorf("got %q", got)
	}
}
