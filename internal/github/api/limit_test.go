package api

import (
	"testing"
	"time"
)

// A window lets through what fits, says how long to wait for the rest, and begins
// anew when its span is over or the clock was set back.
func TestWindow(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	var w window
	for _, step := range []struct {
		after time.Duration
		cost  int
		wait  time.Duration
	}{
		{0, 3, 0}, {10 * time.Second, 2, 0}, {20 * time.Second, 1, 40 * time.Second}, {59 * time.Second, 1, time.Second},
		{time.Minute, 5, 0}, {61 * time.Second, 1, 59 * time.Second}, {-time.Second, 5, 0},
	} {
		if got := w.take(at.Add(step.after), time.Minute, step.cost, 5); got != step.wait {
			t.Errorf("after %s, %d more: wait %s, want %s", step.after, step.cost, got, step.wait)
		}
	}
}
