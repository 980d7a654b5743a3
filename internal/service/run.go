package service

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Runner works off an embedded queue in one process.
type Runner struct {
	Queue   *BoltQueue
	Worker  Worker
	Workers int
	// Grace is how long jobs under way may go on once the runner is stopped.
	// What does not end in it is handed out again at the next start.
	Grace time.Duration
}

// errStopped ends the jobs that a stop did not wait for.
var errStopped = errors.New("the process stops")

// Run works until ctx ends. It returns an error where it cannot go on: as many
// tries were left computing as there are workers. The process is to be
// started anew then; the queue has everything.
func (r Runner) Run(ctx context.Context) error {
	jobs, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	receive, stop := context.WithCancel(ctx)
	defer stop()
	stopGrace := context.AfterFunc(ctx, func() {
		time.AfterFunc(r.Grace, func() { cancel(errStopped) })
		if err := r.Queue.Stopping(context.WithoutCancel(ctx)); err != nil && !errors.Is(err, ErrClosed) {
			r.Worker.Log.Error("the stop could not be written down; what it interrupts counts as interrupted", "error", err)
		}
	})
	defer stopGrace()

	left := &leftBehind{most: r.Workers, stop: stop}
	var wg sync.WaitGroup
	for range r.Workers {
		wg.Go(func() { r.work(receive, jobs, left) })
	}
	wg.Wait()
	return left.err()
}

// leftBehind counts tries that did not end in their time.
type leftBehind struct {
	mu      sync.Mutex
	n, most int
	stop    context.CancelFunc
}

func (l *leftBehind) add() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n++; l.n >= l.most {
		l.stop()
	}
}

func (l *leftBehind) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n >= l.most {
		return fmt.Errorf("%d reviews did not end in time and still run: restart the process", l.n)
	}
	return nil
}

func (r Runner) work(receive, jobs context.Context, left *leftBehind) {
	for {
		d, err := r.Queue.Receive(receive)
		if err != nil {
			if receive.Err() != nil || errors.Is(err, ErrClosed) {
				return
			}
			r.Worker.Log.Error("no message could be taken", "error", err)
			sleep(receive, time.Second)
			continue
		}
		o, abandoned := r.handle(jobs, d)
		if abandoned {
			left.add()
		}
		r.settle(jobs, d, o)
	}
}

func (r Runner) handle(jobs context.Context, d Delivery) (Outcome, bool) {
	if r.superseded(d) {
		r.Worker.Log.Info("job superseded by a newer one", d.Message.Attrs()...)
		return r.Worker.settled(Outcome{Verdict: Done}), false
	}
	o, abandoned := r.Worker.Handle(jobs, d.Message, d.Try)
	if o.Verdict == Retry && errors.Is(context.Cause(jobs), errStopped) {
		o = Outcome{Verdict: Defer, Reason: errStopped.Error()}
	}
	return o, abandoned
}

// superseded reports whether a later message of the group makes this one
// needless. A job that was tried already is not skipped: it may be the one
// that keeps failing, and that must be published.
func (r Runner) superseded(d Delivery) bool {
	job, err := d.Message.DecodeJob()
	if err != nil || d.Try.Number > 1 || d.Try.Interrupted > 0 {
		return false
	}
	found := false
	err = r.Queue.later(d, func(m Message) bool {
		newer, err := m.DecodeJob()
		found = err == nil && newer.Replaces(job)
		return !found
	})
	return err == nil && found
}

// settle gives the message back. Where the disk refuses it goes on trying: a
// message that is neither settled nor handed out would stop its repository.
func (r Runner) settle(jobs context.Context, d Delivery, o Outcome) {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 10*time.Second) {
		err := r.Queue.Settle(context.WithoutCancel(jobs), d, o)
		if err == nil || errors.Is(err, ErrClosed) || jobs.Err() != nil {
			return
		}
		r.Worker.Log.Error("message could not be settled", append(d.Message.Attrs(), "error", err)...)
		sleep(jobs, pause)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
