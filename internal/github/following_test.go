package github_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// leads does a job and returns the pull requests that it leads to.
func (w *world) leads(job webhooks.Job) (numbers []int, err error) {
	w.Helper()
	result, err := w.do(w.Context(), job)
	for _, next := range result.More {
		if next.Kind != webhooks.KindPull {
			w.Errorf("it leads to %+v", next)
		}
		numbers = append(numbers, next.Number)
	}
	slices.Sort(numbers)
	return numbers, err
}

// A merge past the check of its base is noted once, by us: what the checks of
// other bases say counts only where it is not known which is that of this one.
func TestMergesPastTheCheck(t *testing.T) {
	const comment = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments"
	fault := func(status int) *githubtest.Fault { return &githubtest.Fault{Call: comment, Status: status} }
	git := githubtest.NewGit(t)
	for name, c := range map[string]struct {
		settings  string
		harmless  bool
		before    func(w *world, p *githubtest.Pull) // the merge
		fault     *githubtest.Fault
		past      bool
		notes     int
		fails     bool
		unmerged  bool
		forgetful bool // the process was started after the review
	}{
		"held":                                  {past: true, notes: 1},
		"held, and the process knows no name":   {past: true, notes: 1, forgetful: true},
		"passed":                                {harmless: true},
		"passed, and the process knows no name": {harmless: true, forgetful: true},
		"held, and passed on another base":      {past: true, notes: 1, before: passedElsewhere},
		"held, and passed on another base, and the process knows no name": {past: true, notes: 1, before: passedElsewhere, forgetful: true},
		"passed, under a name that the process does not know": {harmless: true, forgetful: true,
			settings: "version: 1\nchecks:\n  - {name: prod, bases: [main]}\n"},
		"held, under a name that the process does not know": {past: true, notes: 1, forgetful: true,
			settings: "version: 1\nchecks:\n  - {name: prod, bases: [main]}\n"},
		"without a check": {past: true, notes: 1, before: func(w *world, p *githubtest.Pull) {
			p.Push(w.commit(p.HeadSHA(), githubtest.Files{"README.md": "Late.\n"}, w.agent), w.agent)
			w.hub.Deliveries()
		}},
		"held and noted": {past: true, notes: 1, before: func(w *world, p *githubtest.Pull) {
			p.AddComment(w.hub.Bot(), "<!-- holdpoint:merged -->\n**Merged while held.**")
		}},
		"held and noted by somebody else": {past: true, notes: 2, before: func(w *world, p *githubtest.Pull) {
			p.AddComment(w.agent, "<!-- holdpoint:merged -->\n**Merged while held.**")
		}},
		"held and quoted by us": {past: true, notes: 2, before: func(w *world, p *githubtest.Pull) {
			p.AddComment(w.hub.Bot(), "> <!-- holdpoint:merged -->\n> **Merged while held.**")
		}},
		"held and locked":            {past: true, fault: fault(403)},
		"held and hidden":            {past: true, fault: fault(404)},
		"held and not taken":         {past: true, fault: fault(422)},
		"held, and GitHub is down":   {past: true, fault: fault(502), fails: true},
		"held and closed unmerged":   {unmerged: true},
		"passed and closed unmerged": {harmless: true, unmerged: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := on(t, git, c.settings)
			files := githubtest.Files{"prod/db.tf": withoutOrders}
			if c.harmless {
				files = githubtest.Files{"README.md": "Words.\n"}
			}
			p := w.open(w.agent, files)
			w.settle()
			if c.before != nil {
				c.before(w, p)
			}
			p.Close(w.dana, !c.unmerged)
			job := w.job(webhooks.KindClosed)
			if c.fault != nil {
				w.hub.Inject(c.fault)
			}
			if c.forgetful {
				w.app = w.newApp()
			}
			result, err := w.do(t.Context(), job)
			if (err != nil) != c.fails {
				t.Errorf("error %v", err)
			}
			if err == nil && result.Bypassed != c.past {
				t.Errorf("past the check: %t, want %t", result.Bypassed, c.past)
			}
			notes := 0
			for _, v := range append(p.Comments(w.hub.Bot()), p.Comments(w.agent)...) {
				if strings.Contains(v.Body, "Merged while held") {
					notes++
				}
			}
			if notes != c.notes {
				t.Errorf("%d notes, want %d", notes, c.notes)
			}
			want := map[bool]string{true: "success", false: "failure"}[c.harmless]
			if c.harmless && c.unmerged {
				want = "cancelled"
			}
			if run := w.check(p.HeadSHA(), "holdpoint: main"); run != nil && run.Conclusion != want {
				t.Errorf("the check run says %s, want %s", run.Conclusion, want)
			}
		})
	}
}

// passedElsewhere opens another pull request with the head, to a branch whose
// settings hold nothing.
func passedElsewhere(w *world, p *githubtest.Pull) {
	w.repo.Push("dev", w.commit(w.base, githubtest.Files{".github/holdpoint.yaml": nobody}, w.dana), w.dana)
	w.repo.Push("two", p.HeadSHA(), w.agent)
	other := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "two", Base: "dev", Title: "Clean up"})
	w.settle()
	if run := w.check(p.HeadSHA(), "holdpoint: dev"); run == nil || run.Conclusion != "success" {
		w.Fatalf("the check run of the other base is %+v", run)
	}
	other.Close(w.agent, true)
	w.hub.Deliveries()
}

// What follows from a closed pull request is done once it is closed, for it and
// its repository alone.
func TestLateAndForeignClosings(t *testing.T) {
	w := newWorld(t)
	p := w.clear()
	p.Close(w.agent, false)
	job := w.job(webhooks.KindClosed)
	foreign := job
	foreign.RepoID = w.hub.Repo("acme/other", "main", w.base).ID
	for name, do := range map[string]webhooks.Job{"of another repository": foreign} {
		if numbers, err := w.leads(do); len(numbers) > 0 {
			t.Errorf("%s: leads to %v, error %v", name, numbers, err)
		}
		w.concluded(p, "success")
	}
	p.Reopen(w.agent)
	w.hub.Deliveries()
	if numbers, err := w.leads(job); err != nil || len(numbers) > 0 {
		t.Errorf("opened again: leads to %v, error %v", numbers, err)
	}
	w.concluded(p, "success")
}

// A check that is asked for again leads to the open pull requests with that very
// commit as their head, also where GitHub lists none for it.
func TestFollowingACommit(t *testing.T) {
	const pulls = "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls"
	git := githubtest.NewGit(t)
	for name, c := range map[string]struct {
		make  func(w *world) (sha string, want []int)
		fault *githubtest.Fault
		is    error
		fails bool
	}{
		"of two": {make: func(w *world) (string, []int) {
			p := w.clear()
			w.repo.Push("two", p.HeadSHA(), w.agent)
			q := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "two", Base: "main", Title: "Twice"})
			return p.HeadSHA(), []int{p.Number, q.Number}
		}},
		"of one that is closed": {make: func(w *world) (string, []int) {
			p := w.clear()
			p.Close(w.agent, false)
			return p.HeadSHA(), nil
		}},
		"that was a head": {make: func(w *world) (string, []int) {
			p := w.clear()
			was := p.HeadSHA()
			p.Push(w.commit(was, githubtest.Files{"README.md": "More words.\n"}, w.agent), w.agent)
			return was, nil
		}},
		"that main has": {make: func(w *world) (string, []int) {
			w.repo.Push("dev", w.commit(w.base, githubtest.Files{"README.md": "Dev.\n"}, w.dana), w.dana)
			w.offer("elsewhere", "dev", w.commit(w.base, githubtest.Files{"README.md": "Else.\n"}, w.agent))
			return w.base, []int{w.offer("one", "dev", w.base).Number}
		}},
		"that is not there": {make: func(w *world) (string, []int) { return w.clear().HeadSHA(), nil },
			fault: &githubtest.Fault{Call: pulls, Status: 404}, is: api.ErrGone},
		"that is none": {make: func(w *world) (string, []int) { return w.clear().HeadSHA(), nil },
			fault: &githubtest.Fault{Call: pulls, Status: 422}, is: api.ErrGone},
		"that cannot be read": {make: func(w *world) (string, []int) { return w.clear().HeadSHA(), nil },
			fault: &githubtest.Fault{Call: pulls, Status: 502}, fails: true},
		"that may not be looked at": {make: func(w *world) (string, []int) { return w.clear().HeadSHA(), nil },
			fault: &githubtest.Fault{Call: pulls, Status: 403}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := on(t, git, "")
			sha, want := c.make(w)
			w.hub.Deliveries()
			if c.fault != nil {
				w.hub.Inject(c.fault)
			}
			job := webhooks.Job{Kind: webhooks.KindCommit, Event: "check_run", Action: "rerequested", Installation: githubtest.Installation,
				RepoID: w.repo.ID, Owner: "acme", Repo: "infra", HeadSHA: sha}
			numbers, err := w.leads(job)
			if !slices.Equal(numbers, want) || (err != nil) != (c.fails || c.is != nil) || errors.Is(err, api.ErrGone) != (c.is != nil) {
				t.Errorf("leads to %v, error %v, want %v", numbers, err, want)
			}
		})
	}
}

// What a label released is judged again where the label becomes another, or none;
// pull requests that it says nothing of are left alone.
func TestFollowingALabel(t *testing.T) {
	git := githubtest.NewGit(t)
	w := on(t, git, "")
	carried := w.overridden()
	plain := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	old := w.open(w.agent, githubtest.Files{"dev/main.tf": ""})
	old.AddLabel("old", w.alice, "")
	w.settle()
	w.repo.RenameLabel("holdpoint-override", "mine", w.agent)
	renamed := w.job(webhooks.KindLabel)
	if numbers, err := w.leads(renamed); err != nil || !slices.Equal(numbers, []int{carried.Number}) {
		t.Errorf("renamed: leads to %v, error %v, want #%d", numbers, err, carried.Number)
	}
	renamed.Label.From = "old"
	if numbers, err := w.leads(renamed); err != nil || !slices.Equal(numbers, []int{carried.Number, old.Number}) {
		t.Errorf("under both names: leads to %v, error %v, want #%d and #%d", numbers, err, carried.Number, old.Number)
	}
	renamed.Label.From = ""
	if numbers, err := w.leads(renamed); err != nil || !slices.Equal(numbers, []int{carried.Number}) {
		t.Errorf("of another colour: leads to %v, error %v, want #%d", numbers, err, carried.Number)
	}
	deleted := renamed
	deleted.Action, deleted.Label = "deleted", &webhooks.LabelFact{ID: renamed.Label.ID, Name: "holdpoint-override"}
	if numbers, err := w.leads(deleted); err != nil || !slices.Equal(numbers, []int{carried.Number}) {
		t.Errorf("deleted: leads to %v, error %v, want #%d and not #%d", numbers, err, carried.Number, plain.Number)
	}
	w.repo.Conclude(carried.HeadSHA(), "holdpoint: main", "failure")
	if numbers, err := w.leads(deleted); err != nil || len(numbers) > 0 {
		t.Errorf("deleted when nothing passed: leads to %v, error %v", numbers, err)
	}
}

// Pull requests of many heads are read some at a time, and all of them.
func TestFollowingManyThatPassed(t *testing.T) {
	w := newWorld(t)
	var want []int
	for i := range 12 {
		name := fmt.Sprintf("many-%d", i)
		w.branch(name, githubtest.Files{"README.md": name + "\n"}, w.agent)
		p := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: name, Base: "main", Title: name})
		want = append(want, p.Number)
	}
	w.settle()
	w.app = w.newApp()
	numbers, rest := w.lead(w.moveBase("one"))
	slices.Sort(numbers)
	if !slices.Equal(numbers, want) || rest != nil {
		t.Errorf("leads to %v and %+v, want %v", numbers, rest, want)
	}
}
