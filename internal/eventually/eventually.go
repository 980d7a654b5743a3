// Package eventually waits in tests for what other goroutines and processes do.
// How long they take is no result: the time-out is that of a dead man, long
// enough for any machine, and nothing is to be concluded from a wait that was
// short.
package eventually

import (
	"context"
	"testing"
	"time"
)

// DeadMan ends a test in which nothing happens any more.
const DeadMan = 5 * time.Minute

// pause between two looks.
const pause = 5 * time.Millisecond

// True waits until something is so, and fails the test where it never is.
func True(t testing.TB, what string, reached func() bool) {
	t.Helper()
	for end := time.Now().Add(DeadMan); !reached(); time.Sleep(pause) {
		if time.Now().After(end) {
			t.Fatalf("it never came: %s", what)
		}
	}
}

// Context ends with the test, or when nothing happens any more.
func Context(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), DeadMan)
	t.Cleanup(cancel)
	return ctx
}

// Receive waits for a value of a channel, and fails the test where none comes.
func Receive[T any](t testing.TB, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(DeadMan):
		t.Fatalf("it never came: %s", what)
		panic("unreachable")
	}
}
