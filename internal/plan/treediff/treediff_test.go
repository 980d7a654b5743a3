package treediff_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
)

// Each archive in testdata holds before/ and after/ and a file `want` with one
// line a path: status, path, and where it comes from.
func TestFiles(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			before, after, rest := plantest.Archive(data)
			files, err := treediff.Files(before, after)
			if err != nil {
				t.Fatal(err)
			}
			if got := text(treediff.Similar(before, after, files)); got != rest["want"] {
				t.Errorf("got:\n%swant:\n%s", got, rest["want"])
			}
		})
	}
}

func text(files []plan.File) string {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s %s", f.Status, f.Path)
		if f.From != f.Path {
			fmt.Fprintf(&b, " < %s", f.From)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
