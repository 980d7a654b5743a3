package hcl_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// providerCase is one archive of testdata/providers: two configurations, and
// what terraform planned with the real providers. Its head is
//
//	ID: title
//	what was done
//	versions
//	state put in by hand: …   (attributes whose state values were simulated)
//	note: …
//	suspect: …                (not scored)
//	root: folder              (default .)
//	var-file: name
type providerCase struct {
	id, title     string
	suspect, note string
	root          string
	varFiles      []string
	archive       []byte
	want          []wantChange
	wantError     string
}

type wantChange struct {
	Action   plan.Action `json:"action"`
	Address  string      `json:"address"`
	Previous string      `json:"previous"`
	Reason   string      `json:"reason"`
	Because  [][]any     `json:"because"`
	// Possible is for cases by hand: terraform's plans are always certain.
	Possible bool `json:"possible"`
}

// score counts what the project promises of the predictions with provider
// facts.
type score struct {
	cases, exact, needless  int
	silent, falseAlarms     int
	replacements, explained int
	lines                   []string
}

// The bars, over all scored cases.
const (
	maxFalseAlarms = 0.01
	minExact       = 0.90
	maxNeedless    = 0.05
	minExplained   = 0.95
)

func TestProviders(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "providers", "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	known := facts.Load()
	var s score
	for _, name := range names {
		c := readProviderCase(t, name)
		before, after, _ := plantest.Archive(c.archive)
		opt := hcl.Options{}
		if len(c.varFiles) > 0 {
			opt.VarFiles = map[string][]string{c.root: c.varFiles}
		}
		t.Run(c.id, func(t *testing.T) { s.add(c, hcl.Predict(before, after, known, opt)) })
	}
	s.report(t)
}

func readProviderCase(t *testing.T, name string) providerCase {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := providerCase{archive: data, root: "."}
	archive := txtar.Parse(data)
	head := strings.Split(strings.TrimSpace(string(archive.Comment)), "\n")
	c.id, c.title, _ = strings.Cut(head[0], ": ")
	for _, line := range head[1:] {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "suspect":
			c.suspect = value
		case "note":
			c.note = value
		case "root":
			c.root = value
		case "var-file":
			c.varFiles = append(c.varFiles, value)
		}
	}
	for _, f := range archive.Files {
		if f.Name == "want" {
			c.readWant(t, string(f.Data))
		}
	}
	return c
}

func (c *providerCase) readWant(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if e, ok := strings.CutPrefix(line, "error "); ok {
			c.wantError = strings.TrimSpace(e)
			continue
		}
		dec := json.NewDecoder(strings.NewReader(line))
		dec.DisallowUnknownFields()
		var w wantChange
		if err := dec.Decode(&w); err != nil {
			t.Fatalf("%s: %v", c.id, err)
		}
		c.want = append(c.want, w)
	}
}

// add scores one case. What is compared are the instances that die.
func (s *score) add(c providerCase, got plan.Plan) {
	if c.suspect != "" {
		s.lines = append(s.lines, fmt.Sprintf("%s not scored: %s", c.id, c.suspect))
		return
	}
	s.cases++
	certain, possible := map[string]plan.Change{}, map[string]plan.Change{}
	blocked := false
	for _, ch := range got.Changes {
		blocked = blocked || ch.Effect == plan.Blocked
		if !ch.Action.Destroys() {
			continue
		}
		if ch.Certain {
			certain[ch.Address.String()] = ch
		} else {
			possible[ch.Address.String()] = ch
		}
	}
	if c.wantError != "" {
		s.refused(c, got, blocked)
		return
	}
	var wrong []string
	exact := len(possible) == 0 && len(got.Gaps) == 0
	for _, w := range c.want {
		if !w.Action.Destroys() {
			continue
		}
		ch, ok := certain[w.Address]
		switch _, maybe := possible[w.Address]; {
		case ok && ch.Action == w.Action:
			wrong = append(wrong, s.explain(w, ch)...)
			delete(certain, w.Address)
			continue
		case ok:
			wrong = append(wrong, fmt.Sprintf("%s: %s, want %s", w.Address, ch.Action, w.Action))
			delete(certain, w.Address)
		case maybe:
			wrong = append(wrong, w.Address+": only possible: "+whyOf(possible[w.Address]))
		case len(got.Gaps) > 0:
			wrong = append(wrong, w.Address+": only a gap")
		default:
			wrong = append(wrong, w.Address+": SILENT MISS, want "+string(w.Action))
			s.silent++
		}
		exact = false
	}
	for address, ch := range certain {
		wrong = append(wrong, fmt.Sprintf("%s: FALSE ALARM %s because %v", address, ch.Action, ch.Because))
		exact = false
	}
	if len(certain) > 0 {
		s.falseAlarms++
	}
	if exact {
		s.exact++
	}
	if !slices.ContainsFunc(c.want, func(w wantChange) bool { return w.Action.Destroys() }) && len(certain) == 0 && !exact {
		s.needless++
	}
	s.describe(c, wrong, possible, got.Gaps)
}

// refused: terraform refuses to plan. That must be said: by a gap, or by a
// change that a safeguard blocks.
func (s *score) refused(c providerCase, got plan.Plan, blocked bool) {
	if blocked || len(got.Gaps) > 0 {
		s.exact++
		return
	}
	s.silent++
	s.lines = append(s.lines, fmt.Sprintf("%s %s: SILENT, want %s", c.id, c.title, c.wantError))
}

func (s *score) explain(w wantChange, got plan.Change) []string {
	if len(w.Because) == 0 {
		return nil
	}
	s.replacements++
	for _, path := range w.Because {
		for _, p := range got.Because {
			if reflect.DeepEqual(jsonPath(p), path) {
				s.explained++
				return nil
			}
		}
	}
	return []string{fmt.Sprintf("%s: because %v, want one of %v", w.Address, got.Because, w.Because)}
}

func jsonPath(p plan.Path) []any {
	out := make([]any, len(p))
	for i, step := range p {
		out[i] = step
		if n, ok := step.(int); ok {
			out[i] = float64(n)
		}
	}
	return out
}

func (s *score) describe(c providerCase, wrong []string, possible map[string]plan.Change, gaps []plan.Gap) {
	for address, ch := range possible {
		if !slices.ContainsFunc(wrong, func(w string) bool { return strings.HasPrefix(w, address+":") }) {
			wrong = append(wrong, fmt.Sprintf("%s: possible %s because %v: %s", address, ch.Action, ch.Because, whyOf(ch)))
		}
	}
	for _, g := range gaps {
		wrong = append(wrong, fmt.Sprintf("gap %s:%d %s: %s", g.At.File, g.At.Line, g.Subject, g.Why))
	}
	if len(wrong) == 0 {
		return
	}
	slices.Sort(wrong)
	note := ""
	if c.note != "" {
		note = " (" + c.note + ")"
	}
	s.lines = append(s.lines, fmt.Sprintf("%s %s%s\n      %s", c.id, c.title, note, strings.Join(wrong, "\n      ")))
}

func whyOf(ch plan.Change) string {
	if len(ch.Causes) == 0 {
		return string(ch.Reason)
	}
	return string(ch.Reason) + ", " + ch.Causes[len(ch.Causes)-1].Text
}

func (s *score) report(t *testing.T) {
	t.Helper()
	share := func(n, of int) float64 { return float64(n) / float64(max(of, 1)) }
	t.Logf("%d cases: exact %d (%.1f %%), needless holds %d (%.1f %%), false alarms %d (%.1f %%), silent misses %d; because %d of %d replacements (%.1f %%)",
		s.cases, s.exact, 100*share(s.exact, s.cases), s.needless, 100*share(s.needless, s.cases),
		s.falseAlarms, 100*share(s.falseAlarms, s.cases), s.silent,
		s.explained, s.replacements, 100*share(s.explained, s.replacements))
	for _, line := range s.lines {
		t.Log(line)
	}
	if s.silent > 0 {
		t.Errorf("silent misses: %d, none is allowed", s.silent)
	}
	if got := share(s.falseAlarms, s.cases); got > maxFalseAlarms {
		t.Errorf("false alarms in %.1f %% of cases, at most %.1f %%", 100*got, 100*maxFalseAlarms)
	}
	if got := share(s.exact, s.cases); got < minExact {
		t.Errorf("exact in %.1f %% of cases, at least %.1f %%", 100*got, 100*minExact)
	}
	if got := share(s.needless, s.cases); got > maxNeedless {
		t.Errorf("needless holds in %.1f %% of cases, at most %.1f %%", 100*got, 100*maxNeedless)
	}
	if got := share(s.explained, s.replacements); got < minExplained {
		t.Errorf("because names a replace path in %.1f %% of replacements, at least %.1f %%", 100*got, 100*minExplained)
	}
}

// The cases in testdata/byhand were not run with the providers: each names the
// provider source or documentation that decides it. They must be met exactly.
func TestProvidersByHand(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "byhand", "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	known := facts.Load()
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			c := readProviderCase(t, name)
			before, after, _ := plantest.Archive(c.archive)
			got := hcl.Predict(before, after, known, hcl.Options{})
			for _, g := range got.Gaps {
				t.Errorf("gap %s: %s", g.Subject, g.Why)
			}
			for _, ch := range got.Changes {
				if ch.Action.Destroys() || ch.Action == plan.Orphan {
					c.meet(t, ch)
				}
			}
			for _, w := range c.want {
				t.Errorf("missing: %+v", w)
			}
		})
	}
}

// meet takes the expectation of a change away.
func (c *providerCase) meet(t *testing.T, ch plan.Change) {
	t.Helper()
	i := slices.IndexFunc(c.want, func(w wantChange) bool { return w.Address == ch.Address.String() })
	if i < 0 {
		t.Errorf("not wanted: %s %s certain=%v because %v: %s", ch.Action, ch.Address, ch.Certain, ch.Because, whyOf(ch))
		return
	}
	w := c.want[i]
	c.want = slices.Delete(c.want, i, i+1)
	if w.Action != ch.Action || w.Possible == ch.Certain {
		t.Errorf("got %s %s certain=%v (%s), want %+v", ch.Action, ch.Address, ch.Certain, whyOf(ch), w)
	}
	var because [][]any
	for _, p := range ch.Because {
		because = append(because, jsonPath(p))
	}
	if w.Action == plan.Replace && !reflect.DeepEqual(because, w.Because) {
		t.Errorf("%s: because %v, want %v", ch.Address, because, w.Because)
	}
}
