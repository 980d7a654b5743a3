package github_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// E4, E8: a label by a bot, by an agent, or by an app for a person is taken
// off and releases nothing.
func TestE4E8LabelByTheWrongHand(t *testing.T) {
	cases := map[string]func(w *world, p *githubtest.Pull){
		"a bot": func(w *world, p *githubtest.Pull) {
			p.AddLabel("holdpoint-override", w.hub.User("github-actions[bot]"), "")
		},
		"the author":     func(w *world, p *githubtest.Pull) { p.AddLabel("holdpoint-override", w.agent, "") },
		"without a role": func(w *world, p *githubtest.Pull) { p.AddLabel("holdpoint-override", w.dana, "") },
		"an app for her": func(w *world, p *githubtest.Pull) { p.AddLabel("holdpoint-override", w.alice, "some-agent") },
	}
	for name, act := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
			w.settle()
			act(w, p)
			w.settle()
			w.fine()
			w.concluded(p, "failure")
			if l := p.Labels(); len(l) != 0 {
				t.Errorf("labels %q stand, want the override gone", l)
			}
		})
	}
}

// E6: a label that was renamed to the override's name releases nothing.
func TestE6RenamedLabel(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.AddLabel("harmless", w.alice, "")
	w.settle()
	w.repo.RenameLabel("harmless", "holdpoint-override", w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
}

// A label that works, its twin.
func TestE6OverrideReleases(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.AddLabel("holdpoint-override", w.alice, "")
	w.settle()
	w.fine()
	w.concluded(p, "success")
	w.repo.RenameLabel("holdpoint-override", "old-override", w.agent)
	w.repo.RenameLabel("old-override", "holdpoint-override", w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
}

// E7: the override ends with the next push.
func TestE7OverrideEndsWithAPush(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.AddLabel("holdpoint-override", w.alice, "")
	w.settle()
	w.concluded(p, "success")
	p.Push(w.commit(p.HeadSHA(), githubtest.Files{"prod/db.tf": ""}, w.agent), w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	if l := p.Labels(); len(l) != 0 {
		t.Errorf("labels %q stand, want the override gone", l)
	}
}

// F1, E12: GitHub binds an old approval to a head that was force-pushed.
func TestF1E12ReboundApproval(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	one := p.Submit(w.alice, "APPROVED", "")
	two := p.Submit(w.dana, "APPROVED", "")
	w.settle()
	w.concluded(p, "success")
	p.Push(w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Rebased.\n"}, w.agent), w.agent)
	p.Rebind(one, p.HeadSHA())
	p.Rebind(two, p.HeadSHA())
	w.settle()
	w.fine()
	w.concluded(p, "failure")
}

// F5, E25: retargeting takes the green of another base back.
func TestF5Retarget(t *testing.T) {
	w := newWorld(t)
	w.repo.Push("dev", w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.dana), w.dana)
	w.branchOn("rest", w.repo.Branch("dev"), githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Rest.\n"}, w.agent)
	p := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "rest", Base: "dev", Title: "Rest"})
	w.settle()
	if c := w.check(p.HeadSHA(), "holdpoint: dev"); c == nil || c.Conclusion != "success" {
		t.Fatalf("check run of dev: %+v", c)
	}
	p.Retarget("main", w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	if c := w.check(p.HeadSHA(), "holdpoint: dev"); c.Conclusion != "failure" {
		t.Errorf("the check run of the base before still says %s", c.Conclusion)
	}
	p.Retarget("dev", w.agent)
	w.settle()
	if c := w.check(p.HeadSHA(), "holdpoint: dev"); c.Conclusion != "success" {
		t.Errorf("back on dev the check run says %s", c.Conclusion)
	}
}

// F19, F20: who lost the role no longer counts, and a team that does not exist
// holds with that reason.
func TestF19F20Permissions(t *testing.T) {
	settings := "version: 1\napprovals:\n  - number: 1\n    teams: [acme/platform]\n"
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(githubtest.Files{".github/holdpoint.yaml": settings}))
	keep := githubtest.Files{"prod/db.tf": withoutOrders}
	p := w.open(w.dana, keep)
	w.settle()
	p.Submit(w.alice, "APPROVED", "")
	w.settle()
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "platform") {
		t.Errorf("the check run does not name the missing team:\n%s", c.Summary)
	}
	w.hub.SetTeam("acme", "platform", w.alice)
	p.Edit("Again", w.dana)
	w.settle()
	w.concluded(p, "success")
	w.hub.SetTeam("acme", "platform")
	p.Edit("And again", w.dana)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
}
