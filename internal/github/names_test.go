package github_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// nobody enforces nothing.
const nobody = "version: 1\nenforce: {data: nobody, identity: nobody, traffic: nobody, capacity: nobody, none: nobody}\n"

// renames are settings by which another branch claims the name of main's check.
var renames = map[string]string{
	"main's name is taken": "checks:\n  - {name: elsewhere, bases: [main]}\n  - {name: main, bases: [evil]}\n",
	"one name for all":     "checks:\n  - {name: main, bases: [\"**\"]}\n",
	"in another case":      "checks:\n  - {name: Main, bases: [evil]}\n",
	"none":                 "",
	"not readable":         "checks: [\n",
}

// claim is a pair of pull requests of one head: to main, where it destroys, and
// to evil, where it does not have to wait.
type claim struct {
	*world
	head       string
	main, evil *githubtest.Pull
}

// newClaim makes both branches. With lacking, evil has lost the database
// already; else its settings enforce nothing.
func newClaim(t *testing.T, evil, settings string, lacking bool) *claim {
	w := newWorld(t)
	w.repo.Require("main", "holdpoint: main", githubtest.AppID)
	from, files := w.base, githubtest.Files{}
	if lacking {
		files["prod/db.tf"] = withoutOrders
		from = w.commit(w.base, files, w.agent)
	}
	w.branchOn(evil, from, files.With(githubtest.Files{rules.SettingsPath: settings}), w.agent)
	c := &claim{world: w, head: w.branchOn("one", from, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Words.\n"}, w.agent)}
	w.repo.Push("two", c.head, w.agent)
	w.settle()
	return c
}

func (c *claim) open(base string) *githubtest.Pull {
	branch := map[bool]string{true: "one", false: "two"}[base == "main"]
	return c.repo.Open(githubtest.PullOf{Author: c.agent, Head: branch, Base: base, Title: "Clean up"})
}

// both opens both, evil's first or last, and handles the deliveries of each
// before the next or all of them in the end, the latest first. Then come events
// that change nothing.
func (c *claim) both(evil string, first, apart bool) {
	c.Helper()
	steps := []func(){func() { c.main = c.open("main") }, func() { c.evil = c.open(evil) }}
	if first {
		slices.Reverse(steps)
	}
	steps[0]()
	if apart {
		c.settle()
	}
	steps[1]()
	waiting := c.hub.Deliveries()
	slices.Reverse(waiting)
	c.take(waiting)
	c.work()
	for _, p := range []*githubtest.Pull{c.evil, c.main, c.evil} {
		p.Edit("Clean up once more", c.agent)
		c.settle()
	}
	c.evil.Close(c.agent, false)
	c.settle()
	c.evil.Reopen(c.agent)
	c.settle()
	c.fine()
}

// mainHolds expects that nothing ever let the head into main.
func (c *claim) mainHolds() {
	c.Helper()
	for _, k := range c.repo.Checks(c.head) {
		if strings.EqualFold(k.Name, "holdpoint: main") && slices.Contains(k.Conclusions, "success") {
			c.Errorf("%q said %q", k.Name, k.Conclusions)
		}
	}
	if k := c.check(c.head, "holdpoint: main"); k == nil || !strings.Contains(k.Summary, "aws_db_instance.orders") {
		c.Errorf("main's check does not name the database: %+v", k)
	}
	if c.repo.Mergeable(c.main) {
		c.Error("it can be merged into main")
	}
}

// A1: the settings of another branch cannot make that branch's verdict count
// for main, in whatever order and with whatever comes later.
func TestA1OtherBranchNamesNothing(t *testing.T) {
	for name, text := range renames {
		for _, lacking := range []bool{false, true} {
			settings := nobody + text
			if lacking {
				settings = "version: 1\n" + text
			}
			for order := range 4 {
				if order > 0 && name != "main's name is taken" {
					continue
				}
				t.Run(fmt.Sprintf("%s, lacking %t, order %d", name, lacking, order), func(t *testing.T) {
					c := newClaim(t, "evil", settings, lacking)
					c.both("evil", order%2 == 0, order < 2)
					c.mainHolds()
					// Its own check is its own, where its settings name none.
					want := map[bool]string{true: "success", false: "failure"}[text == ""]
					if k := c.check(c.head, "holdpoint: evil"); k == nil || k.Conclusion != want {
						t.Errorf("evil's own check is %+v, want %s", k, want)
					}
				})
			}
		}
	}
}

// A1: what stands under main's name is the same whatever another branch holds,
// and whether or not there is a pull request to it.
func TestA1NothingOfAnotherBranchIsWritten(t *testing.T) {
	alone := func(settings string) string {
		c := newClaim(t, "evil", settings, false)
		c.main = c.open("main")
		c.settle()
		k := c.check(c.head, "holdpoint: main")
		return k.Conclusion + k.Title + k.Summary
	}
	want := alone("version: 1\n")
	for name, text := range renames {
		c := newClaim(t, "evil", nobody+text, false)
		c.both("evil", true, true)
		if k := c.check(c.head, "holdpoint: main"); k.Conclusion+k.Title+k.Summary != want {
			t.Errorf("%s: main's check is\n%s %s\n%s\nwant\n%s", name, k.Conclusion, k.Title, k.Summary, want)
		}
	}
}

// A1: names that differ by case alone are one, whichever is opened first.
func TestA1NamesOfOneFold(t *testing.T) {
	for order := range 4 {
		for _, lacking := range []bool{false, true} {
			c := newClaim(t, "MAIN", nobody, lacking)
			c.both("MAIN", order%2 == 0, order < 2)
			c.mainHolds()
		}
	}
}
