package main

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// stuck computes until the test ends, whatever its context says.
type stuck struct{ release chan struct{} }

func (s stuck) Review(context.Context, webhooks.Job) (service.Result, error) {
	<-s.release
	return service.Result{}, nil
}

func (stuck) GiveUp(context.Context, webhooks.Job, string) error { return nil }

// TestWorkEndsWithAStuckTry: the process ends, and nobody tells Lambda that
// the message may go; the try counts, and the message is not there twice.
func TestWorkEndsWithAStuckTry(t *testing.T) {
	fake := newFakeAWS(t)
	sdk := fake.sdk("work")
	queue, log := sdk.queue(fake.queueURL()), service.NewLogger(io.Discard, 0)
	m, err := service.NewMessage(webhooks.Job{Kind: webhooks.KindPull, Installation: 7, RepoID: 42, Owner: "acme", Repo: "infra", Number: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := queue.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	release, status := make(chan struct{}), -1
	defer close(release)
	meter := newEMF(io.Discard, "work", time.Now)
	w := work{queue: queue, dead: sdk.queue(fake.deadURL()), now: time.Now, log: log, meter: meter, exit: func(n int) { status = n },
		worker: service.Worker{Reviewer: stuck{release}, Queue: queue, Budget: 10 * time.Millisecond, Meter: meter, Log: log, Now: time.Now}}
	if _, err := w.handle(t.Context(), events.SQSEvent{Records: fake.queue.receive(1)}); err != nil || status != 1 {
		t.Errorf("it ended with status %d, error %v", status, err)
	}
	if tries := fake.queue.tries(t); !slices.Equal(tries, []int{1}) {
		t.Errorf("the queue holds messages with %v tries, want one with one", tries)
	}
}
