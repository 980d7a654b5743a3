package hcl_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/linediff"
)

// Every predicted change of every recorded case has a chain of causes, and the
// chain starts at a line that one side has and the other has not.
func TestCausesStartAtAChangedLine(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	checked := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before, after, _ := archive(t, data)
		for _, c := range hcl.Predict(before, after, facts.Load(), hcl.Options{}).Changes {
			checked++
			if len(c.Causes) < 2 {
				t.Errorf("%s: %s %s has no chain of causes: %v", file, c.Action, c.Address, c.Causes)
				continue
			}
			if first := c.Causes[0]; !changedLine(before, after, first.Range) {
				t.Errorf("%s: %s %s starts at %s:%d (%s), which did not change: %s", file, c.Action, c.Address, first.File, first.Line, first.Side,
					first.Text)
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d changes were looked at", checked)
	}
}

// changedLine reports whether a line is part of the difference of its file, as
// a shortest edit has it, or whether its text occurs more often on its side.
func changedLine(before, after fs.FS, r plan.Range) bool {
	own, other := fileLines(after, r.File), fileLines(before, r.File)
	if r.Side == plan.Before {
		own, other = other, own
	}
	if r.Line < 1 || r.Line > len(own) {
		return false
	}
	line := own[r.Line-1]
	if count(own, line) > count(other, line) {
		return true
	}
	return slices.ContainsFunc(linediff.Diff(strings.Join(other, ""), strings.Join(own, "")), func(h linediff.Hunk) bool {
		return h.NewFrom <= r.Line && r.Line <= h.NewTo
	})
}

func fileLines(tree fs.FS, name string) []string {
	real, err := plan.Resolve(tree, name)
	if err != nil {
		return nil
	}
	b, err := fs.ReadFile(tree, real)
	if err != nil {
		return nil
	}
	return strings.SplitAfter(string(b), "\n")
}

func count(lines []string, line string) int {
	n := 0
	for _, l := range lines {
		if l == line {
			n++
		}
	}
	return n
}

// Where nothing changed, nothing is told.
func TestSameTreesSayNothing(t *testing.T) {
	files, _ := filepath.Glob("testdata/*/*.txtar")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before, after, _ := archive(t, data)
		for _, tree := range []fs.FS{before, after} {
			if p := hcl.Predict(tree, tree, facts.Load(), hcl.Options{}); len(p.Changes)+len(p.Gaps) > 0 {
				t.Errorf("%s: the same tree on both sides gives\n%s", file, describe(p))
			}
		}
	}
}

// A change that no root reads, and one of comments only, say nothing either:
// this time everything is evaluated.
func TestCommentsSayNothing(t *testing.T) {
	files, _ := filepath.Glob("testdata/*/*.txtar")
	looked := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before, _, _ := archive(t, data)
		commented := withComment(before)
		if commented == nil || replacedAnyway(before) {
			continue
		}
		looked++
		if p := hcl.Predict(before, commented, facts.Load(), hcl.Options{}); len(p.Changes)+len(p.Gaps) > 0 {
			t.Errorf("%s: a comment gives\n%s", file, describe(p))
		}
	}
	if looked < 200 {
		t.Errorf("only %d archives were looked at", looked)
	}
}

// replacedAnyway: a function in it gives another value at every plan.
func replacedAnyway(tree fs.FS) bool {
	for _, content := range contentsOf(tree) {
		for _, call := range []string{"timestamp()", "uuid()", "bcrypt("} {
			if strings.Contains(content, call) {
				return true
			}
		}
	}
	return false
}
