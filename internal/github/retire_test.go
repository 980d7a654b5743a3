package github_test

import (
	"errors"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// left is a world in which a branch is under way that adds a database, and a
// head that came of it and leaves that out: harmless to main, until main has it.
func left(t *testing.T, w *world, base string) (feature, head string, p *githubtest.Pull) {
	t.Helper()
	feature = w.commit(w.base, githubtest.Files{"prod/users.tf": "resource \"aws_db_instance\" \"users\" {\n  engine = \"postgres\"\n}\n"}, w.dana)
	w.repo.Push("feature", feature, w.dana)
	head = w.commit(feature, githubtest.Files{"README.md": "Words.\n"}, w.agent)
	p = w.offer("one", base, head)
	w.settle()
	w.fine()
	if !w.repo.Mergeable(p) {
		t.Fatal("it is held from the beginning")
	}
	return feature, head, p
}

// A17: a verdict does not outlive the pull request it was made for: while nobody
// proposes the commit, a branch that moves has nobody look at it. That holds too
// where the job that would notice it is given up.
func TestA17VerdictOfNobody(t *testing.T) {
	for name, c := range map[string]struct {
		// leave makes the commit nobody's, and back proposes it again.
		leave func(w *world, p *githubtest.Pull)
		back  func(w *world, p *githubtest.Pull, head string) *githubtest.Pull
	}{
		"closed": {
			func(w *world, p *githubtest.Pull) { p.Close(w.agent, false) },
			func(w *world, p *githubtest.Pull, _ string) *githubtest.Pull { p.Reopen(w.agent); return p },
		},
		"pushed away": {
			func(w *world, p *githubtest.Pull) {
				p.Push(w.commit(w.base, githubtest.Files{"README.md": "Other words.\n"}, w.agent), w.agent)
			},
			func(w *world, _ *githubtest.Pull, head string) *githubtest.Pull { return w.offer("two", "main", head) },
		},
		"pushed away and closed": {
			func(w *world, p *githubtest.Pull) {
				p.Push(w.commit(w.base, githubtest.Files{"README.md": "Other words.\n"}, w.agent), w.agent)
				p.Close(w.agent, false)
			},
			func(w *world, _ *githubtest.Pull, head string) *githubtest.Pull { return w.offer("two", "main", head) },
		},
		"retargeted": {
			func(w *world, p *githubtest.Pull) {
				w.repo.Push("dev", w.base, w.dana)
				p.Retarget("dev", w.agent)
			},
			func(w *world, p *githubtest.Pull, _ string) *githubtest.Pull { p.Retarget("main", w.agent); return p },
		},
	} {
		for unread, call := range map[string]string{"": "", " unread": "POST /graphql Conversation", " half read": "GET /repos/{owner}/{repo}/activity"} {
			t.Run(name+unread, func(t *testing.T) {
				for _, moves := range []bool{true, false} {
					w := newWorld(t)
					w.repo.Require("main", "holdpoint: main", githubtest.AppID)
					feature, head, p := left(t, w, "main")
					if c.leave(w, p); call != "" {
						w.receive()
						w.hub.Inject(&githubtest.Fault{Call: call, Status: 502})
						w.work()
						w.hub.Heal()
						w.errs = nil
					}
					w.settle()
					if moves {
						w.repo.Push("main", feature, w.dana)
						w.settle()
					}
					again := c.back(w, p, head)
					if w.repo.Mergeable(again) {
						t.Error("it can be merged before anybody looked at it")
					}
					w.settle()
					w.fine()
					w.concluded(again, map[bool]string{true: "failure", false: "success"}[moves])
				}
			})
		}
	}
}

// A17: a commit that was merged into one branch of a name is no other one's. Where
// the name is the branch's own, the verdict stays as it was.
func TestA17VerdictAfterAMerge(t *testing.T) {
	w, _ := newShared(t, oneForReleases)
	w.repo.Push("release/1", w.base, w.dana)
	w.repo.Push("release/2", w.base, w.dana)
	w.settle()
	feature, head, p := left(t, w, "release/1")
	p.Close(w.dana, true)
	closed := w.hub.Deliveries()
	for range 2 { // GitHub may deliver twice
		w.take(closed)
		w.work()
		w.settle()
	}
	w.repo.Push("release/2", feature, w.dana)
	w.settle()
	if again := w.offer("two", "release/2", head); w.repo.Mergeable(again) {
		t.Error("it can be merged before anybody looked at it")
	}
	w.settle()
	w.fine()
	w.shared(head, "failure", "aws_db_instance.users")
	for _, r := range w.results {
		if r.Bypassed {
			t.Error("the merge counts as one past the check")
		}
	}

	w = newWorld(t)
	w.repo.Require("main", "holdpoint: main", githubtest.AppID)
	_, _, p = left(t, w, "main")
	p.Close(w.dana, true)
	w.settle()
	w.fine()
	w.concluded(p, "success")
}

// A17: that another pull request has the commit for another base keeps no verdict
// but that one's.
func TestA17AnotherHasItElsewhere(t *testing.T) {
	w := newWorld(t)
	w.repo.Require("main", "holdpoint: main", githubtest.AppID)
	feature, head, p := left(t, w, "main")
	w.repo.Push("dev", w.base, w.dana)
	w.offer("two", "dev", head)
	w.settle()
	p.Push(w.commit(w.base, githubtest.Files{"README.md": "Other words.\n"}, w.agent), w.agent)
	w.settle()
	if c := w.check(head, "holdpoint: dev"); c.Conclusion != "success" {
		t.Errorf("the other's check says %s", c.Conclusion)
	}
	w.repo.Push("main", feature, w.dana)
	w.settle()
	again := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "two", Base: "main", Title: "Clean up"})
	if w.repo.Mergeable(again) {
		t.Error("it can be merged before anybody looked at it")
	}
	w.settle()
	w.fine()
	w.concluded(again, "failure")
}

// A17: a commit that another pull request has as its head keeps its verdict.
func TestA17AnotherHasIt(t *testing.T) {
	w := newWorld(t)
	w.repo.Require("main", "holdpoint: main", githubtest.AppID)
	_, head, p := left(t, w, "main")
	other := w.offer("two", "main", head)
	w.settle()
	p.Push(w.commit(w.base, githubtest.Files{"README.md": "Other words.\n"}, w.agent), w.agent)
	w.settle()
	w.concluded(other, "success")
	other.Close(w.agent, false)
	w.settle()
	w.fine()
	if c := w.check(head, "holdpoint: main"); c.Conclusion != "cancelled" {
		t.Errorf("the check says %s, want cancelled", c.Conclusion)
	}
}

// A17: nor does the verdict on a commit of the merge queue outlive its group,
// however that ends. One that was merged keeps it where its name is its own.
func TestA17VerdictOfAGroup(t *testing.T) {
	for name, c := range map[string]struct {
		settings string
		// end ends the group of a pull request to release/1.
		end  func(w *world, group string)
		want string
	}{
		"dequeued":            {"version: 1\n", func(w *world, group string) { w.repo.Destroy(w.dana, group, "dequeued") }, "cancelled"},
		"invalidated":         {"version: 1\n", func(w *world, group string) { w.repo.Destroy(w.dana, group, "invalidated") }, "cancelled"},
		"merged":              {"version: 1\n", func(w *world, group string) { w.repo.Destroy(w.dana, group, "merged") }, "success"},
		"merged, shared":      {oneForReleases, func(w *world, group string) { w.repo.Destroy(w.dana, group, "merged") }, "cancelled"},
		"the base has it":     {"version: 1\n", func(w *world, group string) { w.repo.Push("release/1", group, w.dana) }, "success"},
		"a shared one has it": {oneForReleases, func(w *world, group string) { w.repo.Push("release/1", group, w.dana) }, "cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := newShared(t, c.settings)
			w.repo.Push("release/1", w.base, w.dana)
			w.repo.Push("release/2", w.base, w.dana)
			p := w.offer("one", "release/1", w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.agent))
			w.settle()
			w.approve(p)
			group := w.repo.Enqueue(w.alice, p)
			w.settle()
			check := map[string]string{"version: 1\n": "holdpoint: release/1", oneForReleases: "holdpoint: release"}[c.settings]
			if got := w.check(group, check); got == nil || got.Conclusion != "success" {
				t.Fatalf("the group's check run is %+v, want success", got)
			}
			for range 2 { // GitHub may deliver twice
				c.end(w, group)
				w.settle()
			}
			w.fine()
			if got := w.check(group, check); got.Conclusion != c.want {
				t.Errorf("the check says %s, want %s", got.Conclusion, c.want)
			}
			if again := w.offer("two", "release/2", group); c.settings == oneForReleases && w.repo.Mergeable(again) {
				t.Error("it can be merged into another branch of the name before anybody looked at it")
			}
		})
	}
}

// A17: nor where the job that follows a group's end is given up.
func TestA17GroupGivenUp(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	w.settle()
	group := w.repo.Enqueue(w.dana, p)
	w.settle()
	w.repo.Destroy(w.dana, group, "dequeued")
	if err := w.app.GiveUp(t.Context(), w.job(webhooks.KindDestroyed), errors.New("no answer")); err != nil {
		t.Fatal(err)
	}
	if c := w.check(group, "holdpoint: main"); c.Conclusion != "cancelled" {
		t.Errorf("the check says %s, want cancelled", c.Conclusion)
	}
}

// A17: nor where a comment or review cannot be published, which lets the check
// stand.
func TestA17PublishedInPart(t *testing.T) {
	w := newWorld(t)
	_, head, p := left(t, w, "main")
	p.Push(w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.agent), w.agent)
	for _, call := range []string{"POST /repos/{owner}/{repo}/issues/{issue_number}/comments", "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews"} {
		w.hub.Inject(&githubtest.Fault{Call: call, Status: 502})
	}
	w.receive()
	w.work()
	if c := w.check(head, "holdpoint: main"); c.Conclusion != "cancelled" {
		t.Errorf("the check on the head before says %s, want cancelled", c.Conclusion)
	}
	w.concluded(p, "failure")
}

// A17: the tip of a branch that an open pull request proposes to another branch of
// the name keeps what passed, whether or not GitHub lists it, and by names that
// this process has not met yet.
func TestA17PromotionKeepsItsVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		settings, from, to string
		cold               bool
	}{
		"from the default branch":   {oneForAll, "main", "release/1", false},
		"between two":               {oneForReleases, "release/1", "release/2", false},
		"between two, by a new one": {oneForReleases, "release/1", "release/2", true},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := newShared(t, c.settings)
			w.repo.Push("release/1", w.base, w.dana)
			w.repo.Push("release/2", w.base, w.dana)
			w.settle()
			tip := w.commit(w.base, githubtest.Files{"README.md": "Words.\n"}, w.dana)
			w.repo.Push(c.from, tip, w.dana)
			w.receive()
			late := w.queue
			w.queue = nil
			p := w.repo.Open(githubtest.PullOf{Author: w.dana, Head: c.from, Base: c.to, Title: "Promote"})
			w.settle()
			if c.cold {
				w.app = w.newApp()
			}
			w.queue = late
			w.work()
			w.settle()
			w.fine()
			w.shared(tip, "success")
			if !w.repo.Mergeable(p) {
				t.Error("it cannot be merged any more")
			}
		})
	}
}
