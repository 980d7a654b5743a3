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

// F41: a test merge that GitHub has not made yet is waited for, then told as
// such, which holds; it is looked at again.
func TestF41LazyTestMerge(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/network.tf": infra["prod/network.tf"] + "# x\n"})
	w.repo.Push("main", w.commit(w.base, githubtest.Files{"README.md": "Moved.\n"}, w.dana), w.dana)
	p.LagMerge(8)
	w.receive()
	w.queue = w.queue[1:2]
	job := w.queue[0]
	_, err := w.do(t.Context(), job)
	var later *api.LaterError
	if !errors.As(err, &later) || later.Limited {
		t.Fatalf("error %v, want one that asks to come later", err)
	}
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "test merge") {
		t.Errorf("the check run does not tell of the test merge:\n%s", c.Summary)
	}
	// Where it stays away the check keeps what it tells, and the sweep comes
	// back for it.
	if !errors.Is(err, github.ErrPartial) {
		t.Errorf("error %v, want %v", err, github.ErrPartial)
	}
	checked := func() bool {
		done, err := w.app.Checked(t.Context(), githubtest.Installation, api.Repository{ID: w.repo.ID, Owner: "acme", Name: "infra"}, p.HeadSHA())
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	if checked() {
		t.Error("the sweep passes over a head without its test merge")
	}
	p.LagMerge(0)
	w.work()
	w.fine()
	w.concluded(p, "success")
	if !checked() {
		t.Error("the sweep comes back for a head that was reviewed")
	}
}

// F41: a conflict is said as such.
func TestF41Conflict(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"README.md": "Ours.\n"})
	w.repo.Push("main", w.commit(w.base, githubtest.Files{"README.md": "Theirs.\n"}, w.dana), w.dana)
	w.settle()
	w.fine()
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "conflict") {
		t.Errorf("the check run does not tell of the conflict:\n%s", c.Summary)
	}
}

// F42: a base that moved so that a clean merge destroys takes the green back.
func TestF42BaseMoved(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	w.settle()
	w.concluded(p, "success")
	// On main the database moves to a file that the pull request's branch
	// does not touch; nothing is lost, and nothing may be invented.
	w.repo.Push("main", w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders, "prod/orders.tf": "resource \"aws_db_instance\" \"orders\" {\n}\n"}, w.dana), w.dana)
	w.settle()
	w.fine()
	w.concluded(p, "success")
}

// F42: two harmless changes whose clean merge destroys.
func TestF42CleanMergeThatDestroys(t *testing.T) {
	copied := githubtest.Files{"prod/copy.tf": "# A copy.\n\n" + infra["dev/main.tf"], "prod/other.tf": "# Another.\n\n" + infra["dev/main.tf"]}
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(copied))
	// The block is in two files. The pull request takes it out of one.
	p := w.open(w.agent, githubtest.Files{"prod/copy.tf": "# A copy.\n"})
	w.settle()
	w.concluded(p, "success")
	// On main it is taken out of the other.
	w.repo.Push("main", w.commit(w.base, githubtest.Files{"prod/other.tf": "# Another.\n"}, w.dana), w.dana)
	w.settle()
	w.fine()
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "aws_lb.try") {
		t.Errorf("the load balancer is not named:\n%s", c.Summary)
	}
}

// F52, F53, F55, E34: three thousand changed files are compared as trees; the
// lists that GitHub cuts decide nothing.
func TestF52F53F55E34ManyFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("three thousand files")
	}
	before := githubtest.Files{}
	changes := githubtest.Files{"prod/db.tf": withoutOrders}
	for i := range 3100 {
		name := fmt.Sprintf("docs/%02d/%04d.md", i%40, i)
		before[name], changes[name] = "old\n", "new\n"
	}
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(before))
	p := w.open(w.agent, changes)
	for range 2 { // the second time with what the first one brought
		w.settle()
		w.fine()
		if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "aws_db_instance.orders") {
			t.Errorf("the database is not named:\n%.500s", c.Summary)
		}
		p.Edit("Again", w.agent)
	}
}

// F55: a tree that GitHub cuts is walked folder by folder.
func TestF55TruncatedTree(t *testing.T) {
	w := newWorld(t)
	w.hub.PageSize(1) // trees are cut after four entries
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	w.fine()
	w.concluded(p, "failure")
}

// F53, E34, F60: lists are read to their end.
func TestF60ListsArePaged(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	for i := range 7 {
		p.Submit(w.hub.User(fmt.Sprintf("reader%d", i)), "COMMENTED", "")
		p.AddLabel(fmt.Sprintf("label%d", i), w.dana, "")
		p.AddComment(w.dana, "Words.")
	}
	p.Submit(w.alice, "APPROVED", "")
	p.Submit(w.dana, "APPROVED", "")
	w.hub.PageSize(2)
	w.settle()
	w.fine()
	w.concluded(p, "success")
	w.hub.PageSize(0)
	w.hub.PageSize(2)
	// The objection is on the last page.
	p.Submit(w.alice, "CHANGES_REQUESTED", "")
	w.settle()
	w.fine()
	w.concluded(p, "failure")
}

// F53, E34: more commits than GitHub lists raise the bar; they are not taken
// for all.
func TestF53MoreCommitsThanListed(t *testing.T) {
	w := newWorld(t)
	at := w.base
	for i := range 260 {
		at = w.commit(at, githubtest.Files{"README.md": fmt.Sprintf("%d\n", i), "prod/db.tf": withoutOrders}, w.agent)
	}
	w.repo.Push("long", at, w.agent)
	p := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "long", Base: "main", Title: "Long"})
	w.settle()
	w.fine()
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "too many commits to read") {
		t.Errorf("the check run does not tell of it:\n%s", c.Summary)
	}
}

// F56: a deleted fork is read through the base repository.
func TestF56DeletedFork(t *testing.T) {
	w := newWorld(t)
	fork := w.hub.ForkOf(w.repo, "mallory")
	mallory := w.hub.User("mallory")
	fork.Push("patch", w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, mallory), mallory)
	p := w.repo.Open(githubtest.PullOf{Author: mallory, Fork: fork, Head: "patch", Base: "main", Title: "Patch"})
	p.DeleteFork()
	w.settle()
	w.fine()
	w.concluded(p, "failure")
}

// F57: the re-run of a check on a fork's head names no pull request.
func TestF57RerunOfAFork(t *testing.T) {
	w := newWorld(t)
	fork := w.hub.ForkOf(w.repo, "mallory")
	mallory := w.hub.User("mallory")
	fork.Push("patch", w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, mallory), mallory)
	p := w.repo.Open(githubtest.PullOf{Author: mallory, Fork: fork, Head: "patch", Base: "main", Title: "Patch"})
	w.settle()
	w.results = nil
	w.repo.Rerequest(p.HeadSHA(), w.dana)
	w.settle()
	w.fine()
	if len(w.results) != 2 || !w.results[1].Published {
		t.Errorf("results %+v, want one that leads to the pull request and its review", w.results)
	}
	w.concluded(p, "failure")
}

// F58: an answer that leaves something out is an error, not an empty list.
func TestF58PartialAnswer(t *testing.T) {
	for _, kind := range []githubtest.FaultKind{githubtest.Partial, githubtest.Empty, githubtest.Cut} {
		w := newWorld(t)
		p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
		w.hub.Inject(&githubtest.Fault{Call: "POST /graphql Conversation", Kind: kind})
		w.settle()
		if len(w.errs) == 0 {
			t.Errorf("%s: no error", kind)
		}
		if c := w.check(p.HeadSHA(), "holdpoint: main"); c != nil && c.Conclusion != "failure" {
			t.Errorf("%s: the check run says %s", kind, c.Conclusion)
		}
	}
}
