package github_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// What somebody may do, and in which team they are, is known or the review fails:
// only "not found" and "hidden" are answers. A team that nobody finds holds with
// that reason.
func TestPermissionsThatCannotBeRead(t *testing.T) {
	const role, team, member = "GET /repos/{owner}/{repo}/collaborators/{username}/permission", "GET /orgs/{org}/teams/{team_slug}",
		"GET /orgs/{org}/teams/{team_slug}/memberships/{username}"
	for name, c := range map[string]struct {
		fault  *githubtest.Fault
		want   string
		fails  bool
		reason string
	}{
		"all is read": {nil, "success", false, ""},
		"no role":     {&githubtest.Fault{Call: role, Status: 404}, "failure", false, "dana has no write access"},
		"the role is hidden": {&githubtest.Fault{Call: role, Status: 403, Message: "Resource not accessible by integration"}, "failure",
			true, "could not review"},
		"the role fails":       {&githubtest.Fault{Call: role, Status: 500}, "failure", true, "could not review"},
		"the role is not told": {&githubtest.Fault{Call: role, Kind: githubtest.Empty}, "failure", true, "could not review"},
		"no member":            {&githubtest.Fault{Call: member, Status: 404}, "failure", false, "a member of Acme/DB"},
		"membership is hidden": {&githubtest.Fault{Call: member, Status: 403, Message: "Resource not accessible by integration"}, "failure",
			false, "a member of Acme/DB"},
		"membership fails":          {&githubtest.Fault{Call: member, Status: 500}, "failure", true, "could not review"},
		"membership is not told":    {&githubtest.Fault{Call: member, Kind: githubtest.Empty}, "failure", false, "a member of Acme/DB"},
		"another team is not found": {&githubtest.Fault{Call: team, Status: 404}, "failure", false, "teams that cannot be found: acme/other"},
		"another team is hidden": {&githubtest.Fault{Call: team, Status: 403, Message: "Resource not accessible by integration"}, "failure",
			false, "teams that cannot be found: acme/other"},
		"another team is not told": {&githubtest.Fault{Call: team, Kind: githubtest.Empty}, "failure", false,
			"teams that cannot be found: acme/other"},
		"another team fails": {&githubtest.Fault{Call: team, Status: 500}, "failure", true, "could not review"},
	} {
		t.Run(name, func(t *testing.T) {
			w := settled(t, "unknown_requester: accept\napprovals:\n  - {teams: [Acme/DB]}\noverride: {teams: [acme/other]}\n")
			w.hub.SetTeam("acme", "db", w.dana)
			w.hub.SetTeam("acme", "other")
			p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
			w.settle()
			if c.fault != nil {
				w.hub.Inject(c.fault)
			}
			p.Submit(w.dana, "APPROVED", "")
			w.settle()
			check := w.concluded(p, c.want)
			if text := check.Title + check.Summary; !strings.Contains(text, c.reason) {
				t.Errorf("it says\n%s\nwant %s", text, c.reason)
			}
			if fails := len(w.errs) > 0; fails != c.fails {
				t.Errorf("errors %v", w.errs)
			}
			w.hub.Heal()
			w.errs = nil
			p.Edit("Again", w.dana)
			w.settle()
			w.fine()
			w.concluded(p, "success")
		})
	}
}

// Whoever has the login of a member by now is none, in whatever team the login is.
func TestA4TeamOfTheLogin(t *testing.T) {
	w := settled(t, "unknown_requester: accept\napprovals:\n  - {teams: [acme/db]}\n")
	w.hub.SetTeam("acme", "db", w.dana)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Submit(w.dana, "APPROVED", "")
	w.settle()
	w.concluded(p, "success")
	w.hub.Rename(w.dana, "dana-of-old")
	other := w.hub.User("dana")
	w.repo.Grant(other, "write")
	w.hub.SetTeam("acme", "db", other)
	group := w.repo.Enqueue(w.alice, p)
	w.settle()
	w.fine()
	if run := w.check(group, "holdpoint: main"); run == nil || run.Conclusion != "failure" {
		t.Errorf("the group's check run is %+v, want failure", run)
	}
}
