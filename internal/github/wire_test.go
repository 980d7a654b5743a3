package github_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// releases maps the checks of all release branches to one name.
const releases = "version: 1\nchecks:\n  - bases: [\"release/*\"]\n    name: releases\n"

// F6: once the default branch has a commit, GitHub no longer names the open
// pull requests with that head. They are found all the same.
func TestF6HeadOnTheDefaultBranch(t *testing.T) {
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(githubtest.Files{".github/holdpoint.yaml": releases}))
	gone := w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.dana)
	tip := w.commit(gone, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Words.\n"}, w.dana)
	for branch, sha := range map[string]string{"main": tip, "release/1": w.base, "release/2": gone} {
		w.repo.Push(branch, sha, w.dana)
	}
	open := func(base string) *githubtest.Pull {
		p := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "main", Base: base, Title: "Promote"})
		w.settle()
		return p
	}
	open("release/1")
	harmless := open("release/2")
	w.fine()
	said := func(want string) {
		t.Helper()
		if c := w.check(tip, "holdpoint: releases"); c == nil || c.Conclusion != want {
			t.Errorf("check run %+v, want %s: one of two pull requests with this head destroys", c, want)
		}
	}
	said("failure")
	// F57: a re-run leads to them too.
	w.results = nil
	w.repo.Rerequest(tip, w.dana)
	w.settle()
	if len(w.results) < 3 {
		t.Errorf("results %+v, want the reviews of both", w.results)
	}
	said("failure")
	harmless.Close(w.dana, false)
	w.settle()
	said("failure")
}

// F60: the timeline counts from its cursor on.
func TestF60TimelineIsPaged(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	w.hub.PageSize(2)
	for i := range 5 {
		p.AskReview(w.hub.User(fmt.Sprintf("reader%d", i)), w.dana)
		p.AddLabel(fmt.Sprintf("label%d", i), w.dana, "")
	}
	w.settle()
	w.fine()
	w.concluded(p, "failure")
}

// What cannot be written beside the check run does not touch the verdict, nor
// what the check run tells.
func TestErrorsBesideTheCheckLeaveTheVerdict(t *testing.T) {
	const reviews = "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews"
	const dismissal = "PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals"
	w := newWorld(t)
	w.hub.Inject(&githubtest.Fault{Call: reviews, Status: 500})
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "aws_db_instance.orders") {
		t.Errorf("the check run lost what it told:\n%s", c.Summary)
	}
	if len(w.errs) == 0 || !errors.Is(w.errs[0], github.ErrPartial) {
		t.Errorf("errors %v, want %v", w.errs, github.ErrPartial)
	}
	w.hub.Heal()
	p.Edit("Again", w.agent)
	w.settle()
	w.hub.Inject(&githubtest.Fault{Call: dismissal, Status: 500})
	p.Push(w.commit(w.base, githubtest.Files{"README.md": "Fixed.\n"}, w.agent), w.agent)
	w.settle()
	w.concluded(p, "success")
}

// F48: a finding that was fixed and comes back is told anew.
func TestF48FindingComesBack(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Push(w.commit(w.base, githubtest.Files{"README.md": "Fixed.\n"}, w.agent), w.agent)
	w.settle()
	p.Push(w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Gone again.\n"}, w.agent), w.agent)
	w.settle()
	p.Edit("Once more", w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	inline := p.Inline()
	if len(inline) != 2 || !strings.HasPrefix(inline[0].Body, "**Fixed**") || strings.HasPrefix(inline[1].Body, "**Fixed**") {
		t.Errorf("inline comments %+v, want one that is fixed and one that is open", inline)
	}
}

// F48: all comments of a review are marked once their findings are gone.
func TestF48AllAreMarkedAsFixed(t *testing.T) {
	before, after := many(30)
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(before))
	p := w.open(w.agent, after)
	w.settle()
	p.Push(w.commit(w.base, githubtest.Files{"README.md": "Put back.\n"}, w.agent), w.agent)
	w.settle()
	w.fine()
	for _, c := range p.Inline() {
		if !strings.HasPrefix(c.Body, "**Fixed**") {
			t.Errorf("a comment on %s is not marked as fixed", c.Path)
		}
	}
	w.concluded(p, "success")
}

// The pushes to a fork cannot be read; its held heads are counted all the
// same, so that an agent is stopped there too.
func TestRoundsOfAFork(t *testing.T) {
	for _, forced := range []bool{false, true} {
		w := newWorld(t)
		bot := w.hub.User("devin-ai-integration[bot]")
		fork := w.hub.ForkOf(w.repo, "mallory")
		at := w.base
		commit := func(i int) string {
			sha := w.commit(at, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": fmt.Sprintf("Push %d.\n", i)}, bot)
			if !forced {
				at = sha
			}
			return sha
		}
		fork.Push("patch", commit(0), bot)
		p := w.repo.Open(githubtest.PullOf{Author: bot, Fork: fork, Head: "patch", Base: "main", Title: "Patch"})
		w.settle()
		for i := range 3 {
			p.Push(commit(i+1), bot)
			w.settle()
		}
		w.fine()
		if s := p.Comments(w.hub.Bot()); len(s) != 1 || !strings.Contains(s[0].Body, "A person has to decide") {
			t.Errorf("forced %t: summary %+v, want one that asks for a person", forced, s)
		}
	}
}

// E27: a check of the base before, which failed, is not the one of the merge.
func TestE27CheckOfAnotherBaseIsNotNoted(t *testing.T) {
	w := newWorld(t)
	w.repo.Push("dev", w.base, w.dana)
	w.repo.Push("main", w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.dana), w.dana)
	w.branchOn("rest", w.repo.Branch("main"), githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Rest.\n"}, w.agent)
	p := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "rest", Base: "dev", Title: "Rest"})
	w.settle()
	if c := w.check(p.HeadSHA(), "holdpoint: dev"); c == nil || c.Conclusion != "failure" {
		t.Fatalf("check run for dev: %+v, want failure", c)
	}
	p.Retarget("main", w.agent)
	w.settle()
	w.concluded(p, "success")
	p.Close(w.dana, true)
	w.settle()
	w.fine()
	for _, r := range w.results {
		if r.Bypassed {
			t.Error("a merge that had passed is noted")
		}
	}
}

// F52: where GitHub shows no diff the review tells all in its body, once.
func TestF52NoDiff(t *testing.T) {
	w := newWorld(t)
	w.hub.Inject(&githubtest.Fault{Call: "GET /repos/{owner}/{repo}/pulls/{pull_number}/files", Status: 422, Message: "Sorry, this diff is taking too long to generate."})
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	w.hub.Heal()
	p.Edit("Again", w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	if r := p.Reviews(w.hub.Bot()); len(r) != 1 || !strings.Contains(r[0].Body, "aws_db_instance.orders") || len(p.Inline()) != 0 {
		t.Errorf("reviews %+v with %d inline comments, want one that tells all in its body", r, len(p.Inline()))
	}
}

// Approvers are asked even where the first try fails.
func TestApproversAreAskedAfterAFault(t *testing.T) {
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(githubtest.Files{".github/holdpoint.yaml": "version: 1\napprovals:\n  - number: 1\n    users: [alice]\n"}))
	w.hub.Inject(&githubtest.Fault{Call: "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", Status: 502, Times: 1})
	w.hub.Inject(&githubtest.Fault{Call: "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", Status: 502, Times: 1})
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders, ".github/holdpoint.yaml": w.files[".github/holdpoint.yaml"]})
	w.settle()
	if r := p.Requested(); len(r) != 1 || r[0] != "alice" {
		t.Errorf("asked for their review: %q, want alice", r)
	}
}

// F28: a queue that does not show a new group yet is looked at again before
// the group is thrown out.
func TestF28QueueThatLags(t *testing.T) {
	w := newWorld(t)
	one := w.open(w.agent, githubtest.Files{"README.md": "One.\n"})
	two := w.open(w.agent, githubtest.Files{"prod/network.tf": infra["prod/network.tf"] + "# Two.\n"})
	w.settle()
	group := w.repo.Enqueue(w.dana, one, two)
	recall := w.repo.ForgetQueue()
	w.hub.On("POST /graphql Group", 1, recall)
	w.settle()
	w.fine()
	c := w.check(group, "holdpoint: main")
	if c == nil || len(c.Conclusions) != 1 || c.Conclusion != "success" {
		t.Fatalf("the group's check run is %+v, want success alone", c)
	}
}

// A draft, a pull request that changes nothing, and one that touches documents
// alone get their check as any other.
func TestEveryPullRequestGetsItsCheck(t *testing.T) {
	w := newWorld(t)
	draft := func(p githubtest.PullOf, files githubtest.Files, empty bool) *githubtest.Pull {
		sha := w.git.Commit(githubtest.CommitOf{Files: w.files.With(files), Parents: []string{w.base}, Message: "Change"})
		if empty {
			sha = w.git.Commit(githubtest.CommitOf{Files: w.files, Parents: []string{w.base}, Message: "Nothing"})
		}
		p.Head, p.Author, p.Base, p.Title = "b"+sha[:8], w.agent, "main", "Change"
		w.repo.Push(p.Head, sha, w.agent)
		pull := w.repo.Open(p)
		w.settle()
		return pull
	}
	w.concluded(draft(githubtest.PullOf{Draft: true}, githubtest.Files{"prod/db.tf": withoutOrders}, false), "failure")
	w.concluded(draft(githubtest.PullOf{Draft: true}, githubtest.Files{"README.md": "Words.\n"}, false), "success")
	w.concluded(draft(githubtest.PullOf{}, nil, true), "success")
	w.concluded(draft(githubtest.PullOf{}, githubtest.Files{"docs/a.md": "Words.\n"}, false), "success")
	w.fine()
}

// F70, E56: what the installation's doctor asks GitHub: whether the override's
// label is there, and whether changes must come by a pull request.
func TestF70E56WhatTheDoctorAsks(t *testing.T) {
	w := newWorld(t)
	inspect, err := w.app.Inspect(githubtest.Installation, api.Repository{ID: w.repo.ID, Owner: "acme", Name: "infra"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(label, pull bool) {
		t.Helper()
		has, err := inspect.HasLabel(t.Context(), "holdpoint-override")
		if err != nil || has != label {
			t.Errorf("label there: %t, %v; want %t", has, err, label)
		}
		rules, err := inspect.Rules(t.Context(), "main")
		if err != nil || rules.PullRequest != pull {
			t.Errorf("pull request required: %t, %v; want %t", rules.PullRequest, err, pull)
		}
	}
	ask(false, false)
	p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	p.AddLabel("holdpoint-override", w.dana, "")
	w.repo.Require("main", "holdpoint: main", githubtest.AppID)
	ask(true, true)
}

// A renamed base branch is another base: the check of its name is there.
func TestRenamedDefaultBranch(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	w.repo.Push("trunk", w.base, w.dana)
	p.Retarget("trunk", w.dana)
	w.settle()
	w.fine()
	if c := w.check(p.HeadSHA(), "holdpoint: trunk"); c == nil || c.Conclusion != "failure" {
		t.Errorf("check run %+v, want a failing one for trunk", c)
	}
}

// E46: what we dismiss ourselves is no reason to say nothing the next time the
// same head is held; what others dismiss is said once more.
func TestE46OurOwnDismissalsDoNotCount(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	for range 3 {
		one, two := p.Submit(w.alice, "APPROVED", ""), p.Submit(w.dana, "APPROVED", "")
		w.settle()
		w.concluded(p, "success")
		p.Dismiss(one, w.dana)
		p.Dismiss(two, w.dana)
		w.settle()
		w.concluded(p, "failure")
	}
	w.fine()
	standing := func() (n int) {
		for _, r := range p.Reviews(w.hub.Bot()) {
			if r.State == "CHANGES_REQUESTED" {
				n++
			}
		}
		return n
	}
	if standing() != 1 {
		t.Errorf("%d reviews of ours stand, want one", standing())
	}
	for range 3 {
		p.DismissAll(w.hub.Bot(), w.dana)
		w.settle()
	}
	if standing() != 0 {
		t.Errorf("%d reviews of ours stand after three dismissals, want none", standing())
	}
}
