package service

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github"
)

// publicGitHub is the address that needs no others derived from it.
const publicGitHub = "https://github.com"

// AppSource makes the client of the App, and makes it anew when its key was
// rotated.
type AppSource struct {
	options AppOptions

	mu     sync.Mutex
	client *github.App
	made   string // the key that client was made with
}

// AppOptions are what the client of the App is made of.
type AppOptions struct {
	App App
	Key *CachedSecret
	// Wants tells which files a review reads; nil where nothing is reviewed.
	Wants func(path string) bool
	Meter Meter
	Log   *slog.Logger
	Now   func() time.Time
}

// NewAppSource reads the key once, so that a missing or wrong one refuses to
// start.
func NewAppSource(ctx context.Context, options AppOptions) (*AppSource, error) {
	s := &AppSource{options: options}
	if _, err := s.Get(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Get returns the client.
func (s *AppSource) Get(ctx context.Context) (*github.App, error) {
	key, err := s.options.Key.Get(ctx, false)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil && key == s.made {
		return s.client, nil
	}
	o := s.options
	config := github.Config{AppID: o.App.ID, PrivateKey: []byte(key), Now: o.Now, Log: o.Log, Wants: o.Wants,
		Transport: metered{base: http.DefaultTransport, meter: o.Meter}}
	if o.App.URL != publicGitHub {
		config.WebURL = o.App.URL
	}
	client, err := github.New(config)
	if err != nil {
		return nil, fmt.Errorf("set up App %d: %w", o.App.ID, err)
	}
	s.client, s.made = client, key
	return client, nil
}

// GitHub is Get for a Pipeline.
func (s *AppSource) GitHub(ctx context.Context) (GitHub, error) {
	app, err := s.Get(ctx)
	if err != nil {
		return nil, err
	}
	return app, nil
}

// Sweep is Get for a Sweeper.
func (s *AppSource) Sweep(ctx context.Context) (SweepGitHub, error) {
	app, err := s.Get(ctx)
	if err != nil {
		return nil, err
	}
	return app, nil
}

// metered counts the calls to GitHub and what is left of the hourly budget.
type metered struct {
	base  http.RoundTripper
	meter Meter
}

// RoundTrip makes the call.
func (m metered) RoundTrip(r *http.Request) (*http.Response, error) {
	m.meter.Add(Calls, 1)
	resp, err := m.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if left, err := strconv.ParseFloat(resp.Header.Get("X-Ratelimit-Remaining"), 64); err == nil {
		m.meter.Add(Budget, left)
	}
	return resp, nil
}
