package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// GitHub's limits (docs.github.com, "Rate limits for the REST API", secondary
// limits): 900 points a minute, a read counts 1 and a write 5; 80 writes of
// content a minute and 500 an hour. Our own budget stays below, so that other
// users of the installation's limits are not starved.
const (
	pointsPerMinute = 700
	writesPerMinute = 60
	writesPerHour   = 400
	readPoints      = 1
	writePoints     = 5
	// primaryReserve of the hourly requests is left for failing checks: below
	// it reading stops.
	primaryReserve = 50
)

// pause after a secondary limit that does not say how long; it doubles.
const (
	firstPause = time.Minute
	longPause  = 30 * time.Minute
)

// budget is what one installation may still ask of GitHub.
type budget struct {
	mu     sync.Mutex
	until  time.Time // no request before
	why    string
	pause  time.Duration
	minute window
	writes window
	hour   window
}

// window counts in a span of time.
type window struct {
	start time.Time
	used  int
}

// take counts cost in the window of length span. It returns how long to wait
// where limit does not allow it.
func (w *window) take(now time.Time, span time.Duration, cost, limit int) time.Duration {
	if now.Sub(w.start) >= span || now.Before(w.start) {
		*w = window{start: now}
	}
	if w.used+cost > limit {
		return span - now.Sub(w.start)
	}
	w.used += cost
	return 0
}

func (a *App) budget(installation int64) *budget {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.budgets[installation]
	if b == nil {
		b = &budget{pause: firstPause}
		a.budgets[installation] = b
	}
	return b
}

// limited makes one request within the installation's budget. Over it, and
// over GitHub's own limits, the error is a *LaterError; nobody waits here.
func (a *App) limited(installation int64, r *http.Request) (*http.Response, error) {
	b := a.budget(installation)
	if err := b.admit(a.Config.Now(), r, a.Config.WritesPerHour); err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	resp, err := a.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := b.learn(a.Config.Now(), resp); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// admit lets a request pass or says when.
func (b *budget) admit(now time.Time, r *http.Request, hourly int) error {
	minutely, points := writesPerMinute, pointsPerMinute
	if hourly == 0 {
		hourly = writesPerHour
	} else {
		// The bounds of a minute grow with that of the hour.
		minutely, points = writesPerMinute*hourly/writesPerHour+1, max(pointsPerMinute, pointsPerMinute*hourly/writesPerHour)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return &LaterError{After: b.until.Sub(now), Limited: true, Why: b.why}
	}
	write := r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/graphql") && !strings.HasSuffix(r.URL.Path, "/access_tokens")
	cost := readPoints
	if write {
		cost = writePoints
	}
	wait := b.minute.take(now, time.Minute, cost, points)
	if write {
		wait = max(wait, b.writes.take(now, time.Minute, 1, minutely), b.hour.take(now, time.Hour, 1, hourly))
	}
	if wait > 0 {
		return &LaterError{After: wait, Limited: true, Why: "the installation's own budget of requests is used up"}
	}
	return nil
}

// learn reads the limits out of an answer. The answer's body can be read
// afterwards.
func (b *budget) learn(now time.Time, resp *http.Response) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	reset := unixTime(resp.Header.Get("X-Ratelimit-Reset"))
	remaining, err := strconv.Atoi(resp.Header.Get("X-Ratelimit-Remaining"))
	known := err == nil
	if resp.StatusCode != http.StatusForbidden && resp.StatusCode != http.StatusTooManyRequests {
		b.pause = firstPause
		if known && remaining < primaryReserve && reset.After(now) {
			b.until, b.why = reset, fmt.Sprintf("GitHub leaves %d requests", remaining)
		}
		return nil
	}
	after, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	switch {
	case err == nil && after >= 0:
		b.until = now.Add(time.Duration(max(after, 1)) * time.Second)
	case known && remaining == 0 && reset.After(now):
		b.until = reset
	case resp.StatusCode == http.StatusTooManyRequests || secondary(resp):
		b.until = now.Add(b.pause)
		b.pause = min(2*b.pause, longPause)
	default:
		return nil // a refusal of another kind
	}
	b.why = "GitHub's rate limit is reached"
	return &LaterError{After: b.until.Sub(now), Limited: true, Why: b.why}
}

func unixTime(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

// secondary reports whether a 403 is a secondary limit, which only its text
// says, and puts the body back.
func secondary(resp *http.Response) bool {
	const most = 64 << 10
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	text := strings.ToLower(string(body))
	return err == nil && (strings.Contains(text, "secondary rate limit") || strings.Contains(text, "abuse detection"))
}

// Sleep waits, or until the context ends.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
