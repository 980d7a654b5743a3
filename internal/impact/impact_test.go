package impact_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/impact"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

var update = flag.Bool("update", false, "write what is expected")

// Each archive in testdata has a change, and says what depends on what it destroys:
// `subject -> kind what file:line`. Its comment says why.
func TestImpact(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(names) < 20 {
		t.Fatalf("%d cases: %v", len(names), err)
	}
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := facts.Load()
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(data)
			before, after, rest := plantest.Archive(data)
			files, err := treediff.Files(before, after)
			if err != nil {
				t.Fatal(err)
			}
			settings := rules.Strict()
			settings.Enforce = rules.Enforce{
				Data: rules.ByEveryone, Identity: rules.ByEveryone, Traffic: rules.ByEveryone, Capacity: rules.ByEveryone}
			req := review.Request{Trial: &settings,
				Comparisons: []review.Comparison{{Name: "change", Before: before, After: after, Files: files}}}
			rep, err := review.Run(req, set, review.Predictors(req.Ref, known, set.Losses(), nil))
			if err != nil {
				t.Fatal(err)
			}
			got := told(rep, impact.Of(req, rep))
			if *update {
				for i := range archive.Files {
					if archive.Files[i].Name == "want" {
						archive.Files[i].Data = []byte(got)
					}
				}
				if err := os.WriteFile(name, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != rest["want"] {
				t.Errorf("got\n%s\nwant\n%s", got, rest["want"])
			}
		})
	}
}

func told(rep review.Report, found map[string]impact.Impact) string {
	var lines []string
	for _, f := range rep.Findings {
		i, ok := found[f.Fingerprint]
		if !ok {
			continue
		}
		if len(i.Uses) == 0 {
			lines = append(lines, f.Subject()+" -> nothing\n")
		}
		for _, u := range i.Uses {
			lines = append(lines, fmt.Sprintf("%s -> %s %s %s\n", f.Subject(), u.Kind, u.What, u.At.Place()))
		}
		if i.More > 0 {
			lines = append(lines, fmt.Sprintf("%s -> %d more\n", f.Subject(), i.More))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
