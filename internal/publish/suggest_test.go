package publish_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

func TestMain(m *testing.M) {
	if render.ChildRequested(os.Args, os.Environ()) {
		os.Exit(render.Main(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// Each archive holds before/, after/ and `want`: the suggestions that a real
// prediction proves. One whose name starts with ok- has a finding and wants
// none.
func TestSuggest(t *testing.T) {
	archives, err := filepath.Glob("testdata/suggest/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := facts.Load()
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
			req := review.Request{Base: before, Comparisons: []review.Comparison{{Name: "change", Before: before, After: after, Files: files}}}
			retry := func(req review.Request) (review.Report, error) {
				return review.Run(req, set, review.Predictors(req.Ref, known, set.Losses(), render.New(render.Limits{})))
			}
			report, err := retry(req)
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Holding()) == 0 {
				t.Fatal("nothing holds, so there is nothing to suggest")
			}
			if got := suggestions(report, publish.Suggest(req, report, retry)); got != rest["want"] {
				t.Errorf("got:\n%swant:\n%s", got, rest["want"])
			}
		})
	}
}

func suggestions(report review.Report, all []publish.Suggestion) string {
	var b strings.Builder
	for _, s := range all {
		subject := "?"
		for _, f := range report.Findings {
			if f.Fingerprint == s.Fingerprint {
				subject = f.Subject()
			}
		}
		fmt.Fprintf(&b, "%s: %s\n%s:%d-%d\n%s\n", subject, s.What, s.Edit.Path, s.Edit.Start, s.Edit.End, strings.Join(s.Edit.New, "\n"))
	}
	return b.String()
}
