package publish_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
)

// Of private content nothing is printed: every name in the repositories of acme has
// the word canary in it, and no text has. What happens is judged all the same; an
// archive whose name begins with ok- holds nothing.
func TestPrivateContentIsNotPrinted(t *testing.T) {
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	archives, err := filepath.Glob("testdata/private/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range archives {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before, after, rest := plantest.Archive(data)
			open, closed := reviewed(t, set, before, after, rest, false), reviewed(t, set, before, after, rest, true)
			if !strings.Contains(open, "canary") && !strings.HasPrefix(name, "ok-") {
				t.Errorf("where everybody may read it, nothing of it is printed: this test would not notice\n%s", open)
			}
			if i := strings.Index(closed, "canary"); i >= 0 {
				t.Errorf("a canary: ...%s...", closed[max(0, i-300):min(len(closed), i+100)])
			}
			got, _, _ := strings.Cut(closed, "==\n")
			if got != rest["want"] {
				head, _, _ := strings.Cut(string(data), "-- want --\n")
				if flag.Lookup("update").Value.String() == "true" {
					if err := os.WriteFile(file, []byte(head+"-- want --\n"+got), 0o600); err != nil {
						t.Fatal(err)
					}
					return
				}
				t.Errorf("got\n%s\nwant\n%s", got, rest["want"])
			}
			if strings.HasPrefix(name, "ok-") && strings.Contains(got, "holds") {
				t.Error("it is named ok- and holds")
			}
		})
	}
}

// reviewed is a list of the findings, and after a line of its own all texts.
func reviewed(t *testing.T, set *rules.Set, before, after fs.FS, rest map[string]string, private bool) string {
	t.Helper()
	files, err := treediff.Files(before, after)
	if err != nil {
		t.Fatal(err)
	}
	var answers plan.Answers
	req := review.Request{
		Ref:  review.Ref{Owner: "acme", Repo: "infra", Number: 7, BaseRef: "main", HeadSHA: strings.Repeat("a", 40)},
		Base: before, Signals: rules.Signals{Author: rules.Account{ID: 1, Login: "devin-ai-integration[bot]", Type: "Bot"}},
		Comparisons: []review.Comparison{{Name: "change", Before: before, After: after, Files: files}}, Sources: &answers,
	}
	run := func(req review.Request) (review.Report, error) {
		return review.Run(req, set, review.Predictors(req.Ref, facts.Load(), set.Losses(), render.New(render.Limits{})))
	}
	resolver := mirrored(t, rest)
	var report review.Report
	for range 2 * plan.MaxSourceDepth {
		if report, err = run(req); err == nil {
			break
		}
		for _, s := range answers.Wanted() {
			p, err := resolver.Resolve(t.Context(), s)
			if private && strings.Contains(s.Address, "acme/") {
				p.Private = "acme/modules"
			}
			var why *plan.SourceError
			if errors.As(err, &why) {
				answers.Put(s, plan.Answer{Err: why})
			} else {
				answers.Put(s, plan.Answer{Package: p})
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, f := range report.Findings {
		holds := "notes"
		if f.Holds {
			holds = "holds"
		}
		fmt.Fprintf(&out, "%s %s %s: %s\n", holds, f.Rule, f.Subject(), f.Message)
	}
	fmt.Fprintln(&out, "==")
	decision := review.Decide(report, req)
	for _, format := range publish.Formats() {
		if err := format.Write(&out, publish.Markdown{Report: report, Decision: decision}, publish.Printing{}); err != nil {
			t.Fatal(err)
		}
	}
	m := publish.Markdown{Report: report, Decision: decision, Advice: publish.Advice{Suggestions: fix.Propose(req, report, run, publish.Showable)}}
	posted := publish.ReviewText(m, shownIn(before, after))
	check := publish.CheckRun(m)
	fmt.Fprintln(&out, check.Title, check.Summary, check.Annotations, posted.Body, posted.Comments, publish.Summary(m))
	return out.String()
}

// mirrored has what lies below sources/.
func mirrored(t *testing.T, rest map[string]string) sources.Resolver {
	folder, err := sources.NewFolder(plantest.Below(rest, "sources"), content.DefaultLimits(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return folder
}
