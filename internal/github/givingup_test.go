package github_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// What could not be reviewed fails on the head and for the base that the pull
// request has now or, where not even those can be read, that the delivery saw. A
// pull request that is closed or another repository's is left alone, and whatever
// else cannot be read or written is an error.
func TestGivingUpOnAPullRequest(t *testing.T) {
	const conversation, pull, checks = "POST /graphql Conversation", "GET /repos/{owner}/{repo}/pulls/{pull_number}",
		"GET /repos/{owner}/{repo}/commits/{ref}/check-runs"
	fault := func(call string, status int) *githubtest.Fault { return &githubtest.Fault{Call: call, Status: status} }
	for name, c := range map[string]struct {
		faults  []*githubtest.Fault
		before  func(w *world, p *githubtest.Pull, job *webhooks.Job)
		failed  bool // the check on the head says so in the end
		is      error
		mention []string
	}{
		"it can be read now":   {failed: true},
		"without its evidence": {faults: []*githubtest.Fault{fault(conversation, 502)}, failed: true},
		"not at all":           {faults: []*githubtest.Fault{fault(conversation, 502), fault(pull, 503)}, failed: true},
		"not at all, and the job names no head": {
			faults: []*githubtest.Fault{fault(conversation, 502), fault(pull, 503)}, mention: []string{"502", "503"},
			before: func(_ *world, _ *githubtest.Pull, job *webhooks.Job) { job.HeadSHA = "" },
		},
		"not at all, and the job names no base": {
			faults: []*githubtest.Fault{fault(conversation, 502), fault(pull, 503)}, mention: []string{"502", "503"},
			before: func(_ *world, _ *githubtest.Pull, job *webhooks.Job) { job.BaseRef = "" },
		},
		"without its evidence, and the job names neither": {
			faults: []*githubtest.Fault{fault(conversation, 502)}, failed: true,
			before: func(_ *world, _ *githubtest.Pull, job *webhooks.Job) { job.HeadSHA, job.BaseRef = "", "" },
		},
		"of another repository": {faults: []*githubtest.Fault{fault(conversation, 502), {Call: pull, Kind: githubtest.Empty}},
			is: api.ErrRepository},
		"that is closed": {
			is:     api.ErrGone,
			before: func(w *world, p *githubtest.Pull, _ *webhooks.Job) { p.Close(w.agent, false) },
		},
		"that is closed, without its evidence": {
			faults: []*githubtest.Fault{fault(conversation, 502)}, is: api.ErrGone,
			before: func(w *world, p *githubtest.Pull, _ *webhooks.Job) { p.Close(w.agent, false) },
		},
		"whose checks cannot be read": {faults: []*githubtest.Fault{fault(conversation, 502), fault(checks, 502)}, mention: []string{"502"}},
		"whose checks cannot be written": {faults: []*githubtest.Fault{fault("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", 502)},
			mention: []string{"502"}},
		"whose first check cannot be written": {
			faults: []*githubtest.Fault{fault("POST /repos/{owner}/{repo}/check-runs", 502)}, mention: []string{"502"},
			before: func(w *world, p *githubtest.Pull, job *webhooks.Job) {
				p.Push(w.commit(w.base, githubtest.Files{"README.md": "More words.\n"}, w.agent), w.agent)
				job.HeadSHA = p.HeadSHA()
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.repo.Push("dev", w.base, w.dana)
			p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
			w.settle()
			w.repo.Push("two", p.HeadSHA(), w.agent)
			w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "two", Base: "dev", Title: "Words"})
			w.settle()
			job := webhooks.Job{Kind: webhooks.KindPull, Installation: githubtest.Installation, RepoID: w.repo.ID, Owner: "acme", Repo: "infra",
				Number: p.Number, HeadSHA: p.HeadSHA(), BaseRef: "main"}
			if c.before != nil {
				c.before(w, p, &job)
			}
			for _, f := range c.faults {
				w.hub.Inject(f)
			}
			err := w.app.GiveUp(t.Context(), job, errors.New("too hard"))
			fails := c.is != nil || len(c.mention) > 0
			if (err != nil) != fails || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %v, want %v %q", err, c.is, c.mention)
			}
			for _, s := range c.mention {
				if err != nil && !strings.Contains(err.Error(), s) {
					t.Errorf("error %v, want %s in it", err, s)
				}
			}
			run := w.check(p.HeadSHA(), "holdpoint: main")
			if failed := run != nil && run.Conclusion == "failure" && strings.Contains(run.Summary, "too hard") &&
				strings.Contains(run.Text, "broken"); failed != c.failed {
				t.Errorf("the check run is %+v, want it failed: %t", run, c.failed)
			}
			if dev := w.check(p.HeadSHA(), "holdpoint: dev"); dev != nil && dev.Conclusion != "success" {
				t.Errorf("the check run of the other base is %+v", dev)
			}
		})
	}
}

// A merge group that could not be reviewed fails too, in the run that it has or in
// a new one; its ends are the job's.
func TestGivingUpOnAGroup(t *testing.T) {
	for name, c := range map[string]struct {
		done   bool // it was reviewed before
		fault  *githubtest.Fault
		failed bool
	}{
		"new":             {failed: true},
		"reviewed before": {done: true, failed: true},
		"not readable":    {fault: &githubtest.Fault{Call: "POST /graphql Group", Status: 502}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
			w.settle()
			head := w.repo.Enqueue(w.dana, p)
			job := w.job(webhooks.KindGroup)
			if c.done {
				w.queue = append(w.queue, job)
				w.work()
			}
			if c.fault != nil {
				w.hub.Inject(c.fault)
			}
			if err := w.app.GiveUp(t.Context(), job, errors.New("too hard")); (err != nil) != (c.fault != nil) {
				t.Errorf("error %v", err)
			}
			run := w.check(head, "holdpoint: main")
			if failed := run != nil && run.Conclusion == "failure" && strings.Contains(run.Summary, "too hard"); failed != c.failed {
				t.Errorf("the check run is %+v, want it failed: %t", run, c.failed)
			}
			if member := w.check(p.HeadSHA(), "holdpoint: main"); member.Conclusion != "success" {
				t.Errorf("the member's check run is %+v", member)
			}
		})
	}
}

// Jobs that lead to others have no check, and giving them up makes no call.
func TestGivingUpOnTheOthers(t *testing.T) {
	w := newWorld(t)
	for _, kind := range []webhooks.Kind{webhooks.KindBase, webhooks.KindCommit, webhooks.KindLabel, webhooks.KindInstall} {
		job := webhooks.Job{Kind: kind, Installation: githubtest.Installation, RepoID: w.repo.ID, Owner: "acme", Repo: "infra", HeadSHA: w.base,
			BaseRef: "main", Number: 1}
		if err := w.app.GiveUp(t.Context(), job, errors.New("too hard")); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if log := w.hub.Log(); len(log) > 0 {
		t.Errorf("it calls %v", log)
	}
}
