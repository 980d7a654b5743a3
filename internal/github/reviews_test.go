package github_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// F31, F44: a removed file has only a left side; the status of GitHub's list
// is not used.
func TestF31F44RemovedFile(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": ""})
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	inline := p.Inline()
	if len(inline) != 2 || inline[0].Side != "LEFT" || inline[0].Line != 3 || inline[1].Line != 7 {
		t.Errorf("inline comments %+v, want two on the left side, lines 3 and 7", inline)
	}
}

// F43, F44, F54: what has no line in the diff is told in the body.
func TestF43F44F54NoLineInTheDiff(t *testing.T) {
	long := "# x\n" + strings.Repeat("# padding\n", 40)
	files := infra.With(githubtest.Files{"prod/db.tf": long + infra["prod/db.tf"], "prod/old.tf": "# only comments\n# here\n# and here\n"})
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), files)
	// The file moves out of Terraform's sight: a pure rename has no patch.
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": "", "prod/db.tf.bak": files["prod/db.tf"]})
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	reviews := p.Reviews(w.hub.Bot())
	if len(reviews) != 1 || !strings.Contains(reviews[0].Body, "aws_db_instance.orders") || len(p.Inline()) != 0 {
		t.Errorf("reviews %+v with %d inline comments, want one that tells all in its body", reviews, len(p.Inline()))
	}
}

// F43: a review that GitHub refuses for one of its lines becomes one without
// inline comments. It is never left out.
func TestF43RefusedReviewBecomesLess(t *testing.T) {
	for name, fault := range map[string]githubtest.Fault{
		"422 once":  {Status: 422, Times: 1},
		"422 twice": {Status: 422, Times: 2},
		"403 once":  {Status: 403, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			fault.Call = "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews"
			w.hub.Inject(&fault)
			p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
			w.settle()
			w.fine()
			w.concluded(p, "failure")
			p.Edit("Again", w.agent) // says nothing twice
			w.settle()
			w.fine()
			reviews := p.Reviews(w.hub.Bot())
			if len(reviews) != 1 || !strings.Contains(reviews[0].Body, "aws_db_instance.orders") {
				t.Errorf("reviews %+v, want one that tells of the database", reviews)
			}
		})
	}
}

// F16: on a pull request of our own app GitHub takes no request for changes.
func TestF16OwnPullRequest(t *testing.T) {
	w := newWorld(t)
	w.repo.Grant(w.hub.Bot(), "write")
	p := w.open(w.hub.Bot(), githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	if r := p.Reviews(w.hub.Bot()); len(r) != 1 || r[0].State != "COMMENTED" {
		t.Errorf("reviews %+v, want one comment", r)
	}
}

// F17: a pending review of ours from an interrupted run goes first.
func TestF17PendingReviewIsDropped(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	p.AddPending(w.hub.Bot())
	w.settle()
	w.fine()
	if r := p.Reviews(w.hub.Bot()); len(r) != 1 || r[0].State != "CHANGES_REQUESTED" {
		t.Errorf("reviews %+v, want one that requests changes", r)
	}
}

// F14, F15: our review that cannot be dismissed does not stand in the way of
// the verdict, and reviews of others are never touched.
func TestF14F15OnlyOursIsDismissed(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	other := w.hub.User("another-gate[bot]")
	p.Submit(other, "CHANGES_REQUESTED", "")
	w.settle()
	w.hub.Inject(&githubtest.Fault{Call: "PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals", Status: 403})
	p.Push(w.commit(w.base, githubtest.Files{"README.md": "Fixed.\n"}, w.agent), w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "success")
	if r := p.Reviews(other); r[0].State != "CHANGES_REQUESTED" {
		t.Errorf("the review of another app is %s", r[0].State)
	}
}

// F46: a head that moves while the review is written gets no review of the
// old code; the check of the old head may stand.
func TestF46HeadMovesBeforeTheReview(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	old := p.HeadSHA()
	w.hub.On("POST /graphql Still", 0, func() {
		p.Push(w.commit(w.base, githubtest.Files{"README.md": "Fixed.\n"}, w.agent), w.agent)
	})
	w.settle()
	w.fine()
	w.concluded(p, "success")
	if c := w.check(old, "holdpoint: main"); c == nil || c.Conclusion != "failure" {
		t.Errorf("check run of the old head: %+v", c)
	}
	if r := p.Reviews(w.hub.Bot()); len(r) != 0 {
		t.Errorf("reviews %+v, want none", r)
	}
}

// F47, F48: a push that keeps the finding says nothing twice; one that fixes
// it marks the comment and dismisses the review.
func TestF47F48PushesUpdateAndNeverRepeat(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	for i := range 3 {
		p.Push(w.commit(p.HeadSHA(), githubtest.Files{"prod/db.tf": withoutOrders, "README.md": fmt.Sprintf("Push %d.\n", i)}, w.agent), w.agent)
		w.settle()
	}
	w.fine()
	w.concluded(p, "failure")
	if r, c := len(p.Reviews(w.hub.Bot())), len(p.Inline()); r != 1 || c != 1 {
		t.Errorf("%d reviews with %d comments after four pushes, want 1 and 1", r, c)
	}
	if s := p.Comments(w.hub.Bot()); len(s) != 1 || !strings.Contains(s[0].Body, "person") {
		t.Errorf("summary %+v, want one that asks for a person after so many pushes", s)
	}
	p.Push(w.commit(p.HeadSHA(), githubtest.Files{"README.md": "Put back.\n"}, w.agent), w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "success")
	if c := p.Inline(); !strings.Contains(c[0].Body, "Fixed") {
		t.Errorf("the comment is not marked as fixed: %s", c[0].Body)
	}
	if r := p.Reviews(w.hub.Bot()); r[0].State != "DISMISSED" {
		t.Errorf("our review is %s, want it dismissed", r[0].State)
	}
}

// many are files with n databases, and their removal.
func many(n int) (before, after githubtest.Files) {
	before, after = githubtest.Files{}, githubtest.Files{}
	for i := range n {
		name := fmt.Sprintf("prod/db%03d.tf", i)
		before[name] = fmt.Sprintf("resource \"aws_db_instance\" \"db%03d_%s\" {\n}\n", i, strings.Repeat("x", 80))
		after[name] = "# gone\n"
	}
	return before, after
}

// F49, F50, F51, F71: at most 25 inline comments, annotations in batches, and
// texts within GitHub's limits, however much is lost.
func TestF49F50F51F71Limits(t *testing.T) {
	before, after := many(400)
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(before))
	changes := githubtest.Files{}
	for name := range after {
		changes[name] = ""
	}
	p := w.open(w.agent, changes)
	w.settle()
	w.fine()
	c := w.concluded(p, "failure")
	if n := len(p.Inline()); n != 25 {
		t.Errorf("%d inline comments, want 25", n)
	}
	if len(c.Summary) > 65535 || len(c.Title) > 255 || !strings.Contains(c.Title, "399 more") {
		t.Errorf("title %q, summary of %d bytes", c.Title, len(c.Summary))
	}
}

// F51: annotations come in batches and do not pile up.
func TestF51Annotations(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	first := len(w.concluded(p, "failure").Annotations)
	p.Edit("Again", w.agent)
	w.settle()
	if n := len(w.concluded(p, "failure").Annotations); n != first {
		t.Errorf("%d annotations after a second look, %d after the first", n, first)
	}
}
