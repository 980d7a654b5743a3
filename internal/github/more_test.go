package github_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// F38: two processes, one after the other, write one check run and one review.
func TestF38TwoProcesses(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	all := w.hub.Deliveries()
	for range 2 {
		w.app = w.newApp()
		w.take(all)
		w.work()
	}
	w.fine()
	w.concluded(p, "failure")
	if r, c := len(p.Reviews(w.hub.Bot())), len(p.Comments(w.hub.Bot())); r != 1 || c != 1 {
		t.Errorf("%d reviews and %d summaries, want one of each", r, c)
	}
}

// F59: the head is what the pull request says, not its last commit by date.
func TestF59HeadIsThePullRequests(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	w.receive()
	old := w.queue[len(w.queue)-1]
	w.queue = nil
	p.Push(w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.agent), w.agent)
	// The old delivery names the old head; the new one is judged.
	if _, err := w.do(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	w.concluded(p, "failure")
	if c := w.check(old.HeadSHA, "holdpoint: main"); c != nil {
		t.Errorf("the old head has a check run: %+v", c)
	}
}

// Those whom the settings name are asked for their review, once, and the
// author is not.
func TestApproversAreAskedOnce(t *testing.T) {
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(githubtest.Files{".github/holdpoint.yaml": "version: 1\napprovals:\n  - number: 1\n    users: [alice, dana]\n"}))
	p := w.open(w.dana, githubtest.Files{"prod/db.tf": withoutOrders, ".github/holdpoint.yaml": w.files[".github/holdpoint.yaml"]})
	w.settle()
	for range 2 {
		p.Push(w.commit(p.HeadSHA(), githubtest.Files{"prod/db.tf": "", "README.md": w.hub.Now().String()}, w.dana), w.dana)
		w.settle()
	}
	w.fine()
	if r := p.Requested(); len(r) != 1 || r[0] != "alice" {
		t.Errorf("asked for their review: %q, want alice once", r)
	}
}

// What fails again and again is given up: the check holds, says so, and keeps
// its ledger but for the verdict.
func TestGivenUp(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	ledger, _, _ := strings.Cut(w.concluded(p, "failure").Text, "\nend ")
	ledger = strings.Replace(ledger, "held failure", "broken failure", 1)
	p.Edit("Again", w.agent)
	w.hub.Inject(&githubtest.Fault{Call: "GET /repos/{owner}/{repo}/activity", Status: 500})
	w.settle()
	c := w.concluded(p, "failure")
	if !strings.Contains(c.Title, "could not be reviewed") || !strings.HasPrefix(c.Text, ledger+"\nend ") {
		t.Errorf("check run %q with the ledger\n%s\nwant one that was given up and keeps\n%s", c.Title, c.Text, ledger)
	}
	w.hub.Heal()
	p.Edit("Once more", w.agent)
	w.settle()
	if c := w.concluded(p, "failure"); strings.Contains(c.Title, "could not be reviewed") {
		t.Errorf("after the fault: %q", c.Title)
	}
}

// An approved head whose review cannot be made anew does not stay green.
func TestGivenUpTakesTheGreenBack(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	w.settle()
	w.concluded(p, "success")
	p.Edit("Again", w.agent)
	w.hub.Inject(&githubtest.Fault{Call: "GET /repos/{owner}/{repo}/activity", Status: 500})
	w.settle()
	w.concluded(p, "failure")
}

// E6: a label that is deleted voids what it released.
func TestE6DeletedLabel(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.AddLabel("holdpoint-override", w.alice, "")
	w.settle()
	w.concluded(p, "success")
	w.repo.DeleteLabel("holdpoint-override", w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
}

// The organisation's settings are in force where the repository has none.
func TestOrganisationSettings(t *testing.T) {
	w := newWorld(t)
	// Nothing is enforced for anybody in this organisation.
	sha := w.git.Commit(githubtest.CommitOf{Files: githubtest.Files{".github/holdpoint.yaml": "version: 1\nenforce:\n  data: nobody\n  identity: nobody\n  traffic: nobody\n  capacity: nobody\n  none: nobody\n"}, Message: "Settings"})
	w.hub.Repo("acme/.github", "main", sha)
	p := w.open(w.dana, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	w.fine()
	w.concluded(p, "success")
}

// A job for something that is not there any more is done.
func TestGone(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.receive()
	job := w.queue[len(w.queue)-1]
	missing := job
	missing.Number = 99
	if _, err := w.do(t.Context(), missing); !errors.Is(err, api.ErrGone) {
		t.Errorf("a pull request that is not there: %v", err)
	}
	p.Close(w.agent, false)
	if _, err := w.do(t.Context(), job); !errors.Is(err, api.ErrGone) {
		t.Errorf("a closed pull request: %v", err)
	}
}
