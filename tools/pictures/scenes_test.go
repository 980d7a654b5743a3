package pictures

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// scene is a review, in both forms that are rendered.
type scene struct {
	name           string
	markdown, page string
	// held, worst and needs say whether and what must be seen at once.
	held  bool
	worst string
}

func scenes(t *testing.T) []scene {
	t.Helper()
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	var out []scene
	for _, name := range []string{"production", "kubernetes"} {
		dir := filepath.Join("..", "..", "examples", name)
		out = append(out, reviewed(t, set, name, os.DirFS(filepath.Join(dir, "before")), os.DirFS(filepath.Join(dir, "after"))))
	}
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) < 5 {
		t.Fatalf("%d archives: %v", len(archives), err)
	}
	for _, file := range archives {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before, after, _ := plantest.Archive(data)
		out = append(out, reviewed(t, set, strings.TrimSuffix(filepath.Base(file), ".txtar"), before, after))
	}
	before, after := manyRoots(300)
	out = append(out, reviewed(t, set, "roots-300", before, after), printed(t, "findings-5000", manyFindings(5000), nil))
	return out
}

// manyRoots call one module, which gives its bucket another name.
func manyRoots(n int) (before, after fstest.MapFS) {
	before, after = fstest.MapFS{}, fstest.MapFS{}
	module := `variable "name" {}
resource "aws_s3_bucket" "main" {
  bucket = "PREFIX-${var.name}"
}
`
	for i := range n {
		root := fmt.Sprintf("live/tenant-%03d/main.tf", i)
		file := &fstest.MapFile{Data: fmt.Appendf(nil, "module \"store\" {\n  source = \"../../modules/store\"\n  name   = \"t%03d\"\n}\n", i)}
		before[root], after[root] = file, file
	}
	before["modules/store/main.tf"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(module, "PREFIX", "store"))}
	after["modules/store/main.tf"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(module, "PREFIX", "storage"))}
	return before, after
}

// manyFindings is a report with a line of its own for each of its findings.
func manyFindings(n int) publish.Markdown {
	var rep review.Report
	for i := range n {
		at := plan.Range{File: fmt.Sprintf("live/team-%d/buckets.tf", i%50), Line: 1 + 20*(i/50), Side: plan.After}
		c := plan.Change{
			Address: plan.Address{Engine: plan.Terraform, Root: "live", Type: "aws_s3_bucket", Name: fmt.Sprint("bucket_", i)},
			Action:  plan.Delete, Certain: true, Reason: plan.NoResourceConfig,
			Causes: []plan.Cause{{Range: at, Text: fmt.Sprint("resource removed ", i)}},
		}
		c.Previous = c.Address
		rep.Plan.Changes = append(rep.Plan.Changes, c)
		rep.Findings = append(rep.Findings, rules.Finding{
			Rule: "tf-destroy-data", Title: "Data is destroyed", Severity: rules.Hold, Loss: rules.Data, Holds: true,
			Comparison: "change", Change: &c, At: at, Message: c.Address.String() + " will be destroyed",
			Remedies: []string{"Revert it."}, Fingerprint: fmt.Sprintf("%064x", i),
		})
	}
	missing := []review.Missing{{Number: 1, What: "1 more approval", From: "anyone with write access"}}
	return publish.Markdown{Report: rep, Decision: review.Decision{
		Conclusion: review.Failure, Basis: review.Held, Missing: missing,
		Title: fmt.Sprintf("Held: deletes the bucket `bucket_0` and %d more", n-1),
	}}
}

// reviewed reviews an agent's change with one approval missing.
func reviewed(t *testing.T, set *rules.Set, name string, before, after fs.FS) scene {
	t.Helper()
	files, err := treediff.Files(before, after)
	if err != nil {
		t.Fatal(err)
	}
	agent := rules.Account{ID: 158243242, Login: "devin-ai-integration[bot]", Type: "Bot"}
	req := review.Request{
		Ref: review.Ref{Owner: "acme", Repo: "infra", Number: 7, BaseRef: "main", HeadSHA: strings.Repeat("a", 40)}, Base: before,
		Signals:     rules.Signals{Author: agent},
		Comparisons: []review.Comparison{{Name: "change", Before: before, After: after, Files: files}},
	}
	req.Evidence.Pushes = []review.Push{{After: req.Ref.HeadSHA, By: agent, At: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}}
	report, err := review.Run(req, set, review.Predictors(req.Ref, facts.Load(), set.Losses(), render.New(render.Limits{})))
	if err != nil {
		t.Fatal(err)
	}
	m := publish.Markdown{Report: report, Decision: review.Decide(report, req)}
	return printed(t, name, m, publish.ReadExcerpts(report, req.Comparisons))
}

func printed(t *testing.T, name string, m publish.Markdown, excerpts publish.Excerpts) scene {
	t.Helper()
	var page bytes.Buffer
	if err := publish.HTML(&page, m, publish.Printing{Version: "v1.2.3", Excerpts: excerpts}); err != nil {
		t.Fatal(err)
	}
	if name == "roots-300" && len(m.Report.Findings) < 300 {
		t.Errorf("%d findings of 300 roots", len(m.Report.Findings))
	}
	s := scene{name: name, markdown: publish.CheckRun(m).Summary, page: page.String(), held: m.Decision.Holds()}
	if parts := strings.Split(m.Decision.Title, "`"); len(parts) > 1 {
		s.worst = parts[1]
	}
	return s
}

// TestMain lets the renderer of charts start itself as its confined child.
func TestMain(m *testing.M) {
	if render.ChildRequested(os.Args, os.Environ()) {
		os.Exit(render.Main(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}
