package github_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// F25, F26, F39, F40: our check runs are on heads alone, one each, complete,
// and say success or failure.
func TestF25F26F39F40OneCompleteCheckRun(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	for range 5 {
		p.Edit("Title "+w.hub.Now().String(), w.agent)
		w.settle()
	}
	p.Submit(w.alice, "COMMENTED", "")
	w.settle()
	w.fine()
	checks := w.repo.Checks(p.HeadSHA())
	if len(checks) != 1 || checks[0].Status != "completed" || slices.Contains(checks[0].Conclusions, "neutral") {
		t.Errorf("check runs %+v, want one that is complete", checks)
	}
	merge := w.git.Merge(w.base, p.HeadSHA())
	if n := len(w.repo.Checks(merge)); n != 0 {
		t.Errorf("%d check runs on the test merge, want none", n)
	}
}

// F28: what two pull requests destroy together is held where neither was
// released for it.
func TestF28GroupIsJudgedByItsTrees(t *testing.T) {
	w := newWorld(t)
	one := w.open(w.agent, githubtest.Files{"README.md": "One.\n"})
	held := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	w.concluded(one, "success")
	w.concluded(held, "failure")
	group := w.repo.Enqueue(w.dana, one, held)
	w.settle()
	w.fine()
	if c := w.check(group, "holdpoint: main"); c == nil || c.Conclusion != "failure" {
		t.Fatalf("the group's check run is %+v, want failure", c)
	}
}

// F28: a queue that shows other members than the group's branch holds.
func TestF28DoubtfulGroupIsHeld(t *testing.T) {
	w := newWorld(t)
	one := w.open(w.agent, githubtest.Files{"README.md": "One.\n"})
	two := w.open(w.agent, githubtest.Files{"prod/network.tf": infra["prod/network.tf"] + "# Two.\n"})
	w.settle()
	group := w.repo.Enqueue(w.dana, one, two)
	w.repo.ForgetQueue()
	w.settle()
	w.fine()
	if c := w.check(group, "holdpoint: main"); c == nil || c.Conclusion != "failure" {
		t.Fatalf("the group's check run is %+v, want failure", c)
	}
}

// F27, F29, F30: every group gets its check, and one that was released passes.
func TestF27F29F30ReleasedGroupPasses(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Submit(w.alice, "APPROVED", "")
	p.Submit(w.dana, "APPROVED", "")
	w.settle()
	w.concluded(p, "success")
	group := w.repo.Enqueue(w.dana, p)
	w.settle()
	w.fine()
	if c := w.check(group, "holdpoint: main"); c == nil || c.Conclusion != "success" {
		t.Fatalf("the group's check run is %+v, want success", c)
	}
	// The approver lost her role before the next group was made.
	w.repo.Grant(w.alice, "read")
	w.repo.Grant(w.dana, "read")
	w.repo.Push("main", w.commit(w.base, githubtest.Files{"README.md": "Moved.\n"}, w.alice), w.alice)
	w.hub.Deliveries()
	group = w.repo.Enqueue(w.dana, p)
	w.settle()
	if c := w.check(group, "holdpoint: main"); c == nil || c.Conclusion != "failure" {
		t.Fatalf("the group's check run is %+v, want failure", c)
	}
}

// F32: the installation posts a completed check on the default branch.
func TestF32InstallationPostsTheCheck(t *testing.T) {
	w := newWorld(t)
	w.hub.Install(w.dana, w.repo)
	w.settle()
	w.settle()
	w.fine()
	c := w.check(w.base, "holdpoint: main")
	if c == nil || c.Status != "completed" || c.Conclusion != "success" {
		t.Errorf("check run %+v, want a completed one", c)
	}
}

// F34: without settings the strict default is in force, never silence.
func TestF34NoSettings(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.dana, githubtest.Files{"README.md": "Docs.\n"})
	w.settle()
	w.fine()
	w.concluded(p, "success")
}

// F36: settings that cannot be read hold everything and say where.
func TestF36UnsoundSettings(t *testing.T) {
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(githubtest.Files{".github/holdpoint.yaml": "version: 1\nenforze: {}\n"}))
	p := w.open(w.dana, githubtest.Files{"README.md": "Docs.\n"})
	w.settle()
	w.fine()
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "enforze") {
		t.Errorf("the check run does not say what is wrong:\n%s", c.Summary)
	}
}

// F37: whatever changes between the reading and the release is noticed.
func TestF37ChangeBeforeTheRelease(t *testing.T) {
	last := "POST /graphql Conversation"
	cases := map[string]struct {
		change func(w *world, p *githubtest.Pull)
		want   string
	}{
		"the head": {func(w *world, p *githubtest.Pull) {
			p.Push(w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.agent), w.agent)
		}, "failure"},
		"the base": {func(w *world, p *githubtest.Pull) {
			w.repo.Push("dev", w.commit(w.base, githubtest.Files{"README.md": "Dev.\n"}, w.dana), w.dana)
			p.Retarget("dev", w.agent)
		}, ""},
		"the base's tip": {func(w *world, p *githubtest.Pull) {
			w.repo.Push("main", w.commit(w.base, githubtest.Files{"README.md": "Moved.\n"}, w.dana), w.dana)
		}, "failure"},
		"another pull request": {func(w *world, p *githubtest.Pull) {
			w.repo.Push("twin", p.HeadSHA(), w.agent)
			w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "twin", Base: "main", Title: "Twin"})
		}, "success"},
		"a review":  {func(w *world, p *githubtest.Pull) { p.Submit(w.dana, "CHANGES_REQUESTED", "") }, "success"},
		"the state": {func(w *world, p *githubtest.Pull) { p.Close(w.agent, false) }, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
			first := p.HeadSHA()
			w.hub.On(last, 1, func() { c.change(w, p) })
			w.receive()
			job := w.queue[len(w.queue)-1]
			w.queue = nil
			_, err := w.do(t.Context(), job)
			var later *api.LaterError
			if !errors.As(err, &later) {
				t.Fatalf("error %v, want one that asks to come later", err)
			}
			if check := w.check(first, "holdpoint: main"); check != nil {
				t.Errorf("a check run says %s for what was not judged", check.Conclusion)
			}
			w.settle()
			if c.want != "" {
				w.concluded(p, c.want)
			}
		})
	}
}

// F63: deliveries out of order, twice, or late end in the same state.
func TestF63OrderDoesNotMatter(t *testing.T) {
	run := func(t *testing.T, arrange func([]githubtest.Delivery) []githubtest.Delivery) (string, int) {
		w := newWorld(t)
		p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
		w.settle()
		p.AddLabel("infra", w.dana, "")
		p.Push(w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "x\n"}, w.agent), w.agent)
		p.Edit("Title", w.agent)
		w.take(arrange(w.hub.Deliveries()))
		w.work()
		w.settle()
		w.fine()
		c := w.concluded(p, "failure")
		return c.Summary, len(p.Reviews(w.hub.Bot()))
	}
	want, _ := run(t, func(d []githubtest.Delivery) []githubtest.Delivery { return d })
	for name, arrange := range map[string]func([]githubtest.Delivery) []githubtest.Delivery{
		"reversed":   func(d []githubtest.Delivery) []githubtest.Delivery { slices.Reverse(d); return d },
		"twice":      func(d []githubtest.Delivery) []githubtest.Delivery { return append(d, d...) },
		"first lost": func(d []githubtest.Delivery) []githubtest.Delivery { return d[1:] },
		"last alone": func(d []githubtest.Delivery) []githubtest.Delivery { return d[len(d)-1:] },
	} {
		t.Run(name, func(t *testing.T) {
			if got, n := run(t, arrange); got != want || n != 1 {
				t.Errorf("%d reviews and the text\n%s\nwant 1 and\n%s", n, got, want)
			}
		})
	}
}

// A pull request that cannot be read is held all the same, at the head that the
// delivery saw, and what its check recorded stays, but for the verdict.
func TestGiveUpOnWhatCannotBeRead(t *testing.T) {
	for _, known := range []bool{false, true} {
		w := newWorld(t)
		p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
		record := "\npr 1 \"main\" broken failure person\n"
		if known {
			w.settle()
			w.concluded(p, "success")
			record = "\npr 1 \"main\" broken failure agent\npushed 501006 \"devin-ai-integration[bot]\"\n"
			w.hub.Advance(time.Minute)
			p.Edit("Other words", w.agent)
		}
		w.receive()
		w.hub.Inject(&githubtest.Fault{Call: "POST /graphql Conversation", Status: 502})
		w.work()
		w.errs = nil
		c := w.check(p.HeadSHA(), "holdpoint: main")
		if c == nil || c.Conclusion != "failure" || c.Title != "This change could not be reviewed" || !strings.Contains(c.Text, record) {
			t.Errorf("known %t: the check run is %+v, want one that says that the change could not be reviewed", known, c)
		}
		if n := len(w.repo.Checks(p.HeadSHA())); n != 1 {
			t.Errorf("known %t: %d check runs, want one", known, n)
		}
	}
}

// A3: what passed on a base that has moved since, and cannot be read again, fails:
// the job that follows from the push names neither head nor base.
func TestA3GiveUpAfterTheBaseMoved(t *testing.T) {
	for readable, want := range map[bool]string{true: "success", false: "failure"} {
		w := newWorld(t)
		p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
		w.settle()
		w.concluded(p, "success")
		w.hub.Advance(time.Minute)
		w.repo.Push("main", w.commit(w.base, githubtest.Files{"docs.md": "Moved.\n"}, w.dana), w.dana)
		w.receive()
		if !readable {
			w.hub.Inject(&githubtest.Fault{Call: "POST /graphql Conversation", Status: 502})
		}
		w.work()
		w.errs = nil
		if c := w.concluded(p, want); !readable && c.Title != "This change could not be reviewed" {
			t.Errorf("the check run says %q", c.Title)
		}
	}
}
