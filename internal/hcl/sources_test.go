package hcl_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
)

// Modules from elsewhere. What lies below `sources/` is the mirror folder that
// has them; without one nothing is had. Names that begin with ok- find nothing
// that is destroyed and no gap that holds.
func TestSources(t *testing.T) {
	files, err := filepath.Glob("testdata/sources/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before, after, rest := archive(t, data)
			p := withSources(t, before, after, rest)
			got := sourceLines(p)
			if *update {
				head, _, _ := strings.Cut(string(data), "-- want --\n")
				if err := os.WriteFile(file, []byte(head+"-- want --\n"+got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != rest["want"] {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, rest["want"], describe(p))
			}
			if strings.HasPrefix(name, "ok-") && strings.Contains(rest["want"], "certain") {
				t.Error("it is named ok- and something is destroyed")
			}
		})
	}
}

// withSources predicts in rounds, as the edge does.
func withSources(t *testing.T, before, after fs.FS, rest map[string]string) plan.Plan {
	resolver := sources.Resolver(sources.Offline{})
	mirror := plantest.Below(rest, "sources")
	if list, err := fs.ReadDir(mirror, "."); err != nil || len(list) > 0 {
		folder, err := sources.NewFolder(mirror, content.DefaultLimits(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		resolver = folder
	}
	var answers plan.Answers
	for range 2 * plan.MaxSourceDepth {
		p := hcl.Predict(before, after, facts.Load(), hcl.Options{Sources: &answers})
		if len(answers.Wanted()) == 0 {
			return p
		}
		if len(p.Changes)+len(p.Gaps) > 0 {
			t.Errorf("something is said before all is known: %s", describe(p))
		}
		if err := sources.Answer(context.Background(), resolver, &answers, 1); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("the rounds do not end")
	return plan.Plan{}
}

func sourceLines(p plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		if !c.Action.Destroys() && c.Action != plan.Forget {
			continue
		}
		sure := "certain"
		if !c.Certain {
			sure = "possible"
		}
		fmt.Fprintf(&b, "%s %s %s\n", sure, c.Action, c.Address)
		for _, cause := range c.Causes {
			fmt.Fprintf(&b, "  %s %s\n", cause.Place(), cause.Text)
		}
	}
	for _, g := range p.Gaps {
		fmt.Fprintf(&b, "gap %s %s at %s: %s\n", g.Kind, g.Subject, g.At.Place(), g.Text())
	}
	return b.String()
}
