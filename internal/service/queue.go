package service

import (
	"context"
	"errors"
	"fmt"
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
	// Then is the group that a message goes to when its time has come: it waits
	// in one of its own, so that no other waits with it.
	Then string `json:"then,omitempty"`
	// Deferrals counts how often it was put off without a try of its own.
	Deferrals int `json:"deferrals,omitempty"`
	// Tries counts the tries that came to an end, where the queue cannot.
	Tries int `json:"tries,omitempty"`
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

// Interruptions is how often a try may be cut off by the end of its process
// before the job is given up. Such a try does not count: the process may have
// been killed for reasons of its own. A job that ends it each time must end
// all the same.
const Interruptions = 10

// Try says which try of a message this is.
type Try struct {
	// Number counts the tries that came to an end, and this one: 1 is the
	// first.
	Number int
	// Interrupted is how many more began and were cut off by the end of their
	// process, without a word to the queue.
	Interrupted int
}

// exhausted says why a message is not to be tried again, empty where it is.
func (t Try) exhausted() string {
	switch {
	case t.Number > Tries:
		return fmt.Sprintf("it was tried %d times", t.Number-1)
	case t.Interrupted > Interruptions:
		return fmt.Sprintf("the service ended %d times while it reviewed this (killed, or out of memory)", t.Interrupted)
	}
	return ""
}

// Errors of the embedded queue.
var (
	ErrClosed   = errors.New("queue is closed")
	ErrNoLetter = errors.New("no such dead letter")
)
