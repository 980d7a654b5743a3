package github_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// settled is a world whose base has settings.
func settled(t *testing.T, settings string) *world {
	t.Helper()
	git := githubtest.NewGit(t)
	return worldOn(t, git, githubtest.New(t, git), infra.With(githubtest.Files{".github/holdpoint.yaml": "version: 1\n" + settings}))
}

// A4: whom the settings name by login needs write access here, by approval and
// by the override's label; a custom role is as much as the permission behind it.
func TestA4UsersNeedWriteAccess(t *testing.T) {
	grant := func(role string) func(*world) { return func(w *world) { w.repo.Grant(w.dana, role) } }
	for name, c := range map[string]struct {
		grant func(w *world)
		want  string
	}{
		"no role":                   {grant(""), "failure"},
		"read":                      {grant("read"), "failure"},
		"triage":                    {grant("triage"), "failure"},
		"write":                     {grant("write"), "success"},
		"admin":                     {grant("admin"), "success"},
		"custom role that reads":    {func(w *world) { w.repo.GrantCustom(w.dana, "auditor", "read") }, "failure"},
		"custom role that writes":   {func(w *world) { w.repo.GrantCustom(w.dana, "deployer", "write") }, "success"},
		"in a private repository":   {func(w *world) { w.repo.Private = true; w.repo.Grant(w.dana, "") }, "failure"},
		"read, and named by a team": {func(w *world) { w.repo.Grant(w.dana, "read"); w.hub.SetTeam("acme", "db", w.dana) }, "failure"},
	} {
		for _, act := range []string{"approval", "override"} {
			t.Run(name+", "+act, func(t *testing.T) {
				w := settled(t, "unknown_requester: accept\napprovals:\n  - {users: [dana], teams: [acme/db]}\noverride: {users: [dana], teams: [acme/db]}\n")
				w.hub.SetTeam("acme", "db")
				c.grant(w)
				p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
				w.settle()
				if act == "approval" {
					p.Submit(w.dana, "APPROVED", "")
				} else {
					p.AddLabel("holdpoint-override", w.dana, "")
				}
				w.settle()
				w.fine()
				check := w.concluded(p, c.want)
				told := act == "override" || strings.Contains(check.Summary, "dana has no write access") // the label is taken off at once
				if c.want == "failure" && !told {
					t.Errorf("it does not say why:\n%s", check.Summary)
				}
			})
		}
	}
}

// A4: a login that was given up and registered anew releases nothing.
func TestA4LoginRegisteredAnew(t *testing.T) {
	for name, c := range map[string]struct{ users, role string }{
		"by the login, without access": {"dana", ""},
		"pinned, with access":          {"dana#%d", "write"},
	} {
		t.Run(name, func(t *testing.T) {
			git := githubtest.NewGit(t)
			hub := githubtest.New(t, git)
			users := strings.ReplaceAll(c.users, "%d", strconv.FormatInt(hub.User("dana").ID, 10))
			w := worldOn(t, git, hub, infra.With(githubtest.Files{".github/holdpoint.yaml": "version: 1\nunknown_requester: accept\napprovals:\n  - {users: [\"" + users + "\"]}\n"}))
			hub.Rename(w.dana, "dana-of-old")
			other := hub.User("dana")
			w.repo.Grant(other, c.role)
			p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
			w.settle()
			p.Submit(other, "APPROVED", "")
			w.settle()
			w.fine()
			w.concluded(p, "failure")
			if c.role == "" {
				return
			}
			p.Submit(w.dana, "APPROVED", "")
			w.settle()
			w.concluded(p, "success")
		})
	}
}

// A4: what a released head's record names is asked about by login, and the
// account that has the login now must be the one that released.
func TestA4GroupComparesIDs(t *testing.T) {
	for name, c := range map[string]struct {
		rename bool
		want   string
	}{"somebody else has the login": {true, "failure"}, "the same person": {false, "success"}} {
		t.Run(name, func(t *testing.T) {
			w := settled(t, "unknown_requester: accept\n")
			p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
			w.settle()
			p.Submit(w.dana, "APPROVED", "")
			w.settle()
			w.concluded(p, "success")
			if c.rename {
				w.hub.Rename(w.dana, "dana-of-old")
				w.repo.Grant(w.dana, "")
				w.repo.Grant(w.hub.User("dana"), "admin")
			}
			group := w.repo.Enqueue(w.alice, p)
			w.settle()
			w.fine()
			if run := w.check(group, "holdpoint: main"); run == nil || run.Conclusion != c.want {
				t.Errorf("the group's check run is %+v, want %s", run, c.want)
			}
		})
	}
}

// A4: who was asked into a team and has not accepted is no member.
func TestA4PendingMember(t *testing.T) {
	w := settled(t, "unknown_requester: accept\napprovals:\n  - {teams: [acme/db]}\n")
	w.hub.SetTeam("acme", "db")
	w.hub.Invite("acme", "db", w.dana)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Submit(w.dana, "APPROVED", "")
	w.settle()
	w.concluded(p, "failure")
	w.hub.SetTeam("acme", "db", w.dana)
	p.Edit("Accepted", w.dana)
	w.settle()
	w.fine()
	w.concluded(p, "success")
}

// A10: a maintainer who updates the branch in the browser keeps the veto, and
// an agent that writes a commit in a maintainer's name does not take it.
func TestA10ObjectionOfWhoUpdatedTheBranch(t *testing.T) {
	w := settled(t, "unknown_requester: accept\n")
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	p.Push(w.commit(p.HeadSHA(), githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Updated.\n"}, w.alice), w.alice)
	w.settle()
	p.Submit(w.alice, "CHANGES_REQUESTED", "")
	p.Submit(w.dana, "APPROVED", "")
	w.settle()
	if c := w.concluded(p, "failure"); !strings.Contains(c.Summary, "a new review from alice") {
		t.Errorf("the check run does not name her:\n%s", c.Summary)
	}
	p.Submit(w.alice, "APPROVED", "")
	w.settle()
	w.fine()
	w.concluded(p, "success")
}

// A10: an objection that does not count is told, with the reason; our own
// review is not one.
func TestA10ObjectionsThatDoNotCount(t *testing.T) {
	w := settled(t, "unknown_requester: accept\n")
	reader, bot := w.hub.User("passer-by"), w.hub.User("reviewer[bot]")
	w.repo.Grant(bot, "write")
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Submit(reader, "CHANGES_REQUESTED", "")
	p.Submit(bot, "CHANGES_REQUESTED", "")
	w.settle()
	p.Edit("Again", w.agent)
	w.settle()
	c := w.concluded(p, "failure")
	for _, want := range []string{"objection of `passer-by`: passer-by has no write access",
		"objection of `reviewer[bot]`: it is not from a person"} {
		if !strings.Contains(c.Summary, want) {
			t.Errorf("it does not say %q:\n%s", want, c.Summary)
		}
	}
	if strings.Contains(c.Summary, "objection of `"+githubtest.AppSlug) {
		t.Errorf("our own review is told as an objection:\n%s", c.Summary)
	}
	p.Submit(w.dana, "APPROVED", "")
	w.settle()
	w.fine()
	w.concluded(p, "success")
}
