package kube_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
)

var update = flag.Bool("update", false, "rewrite the want section of the fixtures")

func TestMain(m *testing.M) {
	if render.ChildRequested(os.Args, os.Environ()) {
		os.Exit(render.Main(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// TestScenarios replays every fixture. Its comment holds a line `verdict:`
// which is checked by itself, so that -update cannot make a wrong answer
// right.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	renderer := render.New(render.Limits{})
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before, after, rest := plantest.Archive(data)
			archive := txtar.Parse(data)
			verdict := field(string(archive.Comment), "verdict")
			opt := where(string(archive.Comment))
			if dir := field(string(archive.Comment), "kubectl-prune"); dir != "" {
				opt.Declared = []unit.Declaration{{Path: dir, Prune: true, Namespace: "shop"}}
			}
			got := predict(t, before, after, renderer, opt, rest)
			judge(t, verdict, got)
			text := describe(got)
			if *update {
				rewrite(t, file, archive, text)
				return
			}
			if d := cmp.Diff(rest["want"], text); d != "" {
				t.Error(d)
			}
		})
	}
}

// predict runs rounds until nothing is missing, with what stands below
// `sources/` as the mirror folder; where nothing does, nothing is asked for.
func predict(t *testing.T, before, after fs.FS, renderer kube.Renderer, opt kube.Options, rest map[string]string) plan.Plan {
	t.Helper()
	mirror := fstest.MapFS{}
	for name, text := range rest {
		if at, ok := strings.CutPrefix(name, "sources/"); ok {
			mirror[at] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
		}
	}
	if len(mirror) == 0 {
		return kube.Predict(before, after, renderer, opt)
	}
	folder, err := sources.NewFolder(mirror, content.DefaultLimits(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	answers := &plan.Answers{}
	opt.Sources = answers
	for range 2 * plan.MaxSourceDepth {
		got := kube.Predict(before, after, renderer, opt)
		if len(answers.Wanted()) == 0 {
			return got
		}
		if err := sources.Answer(t.Context(), folder, answers, 4); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("no end of sources: %v", answers.Wanted())
	return plan.Plan{}
}

// where is the repository and base that a fixture speaks of: acme/shop and its
// default branch main, unless it says otherwise. An empty `repository:` is one
// that is not known, as of two plain folders.
func where(comment string) kube.Options {
	opt := kube.Options{Repository: "acme/shop", Branch: "main", DefaultBranch: "main", Host: field(comment, "host")}
	if strings.Contains(comment, "\nrepository:\n") {
		return kube.Options{}
	}
	if base := field(comment, "base"); base != "" {
		opt.Branch = base
	}
	return opt
}

func field(comment, name string) string {
	for _, line := range strings.Split(comment, "\n") {
		if value, ok := strings.CutPrefix(line, name+": "); ok {
			return value
		}
	}
	return ""
}

func rewrite(t *testing.T, file string, archive *txtar.Archive, text string) {
	t.Helper()
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

// verdicts are what a fixture may claim. Each word of a verdict has to hold;
// types after a word are types of which there has to be such a change.
var verdicts = map[string]func(c plan.Change) bool{
	"CREATE":   func(c plan.Change) bool { return c.Action == plan.Create },
	"MODIFY":   func(c plan.Change) bool { return c.Action == plan.Update },
	"DELETE":   func(c plan.Change) bool { return c.Action == plan.Delete },
	"REPLACE":  func(c plan.Change) bool { return c.Action == plan.Replace },
	"ORPHAN":   func(c plan.Change) bool { return c.Action == plan.Orphan },
	"CASCADE":  func(c plan.Change) bool { return c.Action == plan.Delete && c.Effect == plan.Cascade },
	"RACE":     func(c plan.Change) bool { return c.Effect == plan.Race },
	"REJECT":   func(c plan.Change) bool { return c.Effect == plan.Reject },
	"ARM":      func(c plan.Change) bool { return c.Effect == plan.Disarm },
	"BLOCKED":  func(c plan.Change) bool { return c.Effect == plan.Blocked },
	"DETACH":   func(c plan.Change) bool { return c.Effect == plan.Detach },
	"DATALOSS": func(c plan.Change) bool { return c.Effect == plan.DataLoss },
	"ZERO":     func(c plan.Change) bool { return c.Effect == plan.ScaleToZero },
	"EFFECT":   func(c plan.Change) bool { return c.Effect != "" || c.Reason != "" && !c.Action.Destroys() },
}

func judge(t *testing.T, verdict string, got plan.Plan) {
	t.Helper()
	words := strings.Fields(verdict)
	if len(words) == 0 {
		t.Fatal("the fixture has no verdict")
	}
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch word {
		case "NOOP":
			if len(got.Gaps) > 0 || destroys(got) || harms(got) {
				t.Errorf("verdict %s, got\n%s", word, describe(got))
			}
			continue
		case "UNKNOWN", "BROKEN":
			if len(got.Gaps) == 0 || destroys(got) {
				t.Errorf("verdict %s, got\n%s", word, describe(got))
			}
			continue
		}
		holds, ok := verdicts[word]
		if !ok {
			t.Fatalf("unknown verdict %s", word)
		}
		var types []string
		for i+1 < len(words) && strings.Contains(words[i+1], "/") {
			i++
			types = append(types, words[i])
		}
		if len(types) == 0 {
			types = []string{""}
		}
		for _, want := range types {
			found := false
			for _, c := range got.Changes {
				found = found || holds(c) && strings.HasPrefix(c.Address.String(), want)
			}
			if !found {
				t.Errorf("verdict %s %s does not hold:\n%s", word, want, describe(got))
			}
		}
	}
	if !strings.Contains(verdict, "DELETE") && !strings.Contains(verdict, "CASCADE") && !strings.Contains(verdict, "RACE") &&
		!strings.Contains(verdict, "REPLACE") && destroys(got) {
		t.Errorf("verdict %s, but something is destroyed:\n%s", verdict, describe(got))
	}
}

func destroys(p plan.Plan) bool {
	for _, c := range p.Changes {
		if c.Action.Destroys() && c.Effect != plan.Reject {
			return true
		}
	}
	return false
}

func harms(p plan.Plan) bool {
	for _, c := range p.Changes {
		if c.Effect != "" || c.Action == plan.Orphan {
			return true
		}
	}
	return false
}

// describe writes a plan in lines.
func describe(p plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s", c.Action, c.Address)
		if c.Previous != c.Address {
			fmt.Fprintf(&b, " was %s", c.Previous)
		}
		fmt.Fprintf(&b, " in %s", c.Address.Root)
		if c.Variant != "" {
			fmt.Fprintf(&b, " under %s", c.Variant)
		}
		if c.Effect != "" {
			fmt.Fprintf(&b, ", %s", c.Effect)
		}
		if c.Reason != "" {
			fmt.Fprintf(&b, ", %s", c.Reason)
		}
		if !c.Certain {
			b.WriteString(", uncertain")
		}
		if len(c.Because) > 0 {
			fmt.Fprintf(&b, ", because %v", c.Because)
		}
		b.WriteString("\n")
		for _, cause := range c.Causes {
			fmt.Fprintf(&b, "  %s %s\n", place(cause.Range), cause.Text)
		}
	}
	for _, g := range p.Gaps {
		fmt.Fprintf(&b, "gap %s in %s %s: %s (%s)\n", g.Kind, g.Root, g.Subject, g.Text(), place(g.At))
	}
	return b.String()
}

func place(r plan.Range) string {
	return fmt.Sprintf("%s %s:%d-%d", r.Side, r.File, r.Line, r.EndLine)
}
