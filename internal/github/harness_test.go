package github_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// world is a simulated GitHub with one repository, the app against it, and a
// queue in memory.
type world struct {
	*testing.T
	hub  *githubtest.Server
	git  *githubtest.Git
	repo *githubtest.Repo
	app  *github.App
	set  *rules.Set
	// predictors are those of the tests, unless a test sets the real ones.
	predictors []review.Predictor
	// base is the first commit of main, with files.
	base  string
	files githubtest.Files

	dana, alice, agent *githubtest.User
	queue              []webhooks.Job
	// results are those of the jobs done, errs their errors that were no
	// request to come later.
	results []done
	errs    []error
	slack   int
	// requests are those to GitHub since the last job.
	requests atomic.Int64
	// sources resolves what the trees name and do not hold, where a test sets it.
	sources func(service.SourcesFor) service.Resolving
	// forget drops what is kept for an installation, where a test sets it.
	forget func(context.Context, int64) error
}

// done is what a job came to, and how many requests it took.
type done struct {
	service.Result
	requests int
}

// counted counts the requests.
type counted struct {
	base http.RoundTripper
	n    *atomic.Int64
}

// RoundTrip makes the request.
func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.base.RoundTrip(r)
}

// infra is a repository with two roots, one of which holds data.
var infra = githubtest.Files{
	"README.md":       "Infrastructure of Acme.\n",
	"prod/db.tf":      "# The orders database.\n\nresource \"aws_db_instance\" \"orders\" {\n  engine = \"postgres\"\n}\n\nresource \"aws_db_instance\" \"stock\" {\n  engine = \"postgres\"\n}\n",
	"prod/network.tf": "resource \"aws_vpc\" \"main\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n",
	"dev/main.tf":     "resource \"aws_lb\" \"try\" {\n  internal = true\n}\n",
}

// loadRules is done once for all tests.
var loadRules = sync.OnceValues(rules.Load)

// withoutOrders is prod/db.tf with the orders database gone.
const withoutOrders = "# The orders database.\n\nresource \"aws_db_instance\" \"stock\" {\n  engine = \"postgres\"\n}\n"

func newWorld(t *testing.T, options ...func(*github.Config)) *world {
	t.Helper()
	git := githubtest.NewGit(t)
	return worldOn(t, git, githubtest.New(t, git), infra, options...)
}

func worldOn(t *testing.T, git *githubtest.Git, hub *githubtest.Server, files githubtest.Files, options ...func(*github.Config)) *world {
	t.Helper()
	set, err := loadRules()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, hub: hub, git: git, set: set, files: files, predictors: []review.Predictor{blocks}}
	w.base = git.Commit(githubtest.CommitOf{Files: files, Message: "Start"})
	w.repo = hub.Repo("acme/infra", "main", w.base)
	w.dana, w.alice, w.agent = hub.User("dana"), hub.User("alice"), hub.User("devin-ai-integration[bot]")
	w.repo.Grant(w.dana, "write")
	w.repo.Grant(w.alice, "maintain")
	w.repo.Grant(w.agent, "write")
	w.app = w.newApp(options...)
	return w
}

// newApp is a process that knows nothing yet.
func (w *world) newApp(options ...func(*github.Config)) *github.App {
	config := github.Config{Config: api.Config{AppID: githubtest.AppID, PrivateKey: w.hub.PrivateKey(), WebURL: w.hub.WebURL(), APIURL: w.hub.APIURL(), GraphQLURL: w.hub.GraphQLURL(),
		Now: w.hub.Now, Timeout: time.Minute, Log: slog.New(slog.DiscardHandler),
		Transport: counted{http.DefaultTransport, &w.requests}},
		MergeWaits: []time.Duration{0, 0}, Rules: w.set}
	for _, o := range options {
		o(&config)
	}
	app, err := github.New(config)
	if err != nil {
		w.Fatal(err)
	}
	return app
}

// do does one job as the service does, with the predictors of the test.
func (w *world) do(ctx context.Context, job webhooks.Job) (done, error) {
	w.requests.Store(0)
	p := service.Pipeline{Rules: w.set, Sources: w.sources, Forget: w.forget, Now: w.hub.Now,
		App:        func(context.Context) (*github.App, error) { return w.app, nil },
		Predictors: func(review.Ref) []review.Predictor { return w.predictors }}
	result, err := p.Review(ctx, job)
	return done{result, int(w.requests.Load())}, err
}

// receive takes all deliveries that wait and queues their jobs.
func (w *world) receive() { w.take(w.hub.Deliveries()) }

func (w *world) take(deliveries []githubtest.Delivery) {
	secrets, err := webhooks.NewSecrets(githubtest.Secret)
	if err != nil {
		w.Fatal(err)
	}
	for _, d := range deliveries {
		job, err := webhooks.ParseWebhook(secrets, d.Header, d.Body, w.hub.Now())
		if errors.Is(err, webhooks.ErrIgnored) {
			continue
		}
		if err != nil {
			w.Fatalf("delivery %s %s: %v", d.Event, d.Action, err)
		}
		w.queue = append(w.queue, job)
	}
}

// work does all queued jobs and those they lead to, as a queue would: what
// asks to come later comes later, what fails is tried twice more and then
// given up.
func (w *world) work() {
	w.Helper()
	tries := map[string]int{}
	for n := 0; len(w.queue) > 0; n++ {
		if n > 200 {
			w.Fatal("jobs without end")
		}
		job := w.queue[0]
		w.queue = w.queue[1:]
		result, err := w.do(context.Background(), job)
		w.results = append(w.results, result)
		w.queue = append(w.queue, result.More...)
		if err == nil || errors.Is(err, api.ErrGone) || errors.Is(err, api.ErrRepository) {
			continue
		}
		var later *api.LaterError
		if errors.As(err, &later) && w.slack < 20 {
			w.slack++
			w.hub.Advance(later.After + time.Second)
			w.queue = append(w.queue, job)
			continue
		}
		w.errs = append(w.errs, err)
		if tries[job.String()]++; tries[job.String()] < 3 {
			w.queue = append(w.queue, job)
			continue
		}
		if errors.Is(err, github.ErrPartial) {
			continue // as the service does: the verdict stands
		}
		if err := w.app.GiveUp(context.Background(), job, err); err != nil {
			w.errs = append(w.errs, err)
		}
	}
}

// settle receives and works until nothing is left.
func (w *world) settle() {
	w.Helper()
	for range 20 {
		w.receive()
		if len(w.queue) == 0 {
			return
		}
		w.work()
	}
	w.Fatal("deliveries without end")
}

// fine fails the test where a job failed.
func (w *world) fine() {
	w.Helper()
	for _, err := range w.errs {
		w.Error(err)
	}
	w.errs = nil
}

// branch commits files on top of main's first commit and makes a branch.
func (w *world) branch(name string, changes githubtest.Files, by *githubtest.User) string {
	return w.branchOn(name, w.base, changes, by)
}

func (w *world) branchOn(name, parent string, changes githubtest.Files, by *githubtest.User) string {
	sha := w.commit(parent, changes, by)
	w.repo.Push(name, sha, by)
	return sha
}

func (w *world) commit(parent string, changes githubtest.Files, by *githubtest.User) string {
	return w.git.Commit(githubtest.CommitOf{Files: w.files.With(changes), Parents: []string{parent}, Message: "Clean up",
		Author: githubtest.Person{Name: by.Login, Email: by.Email()}})
}

// open opens a pull request of an account with some changes on main.
func (w *world) open(by *githubtest.User, changes githubtest.Files) *githubtest.Pull {
	w.Helper()
	name := "change-" + strings.Trim(by.Login, "[]") + "-" + w.hub.Now().Format("150405")
	w.branch(name, changes, by)
	return w.repo.Open(githubtest.PullOf{Author: by, Head: name, Base: "main", Title: "Clean up"})
}

// check is our check run on a commit, nil where there is none.
func (w *world) check(sha, name string) *githubtest.Check {
	var found *githubtest.Check
	for _, c := range w.repo.Checks(sha) {
		if c.Name == name && c.App == githubtest.AppID {
			if found != nil {
				w.Errorf("two check runs %q on %.12s", name, sha)
			}
			found = &c
		}
	}
	return found
}

// concluded expects a conclusion on the head of a pull request.
func (w *world) concluded(p *githubtest.Pull, want string) *githubtest.Check {
	w.Helper()
	c := w.check(p.HeadSHA(), "holdpoint: main")
	switch {
	case c == nil:
		w.Fatalf("no check run on %.12s, want %s", p.HeadSHA(), want)
	case c.Conclusion != want:
		w.Errorf("check run is %s %q\n%s\nwant %s", c.Conclusion, c.Title, c.Summary, want)
	}
	return c
}

// blocks predicts the deletion of Terraform resource blocks by their first
// line alone. The tests of this package are about GitHub, not about Terraform.
func blocks(before, after fs.FS, _ rules.Settings, _ plan.Sources) plan.Plan {
	var p plan.Plan
	left, right := resources(before, plan.Before, &p), resources(after, plan.After, &p)
	for id, at := range left {
		if _, ok := right[id]; ok {
			continue
		}
		root, kind, name := split(id)
		a := plan.Address{Engine: plan.Terraform, Root: root, Type: kind, Name: name}
		p.Changes = append(p.Changes, plan.Change{Address: a, Previous: a, Action: plan.Delete, Reason: plan.NoResourceConfig, Certain: true,
			At: at, Causes: []plan.Cause{{Range: at, Text: "resource " + kind + "." + name + " removed"}}})
	}
	return p
}

func split(id string) (root, kind, name string) {
	parts := strings.Split(id, " ")
	return parts[0], parts[1], parts[2]
}

var resourceLine = regexp.MustCompile(`^resource "([^"]+)" "([^"]+)"`)

func resources(tree fs.FS, side plan.Side, p *plan.Plan) map[string]plan.Range {
	found := map[string]plan.Range{}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".tf" || !d.Type().IsRegular() {
			return err
		}
		data, unread := fs.ReadFile(tree, name)
		if unread != nil {
			p.Gaps = append(p.Gaps, plan.Gap{Kind: plan.GapUnreadable, Root: path.Dir(name), Subject: name, Why: unread.Error(), At: plan.Range{File: name, Side: side}})
		}
		for i, line := range strings.Split(string(data), "\n") {
			if m := resourceLine.FindStringSubmatch(line); m != nil {
				found[path.Dir(name)+" "+m[1]+" "+m[2]] = plan.Range{File: name, Line: i + 1, EndLine: i + 1, Side: side}
			}
		}
		return nil
	})
	if err != nil {
		p.Gaps = append(p.Gaps, plan.Gap{Kind: plan.GapUnreadable, Subject: "the tree", Why: err.Error(), At: plan.Range{Side: side}})
	}
	return found
}
