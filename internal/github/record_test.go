package github_test

import (
	"context"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// approved opens a destroying pull request and lets people release it.
func (w *world) approved() *githubtest.Pull {
	w.Helper()
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	w.approve(p)
	w.concluded(p, "success")
	return p
}

func (w *world) approve(p *githubtest.Pull) {
	p.Submit(w.alice, "APPROVED", "")
	p.Submit(w.dana, "APPROVED", "")
	w.settle()
}

// failing lets somebody act while every reading of pull requests fails behind
// the conversation.
func (w *world) failing(act func()) {
	w.Helper()
	act()
	w.receive()
	w.hub.Inject(&githubtest.Fault{Call: "GET /repos/{owner}/{repo}/activity", Status: 502})
	w.work()
	w.hub.Heal()
	w.errs = nil
}

// grouped expects that a merge group of the pull request does not pass.
func (w *world) grouped(p *githubtest.Pull) {
	w.Helper()
	group := w.repo.Enqueue(w.alice, p)
	w.settle()
	if c := w.check(group, "holdpoint: main"); c == nil || c.Conclusion != "failure" {
		w.Errorf("the group's check run is %+v, want failure", c)
	}
}

// twin opens another pull request with the same head, and has it approved.
func (w *world) twin(p *githubtest.Pull) *githubtest.Pull {
	w.repo.Push("again", p.HeadSHA(), w.agent)
	other := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "again", Base: "main", Title: "Once more"})
	w.settle()
	w.approve(other)
	return other
}

// A3: a review that was given up lets nothing through afterwards: no merge
// group, and no other pull request with the head.
func TestA3GivenUpIsNotPassed(t *testing.T) {
	w := newWorld(t)
	p := w.approved()
	w.failing(func() { p.Submit(w.dana, "CHANGES_REQUESTED", "") })
	if c := w.concluded(p, "failure"); c.Title != "This change could not be reviewed" {
		t.Fatalf("the check run says %q", c.Title)
	}
	w.grouped(p)
	other := w.twin(p)
	w.concluded(other, "failure")
	// Once it can be read, the objection is seen; and without it all pass.
	p.Edit("Again", w.agent)
	w.settle()
	w.concluded(p, "failure")
	p.Submit(w.dana, "APPROVED", "")
	w.settle()
	w.fine()
	w.concluded(p, "success")
}

// A3: what is being reviewed again is not passed meanwhile.
func TestA3ReviewedAgainIsNotPassed(t *testing.T) {
	w := newWorld(t)
	w.repo.Push("dev", w.base, w.dana)
	p := w.approved()
	p.Retarget("dev", w.agent)
	p.Retarget("main", w.agent)
	w.receive()
	// The process ends right after it took the verdict back.
	w.hub.Inject(&githubtest.Fault{Call: "GET /repos/{owner}/{repo}/activity", Status: 502})
	for _, job := range w.queue {
		if job.Retargeted {
			_, _ = w.do(context.Background(), job)
		}
	}
	w.hub.Heal()
	w.queue = nil
	if c := w.concluded(p, "failure"); c.Title != "Being reviewed again" {
		t.Fatalf("the check run says %q", c.Title)
	}
	w.grouped(p)
}

// A3: a record and a conclusion that disagree are both not believed.
func TestA3RecordAndConclusionAgree(t *testing.T) {
	w := newWorld(t)
	p := w.approved()
	w.repo.Conclude(p.HeadSHA(), "holdpoint: main", "failure")
	w.grouped(p)
	w.repo.Conclude(p.HeadSHA(), "holdpoint: main", "failure")
	other := w.twin(p) // it asks for the other to be reviewed again
	w.fine()
	w.concluded(other, "success")
}

// A3: giving up on one base leaves the checks of the others as they are, though
// they stand on the same commit.
func TestA3GivingUpTouchesNoOtherBase(t *testing.T) {
	w := newWorld(t)
	w.repo.Push("other", w.commit(w.base, githubtest.Files{"docs/x.md": "Words.\n"}, w.dana), w.dana)
	p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	w.settle()
	w.concluded(p, "success")
	w.repo.Push("again", p.HeadSHA(), w.agent)
	w.failing(func() {
		w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "again", Base: "other", Title: "Once more"})
	})
	w.concluded(p, "success")
	if c := w.check(p.HeadSHA(), "holdpoint: other"); c == nil || c.Conclusion != "failure" {
		t.Errorf("the check of the other base is %+v, want failure", c)
	}
}
