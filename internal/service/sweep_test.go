package service_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// sweepWorld is a simulated GitHub with one pull request, and a sweeper.
func sweepWorld(t *testing.T) (*githubtest.Server, *githubtest.Repo, *githubtest.Pull, service.Sweeper, *memory, *tally) {
	t.Helper()
	git := githubtest.NewGit(t)
	hub := githubtest.New(t, git)
	base := git.Commit(githubtest.CommitOf{Files: githubtest.Files{"a.tf": ""}, Message: "Start"})
	repo := hub.Repo("acme/infra", "main", base)
	by := hub.User("dana")
	repo.Grant(by, "write")
	head := git.Commit(githubtest.CommitOf{Files: githubtest.Files{"a.tf": "# x\n"}, Parents: []string{base}, Message: "Change"})
	repo.Push("change", head, by)
	pull := repo.Open(githubtest.PullOf{Author: by, Head: "change", Base: "main", Title: "Change"})
	queue, meter := &memory{}, &tally{}
	return hub, repo, pull, service.Sweeper{Queue: queue, Every: 15 * time.Minute, Meter: meter, Log: slog.New(slog.DiscardHandler), Now: hub.Now,
		GitHub: func(context.Context) (service.SweepGitHub, error) {
			// A client of its own each time: tokens expire by GitHub's clock,
			// which the tests move.
			return github.New(github.Config{Config: api.Config{AppID: githubtest.AppID, PrivateKey: hub.PrivateKey(), WebURL: hub.WebURL(), APIURL: hub.APIURL(), GraphQLURL: hub.GraphQLURL(), Now: hub.Now}})
		}}, queue, meter
}

// quiet moves the clock to a turn of the sweep in which no pull request of a
// number is reviewed anew.
func quiet(hub *githubtest.Server, number int, every time.Duration) {
	for (hub.Now().UnixNano()/int64(every)+int64(number))%96 == 0 {
		hub.Advance(every)
	}
}

func TestSweepFindsAPullRequestWithoutACheck(t *testing.T) {
	hub, repo, pull, sweeper, queue, meter := sweepWorld(t)
	quiet(hub, pull.Number, sweeper.Every)
	for range 2 { // the second finds it again, under the same id
		if err := sweeper.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(queue.sent) != 2 || queue.sent[0].ID != queue.sent[1].ID {
		t.Fatalf("queued %v", queue.sent)
	}
	job, err := queue.sent[0].DecodeJob()
	if err != nil || job.Number != pull.Number || job.HeadSHA != pull.HeadSHA() || job.Kind != webhooks.KindPull || job.Installation != githubtest.Installation || job.RepoID != repo.ID || job.BaseRef != "main" {
		t.Errorf("job %+v, %v", job, err)
	}
	if meter.get("swept_total unchecked") != 2 {
		t.Errorf("metrics %v", meter.n)
	}
	repo.ForgeCheck(pull.HeadSHA(), "holdpoint: main", "success") // of another app: it does not count
	queue.sent = nil
	if err := sweeper.Sweep(t.Context()); err != nil || len(queue.sent) != 1 {
		t.Errorf("with a check of another app: %d queued, %v", len(queue.sent), err)
	}
}

// TestSweepReviewsEveryPullRequestInADay: one that nothing happens to is
// reviewed once.
func TestSweepReviewsEveryPullRequestInADay(t *testing.T) {
	hub, _, _, sweeper, queue, meter := sweepWorld(t)
	hub.Advance(48 * time.Hour)
	for range 96 {
		if err := sweeper.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		hub.Advance(sweeper.Every)
	}
	if len(queue.sent) != 1 || meter.get("swept_total stale") != 1 {
		t.Errorf("queued %d times in a day, want once; metrics %v", len(queue.sent), meter.n)
	}
}

// TestSweepRedelivers: an event whose every delivery failed is asked for
// again, until it failed often enough.
func TestSweepRedelivers(t *testing.T) {
	hub, _, _, sweeper, _, meter := sweepWorld(t)
	hub.Advance(48 * time.Hour) // the pull request is not of interest here
	all := hub.Deliveries()
	if len(all) < 2 {
		t.Fatalf("%d deliveries", len(all))
	}
	lost, taken := all[0], all[1]
	hub.Record(lost, 503)
	hub.Record(taken, 0)
	hub.Record(taken, 202)
	for n := range 5 {
		if err := sweeper.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var again []string
		for _, d := range hub.Deliveries() {
			again = append(again, d.ID)
			hub.Record(d, 503)
		}
		want := []string{lost.ID}
		if n >= 3 {
			want = nil
		}
		if !slices.Equal(again, want) {
			t.Errorf("sweep %d redelivers %v, want %v", n+1, again, want)
		}
	}
	if meter.get("swept_total redelivered") != 3 {
		t.Errorf("metrics %v", meter.n)
	}
}

// TestSweepGoesOnAfterErrors: what fails in one place does not hide the rest.
func TestSweepGoesOnAfterErrors(t *testing.T) {
	hub, _, pull, sweeper, queue, _ := sweepWorld(t)
	quiet(hub, pull.Number, sweeper.Every)
	hub.Inject(&githubtest.Fault{Call: "GET /app/hook/deliveries", Status: 500, Message: "Server Error"})
	if err := sweeper.Sweep(t.Context()); err == nil || len(queue.sent) != 1 {
		t.Errorf("%d queued, error %v; want both", len(queue.sent), err)
	}
	hub.Heal()
	hub.Inject(githubtest.RateLimited("GET /repos/{owner}/{repo}/pulls", hub.Now().Add(time.Hour)))
	if err := sweeper.Sweep(t.Context()); err != nil {
		t.Errorf("a rate limit is an error of the sweep: %v", err)
	}
}
