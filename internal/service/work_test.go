package service_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// script is a Reviewer that does for each pull request what a test says.
type script struct {
	mu      sync.Mutex
	do      map[int]func(ctx context.Context, try int) (service.Result, error)
	tries   map[int]int
	order   []int
	givenUp []int
}

func (s *script) Review(ctx context.Context, job webhooks.Job) (service.Result, error) {
	s.mu.Lock()
	if s.tries == nil {
		s.tries = map[int]int{}
	}
	s.tries[job.Number]++
	s.order = append(s.order, job.Number)
	try, do := s.tries[job.Number], s.do[job.Number]
	s.mu.Unlock()
	if do == nil {
		return service.Result{Published: true, Decision: review.Decision{Basis: review.Clear}}, nil
	}
	return do(ctx, try)
}

func (s *script) GiveUp(_ context.Context, job webhooks.Job, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.givenUp = append(s.givenUp, job.Number)
	return nil
}

func (s *script) seen() (order, givenUp []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.order), slices.Clone(s.givenUp)
}

// messages is how many were made: no two are the same.
var messages atomic.Int64

func message(t *testing.T, number int) service.Message {
	t.Helper()
	m, err := service.NewMessage(webhooks.Job{Kind: webhooks.KindPull, Delivery: fmt.Sprintf("d-%d-%d", number, messages.Add(1)),
		Installation: 7, RepoID: 42, Owner: "acme", Repo: "infra", Number: number})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func worker(s *script, q service.Queue, meter service.Meter) service.Worker {
	return service.Worker{Reviewer: s, Queue: q, Budget: eventually.DeadMan, Patience: eventually.DeadMan, Meter: meter, Log: slog.New(slog.DiscardHandler), Now: time.Now}
}

func TestWorkerOutcomes(t *testing.T) {
	fail := func(err error) func(context.Context, int) (service.Result, error) {
		return func(context.Context, int) (service.Result, error) { return service.Result{}, err }
	}
	limited := &api.LaterError{After: time.Minute, Limited: true, Why: "rate limit"}
	moved := &api.LaterError{After: 3 * time.Second, Why: "head moved"}
	var unreadable service.Message
	unreadable.Job = []byte(`{"kind":"pull","news":1}`)
	cases := []struct {
		name      string
		do        func(context.Context, int) (service.Result, error)
		message   *service.Message
		attempt   int
		budget    time.Duration
		patience  time.Duration
		verdict   service.Verdict
		after     time.Duration
		abandoned bool
		givenUp   int
	}{
		{name: "done", attempt: 1, verdict: service.Done},
		{name: "first failure", do: fail(errors.New("500")), attempt: 1, verdict: service.Retry, after: 2 * time.Second},
		{name: "second failure", do: fail(errors.New("500")), attempt: 2, verdict: service.Retry, after: 4 * time.Second},
		{name: "last failure", do: fail(errors.New("500")), attempt: 3, verdict: service.Retry},
		{name: "given up", do: fail(errors.New("500")), attempt: 4, verdict: service.Bury, givenUp: 1},
		{name: "last failure beside the verdict", do: fail(fmt.Errorf("%w: 500", github.ErrPartial)), attempt: 3, verdict: service.Bury},
		{name: "rate limit", do: fail(limited), attempt: 3, verdict: service.Defer, after: time.Minute},
		{name: "moved while read", do: fail(moved), attempt: 1, verdict: service.Retry, after: 3 * time.Second},
		{name: "panic", do: func(context.Context, int) (service.Result, error) { panic("boom") }, attempt: 1, verdict: service.Retry, after: 2 * time.Second},
		{name: "waits for ever", do: func(ctx context.Context, _ int) (service.Result, error) {
			<-ctx.Done()
			return service.Result{}, ctx.Err()
		}, budget: time.Millisecond, attempt: 1, verdict: service.Retry, after: 2 * time.Second},
		{name: "computes for ever", do: func(context.Context, int) (service.Result, error) {
			<-t.Context().Done() // after the test
			return service.Result{Published: true, Decision: review.Decision{Basis: review.Clear}}, nil
		}, budget: time.Millisecond, patience: time.Millisecond, attempt: 1, verdict: service.Retry, after: 2 * time.Second, abandoned: true},
		{name: "done in the last moment", do: func(ctx context.Context, _ int) (service.Result, error) {
			<-ctx.Done()
			return service.Result{Published: true, Decision: review.Decision{Basis: review.Clear}}, nil
		}, budget: time.Millisecond, attempt: 1, verdict: service.Done},
		{name: "made by a newer version", message: &unreadable, attempt: 1, verdict: service.Bury},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &script{do: map[int]func(context.Context, int) (service.Result, error){5: c.do}}
			m := message(t, 5)
			if c.message != nil {
				m = *c.message
			}
			meter := &tally{}
			w := worker(s, &memory{}, meter)
			w.Budget, w.Patience = cmp.Or(c.budget, w.Budget), cmp.Or(c.patience, w.Patience)
			o, abandoned := w.Handle(t.Context(), m, service.Try{Number: c.attempt})
			if o.Verdict != c.verdict || o.After != c.after || abandoned != c.abandoned {
				t.Errorf("outcome %+v, abandoned %t; want %s after %s, abandoned %t", o, abandoned, c.verdict, c.after, c.abandoned)
			}
			if _, given := s.seen(); len(given) != c.givenUp {
				t.Errorf("given up %v", given)
			}
			if meter.get("jobs_total "+string(c.verdict)) != 1 {
				t.Errorf("metrics %v", meter.n)
			}
		})
	}
}

func TestWorkerEndsDeferralsThatNeverEnd(t *testing.T) {
	s := &script{do: map[int]func(context.Context, int) (service.Result, error){5: func(context.Context, int) (service.Result, error) {
		return service.Result{}, &api.LaterError{After: time.Second, Limited: true}
	}}}
	m := message(t, 5)
	m.Deferrals = 24
	if o, _ := worker(s, &memory{}, &tally{}).Handle(t.Context(), m, service.Try{Number: 1}); o.Verdict != service.Retry {
		t.Errorf("after 24 deferrals: %+v, want a try that counts", o)
	}
}

func TestWorkerQueuesWhatFollows(t *testing.T) {
	q := &memory{}
	s := &script{do: map[int]func(context.Context, int) (service.Result, error){5: func(context.Context, int) (service.Result, error) {
		return service.Result{More: []webhooks.Job{{Kind: webhooks.KindPull, Delivery: "d", RepoID: 42, Number: 6}, {Kind: webhooks.KindPull, Delivery: "d", RepoID: 42, Number: 7}}}, nil
	}}}
	m := message(t, 5)
	if o, _ := worker(s, q, &tally{}).Handle(t.Context(), m, service.Try{Number: 1}); o.Verdict != service.Done {
		t.Fatalf("outcome %+v", o)
	}
	if len(q.sent) != 2 || q.sent[0].ID == q.sent[1].ID || q.sent[0].Trace != m.Trace {
		t.Errorf("followed by %+v", q.sent)
	}
	q.err = errors.New("full")
	if o, _ := worker(s, q, &tally{}).Handle(t.Context(), m, service.Try{Number: 1}); o.Verdict != service.Retry {
		t.Errorf("with a queue that refuses: %+v, want another try", o)
	}
}

// start runs a runner until the test ends.
func start(t *testing.T, r service.Runner) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	return sync.OnceValue(func() error { cancel(); return <-ended })
}

func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	eventually.True(t, what, reached)
}

// TestPoisonedJobLeavesItsRepository: what fails every time is given up, said,
// and kept as a dead letter; the neighbours go on.
func TestPoisonedJobLeavesItsRepository(t *testing.T) {
	q := openQueue(t, filepath.Join(t.TempDir(), "q"), time.Now)
	s := &script{do: map[int]func(context.Context, int) (service.Result, error){13: func(context.Context, int) (service.Result, error) {
		return service.Result{}, &api.LaterError{After: time.Nanosecond, Why: "poison"}
	}}}
	for _, n := range []int{13, 1, 2} {
		if err := q.Send(t.Context(), message(t, n)); err != nil {
			t.Fatal(err)
		}
	}
	stop := start(t, service.Runner{Queue: q, Worker: worker(s, q, &tally{}), Workers: 3, Grace: eventually.DeadMan})
	until(t, "the neighbours were reviewed", func() bool { order, _ := s.seen(); return slices.Contains(order, 2) })
	if err := stop(); err != nil {
		t.Error(err)
	}
	order, given := s.seen()
	if fmt.Sprint(order, given) != "[13 13 13 1 2] [13]" {
		t.Errorf("reviewed %v, given up %v", order, given)
	}
	letters, err := q.DeadLetters()
	if err != nil || len(letters) != 1 || !strings.Contains(letters[0].Reason, "given up: it was tried 3 times") {
		t.Errorf("dead letters %+v, %v", letters, err)
	}
}

func TestRunnerSkipsWhatANewerJobReplaces(t *testing.T) {
	q := openQueue(t, filepath.Join(t.TempDir(), "q"), time.Now)
	reviewed := message(t, 1)
	for _, m := range []service.Message{message(t, 1), message(t, 2), message(t, 1), reviewed} {
		if err := q.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	s, meter := &script{}, &tally{}
	stop := start(t, service.Runner{Queue: q, Worker: worker(s, q, meter), Workers: 1, Grace: eventually.DeadMan})
	until(t, "the queue is empty", func() bool { st, err := q.Stats(); return err == nil && st.Waiting == 0 })
	if err := stop(); err != nil {
		t.Error(err)
	}
	if order, _ := s.seen(); fmt.Sprint(order) != "[2 1]" {
		t.Errorf("reviewed %v, want 2 and then the last job of 1", order)
	}
}

// TestRunnerStopsGracefully: a job under way ends; one that does not end in the
// grace is handed out again, and the try does not count.
func TestRunnerStopsGracefully(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q")
	q := openQueue(t, path, time.Now)
	hang := func(ctx context.Context, _ int) (service.Result, error) {
		<-ctx.Done()
		return service.Result{}, ctx.Err()
	}
	s := &script{do: map[int]func(context.Context, int) (service.Result, error){1: hang}}
	if err := q.Send(t.Context(), message(t, 1)); err != nil {
		t.Fatal(err)
	}
	w := worker(s, q, &tally{})
	w.Budget = time.Minute
	stop := start(t, service.Runner{Queue: q, Worker: w, Workers: 2, Grace: 20 * time.Millisecond})
	until(t, "the job is under way", func() bool { order, _ := s.seen(); return len(order) == 1 })
	if err := stop(); err != nil {
		t.Error(err)
	}
	_ = q.Close()
	q = openQueue(t, path, time.Now)
	if d := receive(t, q); d.Try.Number != 1 {
		t.Errorf("after the stop it is handed out as try %d", d.Try.Number)
	}
}

// TestRunnerEndsWhenEveryTryIsStuck: computations that cannot be stopped must
// not take the process's cores one by one.
func TestRunnerEndsWhenEveryTryIsStuck(t *testing.T) {
	q := openQueue(t, filepath.Join(t.TempDir(), "q"), time.Now)
	release := make(chan struct{})
	defer close(release)
	s := &script{do: map[int]func(context.Context, int) (service.Result, error){1: func(context.Context, int) (service.Result, error) {
		<-release
		return service.Result{}, nil
	}}}
	if err := q.Send(t.Context(), message(t, 1)); err != nil {
		t.Fatal(err)
	}
	w := worker(s, q, &tally{})
	w.Budget, w.Patience = time.Millisecond, time.Millisecond
	r := service.Runner{Queue: q, Worker: w, Workers: 1, Grace: time.Second}
	if err := r.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "restart the process") {
		t.Errorf("the runner ended with %v", err)
	}
}

// TestEveryLineSaysWhichJob: lines of the worker and those logged deep inside a
// review alike.
func TestEveryLineSaysWhichJob(t *testing.T) {
	var out bytes.Buffer
	log := service.NewLogger(&out, slog.LevelInfo)
	s := &script{do: map[int]func(context.Context, int) (service.Result, error){1: func(ctx context.Context, _ int) (service.Result, error) {
		log.With("more", 1).WarnContext(ctx, "deep inside")
		return service.Result{}, errors.New("boom")
	}}}
	m, err := service.NewMessage(webhooks.Job{Kind: webhooks.KindPull, Delivery: "d-1", Installation: 7, RepoID: 42, Owner: "acme", Repo: "infra", Number: 1, HeadSHA: "abc"})
	if err != nil {
		t.Fatal(err)
	}
	w := worker(s, &memory{}, &tally{})
	w.Log = log
	for attempt := 1; attempt <= service.Tries+1; attempt++ {
		w.Handle(t.Context(), m, service.Try{Number: attempt})
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2*service.Tries+1 {
		t.Errorf("%d lines:\n%s", len(lines), out.String())
	}
	for _, line := range lines {
		for _, want := range []string{`"delivery":"d-1"`, `"repository":"acme/infra"`, `"pull_request":1`, `"head":"abc"`, `"trace":"` + m.Trace + `"`, `"attempt":`} {
			if strings.Count(line, want) != 1 {
				t.Errorf("no %s, or more than one, in %s", want, line)
			}
		}
	}
}

// A13: a job that is put off waits in a group of its own; its neighbours in the
// repository go on, and it goes to the end of them when its time has come.
func TestA13PutOffJobsKeepNobodyWaiting(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	q := openQueue(t, filepath.Join(t.TempDir(), "q"), clock)
	defer q.Close() //nolint:errcheck // the test is over
	flooded := webhooks.Job{Kind: webhooks.KindPull, Installation: 7, RepoID: 42, Owner: "acme", Repo: "infra", Number: 13, NotBefore: now.Add(time.Minute)}
	s := &script{do: map[int]func(context.Context, int) (service.Result, error){
		1: func(context.Context, int) (service.Result, error) {
			return service.Result{More: []webhooks.Job{flooded}}, nil
		},
	}}
	w := worker(s, q, &tally{})
	w.Now = clock
	for _, n := range []int{1, 2, 3} {
		if err := q.Send(t.Context(), message(t, n)); err != nil {
			t.Fatal(err)
		}
	}
	work := func(times int) {
		for range times {
			d, err := q.Receive(eventually.Context(t))
			if err != nil {
				t.Fatal(err)
			}
			o, _ := w.Handle(t.Context(), d.Message, d.Try)
			if err := q.Settle(t.Context(), d, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	work(3)
	if order, _ := s.seen(); !slices.Equal(order, []int{1, 2, 3}) {
		t.Fatalf("done are %v, want 1, 2 and 3 before what was put off", order)
	}
	mu.Lock()
	now = now.Add(time.Minute)
	mu.Unlock()
	for _, n := range []int{4, 5} {
		if err := q.Send(t.Context(), message(t, n)); err != nil {
			t.Fatal(err)
		}
	}
	work(4) // moving it to the repository's group is one
	if order, _ := s.seen(); !slices.Equal(order, []int{1, 2, 3, 4, 5, 13}) && !slices.Equal(order, []int{1, 2, 3, 4, 13, 5}) {
		t.Errorf("done are %v, want 13 behind what was there", order)
	}
}
