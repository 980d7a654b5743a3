package hcl_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

var (
	verbose = flag.Bool("cases", false, "print what is predicted for each case that is not exact")
	show    = flag.String("show", "", "glob of archives whose prediction to print")
)

// The archives in testdata/core are pairs of configurations and what Terraform
// 1.11.4 planned for them: before was applied, after was planned. `want` has
// one line for each resource of the plan,
//
//	action address [from previous] [reason action_reason] [because replace_paths]
//
// or one for each error where the plan is refused. `no-newline` lists files
// whose last newline is the archive's and not theirs.
func TestCore(t *testing.T) {
	files, err := filepath.Glob("testdata/core/*.txtar")
	if err != nil || len(files) < 269 {
		t.Fatalf("testdata/core holds %d archives, want 269 at least (%v)", len(files), err)
	}
	exceptions := readExceptions(t, "testdata/core-exceptions.txt")
	var score coreScore
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		verdict := judge(t, name, data)
		score.add(verdict)
		reason, excepted := exceptions[name]
		switch {
		case verdict.exact() && excepted:
			t.Errorf("%s is exact: take it off testdata/core-exceptions.txt", name)
		case !verdict.exact() && !excepted:
			t.Errorf("%s is not exact: %s", name, verdict)
		case excepted:
			t.Logf("%s is not exact: %s (%s)", name, verdict, reason)
		}
		if *verbose && !verdict.exact() {
			t.Logf("%s\n%s", name, describe(verdict.plan))
		}
		delete(exceptions, name)
	}
	for name := range exceptions {
		t.Errorf("testdata/core-exceptions.txt names %s, which does not exist", name)
	}
	t.Logf("score: %s", score)
	if score.missed > 0 || score.alarms > 0 || score.exact*100 < score.cases*95 || score.needless*100 > score.cases*2 {
		t.Errorf("below the bar: %s; wanted no silent miss, no false alarm, 95 %% exact, 2 %% needless holds at most", score)
	}
}

type coreScore struct{ cases, exact, missed, alarms, needless int }

func (s *coreScore) add(v verdict) {
	s.cases++
	if v.exact() {
		s.exact++
	}
	s.missed += min(1, len(v.missed))
	s.alarms += min(1, len(v.alarms))
	if v.needless {
		s.needless++
	}
}

func (s coreScore) String() string {
	return fmt.Sprintf("%d of %d exact (%.1f %%), %d with a silent miss, %d with a false alarm, %d needless holds (%.1f %%)",
		s.exact, s.cases, 100*float64(s.exact)/float64(s.cases), s.missed, s.alarms, s.needless, 100*float64(s.needless)/float64(s.cases))
}

// verdict compares a prediction with what Terraform planned.
type verdict struct {
	plan     plan.Plan
	missed   []string // destroyed, neither predicted nor under a gap
	alarms   []string // predicted as certain, not destroyed
	other    []string // right in kind, not exact
	needless bool     // nothing destroyed, yet a gap or a possible change
}

func (v verdict) exact() bool {
	return len(v.missed)+len(v.alarms)+len(v.other) == 0 && !v.needless
}

func (v verdict) String() string {
	var parts []string
	for kind, list := range map[string][]string{"missed": v.missed, "false alarm": v.alarms, "inexact": v.other} {
		if len(list) > 0 {
			parts = append(parts, kind+": "+strings.Join(list, "; "))
		}
	}
	slices.Sort(parts)
	if v.needless {
		parts = append(parts, "needless hold")
	}
	return strings.Join(parts, ". ")
}

func judge(t *testing.T, name string, data []byte) verdict {
	t.Helper()
	before, after, rest := archive(t, data)
	v := verdict{plan: hcl.Predict(before, after, facts.Load(), hcl.Options{})}
	wanted, refused := map[string]string{}, false
	for line := range strings.Lines(rest["want"]) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		action, tail, _ := strings.Cut(line, " ")
		switch action {
		case "error":
			refused = true
		case "delete", "replace", "forget":
			address, _, _ := strings.Cut(tail, " from ")
			address, _, _ = strings.Cut(address, " reason ")
			wanted[action+" "+address] = line
		}
	}
	if refused {
		return v.refused()
	}
	got := map[string]string{}
	for _, c := range v.plan.Changes {
		if !c.Action.Destroys() && c.Action != plan.Forget {
			continue
		}
		key := string(c.Action) + " " + c.Address.String()
		got[key] = wantLine(c)
		switch {
		case !c.Certain && wanted[key] != "":
			v.other = append(v.other, "not certain: "+key)
		case !c.Certain:
			v.needless = v.needless || len(wanted) == 0
			v.other = append(v.other, "possible: "+key)
		case wanted[key] == "":
			v.alarms = append(v.alarms, key)
		case wanted[key] != got[key]:
			v.other = append(v.other, fmt.Sprintf("got %q, want %q", got[key], wanted[key]))
		}
	}
	for key := range wanted {
		if got[key] == "" && len(v.plan.Gaps) == 0 {
			v.missed = append(v.missed, key)
		} else if got[key] == "" {
			v.other = append(v.other, "under a gap: "+key)
		}
	}
	for _, g := range v.plan.Gaps {
		v.other = append(v.other, "gap: "+g.Why)
		v.needless = v.needless || len(wanted) == 0
	}
	slices.Sort(v.missed)
	return v
}

// refused: the real plan fails. Then a gap must say so, and nothing be certain.
func (v verdict) refused() verdict {
	if len(v.plan.Gaps) == 0 {
		v.other = append(v.other, "the plan is refused, and no gap says so")
	}
	for _, c := range v.plan.Changes {
		if c.Certain && c.Action.Destroys() {
			v.alarms = append(v.alarms, string(c.Action)+" "+c.Address.String())
		} else if c.Certain {
			v.other = append(v.other, "certain: "+string(c.Action)+" "+c.Address.String())
		}
	}
	return v
}

func wantLine(c plan.Change) string {
	line := string(c.Action) + " " + c.Address.String()
	if c.Previous != c.Address {
		line += " from " + c.Previous.String()
	}
	if c.Reason != "" {
		line += " reason " + string(c.Reason)
	}
	if len(c.Because) > 0 {
		b, err := json.Marshal(c.Because)
		if err != nil {
			panic(err)
		}
		line += " because " + string(b)
	}
	return line
}

func describe(p plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "  %s certain=%t %s\n", wantLine(c), c.Certain, c.Effect)
		for _, cause := range c.Causes {
			fmt.Fprintf(&b, "      %s %s:%d %s\n", cause.Side, cause.File, cause.Line, cause.Text)
		}
	}
	for _, g := range p.Gaps {
		fmt.Fprintf(&b, "  gap %s %s:%d %s: %s\n", g.Kind, g.At.File, g.At.Line, g.Subject, g.Why)
	}
	return b.String()
}

// archive is plantest.Archive, and files without a newline at their end.
func archive(t *testing.T, data []byte) (before, after fs.FS, rest map[string]string) {
	t.Helper()
	before, after, rest = plantest.Archive(bytes.ReplaceAll(data, []byte("@NUL@"), []byte{0}))
	sides := map[string]fs.FS{"before": before, "after": after}
	for line := range strings.Lines(rest["no-newline"]) {
		side, name, _ := strings.Cut(strings.TrimSpace(line), "/")
		file := sides[side].(fstest.MapFS)[name]
		if file == nil {
			t.Fatalf("no-newline names %s, which is not in the archive", line)
		}
		content := strings.TrimSuffix(string(file.Data), "\n")
		*file = *plantest.Tree(map[string]string{name: content}).(fstest.MapFS)[name]
	}
	return before, after, rest
}

// readExceptions reads `name reason` lines.
func readExceptions(t *testing.T, file string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, ok := strings.Cut(line, " ")
		if !ok || strings.TrimSpace(reason) == "" {
			t.Errorf("%s: %q has no reason", file, line)
		}
		out[name] = reason
	}
	return out
}

// withComment adds a comment to every .tf file; nil where there is none.
func withComment(tree fs.FS) fs.FS {
	out, found := fstest.MapFS{}, false
	for name, file := range tree.(fstest.MapFS) {
		out[name] = file
		if strings.HasSuffix(name, ".tf") && file.Mode.IsRegular() {
			found = true
			out[name] = plantest.Tree(map[string]string{name: "# a comment\n" + string(file.Data)}).(fstest.MapFS)[name]
		}
	}
	if !found {
		return nil
	}
	return out
}

// TestShow prints what is predicted for the archives named by -show.
func TestShow(t *testing.T) {
	if *show == "" {
		t.Skip("no archive named by -show")
	}
	files, _ := filepath.Glob("testdata/*/" + *show + ".txtar")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before, after, _ := archive(t, data)
		t.Logf("%s\n%s", file, describe(hcl.Predict(before, after, facts.Load(), hcl.Options{})))
	}
}

func contentsOf(tree fs.FS) map[string]string {
	out := map[string]string{}
	for name, file := range tree.(fstest.MapFS) {
		out[name] = string(file.Data)
	}
	return out
}

// TestMade replays what cannot be recorded without an account somewhere; the
// reason for each `want` stands in the archive's head.
func TestMade(t *testing.T) {
	files, _ := filepath.Glob("testdata/made/*.txtar")
	if len(files) == 0 {
		t.Fatal("no archives in testdata/made")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if v := judge(t, file, data); !v.exact() {
			t.Errorf("%s: %s\n%s", file, v, describe(v.plan))
		}
	}
}
