package github_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github"
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
			_, err := w.app.Work(t.Context(), job, w.judge())
			var later *github.LaterError
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
	_, err := w.app.Work(t.Context(), job, w.judge())
	var later *github.LaterError
	if !errors.As(err, &later) || later.Limited {
		t.Fatalf("error %v, want one that asks to come later", err)
	}
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "test merge") {
		t.Errorf("the check run does not tell of the test merge:\n%s", c.Summary)
	}
	p.LagMerge(0)
	w.work()
	w.fine()
	w.concluded(p, "success")
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
	if len(c.Summary) > 65535 || len(c.Title) > 255 || !strings.Contains(c.Title, "400") {
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
	w.settle()
	w.fine()
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "aws_db_instance.orders") {
		t.Errorf("the database is not named:\n%.500s", c.Summary)
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
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "more commits than can be read") {
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

// F67: the limits that GitHub tells are kept; the job comes later and the
// check holds meanwhile.
func TestF67RateLimits(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		fault *githubtest.Fault
		after time.Duration
	}{
		"primary":            {githubtest.RateLimited("", time.Date(2026, 3, 2, 9, 20, 0, 0, time.UTC)), 19 * time.Minute},
		"secondary":          {githubtest.SecondaryLimited("", "45"), 45 * time.Second},
		"secondary, no time": {&githubtest.Fault{Times: 1, Status: 403, Message: "You have exceeded a secondary rate limit."}, time.Minute},
		"429":                {&githubtest.Fault{Times: 1, Status: 429}, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
			w.receive()
			job := w.queue[len(w.queue)-1]
			c.fault.Skip = 3
			w.hub.Inject(c.fault)
			_, err := w.app.Work(t.Context(), job, w.judge())
			var later *github.LaterError
			if !errors.As(err, &later) || !later.Limited || later.After < c.after {
				t.Fatalf("error %v, want one that asks to come in %s", err, c.after)
			}
			w.hub.Log()
			if _, err = w.app.Work(t.Context(), job, w.judge()); !errors.As(err, &later) || len(w.hub.Log()) != 0 {
				t.Errorf("before the time is over: error %v, and calls were made", err)
			}
			w.hub.Advance(later.After + time.Second)
			if _, err := w.app.Work(t.Context(), job, w.judge()); err != nil {
				t.Error(err)
			}
			w.concluded(p, "failure")
		})
	}
	if took := time.Since(now); took > time.Minute {
		t.Errorf("the tests took %s: somebody slept", took)
	}
}

// F67, E48: an installation has a budget of its own, so that a flood of
// events cannot use up GitHub's.
func TestF67E48OwnBudget(t *testing.T) {
	w := newWorld(t)
	w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	w.receive()
	job := w.queue[len(w.queue)-1]
	w.queue = nil
	for n := 0; ; n++ {
		_, err := w.app.Work(t.Context(), job, w.judge())
		var later *github.LaterError
		if errors.As(err, &later) && later.Limited {
			break
		}
		if err != nil || n > 500 {
			t.Fatalf("after %d reviews: %v, want the budget to end", n, err)
		}
	}
	if n := len(w.hub.Log()); n > 900 {
		t.Errorf("%d calls within a minute", n)
	}
}

// F68: the token is for one repository, is kept, and is made anew when GitHub
// refuses it.
func TestF68Tokens(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Edit("Again", w.agent)
	w.settle()
	tokens := 0
	for _, e := range w.hub.Log() {
		if strings.Contains(e.Path, "access_tokens") {
			tokens++
			if !strings.Contains(e.Body, fmt.Sprint(w.repo.ID)) && !strings.Contains(e.Body, ".github") {
				t.Errorf("token for %s, want one repository", e.Body)
			}
		}
	}
	if tokens > 2 {
		t.Errorf("%d tokens, want one for the repository and one for the organisation's settings", tokens)
	}
	w.hub.ExpireTokens()
	p.Edit("And again", w.agent)
	w.settle()
	w.concluded(p, "failure")
}

// F69: a suspended installation is nothing to try again.
func TestF69Suspended(t *testing.T) {
	w := newWorld(t)
	w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.receive()
	w.hub.Inject(&githubtest.Fault{Call: "POST /app/installations/{installation_id}/access_tokens", Status: 403, Message: "This installation has been suspended"})
	if _, err := w.app.Work(t.Context(), w.queue[len(w.queue)-1], w.judge()); !errors.Is(err, github.ErrGone) {
		t.Errorf("error %v, want %v", err, github.ErrGone)
	}
}

// F72: GitHub Enterprise Server, at its own addresses and description.
func TestF72EnterpriseServer(t *testing.T) {
	git := githubtest.NewGit(t)
	hub := githubtest.NewEnterprise(t, git)
	w := worldOn(t, git, hub, infra, func(c *github.Config) { c.APIURL, c.GraphQLURL = "", "" })
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Submit(w.alice, "APPROVED", "")
	p.Submit(w.dana, "APPROVED", "")
	w.settle()
	w.fine()
	w.concluded(p, "success")
}

// The budget of a typical pull request: ten changed files in two roots.
func TestRequestBudget(t *testing.T) {
	before, after := githubtest.Files{".github/holdpoint.yaml": "version: 1\n"}, githubtest.Files{"prod/db.tf": withoutOrders}
	for i := range 12 {
		root := []string{"prod", "dev"}[i%2]
		name := fmt.Sprintf("%s/part%d.tf", root, i)
		before[name] = fmt.Sprintf("resource \"aws_iam_role\" \"r%d\" {\n}\n", i)
		if i < 9 {
			after[name] = before[name] + "# changed\n"
		}
	}
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(before))
	w.repo.Require("main", "holdpoint: main", githubtest.AppID)
	p := w.open(w.agent, after)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	count := func() (n int) {
		for _, r := range w.results {
			n = max(n, r.Requests)
		}
		w.results = nil
		return n
	}
	if n := count(); n > 15 {
		t.Errorf("%d requests cold, want 15 at most: %v", n, w.hub.Log())
	}
	w.hub.Log()
	p.Submit(w.alice, "COMMENTED", "")
	w.settle()
	if n := count(); n > 9 {
		t.Errorf("%d requests warm, want 9 at most: %v", n, w.hub.Log())
	}
	w.hub.Log()
	p.Push(w.commit(p.HeadSHA(), after.With(githubtest.Files{"README.md": "More.\n", ".github/holdpoint.yaml": "version: 1\n"}), w.agent), w.agent)
	w.settle()
	if n := count(); n > 9 {
		t.Errorf("%d requests after a push, want 9 at most: %v", n, w.hub.Log())
	}
}
