package hosted_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

var update = flag.Bool("update", false, "rewrite the want section of the fixtures")

func TestMain(m *testing.M) {
	if render.ChildRequested(os.Args, os.Environ()) {
		os.Exit(render.Main(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// TestHosted replays every fixture: what Terraform's engine and those that it
// hands content to say beside updates. Files whose names start with ok- take
// nothing away; all others do.
func TestHosted(t *testing.T) {
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	terraform := review.Predictors(review.Ref{}, facts.Load(), set.Losses(), render.New(render.Limits{}))[0]
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before, after, rest := plantest.Archive(data)
			got := describe(terraform(before, after, rules.Strict(), nil))
			if strings.HasPrefix(name, "ok-") != (got == "") {
				t.Errorf("got\n%s", got)
			}
			if *update {
				rewrite(t, file, data, got)
				return
			}
			if d := cmp.Diff(rest["want"], got); d != "" {
				t.Error(d)
			}
		})
	}
}

func describe(p plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		if !c.Action.Destroys() && c.Effect == "" {
			continue
		}
		fmt.Fprintf(&b, "%s %s in %s %s certain=%t\n", c.Action, c.Address, c.Address.Root, c.Effect, c.Certain)
		for _, cause := range c.Causes {
			fmt.Fprintf(&b, "  %s %s %s\n", cause.Side, cause.Place(), cause.Text)
		}
	}
	for _, g := range p.Gaps {
		fmt.Fprintf(&b, "gap %s in %s %s: %s: %s\n", g.Kind, g.Root, g.At.Place(), g.Subject, g.Why)
	}
	return b.String()
}

func rewrite(t *testing.T, file string, data []byte, text string) {
	t.Helper()
	archive := txtar.Parse(data)
	kept := archive.Files[:0]
	for _, f := range archive.Files {
		if f.Name != "want" {
			kept = append(kept, f)
		}
	}
	archive.Files = append(kept, txtar.File{Name: "want", Data: []byte(text)})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
