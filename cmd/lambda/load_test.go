package main

import (
	"flag"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/service/servicetest"
)

// The whole load is for a run by hand; the tests take a sample of it.
//
//	go test ./cmd/lambda -run TestLoad -load.pulls 500 -load.repos 20 -timeout 30m
var (
	loadPulls = flag.Int("load.pulls", 24, "pull requests of the load test")
	loadRepos = flag.Int("load.repos", 4, "repositories of the load test")
	loadKills = flag.Duration("load.kill", 4*time.Second, "time between two kills of a worker in the load test")
)

func workFunction(t testing.TB, aws *fakeAWS, hub *githubtest.Server, role string, more ...string) *function {
	aws.set(keyARN, string(hub.PrivateKey()))
	env := aws.env(role, append([]string{"HOLDPOINT_APP_ID=4711", "HOLDPOINT_APP_KEY_ARN=" + keyARN,
		"HOLDPOINT_GITHUB_URL=" + strings.TrimSuffix(hub.WebURL(), "/"), "HOLDPOINT_WRITES_PER_HOUR=1000000"}, more...)...)
	return newFunction(t, eventually.DeadMan, env...)
}

// post hands a delivery to the receive function.
func post(t *testing.T, f *function, d githubtest.Delivery) int {
	t.Helper()
	var r events.LambdaFunctionURLRequest
	r.RequestContext.HTTP.Method = "POST"
	r.Headers = map[string]string{}
	for name := range d.Header {
		r.Headers[strings.ToLower(name)] = d.Header.Get(name)
	}
	r.Body = string(d.Body)
	var response events.LambdaFunctionURLResponse
	if err := f.invoke(r, &response); err != nil {
		t.Fatalf("receive: %v\n%s", err, f.logged())
	}
	return response.StatusCode
}

// TestLoad is the whole way: signed webhooks, the receive binary, the queue,
// work binaries that are killed, a GitHub that fails. Every pull request ends
// with the right verdict, none with two.
func TestLoad(t *testing.T) {
	load := servicetest.NewLoad(t, *loadRepos, *loadPulls, 1)
	load.Faults(0.05, 80**loadPulls)
	aws := newFakeAWS(t)
	receive := receiveFunction(t, aws)
	aws.set(webhookARN, githubtest.Secret)
	start := time.Now()
	for _, d := range load.Deliveries(0.2) {
		if status := post(t, receive, d); status != 202 {
			t.Fatalf("delivery %s %s: status %d", d.Event, d.Action, status)
		}
	}
	taken := time.Since(start)

	workers := []*function{workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=10"),
		workFunction(t, aws, load.Hub, "work", "HOLDPOINT_JOB_SECONDS=10")}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for _, w := range workers {
		wg.Go(func() { poll(aws.queue, w, stop) })
	}
	kills := 0
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(*loadKills):
				if workers[rand.IntN(len(workers))].kill() {
					kills++
				}
			}
		}
	})
	sweeps := settle(t, aws, load, receive)
	close(stop)
	wg.Wait()
	for _, wrong := range load.Wrong() {
		t.Error(wrong)
	}
	calls, faulty := load.Calls()
	_, dead := aws.queue.counts()
	t.Logf("%d pull requests in %d repositories: webhooks taken in %s, all verdicts after %s; %d calls to GitHub, %d failed; %d kills, %d starts, %d sweeps, %d dead letters",
		load.Pulls(), *loadRepos, taken.Round(time.Millisecond), time.Since(start).Round(time.Second), calls, faulty, kills,
		workers[0].starts+workers[1].starts, sweeps, dead)
	if t.Failed() {
		t.Logf("log of a worker:\n%s", tail(workers[0].logged(), 60))
	}
}

// poll is Lambda's poller for one environment.
func poll(q *fifo, f *function, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		if _, some, _ := q.deliver(f, 1); !some {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// settle waits until the queue is empty and a sweep finds nothing more.
func settle(t *testing.T, aws *fakeAWS, load *servicetest.Load, receive *function) int {
	t.Helper()
	sweep := workFunction(t, aws, load.Hub, "sweep", "HOLDPOINT_SWEEP_MINUTES=5")
	deadline := time.Now().Add(25 * time.Minute)
	for n := 1; ; n++ {
		for waiting := 1; waiting > 0; waiting, _ = aws.queue.counts() {
			for _, d := range load.Deliveries(0) {
				post(t, receive, d)
			}
			if time.Now().After(deadline) {
				t.Fatal("the queue does not become empty")
			}
			time.Sleep(50 * time.Millisecond)
		}
		if len(load.Wrong()) == 0 || n > 5 {
			return n - 1
		}
		var answer any
		if err := sweep.invoke(map[string]any{}, &answer); err != nil {
			t.Logf("sweep: %v", err) // GitHub fails now and then; the next one goes on
		}
		aws.queue.forget()
	}
}

// forget lets five minutes pass for the deduplication of the queue.
func (q *fifo) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.seen)
}

func tail(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
