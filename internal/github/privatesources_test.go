package github_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
	"github.com/holdpoint-dev/holdpoint/internal/service"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/apart"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	limits "github.com/holdpoint-dev/holdpoint/internal/sources/content"
	internet "github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// private is a world whose acme/infra calls a module of acme/modules, which is
// private, as acme/other is. Every name in them has the word canary.
type private struct {
	*world
	modules, other *githubtest.Repo
	store          *cache.Memory
}

const queues = `variable "size" {}
resource "aws_sqs_queue" "canary_queue" {
  count = COUNT
  name  = "canary-${count.index}"
}
`

func calling(ref, size string) string {
	return "module \"q\" {\n  source = \"git::https://github.com/" + ref + "\"\n  size   = " + size + "\n}\n"
}

func newPrivate(t *testing.T) *private {
	git := githubtest.NewGit(t)
	hub := githubtest.New(t, git)
	files := githubtest.Files{settingsFile: strict, "prod/main.tf": calling("acme/modules?ref=v1", "3"), "README.md": "Infrastructure.\n"}
	w := worldOn(t, git, hub, files)
	p := &private{world: w, modules: hub.Repo("acme/modules", "main", w.base), other: hub.Repo("acme/other", "main", w.base)}
	p.modules.Grant(w.dana, "read")
	p.other.Grant(w.dana, "read")

	n := sourcestest.New(t)
	on := (&sourcestest.GitHub{Repos: map[string]string{}, Private: map[string]string{}, Activity: map[string]string{},
		MayRead: hub.TokenSees}).On(n)
	var commits []map[string]string
	for _, count := range []string{"var.size", "1", "tonumber(var.size)"} {
		commits = append(commits, map[string]string{"main.tf": strings.Replace(queues, "COUNT", count, 1)})
	}
	for _, name := range []string{"acme/modules", "acme/other"} {
		ids := on.Publish(t, name, commits...)
		for i, tag := range []string{"v1", "v2", "v3"} {
			sourcestest.Git(t, on.Repos[name], "tag", tag, ids[i])
		}
	}
	hosts, err := internet.NewHosts(internet.HostRules{Listed: internet.DefaultHosts()})
	if err != nil {
		t.Fatal(err)
	}
	store := &cache.Memory{}
	p.store, w.forget = store, service.Forgetting(store)
	client := internet.New(hosts, n.Network(), sourcestest.NewClock().Fetch(), n.Observe)
	t.Cleanup(client.Close)
	fetcher := sources.New(sources.Config{Client: client, Store: store, Limits: limits.DefaultLimits(), Budget: sources.DefaultBudget()})
	w.sources = service.Sources(apart.Client{Store: store, Limits: limits.DefaultLimits(), Call: apart.In(fetcher, store)},
		service.App{URL: "https://github.com"})
	w.predictors = review.Predictors(review.Ref{}, facts.Load(), w.set.Losses(), nil)[:1]
	return p
}

// said is everything that stands on a pull request.
func (w *private) said(p *githubtest.Pull) string {
	var b strings.Builder
	for _, c := range w.repo.Checks(p.HeadSHA()) {
		b.WriteString(c.Title + "\n" + c.Summary + "\n" + c.Text + "\n")
	}
	for _, r := range p.Reviews(w.hub.Bot()) {
		b.WriteString(r.Body + "\n")
	}
	for _, c := range p.Comments(w.hub.Bot()) {
		b.WriteString(c.Body + "\n")
	}
	return b.String()
}

// tokens are the repositories for which a token was made that reads their contents
// and nothing else.
func (w *private) tokens() map[string]bool {
	of := map[string]bool{}
	for _, e := range w.hub.Log() {
		var in struct {
			Repositories []string          `json:"repositories"`
			Permissions  map[string]string `json:"permissions"`
		}
		if e.Method == http.MethodPost && strings.HasSuffix(e.Path, "/access_tokens") && json.Unmarshal([]byte(e.Body), &in) == nil &&
			len(in.Repositories) == 1 && len(in.Permissions) == 1 && in.Permissions["contents"] == "read" {
			of[in.Repositories[0]] = true
		}
	}
	return of
}

const settingsFile = rules.SettingsPath

// strict holds people as it holds agents.
const strict = "version: 1\nenforce: {data: everyone, identity: everyone, traffic: everyone, capacity: everyone, none: everyone}\n"

// Private modules of the organisation are read where the default branch has the
// reference, or names the repository and who made the change may read it; nothing of
// them is said.
func TestPrivateModules(t *testing.T) {
	const destroys, refused = "2 objects in module.q will be destroyed", "there is no such repository, or it is private"
	main := func(text string) githubtest.Files { return githubtest.Files{"prod/main.tf": text} }
	for name, c := range map[string]struct {
		change   githubtest.Files
		settings string // of the base
		by       func(*private) *githubtest.User
		before   func(*private)
		want     string
		says     string
		read     bool // acme/modules
	}{
		"an agent lowers an input": {change: main(calling("acme/modules?ref=v1", "1")), want: "failure", says: destroys, read: true},
		"an agent raises an input": {change: main(calling("acme/modules?ref=v1", "4")), want: "success", read: true},
		"an agent raises the version": {change: main(calling("acme/modules?ref=v3", "3")), want: "failure", read: true,
			says: "who made the change may not read it"},
		"a reader raises the version": {change: main(calling("acme/modules?ref=v3", "3")), by: dana, want: "success", read: true},
		"a reader takes a version that destroys": {change: main(calling("acme/modules?ref=v2", "3")), by: dana, want: "failure",
			says: destroys, read: true},
		"another repository": {change: main(calling("acme/other?ref=v1", "3")), by: dana, want: "failure", says: refused, read: true},
		"another repository, named": {change: main(calling("acme/other?ref=v2", "3")), by: dana, want: "failure", read: true,
			settings: strict + "sources: {repositories: [acme/other]}\n", says: destroys},
		"another repository, named by the change": {change: githubtest.Files{"prod/main.tf": calling("acme/other?ref=v1", "3"),
			settingsFile: strict + "sources: {repositories: [acme/other]}\n"}, by: dana, want: "failure", says: refused, read: true},
		"turned off": {change: main(calling("acme/modules?ref=v1", "1")), settings: strict + "sources: {off: true}\n", want: "failure",
			says: "sources.off"},
		"the App is not there": {change: main(calling("acme/modules?ref=v1", "1")), before: func(p *private) { p.modules.Installed = false },
			want: "failure", says: "the App is not installed on it", read: true},
		"another owner's": {change: main(calling("evil/modules?ref=v1", "1")), by: dana, want: "failure", says: "another owner's", read: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPrivate(t)
			if c.before != nil {
				c.before(w)
			}
			if c.settings != "" {
				w.files = w.files.With(githubtest.Files{settingsFile: c.settings})
				w.base = w.commit(w.base, nil, w.dana)
				w.repo.Push("main", w.base, w.dana)
			}
			by := w.agent
			if c.by != nil {
				by = c.by(w)
			}
			p := w.open(by, c.change)
			w.settle()
			w.fine()
			w.concluded(p, c.want)
			said := w.said(p)
			if strings.Contains(said, "canary") || !strings.Contains(said, c.says) {
				t.Errorf("want %q and no canary in\n%s", c.says, said)
			}
			made := w.tokens()
			if other := strings.Contains(c.settings, "acme/other"); made["modules"] != c.read || made["other"] != other {
				t.Errorf("tokens to read %v", made)
			}
		})
	}
}

func dana(p *private) *githubtest.User { return p.dana }

// Whoever else had a hand in the head must be able to read it too, a fork never
// reads it, and neither does a change to another branch than the default one.
func TestPrivateModulesOfOthers(t *testing.T) {
	change := githubtest.Files{"prod/main.tf": calling("acme/modules?ref=v3", "3")}
	for name, open := range map[string]func(w *private) *githubtest.Pull{
		"pushed to by an agent": func(w *private) *githubtest.Pull {
			p := w.open(w.dana, nil)
			p.Push(w.commit(p.HeadSHA(), change, w.agent), w.agent)
			return p
		},
		"a log that is hidden": func(w *private) *githubtest.Pull {
			w.repo.HideActivity()
			return w.open(w.dana, change)
		},
		"another base": func(w *private) *githubtest.Pull {
			w.repo.Push("release", w.base, w.alice)
			w.branch("change", change, w.dana)
			return w.repo.Open(githubtest.PullOf{Author: w.dana, Head: "change", Base: "release", Title: "Raise"})
		},
		"a fork": func(w *private) *githubtest.Pull {
			fork := w.hub.ForkOf(w.repo, "dana")
			fork.Push("change", w.commit(w.base, change, w.dana), w.dana)
			return w.repo.Open(githubtest.PullOf{Author: w.dana, Head: "change", Fork: fork, Base: "main", Title: "Raise"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPrivate(t)
			p := open(w)
			w.settle()
			said := w.said(p)
			if !strings.Contains(said, "it is private") && !strings.Contains(said, "who made the change") || strings.Contains(said, "canary") {
				t.Errorf("it is not refused:\n%s", said)
			}
			for _, c := range w.repo.Checks(p.HeadSHA()) {
				if c.Conclusion != "failure" {
					t.Errorf("%s is %s", c.Name, c.Conclusion)
				}
			}
		})
	}
}

// In the merge queue changes are read as they were for their pull requests: each for
// itself, also behind others.
func TestPrivateModulesInAGroup(t *testing.T) {
	w := newPrivate(t)
	other := w.open(w.agent, githubtest.Files{"README.md": "By an agent.\n"})
	raised := w.open(w.dana, githubtest.Files{"prod/main.tf": calling("acme/modules?ref=v3", "3")})
	w.settle()
	w.concluded(other, "success")
	w.concluded(raised, "success")
	head := w.repo.Enqueue(w.dana, other, raised)
	w.settle()
	w.fine()
	if c := w.check(head, "holdpoint: main"); c == nil || c.Conclusion != "success" {
		t.Errorf("the group is %+v", c)
	}
}

// What was kept of private content goes with the installation.
func TestPrivateContentGoesWithTheInstallation(t *testing.T) {
	w := newPrivate(t)
	p := w.open(w.agent, githubtest.Files{"prod/main.tf": calling("acme/modules?ref=v1", "4")})
	w.settle()
	w.concluded(p, "success")
	kept := func() (n int) {
		for _, k := range w.store.Keys() {
			if v, err := w.store.Get(t.Context(), k); err == nil && strings.Contains(string(v), "canary") {
				n++
			}
		}
		return n
	}
	if kept() == 0 {
		t.Fatal("nothing is kept: the test shows nothing")
	}
	w.hub.Uninstall(w.alice, w.repo, w.modules)
	w.settle()
	w.fine()
	if n := kept(); n > 0 {
		t.Errorf("%d contents are still there", n)
	}
}

// What the default branch names is what its tip names: no commit on the way of a
// merged pull request, and none that it has left behind.
func TestPrivateModulesOfEarlierCommits(t *testing.T) {
	t.Run("on the way", func(t *testing.T) {
		w := newPrivate(t)
		named := w.commit(w.base, githubtest.Files{"x/main.tf": calling("acme/other?ref=v1", "3")}, w.agent)
		back := w.commit(named, nil, w.agent)
		side := w.commit(w.base, githubtest.Files{"README.md": "Other.\n"}, w.dana)
		w.repo.Push("main", w.git.Merge(side, back), w.dana)
		w.settle()
		w.repo.Push("work", w.commit(named, githubtest.Files{"x/main.tf": calling("acme/other?ref=v1", "1")}, w.agent), w.agent)
		p := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "work", Base: "main", Title: "Clean up"})
		w.settle()
		w.concluded(p, "failure")
		if w.tokens()["other"] {
			t.Error("acme/other was read, which the tip of main never named")
		}
	})
	t.Run("left behind", func(t *testing.T) {
		w := newPrivate(t)
		old := w.base
		w.repo.Push("main", w.commit(old, githubtest.Files{"prod/main.tf": "# nothing\n"}, w.dana), w.dana)
		w.settle()
		again := strings.Replace(calling("acme/modules?ref=v1", "1"), `"q"`, `"r"`, 1)
		w.repo.Push("work", w.commit(old, githubtest.Files{"prod/two.tf": again}, w.agent), w.agent)
		w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "work", Base: "main", Title: "Clean up"})
		w.settle()
		if w.tokens()["modules"] {
			t.Error("acme/modules was read, which main does not name any more")
		}
	})
}

// A branch that moved on is no reason to read less.
func TestPrivateModulesBehindMain(t *testing.T) {
	w := newPrivate(t)
	old := w.base
	w.repo.Push("main", w.commit(old, githubtest.Files{"README.md": "More.\n"}, w.dana), w.dana)
	w.repo.Push("work", w.commit(old, githubtest.Files{"prod/main.tf": calling("acme/modules?ref=v1", "4")}, w.agent), w.agent)
	p := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "work", Base: "main", Title: "Raise"})
	w.settle()
	w.fine()
	w.concluded(p, "success")
}

// A change to another branch is not read because the check is main's too.
func TestPrivateModulesUnderASharedName(t *testing.T) {
	w := newPrivate(t)
	w.files = w.files.With(githubtest.Files{settingsFile: strict + "checks:\n  - {name: release, bases: [\"**\"]}\n"})
	w.base = w.commit(w.base, nil, w.dana)
	w.repo.Push("main", w.base, w.dana)
	w.repo.Push("release", w.base, w.alice)
	w.settle()
	w.branch("change", githubtest.Files{"prod/main.tf": calling("acme/modules?ref=v1", "1")}, w.agent)
	w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "change", Base: "release", Title: "Raise"})
	w.settle()
	if w.tokens()["modules"] {
		t.Error("acme/modules was read for a pull request to release")
	}
}

// A group reads what was read for the pull requests in it, and no more.
func TestPrivateModulesOfAFork(t *testing.T) {
	w := newPrivate(t)
	fork := w.hub.ForkOf(w.repo, "dana")
	fork.Push("change", w.commit(w.base, githubtest.Files{"prod/main.tf": calling("acme/modules?ref=v1", "1")}, w.dana), w.dana)
	p := w.repo.Open(githubtest.PullOf{Author: w.dana, Head: "change", Fork: fork, Base: "main", Title: "Raise"})
	w.settle()
	w.concluded(p, "failure")
	w.repo.Enqueue(w.alice, p)
	w.settle()
	if w.tokens()["modules"] {
		t.Error("acme/modules was read for a fork, in the queue")
	}
}

// What is refused on a pull request and approved is refused in its group by the same
// finding, whatever the reason of the refusal is there.
func TestPrivateModulesRefusedThenInAGroup(t *testing.T) {
	w := newPrivate(t)
	p := w.open(w.agent, githubtest.Files{"prod/main.tf": calling("acme/modules?ref=v2", "3")})
	w.settle()
	w.concluded(p, "failure")
	for _, by := range []*githubtest.User{w.dana, w.alice} {
		p.Submit(by, "APPROVED", "")
		w.settle()
	}
	w.concluded(p, "success")
	head := w.repo.Enqueue(w.dana, p)
	w.settle()
	w.fine()
	if c := w.check(head, "holdpoint: main"); c == nil || c.Conclusion != "success" {
		t.Errorf("the group is %+v", c)
	}
}
