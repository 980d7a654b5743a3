package fetch

import (
	"context"
	"fmt"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Clock is the time as the fetcher knows it. Tests hand in one of their own.
type Clock struct {
	Now func() time.Time
	// After calls f once the duration is over, unless stop was called before.
	After func(d time.Duration, f func()) (stop func() bool)
}

// SystemClock is the machine's.
func SystemClock() Clock {
	return Clock{Now: time.Now, After: func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }}
}

// Within bounds what is done under a context. When the time is over, the cause
// of the context is the error that names the limit.
func Within(ctx context.Context, clock Clock, limit string, d time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := clock.After(d, func() {
		cancel(&plan.SourceError{Why: plan.SourceLimit, Limit: limit, Text: fmt.Sprintf("took longer than %s", d)})
	})
	return ctx, func() { stop(); cancel(context.Canceled) }
}
