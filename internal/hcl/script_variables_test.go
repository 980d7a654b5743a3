package hcl_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Values that scripts and pipelines give: what their change would do is
// possible, under the name of the script.
func TestScriptVariables(t *testing.T) { replayLines(t, "given") }

// Sets and values that the repository does not tell: what may go is told, and what is the
// same unknown as before is not.
func TestUnknowns(t *testing.T) { replayLines(t, "unknowns") }

// Where the repository has signs of both tools, what only one of them does is
// possible, under its name.
func TestRuntimes(t *testing.T) { replayLines(t, "runtimes") }

func replayLines(t *testing.T, folder string) {
	files, err := filepath.Glob("testdata/" + folder + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before, after, rest := archive(t, data)
			p := hcl.Predict(before, after, facts.Load(), hcl.Options{})
			if got := givenLines(p); got != rest["want"] {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, rest["want"], describe(p))
			}
		})
	}
}

func givenLines(p plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		if !c.Action.Destroys() && c.Action != plan.Forget {
			continue
		}
		sure := "certain"
		if !c.Certain {
			sure = "possible"
		}
		fmt.Fprintf(&b, "%s %s %s", sure, c.Action, c.Address)
		if c.Variant != "" {
			b.WriteString(" under " + c.Variant)
		}
		fmt.Fprintf(&b, " from %s\n", c.Causes[0].Place())
	}
	for _, g := range p.Gaps {
		fmt.Fprintf(&b, "gap %s %s at %s", g.Kind, g.Subject, g.At.Place())
		if g.Variant != "" {
			b.WriteString(" under " + g.Variant)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Variable files wherever they lie: those that a script passes to a root are
// its, those that nothing passes are of the roots that declare what they give.
func TestVarFiles(t *testing.T) { replayLines(t, "varfiles") }
