package service_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

const overrideLabel = "holdpoint-override"

// modelWorld is a repository on the simulated GitHub, the service in front of
// it, and what is on its way between them.
type modelWorld struct {
	*testing.T
	setup *setup
	hub   *githubtest.Server
	git   *githubtest.Git
	repo  *githubtest.Repo

	receiver service.Receiver
	worker   service.Worker
	sweeper  service.Sweeper
	queue    modelQueue

	users map[string]*githubtest.User
	files map[string]githubtest.Files // by commit
	pulls []*modelPull                // #1 first

	grouped string // the last commit that the merge queue made

	underway []githubtest.Delivery // sent and not arrived
	sent     []githubtest.Delivery // all that ever arrived
	lost     int                   // deliveries that the sweep has not asked for again

	moves []move // played so far
	step  int
	truth truth
	// bad is what was merged by the queue and should not have been.
	bad   string
	shown map[string]int
}

// modelPull is a pull request as the model knows it.
type modelPull struct {
	*githubtest.Pull
	number       int
	branch, base string
	open, draft  bool
	author       string
	// group is the merge group it is in, "" for none.
	group string
}

// modelQueue is the order in which messages are handled. Like the queues that
// are used it takes the same message once.
type modelQueue struct {
	messages []modelMessage
	taken    map[string]bool
}

type modelMessage struct {
	service.Message
	try service.Try
}

func (q *modelQueue) Send(_ context.Context, m service.Message) error {
	if !q.taken[m.ID] {
		q.taken[m.ID] = true
		q.messages = append(q.messages, modelMessage{m, service.Try{Number: 1}})
	}
	return nil
}

// loadRules loads the rules once for all histories.
var loadRules = sync.OnceValues(rules.Load)

// databaseLine starts the block of a database in the fixture.
var databaseLine = regexp.MustCompile(`(?m)^resource "aws_db_instance" "([a-z]+)"`)

const databaseFile = "prod/db.tf"

func database(names ...string) (text string) {
	for _, n := range names {
		text += "resource \"aws_db_instance\" \"" + n + "\" {\n  engine = \"postgres\"\n}\n\n"
	}
	return text
}

// databasesLeftOut predicts the deletion of databases.
func databasesLeftOut(before, after fs.FS, _ rules.Settings, _ plan.Sources) plan.Plan {
	var p plan.Plan
	read := func(tree fs.FS, side plan.Side) map[string]plan.Range {
		found := map[string]plan.Range{}
		text, err := fs.ReadFile(tree, databaseFile)
		if err != nil && !strings.Contains(err.Error(), fs.ErrNotExist.Error()) {
			p.Gaps = append(p.Gaps, plan.Gap{Kind: plan.GapUnreadable, Root: "prod", Subject: databaseFile, Why: err.Error(), At: plan.Range{File: databaseFile, Side: side}})
		}
		for _, m := range databaseLine.FindAllSubmatchIndex(text, -1) {
			line := 1 + strings.Count(string(text[:m[0]]), "\n")
			found[string(text[m[2]:m[3]])] = plan.Range{File: databaseFile, Line: line, EndLine: line, Side: side}
		}
		return found
	}
	left, right := read(before, plan.Before), read(after, plan.After)
	for name, at := range left {
		if _, ok := right[name]; ok {
			continue
		}
		a := plan.Address{Engine: plan.Terraform, Root: "prod", Type: "aws_db_instance", Name: name}
		p.Changes = append(p.Changes, plan.Change{Address: a, Previous: a, Action: plan.Delete, Reason: plan.NoResourceConfig, Certain: true,
			At: at, Causes: []plan.Cause{{Range: at, Text: "resource aws_db_instance." + name + " removed"}}})
	}
	return p
}

// people are the accounts with their roles.
var people = []struct{ name, login, role string }{
	{"devin", "devin-ai-integration[bot]", "write"}, {"eve", "eve", "write"}, {"mallory", "mallory", "triage"}, {"alice", "alice", "maintain"}, {"dana", "dana", "write"},
}

func newModelWorld(t *testing.T, git *githubtest.Git, s *setup, shown map[string]int) *modelWorld {
	t.Helper()
	hub := githubtest.New(t, git)
	hub.Trust()
	w := &modelWorld{T: t, setup: s, hub: hub, git: git, shown: shown, users: map[string]*githubtest.User{}, files: map[string]githubtest.Files{}}
	w.queue.taken = map[string]bool{}
	start := githubtest.Files{"README.md": "Infrastructure of Acme.\n", databaseFile: database("orders", "stock")}
	if s.settings != "" {
		start[rules.SettingsPath] = s.settings
	}
	main := w.commit(start, nil, "dana@example.com")
	w.repo = hub.Repo("acme/infra", "main", main)
	for _, p := range people {
		w.users[p.name] = hub.User(p.login)
		w.repo.Grant(w.users[p.name], p.role)
	}
	// The databases of the first release are gone already.
	gone := w.commit(start.With(githubtest.Files{databaseFile: database("stock")}), []string{main}, "dana@example.com")
	w.repo.Push("release/1", gone, w.users["dana"])
	w.repo.Push("release/2", main, w.users["dana"])
	w.repo.Push("evil", main, w.users["eve"])
	for base, check := range s.protected {
		w.repo.Require(base, check, githubtest.AppID)
	}
	hub.Deliveries()
	w.service()
	w.truth = newTruth(w)
	return w
}

// service starts the service in front of the hub.
func (w *modelWorld) service() {
	set, err := loadRules()
	if err != nil {
		w.Fatal(err)
	}
	app, err := github.New(github.Config{Rules: set, MergeWaits: []time.Duration{0, 0}, Config: api.Config{AppID: githubtest.AppID, PrivateKey: w.hub.PrivateKey(), WebURL: w.hub.WebURL(), APIURL: w.hub.APIURL(), GraphQLURL: w.hub.GraphQLURL(),
		Transport: w.hub.Transport(), Now: w.hub.Now, Timeout: time.Minute, Log: slog.New(slog.DiscardHandler)}})
	if err != nil {
		w.Fatal(err)
	}
	log, meter := slog.New(slog.DiscardHandler), &tally{}
	w.receiver = service.Receiver{Secrets: &rotating{now: githubtest.Secret, next: githubtest.Secret}, Queue: &w.queue, Meter: meter, Log: log, Now: w.hub.Now}
	w.worker = service.Worker{Queue: &w.queue, Budget: 5 * time.Minute, Meter: meter, Log: log, Now: w.hub.Now,
		Reviewer: service.Pipeline{Rules: set, Now: w.hub.Now,
			App: func(context.Context) (*github.App, error) { return app, nil },
			// The predictor is that of the model: it is about GitHub, not about Terraform.
			Predictors: func(review.Ref) []review.Predictor { return []review.Predictor{databasesLeftOut} }}}
	w.sweeper = service.Sweeper{Queue: &w.queue, Every: 15 * time.Minute, Meter: meter, Log: log, Now: w.hub.Now,
		GitHub: func(context.Context) (service.SweepGitHub, error) { return app, nil }}
}

func (w *modelWorld) commit(files githubtest.Files, parents []string, by string) string {
	sha := w.git.Commit(githubtest.CommitOf{Files: files, Parents: parents, Message: "Change", Author: githubtest.Person{Name: "Somebody", Email: by}})
	w.files[sha] = files
	return sha
}

func (w *modelWorld) show(what string) { w.shown[what]++ }

// pull is an open pull request, nil where there is none of the number.
func (w *modelWorld) pull(number int) *modelPull {
	if number < 1 || number > len(w.pulls) || !w.pulls[number-1].open {
		return nil
	}
	return w.pulls[number-1]
}

// send takes what GitHub has sent.
func (w *modelWorld) send() { w.underway = append(w.underway, w.hub.Deliveries()...) }

// arrive hands a delivery to the receiver.
func (w *modelWorld) arrive(d githubtest.Delivery) {
	w.sent = append(w.sent, d)
	answer := w.receiver.Accept(w.Context(), d.Header, d.Body)
	if answer.Status != http.StatusAccepted {
		w.Fatalf("delivery %s %s: %d %s", d.Event, d.Action, answer.Status, answer.Text)
	}
	w.hub.Record(d, answer.Status)
}

// work handles all messages, one after another as they came; what has to be
// tried again is, when its time has come.
func (w *modelWorld) work() {
	for n := 0; len(w.queue.messages) > 0; n++ {
		if n > 500 {
			w.Fatalf("messages without end\n%s", history{w.setup, w.moves})
		}
		m := w.queue.messages[0]
		w.queue.messages = w.queue.messages[1:]
		if w.superseded(m) {
			continue
		}
		outcome, _ := w.worker.Handle(w.Context(), m.Message, m.try)
		switch outcome.Verdict {
		case service.Retry:
			w.hub.Advance(outcome.After)
			m.try.Number++
			w.queue.messages = slices.Insert(w.queue.messages, 0, m) // the neighbours wait with it
		case service.Defer:
			w.hub.Advance(outcome.After)
			m.Deferrals++
			w.queue.messages = append(w.queue.messages, m)
		case service.Bury:
			w.show("given up")
		}
		w.mergeGroups()
	}
	w.hub.Heal()
}

// superseded is what the runner does with a message that a later one makes
// needless.
func (w *modelWorld) superseded(m modelMessage) bool {
	job, err := m.DecodeJob()
	if err != nil || m.try.Number > 1 {
		return false
	}
	return slices.ContainsFunc(w.queue.messages, func(later modelMessage) bool {
		newer, err := later.DecodeJob()
		return err == nil && newer.Replaces(job)
	})
}

// settle lets everything arrive and works it off.
func (w *modelWorld) settle() {
	for range 50 {
		w.send()
		if len(w.underway) == 0 {
			w.truth.settled(w.lost == 0)
			return
		}
		for _, d := range w.underway {
			w.arrive(d)
		}
		w.underway = nil
		w.work()
	}
	w.Fatal("deliveries without end")
}

// sweep lets time pass and the sweep look for what was missed.
func (w *modelWorld) sweep() {
	w.settle()
	w.hub.Advance(15 * time.Minute)
	if err := w.sweeper.Sweep(w.Context()); err != nil {
		w.Fatal(err)
	}
	w.lost = 0
	w.work()
	w.settle()
}
