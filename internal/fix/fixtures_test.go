package fix_test

import (
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
	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

var all = flag.Bool("all", false, "prove every fixture, not a sample, and print the count")

// Every fixture of the predictors and of the review that holds something: what is
// offered is applied to the tree and reviewed from the beginning, with its own list
// of changed files. What it says it clears is gone, and no finding, no gap and no
// object that goes has come.
func TestWaysOutAreTrue(t *testing.T) {
	rv := newReviewer(t)
	totals := map[plan.Engine]*tally{plan.Terraform: {}, plan.Kubernetes: {}}
	for i, f := range fixtures(t) {
		if !*all && i%29 != 0 {
			continue
		}
		req, ok := f.request(t)
		if !ok {
			continue
		}
		rep, err := rv.run(req)
		if err != nil || len(rep.Holding()) == 0 {
			continue
		}
		fixes := fix.Propose(req, rep, rv.run, showable)
		for _, x := range fixes {
			for _, problem := range rv.check(req, rep, x) {
				t.Errorf("%s: %s: %s", f.name, x.Title, problem)
			}
		}
		for engine, sum := range totals {
			sum.add(f.name, engine, rep, fixes)
		}
	}
	for _, engine := range []plan.Engine{plan.Terraform, plan.Kubernetes} {
		t.Logf("%s: %s", engine, totals[engine])
	}
}

// tally counts the held findings of an engine, and those with a proved fix.
type tally struct {
	held, out, revert int
	kinds             map[fix.Kind]int
	without           map[string][]string
}

func (s *tally) add(name string, engine plan.Engine, rep review.Report, fixes []fix.Fix) {
	if s.kinds == nil {
		s.kinds, s.without = map[fix.Kind]int{}, map[string][]string{}
	}
	for _, f := range rep.Holding() {
		if f.Change == nil || f.Change.Address.Engine != engine {
			continue
		}
		s.held++
		clears := func(x fix.Fix) bool { return slices.Contains(x.Clears, f.Fingerprint) }
		if i := slices.IndexFunc(fixes, func(x fix.Fix) bool { return x.WayOut() && clears(x) }); i >= 0 {
			s.out++
			s.kinds[fixes[i].Kind]++
			continue
		}
		key := fmt.Sprint(f.Rule, " ", f.Change.Action, " ", f.Change.Reason, " ", f.Change.Effect)
		if slices.ContainsFunc(fixes, clears) {
			s.revert++
			key += " revert"
		} else {
			key += " NOTHING"
		}
		s.without[key] = append(s.without[key], name)
	}
}

func (s *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d held findings, %d with a way out (%d %%), %d more with a plain revert alone\n", s.held, s.out, 100*s.out/max(1, s.held), s.revert)
	var lines []string
	for kind, n := range s.kinds {
		lines = append(lines, fmt.Sprintf("%5d %s", n, kind))
	}
	for key, names := range s.without {
		lines = append(lines, fmt.Sprintf("%5d without: %s (%s)", len(names), key, strings.Join(names[:min(4, len(names))], ", ")))
	}
	slices.Sort(lines)
	slices.Reverse(lines)
	return b.String() + strings.Join(lines, "\n")
}

// reviewer runs the public review.
type reviewer struct {
	set   *rules.Set
	known plan.Facts
}

func newReviewer(t *testing.T) reviewer {
	t.Helper()
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	return reviewer{set, facts.Load()}
}

func (rv reviewer) run(req review.Request) (review.Report, error) {
	return review.Run(req, rv.set, review.Predictors(req.Ref, rv.known, rv.set.Losses(), render.New(render.Limits{})))
}

// check applies a fix to a copy of the tree and reviews that as a change of its
// own.
func (rv reviewer) check(req review.Request, rep review.Report, x fix.Fix) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if !x.Proved || len(x.Clears) == 0 {
		say("it is not proved, or clears nothing")
	}
	c := req.Comparisons[0]
	files, err := files(c.After)
	if err != nil {
		return []string{err.Error()}
	}
	for _, e := range slices.Backward(x.Edits) {
		lines := strings.Split(files[e.Path], "\n")
		if e.Start == 0 {
			if _, there := files[e.Path]; there {
				say("%s is there already", e.Path)
			}
			files[e.Path] = strings.Join(e.New, "\n")
			continue
		}
		files[e.Path] = strings.Join(slices.Concat(lines[:e.Start-1], e.New, lines[e.End:]), "\n")
	}
	after := copied(c.After, files)
	diff, err := treediff.Files(c.Before, after)
	if err != nil {
		return []string{err.Error()}
	}
	again := req
	again.Comparisons = []review.Comparison{{Name: "change", Before: c.Before, After: after, Files: diff}}
	now, err := rv.run(again)
	if err != nil {
		return []string{err.Error()}
	}
	if x.Whole != (len(diff) == 0 || len(now.Plan.Changes) == 0) && x.Kind == fix.Revert {
		say("whole is %t with %d files and %d changes left", x.Whole, len(diff), len(now.Plan.Changes))
	}
	return append(problems, compare(rep, now, x)...)
}

func compare(rep, now review.Report, x fix.Fix) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	was, destroyed := map[string]rules.Finding{}, map[plan.Address]bool{}
	for _, f := range rep.Findings {
		was[f.Fingerprint] = f
	}
	for _, c := range rep.Plan.Changes {
		destroyed[c.Address] = destroyed[c.Address] || c.Action.Destroys() || c.Action == plan.Orphan || c.Action == plan.Forget
	}
	for _, f := range now.Findings {
		forgotten := x.Kind == fix.RemovedBlock && !f.Holds && f.Change != nil && f.Change.Action == plan.Forget
		shifted := x.Kind == fix.ForEachByName && f.Change != nil && destroyed[f.Change.Address]
		switch old, there := was[f.Fingerprint]; {
		case slices.Contains(x.Clears, f.Fingerprint):
			say("it does not clear %s", f.Subject())
		case !there && !forgotten && !shifted, there && !old.Holds && f.Holds:
			say("%s %s is new", f.Rule, f.Subject())
		}
	}
	for _, c := range now.Plan.Changes {
		leaves := c.Action.Destroys() || c.Action == plan.Orphan || c.Action == plan.Forget
		if leaves && !destroyed[c.Address] {
			say("%s %s is new in the plan", c.Action, c.Address)
		}
	}
	for _, g := range now.Gaps {
		if !slices.ContainsFunc(rep.Gaps, func(h plan.Gap) bool { return g.Kind == h.Kind && g.Subject == h.Subject && g.Why == h.Why }) {
			say("gap %s is new: %s", g.Subject, g.Why)
		}
	}
	return problems
}

// files are the regular files of a tree.
func files(tree fs.FS) (map[string]string, error) {
	out := map[string]string{}
	return out, fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		out[name] = string(data)
		return err
	})
}

// fixture is a pair of trees.
type fixture struct {
	name          string
	before, after fs.FS
}

func (f fixture) request(t *testing.T) (review.Request, bool) {
	t.Helper()
	diff, err := treediff.Files(f.before, f.after)
	if err != nil {
		return review.Request{}, false
	}
	return review.Request{
		Ref: review.Ref{Number: 1, BaseRef: "main", HeadSHA: "head"}, Base: f.before,
		Comparisons: []review.Comparison{{Name: "change", Before: f.before, After: f.after, Files: diff}},
		Signals:     rules.Signals{Author: rules.Account{ID: 158243242, Login: "devin-ai-integration[bot]", Type: "Bot"}},
	}, true
}

// fixtures are all archives of the predictors, of the review and of this package,
// and the examples. Those whose plan is written out have no trees.
func fixtures(t *testing.T) []fixture {
	t.Helper()
	var out []fixture
	for _, pattern := range []string{"../hcl/testdata/*/*.txtar", "../kube/testdata/scenarios/*.txtar",
		"../review/testdata/*.txtar", "testdata/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("no fixtures in %s: %v", pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			before, after, rest := plantest.Archive(data)
			if rest["plan"] == "" {
				out = append(out, fixture{name, before, after})
			}
		}
	}
	for _, name := range []string{"production", "kubernetes"} {
		dir := filepath.Join("..", "..", "examples", name)
		out = append(out, fixture{dir, os.DirFS(filepath.Join(dir, "before")), os.DirFS(filepath.Join(dir, "after"))})
	}
	return out
}

// copied is a tree of files, with the links of the tree that they are from.
func copied(from fs.FS, files map[string]string) fs.FS {
	tree, ok := plantest.Tree(files).(fstest.MapFS)
	links, linked := from.(fstest.MapFS)
	if !ok || !linked {
		return plantest.Tree(files)
	}
	for name, file := range links {
		if file.Mode&fs.ModeSymlink != 0 {
			tree[name] = file
		}
	}
	return tree
}
