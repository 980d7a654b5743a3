package review

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

var update = flag.Bool("update", false, "write expectations anew")

// engines are loaded once for all scenarios.
var engines = sync.OnceValue(func() []Predictor {
	set, err := rules.Load()
	if err != nil {
		panic(err)
	}
	return Predictors(Ref{}, facts.Load(), set.Losses(), nil)
})

// scenario is one file of testdata: two trees, who made the change, and what
// is said of it. Files whose names start with ok- say nothing.
//
// A file `plan` stands in for the predictors, for rules about what they cannot
// be brought to say in a few lines.
type scenario struct {
	name   string
	file   string
	data   *txtar.Archive
	report Report
}

func loadScenarios(t *testing.T, set *rules.Set) []scenario {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	var out []scenario
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := scenario{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), file: file, data: txtar.Parse(raw)}
		s.report = runScenario(t, set, raw)
		out = append(out, s)
	}
	return out
}

func runScenario(t *testing.T, set *rules.Set, raw []byte) Report {
	t.Helper()
	before, after, rest := plantest.Archive(raw)
	files, err := treediff.Files(before, after)
	if err != nil {
		t.Fatal(err)
	}
	req := Request{
		Ref: Ref{Number: 1, BaseRef: "main", HeadSHA: "head"}, Base: before,
		Comparisons: []Comparison{{Name: "change", Before: before, After: after, Files: files}},
		Signals:     rules.Signals{Author: rules.Account{ID: 158243242, Login: "devin-ai-integration[bot]", Type: "Bot"}},
	}
	if who := strings.TrimSpace(rest["author"]); who == "person" {
		req.Signals.Author = rules.Account{ID: 100, Login: "alice", Type: "User"}
	} else if who != "" {
		t.Fatalf("author %q: want person", who)
	}
	predictors := engines()
	if text, ok := rest["plan"]; ok {
		p := readPlan(t, text)
		predictors = []Predictor{func(fs.FS, fs.FS, rules.Settings, plan.Sources) plan.Plan { return p }}
	}
	return ran(req, set, predictors)
}

// planned is a change as the file `plan` writes it.
type planned struct {
	Engine, Root, Module, Type, Name, Key string
	Action                                plan.Action
	Effect                                plan.Effect
	Reason                                plan.Reason
	Maybe                                 bool
	Times                                 int
	Total                                 int
	Before, After                         map[string]any
	Gap                                   *struct {
		Kind               plan.GapKind
		Subject, Why, File string
	}
}

func readPlan(t *testing.T, text string) plan.Plan {
	t.Helper()
	dec := yaml.NewDecoder(strings.NewReader(text))
	dec.KnownFields(true)
	var all []planned
	if err := dec.Decode(&all); err != nil {
		t.Fatal(err)
	}
	var p plan.Plan
	for _, c := range all {
		if c.Gap != nil {
			p.Gaps = append(p.Gaps, plan.Gap{Kind: c.Gap.Kind, Root: c.Root, Subject: c.Gap.Subject, Why: c.Gap.Why,
				At: plan.Range{File: c.Gap.File, Line: 1, Side: plan.After}})
			continue
		}
		if c.Engine == "" {
			c.Engine = string(plan.Terraform)
		}
		if c.Root == "" {
			c.Root = "."
		}
		if c.Total > 0 {
			p.Objects = map[plan.Address]int{{Engine: plan.Engine(c.Engine), Root: c.Root}: c.Total}
		}
		for i := range max(c.Times, 1) {
			c.Before, c.After = floats(c.Before), floats(c.After)
			a := plan.Address{Engine: plan.Engine(c.Engine), Root: c.Root, Module: c.Module, Type: c.Type, Name: c.Name, Key: c.Key}
			if c.Times > 0 {
				a.Key = fmt.Sprintf("[%d]", i)
			}
			file := "main.tf"
			if a.Engine == plan.Kubernetes {
				file = "app.yaml"
			}
			p.Changes = append(p.Changes, plan.Change{
				Address: a, Previous: a, Action: c.Action, Effect: c.Effect, Reason: c.Reason, Certain: !c.Maybe,
				Before: c.Before, After: c.After, At: plan.Range{File: file, Line: 1, EndLine: 2, Side: plan.Before},
			})
		}
	}
	return p
}

// floats turns numbers into what predictors give.
func floats(m map[string]any) map[string]any {
	for k, v := range m {
		if n, ok := v.(int); ok {
			m[k] = float64(n)
		}
	}
	return m
}

// told writes a finding as one line of `want`.
func told(f rules.Finding) string {
	severity := string(f.Severity)
	if f.Severity == rules.Hold && !f.Holds {
		severity = "hold/told"
	}
	return fmt.Sprintf("%s:%d %s %s %s: %s", f.At.File, f.At.Line, severity, f.Rule, f.Subject(), f.Message)
}

func TestScenarios(t *testing.T) {
	set := loadSet(t)
	for _, s := range loadScenarios(t, set) {
		t.Run(s.name, func(t *testing.T) {
			var lines []string
			for _, f := range s.report.Findings {
				lines = append(lines, told(f))
			}
			got := strings.Join(lines, "\n")
			if got != "" {
				got += "\n"
			}
			if quiet := strings.HasPrefix(s.name, "ok-"); quiet != (got == "") {
				t.Errorf("a scenario named %s says:\n%s", s.name, got)
			}
			if *update {
				writeSection(t, s, "want", got)
				return
			}
			if want := section(s.data, "want"); got != want {
				t.Errorf("it says:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func writeSection(t *testing.T, s scenario, name, text string) {
	t.Helper()
	for i := range s.data.Files {
		if s.data.Files[i].Name == name {
			s.data.Files[i].Data = []byte(text)
			text = "\x00"
		}
	}
	if text != "\x00" && text != "" {
		s.data.Files = append(s.data.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	if err := os.WriteFile(s.file, txtar.Format(s.data), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Every rule fires in at least one scenario and is silent in at least one, its
// id is documented, and it names a way out where it holds.
func TestRulesAreShown(t *testing.T) {
	set := loadSet(t)
	fires := map[string]int{}
	scenarios := loadScenarios(t, set)
	for _, s := range scenarios {
		seen := map[string]bool{}
		for _, f := range s.report.Findings {
			if !seen[f.Rule] {
				fires[f.Rule]++
				seen[f.Rule] = true
			}
		}
	}
	docs, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range set.Rules() {
		switch n := fires[r.ID]; n {
		case 0:
			t.Errorf("rule %s fires in no scenario", r.ID)
		case len(scenarios):
			t.Errorf("rule %s is silent in no scenario", r.ID)
		}
		if r.Severity == rules.Hold && len(r.Remedies) == 0 {
			t.Errorf("rule %s holds and names no way out", r.ID)
		}
		if !strings.Contains(string(docs), "\n### "+r.ID+"\n") {
			t.Errorf("docs/rules.md has no heading for %s", r.ID)
		}
		delete(fires, r.ID)
	}
	for id := range fires {
		t.Errorf("%s is told and is no rule", id)
	}
}
