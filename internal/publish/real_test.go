package publish_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/linediff"
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

// The exact texts of reviews as they come from real trees, through the
// predictors, the rules, the decision and the proved fixes: of some archives of
// internal/fix and of the examples.
func TestRealReviews(t *testing.T) {
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string][2]fs.FS{}
	for _, name := range []string{"production", "kubernetes"} {
		dir := filepath.Join("..", "..", "examples", name)
		changes["example-"+name] = [2]fs.FS{os.DirFS(filepath.Join(dir, "before")), os.DirFS(filepath.Join(dir, "after"))}
	}
	archives := []string{"block", "key", "lines", "long", "module", "namespace", "ok-key", "ok-secret", "ok-trigger", "rename", "value"}
	for _, name := range archives {
		data, err := os.ReadFile("../fix/testdata/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		before, after, _ := plantest.Archive(data)
		changes[name] = [2]fs.FS{before, after}
	}
	update := flag.Lookup("update").Value.String() == "true"
	for name, sides := range changes {
		t.Run(name, func(t *testing.T) {
			got := txtar.Format(realTexts(t, set, sides[0], sides[1]))
			golden := filepath.Join("testdata", "real", name+".golden")
			if update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("differs from %s; run the test with -update and look at the difference", golden)
			}
		})
	}
}

// realTexts reviews an agent's change with one approval missing and nothing
// else in doubt, and writes what stands on the pull request.
func realTexts(t *testing.T, set *rules.Set, before, after fs.FS) *txtar.Archive {
	t.Helper()
	files, err := treediff.Files(before, after)
	if err != nil {
		t.Fatal(err)
	}
	agent := rules.Account{ID: 158243242, Login: "devin-ai-integration[bot]", Type: "Bot"}
	req := review.Request{
		Ref: review.Ref{Owner: "acme", Repo: "infra", Number: 7, BaseRef: "main",
			HeadSHA: strings.Repeat("a", 40)}, Base: before, Signals: rules.Signals{Author: agent},
		Comparisons: []review.Comparison{{Name: "change", Before: before, After: after, Files: files}},
	}
	req.Evidence.Pushes = []review.Push{{After: req.Ref.HeadSHA, By: agent, At: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}}
	known := facts.Load()
	retry := func(req review.Request) (review.Report, error) {
		return review.Run(req, set, review.Predictors(req.Ref, known, set.Losses(), render.New(render.Limits{})))
	}
	report, err := retry(req)
	if err != nil {
		t.Fatal(err)
	}
	m := publish.Markdown{Report: report, Decision: review.Decide(report, req), Advice: publish.Advice{Suggestions: fix.Propose(req, report, retry, publish.Showable)}}
	m.Report.Rules = "0000" // its digest changes with every rule
	check, posted := publish.CheckRun(m), publish.ReviewText(m, shownIn(before, after))
	var comments strings.Builder
	for _, c := range posted.Comments {
		fmt.Fprintf(&comments, "==> %s %s %d-%d\n%s\n", c.Path, c.Side, c.StartLine, c.Line, c.Body)
	}
	return &txtar.Archive{Files: []txtar.File{
		{Name: "title", Data: []byte(check.Title + "\n")}, {Name: "check.md", Data: []byte(check.Summary)},
		{Name: "review.md", Data: []byte(posted.Body)}, {Name: "comments.md", Data: []byte(comments.String())},
		{Name: "summary.md", Data: []byte(publish.Summary(m))},
	}}
}

// shownIn is what a diff shows: changed lines and three around them.
func shownIn(before, after fs.FS) publish.Lines {
	return func(path string, side plan.Side, line int) (string, bool) {
		was, _ := fs.ReadFile(before, path)
		is, _ := fs.ReadFile(after, path)
		return path, slices.ContainsFunc(linediff.Diff(string(was), string(is)), func(h linediff.Hunk) bool {
			if side == plan.Before {
				return h.From-3 <= line && line <= h.To+3
			}
			return h.NewFrom-3 <= line && line <= h.NewTo+3
		})
	}
}
