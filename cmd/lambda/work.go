package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

type sqsHandler func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

// work handles batches of the queue.
type work struct {
	queue  sqsQueue
	worker service.Worker
	now    func() time.Time
	log    *slog.Logger
	meter  *emf
	// exit ends the process. It is called when a try goes on computing after
	// its time: the next event needs a process of its own.
	exit func(int)
}

func newWork(ctx context.Context, config config, aws cloud, log *slog.Logger, meter *emf, exit func(int)) (sqsHandler, error) {
	judge, wants, err := service.NewJudge(render.New(render.Limits{}))
	if err != nil {
		return nil, err
	}
	source, err := appSource(ctx, config, aws, wants, meter, log)
	if err != nil {
		return nil, err
	}
	pipeline := service.Pipeline{GitHub: source.GitHub, Judge: judge}
	queue := aws.queue(config.QueueURL)
	w := work{queue: queue, now: time.Now, log: log, meter: meter, exit: exit,
		worker: service.Worker{Reviewer: pipeline, Queue: queue, Budget: config.Budget, Meter: meter, Log: log, Now: time.Now}}
	return w.handle, nil
}

// handle works through a batch in order and names the messages that are to be
// handed out again. After one of a group failed, the others of the group are
// handed back untouched, so that the group stays in order.
func (w work) handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	defer w.meter.flush()
	ctx, cancel := beforeDeadline(ctx)
	defer cancel()
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	stopped := map[string]bool{}
	for _, record := range batch.Records {
		group := record.Attributes["MessageGroupId"]
		if !stopped[group] && w.one(ctx, record) {
			continue
		}
		stopped[group] = true
		response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
	}
	return response, nil
}

// lastMoment is kept free at the end of an invocation for writing down what
// became of it.
const lastMoment = 2 * time.Second

func beforeDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-lastMoment))
	}
	return context.WithCancel(ctx)
}

// visibleMargin is added to the budget of a try to hide its message: when the
// process dies, its repository waits this much longer than the try had.
const visibleMargin = 3 * time.Second

// one handles one message and reports whether the queue may forget it.
func (w work) one(ctx context.Context, record events.SQSMessage) bool {
	log := w.log.With("message", record.MessageId)
	var m service.Message
	if err := json.Unmarshal([]byte(record.Body), &m); err != nil {
		log.Error("message cannot be read", "error", err)
		w.hide(ctx, log, record, 0)
		return false // the queue buries it, and its group does not wait
	}
	log = log.With(m.Attrs()...)
	attempt, err := strconv.Atoi(record.Attributes["ApproximateReceiveCount"])
	if err != nil || attempt < 1 {
		log.Error("message has no receive count")
		attempt = 1
	}
	if !m.NotBefore.IsZero() {
		if wait := m.NotBefore.Sub(w.now()); wait > 0 {
			w.hide(ctx, log, record, wait)
			return false
		}
		attempt = max(attempt-1, 1) // one receive was the wait
	}
	w.hide(ctx, log, record, w.worker.Budget+visibleMargin)
	outcome, abandoned := w.worker.Handle(ctx, m, attempt)
	forget := w.settle(ctx, log, record, m, outcome)
	if abandoned {
		w.meter.flush()
		log.Error("process ends: a review goes on computing")
		w.exit(1)
	}
	return forget
}

// settle carries the outcome out. A pause that cannot be set leaves the
// message hidden for the time it has anyway.
func (w work) settle(ctx context.Context, log *slog.Logger, record events.SQSMessage, m service.Message, o service.Outcome) bool {
	ctx = context.WithoutCancel(ctx)
	switch o.Verdict {
	case service.Done:
		return true
	case service.Retry:
		w.hide(ctx, log, record, o.After)
		return false
	case service.Defer:
		if err := w.queue.Send(ctx, deferred(m, w.now().Add(o.After))); err != nil {
			log.Error("message could not be deferred", "error", err)
			w.hide(ctx, log, record, o.After)
			return false
		}
		return true
	default: // Bury: received often enough, the queue moves it to the dead letters
		w.hide(ctx, log, record, 0)
		return false
	}
}

// deferred is a copy of the message for later. It has an id of its own, because
// the queue drops one it has seen.
func deferred(m service.Message, until time.Time) service.Message {
	m.Deferrals++
	m.NotBefore = until
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", m.ID, m.Deferrals, until.UnixNano()))
	m.ID = hex.EncodeToString(sum[:])
	return m
}

func (w work) hide(ctx context.Context, log *slog.Logger, record events.SQSMessage, d time.Duration) {
	if err := w.queue.hide(ctx, record.ReceiptHandle, d); err != nil {
		log.Error("message keeps its visibility", "error", err)
	}
}
