// Package servicetest is a load for the service: many pull requests of known
// verdict on a simulated GitHub, whose webhooks come twice and out of order
// while calls to it fail.
package servicetest

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// Load is the pull requests and the GitHub they are on.
type Load struct {
	Hub    *githubtest.Server
	random *rand.Rand
	pulls  []pull
}

// pull is a pull request with what must come of it.
type pull struct {
	*githubtest.Pull
	repo *githubtest.Repo
	what string
	want string // the conclusion
}

// infra is a repository with one root that holds data and one that does not.
func infra() githubtest.Files {
	return githubtest.Files{
		"README.md": "Infrastructure of Acme.\n",
		"prod/db.tf": "resource \"aws_db_instance\" \"orders\" {\n  engine         = \"postgres\"\n  instance_class = " +
			"\"db.m7g.large\"\n}\n\nresource \"aws_db_instance\" \"stock\" {\n  engine         = \"postgres\"\n  instance_class = " +
			"\"db.m7g.large\"\n}\n",
		"prod/network.tf": "resource \"aws_vpc\" \"main\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n",
		"dev/main.tf":     "resource \"aws_lb\" \"try\" {\n  internal = true\n}\n",
	}
}

const oneDatabase = "resource \"aws_db_instance\" \"stock\" {\n  engine         = \"postgres\"\n  instance_class = \"db.m7g.large\"\n}\n"

// kinds are the sorts of pull requests. first is pushed over by second where
// there is one.
var kinds = []struct {
	what, by      string
	first, second githubtest.Files
	want          string
}{
	{what: "an agent deletes a database", by: "devin-ai-integration[bot]", first: githubtest.Files{"prod/db.tf": oneDatabase},
		want: "failure"},
	{what: "an agent edits a comment", by: "devin-ai-integration[bot]",
		first: githubtest.Files{"prod/network.tf": "# One.\n" + infra()["prod/network.tf"]}, want: "success"},
	{what: "a person edits a text", by: "dana", first: githubtest.Files{"README.md": "Infrastructure.\n"}, want: "success"},
	{what: "a person deletes a database", by: "dana", first: githubtest.Files{"prod/db.tf": oneDatabase}, want: "failure"},
	{what: "an agent deletes a database and takes it back", by: "devin-ai-integration[bot]",
		first:  githubtest.Files{"prod/db.tf": oneDatabase},
		second: githubtest.Files{"README.md": "Sorry.\n"}, want: "success"},
	{what: "an agent adds the deletion in a second push", by: "devin-ai-integration[bot]", first: githubtest.Files{"README.md": "Soon.\n"},
		second: githubtest.Files{"prod/db.tf": oneDatabase}, want: "failure"},
}

// NewLoad opens the pull requests, spread over the repositories. GitHub is an
// enterprise server, so that one address says all.
func NewLoad(t testing.TB, repos, pulls int, seed uint64) *Load {
	t.Helper()
	git := githubtest.NewGit(t)
	l := &Load{Hub: githubtest.NewEnterprise(t, git), random: rand.New(rand.NewPCG(seed, seed))}
	l.Hub.Advance(time.Since(l.Hub.Now()))
	base := git.Commit(githubtest.CommitOf{Files: infra(), Message: "Start"})
	var all []*githubtest.Repo
	for n := range repos {
		r := l.Hub.Repo(fmt.Sprintf("acme/infra-%d", n), "main", base)
		for _, who := range []string{"dana", "devin-ai-integration[bot]"} {
			r.Grant(l.Hub.User(who), "write")
		}
		all = append(all, r)
	}
	for n := range pulls {
		k, r := kinds[n%len(kinds)], all[n%repos]
		by := l.Hub.User(k.by)
		commit := func(changes githubtest.Files, parent string, push int) string {
			return git.Commit(githubtest.CommitOf{Files: infra().With(changes), Parents: []string{parent},
				Message: fmt.Sprintf("Change %d.%d", n, push),
				Author:  githubtest.Person{Name: by.Login, Email: by.Email()}})
		}
		branch := fmt.Sprintf("change-%d", n)
		head := commit(k.first, base, 1)
		r.Push(branch, head, by)
		p := r.Open(githubtest.PullOf{Author: by, Head: branch, Base: "main", Title: "Clean up"})
		if k.second != nil {
			p.Push(commit(k.second, head, 2), by)
		}
		l.pulls = append(l.pulls, pull{Pull: p, repo: r, what: fmt.Sprintf("%s#%d: %s", r.Name(), p.Number, k.what), want: k.want})
	}
	return l
}

// Deliveries takes the webhooks that wait: a share of them twice, and all out
// of order.
func (l *Load) Deliveries(twice float64) []githubtest.Delivery {
	all := l.Hub.Deliveries()
	for _, d := range slices.Clone(all) {
		if l.random.Float64() < twice {
			all = append(all, d)
		}
	}
	l.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// Faults makes a share of the next calls to GitHub fail: with a server's
// error, or a connection that breaks, before the work was done or after.
func (l *Load) Faults(share float64, calls int) {
	for n := range calls {
		if l.random.Float64() >= share {
			continue
		}
		f := &githubtest.Fault{Skip: n, Times: 1, After: l.random.IntN(3) == 0}
		switch l.random.IntN(3) {
		case 0:
			f.Status, f.Message = http.StatusBadGateway, "Server Error"
		case 1:
			f.Status, f.Message = http.StatusInternalServerError, "Server Error"
		default:
			f.Kind = githubtest.HangUp
		}
		l.Hub.Inject(f)
	}
}

// Wrong lists what is not as it must be: a pull request without its verdict, a
// verdict that was for a moment what it never may be, anything said twice.
func (l *Load) Wrong() []string {
	var wrong []string
	say := func(p pull, format string, args ...any) {
		wrong = append(wrong, p.what+": "+fmt.Sprintf(format, args...))
	}
	for _, p := range l.pulls {
		var ours []githubtest.Check
		for _, c := range p.repo.Checks(p.HeadSHA()) {
			if c.App == githubtest.AppID {
				ours = append(ours, c)
			}
		}
		switch {
		case len(ours) != 1:
			say(p, "%d check runs, want one", len(ours))
		case ours[0].Conclusion != p.want:
			say(p, "the check run is %s (%s), want %s", ours[0].Conclusion, ours[0].Title, p.want)
		case p.want == "failure" && slices.Contains(ours[0].Conclusions, "success"):
			say(p, "it passed for a moment: %v", ours[0].Conclusions)
		}
		standing := 0
		for _, r := range p.Reviews(l.Hub.Bot()) {
			if r.State == "CHANGES_REQUESTED" {
				standing++
			}
		}
		if (p.want == "failure") != (standing == 1) || standing > 1 {
			say(p, "%d reviews of ours request changes", standing)
		}
		if n := len(p.Comments(l.Hub.Bot())); n > 1 {
			say(p, "%d summaries", n)
		}
	}
	return wrong
}

// Pulls is how many pull requests there are.
func (l *Load) Pulls() int { return len(l.pulls) }

// Calls is how many calls GitHub was asked, and how many of them failed by a
// fault.
func (l *Load) Calls() (all, faulty int) {
	for _, e := range l.Hub.Log() {
		all++
		if e.Fault {
			faulty++
		}
	}
	return all, faulty
}

// Titles are the conclusions and titles of our check runs on the heads.
func (l *Load) Titles() []string {
	var titles []string
	for _, p := range l.pulls {
		for _, c := range p.repo.Checks(p.HeadSHA()) {
			titles = append(titles, c.Conclusion+": "+c.Title)
		}
	}
	return titles
}
