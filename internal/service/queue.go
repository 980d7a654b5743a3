package service

import (
	"context"
	"errors"
	"time"
)

// Message is one event on its way from receive to work.
type Message struct {
	// ID is GitHub's delivery id. A queue drops a message whose ID it still
	// holds or took a moment ago.
	ID string `json:"id"`
	// Group orders: messages of one group are handled one at a time, in the
	// order in which they were sent. It is the repository.
	Group string `json:"group"`
	// Trace is the trace id under which every line of the event is logged,
	// 32 hexadecimal digits.
	Trace string `json:"trace"`
	// Sent is when receive accepted the event.
	Sent time.Time `json:"sent"`
	// NotBefore is when a deferred message may be handled; zero at once.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Deferrals counts how often it was put off without a try of its own.
	Deferrals int `json:"deferrals,omitempty"`
	// Job is the JSON of a github.Job.
	Job []byte `json:"job"`
}

// Queue takes messages. When Send returns nil the message is safe: it is
// handled at least once, or ends among the dead letters.
type Queue interface {
	Send(ctx context.Context, m Message) error
}

// Verdict is what is to become of a message after a try. The zero value is
// invalid.
type Verdict string

const (
	Done  Verdict = "done"  // handled: forget it
	Retry Verdict = "retry" // failed: try again after a pause, this try counts
	Defer Verdict = "defer" // cannot be tried now (a rate limit): after a pause, this try does not count
	Bury  Verdict = "bury"  // tried often enough: among the dead letters
)

// Outcome is a verdict with the pause and the reason that go with it.
type Outcome struct {
	Verdict Verdict
	After   time.Duration // Retry and Defer
	Reason  string        // Retry, Defer and Bury: one line
}

// Tries is how often a job is reviewed before it is given up. One more
// delivery follows, which publishes that it could not be reviewed.
const Tries = 3

// Errors of the embedded queue.
var (
	ErrClosed   = errors.New("queue is closed")
	ErrNoLetter = errors.New("no such dead letter")
)
