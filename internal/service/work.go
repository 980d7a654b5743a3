package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/impact"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Reviewer does the work of a job. Pipeline is the one.
type Reviewer interface {
	// Review carries a job out. It may return more jobs to queue: pull
	// requests that must be reviewed as a consequence.
	Review(ctx context.Context, job webhooks.Job) (Result, error)
	// GiveUp publishes that the job could not be reviewed, which holds.
	GiveUp(ctx context.Context, job webhooks.Job, why string) error
}

// Result is what a job came to, for metrics and the next jobs.
type Result struct {
	// Published is true where the check run says what was decided. It is false
	// where the job was superseded, or only led to more jobs.
	Published bool
	Report    review.Report
	Decision  review.Decision
	// Impact is who depends on what the change destroys, by fingerprint.
	Impact map[string]impact.Impact
	// Bypassed is true where a pull request was merged past a failing check.
	Bypassed bool
	More     []webhooks.Job
}

// Worker handles messages one at a time. It is safe for concurrent use with
// messages of different groups.
type Worker struct {
	Reviewer Reviewer
	Queue    Queue
	// Budget is the time one try may take. A try that does not end in it is
	// left behind.
	Budget time.Duration
	// Patience is how long a try has to notice that its context ended; half a
	// second where it is 0.
	Patience time.Duration
	Meter    Meter
	Log      *slog.Logger
	Now      func() time.Time
}

// Errors of a try.
var (
	// ErrAbandoned: a try did not end in its budget and is still computing.
	// What it computes is dropped: its context has ended, so it can write
	// nothing.
	ErrAbandoned = errors.New("the try did not end in its time")
	errPanic     = errors.New("panic")
)

// pauses between the tries of a job: the neighbours in its repository wait
// with it, so all tries and pauses together stay below a minute with the
// default budget.
const (
	firstPause = 2 * time.Second
	mostPause  = 10 * time.Second // of one that the reading asked for
)

// LongestDelay is how long a job that fails every time, and uses its budget
// each time, keeps the others of its repository waiting. Giving it up is one
// write and is not part of it.
func LongestDelay(budget time.Duration) time.Duration {
	delay := Tries * (budget + patience)
	for attempt := 1; attempt < Tries; attempt++ {
		delay += firstPause << (attempt - 1)
	}
	return delay
}

// limits of a deferral, which is asked for by GitHub.
const (
	leastDefer   = 5 * time.Second
	mostDefer    = 15 * time.Minute
	maxDeferrals = 24
)

// Handle makes one try. The outcome says what is to become of the message.
// abandoned is true where the try is still computing.
func (w Worker) Handle(ctx context.Context, m Message, t Try) (o Outcome, abandoned bool) {
	start := w.Now()
	attrs := append(m.Attrs(), "attempt", t.Number)
	if t.Interrupted > 0 {
		attrs = append(attrs, "interrupted", t.Interrupted)
	}
	log := w.Log.With(attrs...)
	ctx = inJob(ctx, attrs)
	job, err := m.DecodeJob()
	if err != nil {
		log.Error("job cannot be read", "error", err)
		return w.settled(Outcome{Verdict: Bury, Reason: err.Error()}), false
	}
	if m.Then != "" {
		return w.settled(w.moveOn(ctx, log, m, t)), false
	}
	if t.Number == 1 && t.Interrupted == 0 {
		w.Meter.Add(WaitSeconds, start.Sub(m.Sent).Seconds())
	}
	if why := t.exhausted(); why != "" {
		return w.settled(w.giveUp(ctx, log, job, why)), false
	}
	result, err := w.try(ctx, job)
	if api.Gone(err) {
		result, err = Result{}, nil // then it is done
	}
	took := w.Now().Sub(start)
	w.Meter.Add(WorkSeconds, took.Seconds())
	if err == nil {
		err = w.queueMore(ctx, m, result.More)
	}
	if err == nil {
		w.count(result)
		log.Info("job done", "verdict", string(result.Decision.Basis), "more", len(result.More), "ms", took.Milliseconds())
		return w.settled(Outcome{Verdict: Done}), false
	}
	o = failure(err, m, t.Number)
	log.Error("job failed", "error", err, "outcome", string(o.Verdict), "again_in_s", o.After.Seconds(), "ms", took.Milliseconds())
	return w.settled(o), errors.Is(err, ErrAbandoned)
}

// try runs the review under the budget and turns a panic into an error.
func (w Worker) try(ctx context.Context, job webhooks.Job) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, w.Budget)
	defer cancel()
	type ended struct {
		result Result
		err    error
	}
	end := make(chan ended, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				end <- ended{err: fmt.Errorf("review %s: %w: %v\n%s", job, errPanic, p, debug.Stack())}
			}
		}()
		result, err := w.Reviewer.Review(ctx, job)
		end <- ended{result, err}
	}()
	select {
	case e := <-end:
		return e.result, e.err
	case <-ctx.Done():
	}
	// What waits for the network ends at once now; only a computation stays.
	patience := time.NewTimer(cmp.Or(w.Patience, patience))
	defer patience.Stop()
	select {
	case e := <-end:
		if e.err != nil {
			e.err = fmt.Errorf("budget of %s is used up: %w", w.Budget, e.err)
		}
		return e.result, e.err
	case <-patience.C:
		return Result{}, fmt.Errorf("review %s: %w of %s", job, ErrAbandoned, w.Budget)
	}
}

// patience is that of a worker that says nothing else.
const patience = 500 * time.Millisecond

// failure says what follows from a failed try.
func failure(err error, m Message, attempt int) Outcome {
	var later *api.LaterError
	asked := errors.As(err, &later)
	if asked && later.Limited && m.Deferrals < maxDeferrals {
		return Outcome{Verdict: Defer, After: min(max(later.After, leastDefer), mostDefer), Reason: err.Error()}
	}
	switch {
	case attempt >= Tries && errors.Is(err, github.ErrPartial):
		return Outcome{Verdict: Bury, Reason: err.Error()} // the verdict stands
	case attempt >= Tries:
		return Outcome{Verdict: Retry, Reason: err.Error()} // at once, to be given up
	}
	pause := firstPause << (attempt - 1)
	if asked {
		pause = min(max(later.After, time.Second), mostPause)
	}
	return Outcome{Verdict: Retry, After: pause, Reason: err.Error()}
}

// giveUp publishes that the job could not be reviewed. The message is buried
// either way; the sweep finds a pull request that was left without a check.
func (w Worker) giveUp(ctx context.Context, log *slog.Logger, job webhooks.Job, why string) Outcome {
	ctx, cancel := context.WithTimeout(ctx, w.Budget)
	defer cancel()
	if err := w.Reviewer.GiveUp(ctx, job, why+"; the service's log says why"); err != nil && !api.Gone(err) {
		log.Error("job given up, and that could not be published", "why", why, "error", err)
		return Outcome{Verdict: Bury, Reason: fmt.Sprintf("given up: %s; publish that: %v", why, err)}
	}
	w.Meter.Add(Reviews, 1, "unreviewed")
	log.Error("job given up: could not review is published", "why", why)
	return Outcome{Verdict: Bury, Reason: "given up: " + why}
}

// queueMore queues the jobs that follow from one, under its trace.
func (w Worker) queueMore(ctx context.Context, from Message, jobs []webhooks.Job) error {
	for _, job := range jobs {
		m, err := NewMessage(job)
		if err != nil {
			return err
		}
		// The id is the job's content: the same follow-up asked for twice in
		// a moment is one.
		m.ID, m.Trace, m.Sent = digest(append([]byte(from.ID), m.Job...)), from.Trace, w.Now()
		if job.NotBefore.After(m.Sent) {
			m.Group, m.Then, m.NotBefore = fmt.Sprintf("%s/%d", m.Group, job.Number), m.Group, job.NotBefore
		}
		if err := w.Queue.Send(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// moveOn puts a message whose time has come at the end of its group.
func (w Worker) moveOn(ctx context.Context, log *slog.Logger, m Message, t Try) Outcome {
	next := m
	next.Group, next.Then, next.NotBefore, next.Tries, next.Deferrals = m.Then, "", time.Time{}, 0, 0
	next.Sent = w.Now()
	next.ID = digest([]byte(m.Then + " " + m.ID))
	if err := w.Queue.Send(ctx, next); err != nil {
		log.Error("job could not be put into its group", "error", err)
		if t.exhausted() != "" {
			return Outcome{Verdict: Bury, Reason: err.Error()}
		}
		return Outcome{Verdict: Retry, After: firstPause, Reason: err.Error()}
	}
	return Outcome{Verdict: Done}
}

func (w Worker) settled(o Outcome) Outcome {
	w.Meter.Add(Jobs, 1, string(o.Verdict))
	return o
}

func (w Worker) count(r Result) {
	if !r.Published {
		return
	}
	w.Meter.Add(Reviews, 1, string(r.Decision.Basis))
	for _, f := range r.Report.Holding() {
		w.Meter.Add(Findings, 1, string(f.Loss))
	}
	for _, g := range r.Report.Gaps {
		w.Meter.Add(Gaps, 1, gapKind(g))
	}
}

// gapKind is the kind of a gap as a label.
func gapKind(g plan.Gap) string {
	if g.Kind == "" {
		return "other"
	}
	return string(g.Kind)
}
