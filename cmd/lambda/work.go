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
	dead   sqsQueue // the dead letters
	worker service.Worker
	now    func() time.Time
	log    *slog.Logger
	meter  *emf
	// exit ends the process. It is called when a try goes on computing after
	// its time: the next event needs a process of its own.
	exit func(int)
}

func newWork(ctx context.Context, config config, aws cloud, log *slog.Logger, meter *emf, exit func(int)) (sqsHandler, error) {
	pipeline, err := service.NewPipeline(render.New(render.Limits{}))
	if err != nil {
		return nil, err
	}
	if config.SourcesFunction != "" {
		pipeline.Sources = service.Sources(aws.sourcesClient(config.SourcesFunction, config.SourcesBucket), config.App)
		pipeline.Forget = service.Forgetting(aws.bucket(config.SourcesBucket))
	}
	source, err := appSource(ctx, config, aws, pipeline.Rules, meter, log)
	if err != nil {
		return nil, err
	}
	pipeline.App = source.Get
	queue := aws.queue(config.QueueURL)
	w := work{queue: queue, dead: aws.queue(config.DeadLettersURL), now: time.Now, log: log, meter: meter, exit: exit,
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
		return w.bury(ctx, log, record, record.Body)
	}
	log = log.With(m.Attrs()...)
	if wait := m.NotBefore.Sub(w.now()); !m.NotBefore.IsZero() && wait > 0 {
		w.hide(ctx, log, record, wait)
		return false
	}
	w.hide(ctx, log, record, w.worker.Budget+visibleMargin)
	outcome, abandoned := w.worker.Handle(ctx, m, tryOf(log, record, m))
	forget := w.settle(ctx, log, record, m, outcome)
	if abandoned {
		if forget { // nobody hears that it may be: the process ends
			if err := w.queue.remove(context.WithoutCancel(ctx), record.ReceiptHandle); err != nil {
				log.Error("message stays in the queue beside its successor", "error", err)
			}
		}
		w.meter.flush()
		log.Error("process ends: a review is still running")
		w.exit(1)
	}
	return forget
}

// tryOf tells which try it is. A try that comes to an end takes its message
// out of the queue, and where another is to follow puts a new one in. So a
// message that was handed out before was interrupted, or hidden until its time.
func tryOf(log *slog.Logger, record events.SQSMessage, m service.Message) service.Try {
	received, err := strconv.Atoi(record.Attributes["ApproximateReceiveCount"])
	if err != nil || received < 1 {
		log.Error("message has no receive count")
		received = 1
	}
	if !m.NotBefore.IsZero() {
		received-- // one receive was the wait
	}
	return service.Try{Number: m.Tries + 1, Interrupted: max(received-1, 0)}
}

// settle carries the outcome out and reports whether the message may be
// forgotten. One that cannot be settled is handed out again after its pause.
func (w work) settle(ctx context.Context, log *slog.Logger, record events.SQSMessage, m service.Message, o service.Outcome) bool {
	ctx = context.WithoutCancel(ctx)
	switch o.Verdict {
	case service.Done:
		return true
	case service.Retry:
		m.Tries++
	case service.Defer:
		m.Deferrals++
	default: // Bury
		m.Tries, m.Deferrals, m.NotBefore = 0, 0, time.Time{} // replayed, it has all of them again
		body, err := json.Marshal(m)
		if err != nil {
			log.Error("message could not be encoded", "error", err)
			return false
		}
		return w.bury(ctx, log, record, string(body))
	}
	if err := w.queue.Send(ctx, successor(m, w.now(), o.After)); err != nil {
		log.Error("message could not be put off", "error", err)
		w.hide(ctx, log, record, o.After)
		return false
	}
	return true
}

// successor is a copy of the message for later. Its id is one of its own,
// because the queue drops one it has seen, and the same whenever it is made:
// a process that dies in between makes it twice.
func successor(m service.Message, now time.Time, after time.Duration) service.Message {
	m.NotBefore = time.Time{}
	if after > 0 {
		m.NotBefore = now.Add(after)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", m.ID, m.Tries, m.Deferrals))
	m.ID = hex.EncodeToString(sum[:])
	return m
}

// bury puts a body among the dead letters. Where that fails it is handed out
// again, and in the end the queue itself moves it there.
func (w work) bury(ctx context.Context, log *slog.Logger, record events.SQSMessage, body string) bool {
	if err := w.dead.send(ctx, record.Attributes["MessageGroupId"], record.MessageId, body); err != nil {
		log.Error("message could not be put among the dead letters", "error", err)
		return false
	}
	return true
}

func (w work) hide(ctx context.Context, log *slog.Logger, record events.SQSMessage, d time.Duration) {
	if err := w.queue.hide(ctx, record.ReceiptHandle, d); err != nil {
		log.Error("message keeps its visibility", "error", err)
	}
}
