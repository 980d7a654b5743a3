package fix_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

var update = flag.Bool("update", false, "write expectations anew")

func TestMain(m *testing.M) {
	if render.ChildRequested(os.Args, os.Environ()) {
		os.Exit(render.Main(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// showable stands in for publish.Showable.
func showable(line string) bool {
	return !strings.ContainsAny(line, "@\u202e") && !strings.Contains(line, "/approve")
}

// Each archive holds before/, after/ and `want`: the fixes that a real prediction
// proves. One whose name starts with ok- has a finding and wants no way out but a
// plain revert.
func TestPropose(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	rv := newReviewer(t)
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			before, after, rest := plantest.Archive(data)
			req, _ := fixture{name, before, after}.request(t)
			rep, err := rv.run(req)
			if err != nil {
				t.Fatal(err)
			}
			if len(rep.Holding()) == 0 {
				t.Fatal("nothing holds, so there is nothing to offer")
			}
			fixes := fix.Propose(req, rep, rv.run, showable)
			got := described(rep, fixes)
			for _, x := range fixes {
				if x.WayOut() && strings.HasPrefix(filepath.Base(name), "ok-") {
					t.Errorf("a way out is offered:\n%s", got)
				}
				for _, problem := range rv.check(req, rep, x) {
					t.Errorf("%s: %s", x.Title, problem)
				}
			}
			if got == rest["want"] {
				return
			}
			if !*update {
				t.Fatalf("got:\n%swant:\n%s", got, rest["want"])
			}
			head, _, _ := strings.Cut(string(data), "-- want --\n")
			if err := os.WriteFile(name, []byte(head+"-- want --\n"+got), 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// described writes fixes with what they clear and what of it stays.
func described(rep review.Report, fixes []fix.Fix) string {
	var b strings.Builder
	for _, x := range fixes {
		fmt.Fprintf(&b, "%s: %s\n", x.Kind, x.Title)
		if x.Note != "" {
			fmt.Fprintf(&b, "note: %s\n", x.Note)
		}
		for _, f := range rep.Holding() {
			for _, id := range x.Clears {
				if f.Fingerprint == id {
					fmt.Fprintf(&b, "clears: %s %s\n", f.Rule, f.Subject())
				}
			}
		}
		for _, e := range x.Edits {
			fmt.Fprintf(&b, "%s:%d-%d\n%s\n", e.Path, e.Start, e.End, strings.TrimRight("  | "+strings.Join(e.New, "\n  | "), " "))
		}
	}
	return b.String()
}
