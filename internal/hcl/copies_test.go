package hcl_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// Each archive in testdata/copies says which attributes of what is destroyed are
// computed from resources that stay.
func TestCopies(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "copies", "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	known := facts.Load()
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			before, after, rest := plantest.Archive(data)
			var got []string
			for _, c := range hcl.Predict(before, after, known, hcl.Options{}).Changes {
				if c.Action.Destroys() {
					got = append(got, strings.TrimSpace(fmt.Sprintf("%s: %s", c.Address, strings.Join(c.Derived, " "))))
				}
			}
			slices.Sort(got)
			if text := strings.Join(got, "\n"); text != strings.TrimSpace(rest["want"]) {
				t.Errorf("got\n%s\nwant\n%s", text, rest["want"])
			}
		})
	}
}
