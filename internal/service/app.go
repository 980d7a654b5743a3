package service

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
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
	// Rules are those of the reviews; nil where nothing is reviewed.
	Rules *rules.Set
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
	config := github.Config{Rules: o.Rules, Config: api.Config{AppID: o.App.ID, PrivateKey: []byte(key), Now: o.Now, Log: o.Log,
		WritesPerHour: o.App.WritesPerHour,
		Transport:     patient{base: metered{base: http.DefaultTransport, meter: o.Meter}, sleep: sleep}}}
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

// patient makes a reading call again when the connection or the server behind
// it failed: most such failures pass in a moment, and a whole review would
// have to be done anew. What writes is never repeated here.
type patient struct {
	base  http.RoundTripper
	sleep func(context.Context, time.Duration)
}

// drained is how much of a failed answer is read so that its connection can be
// used again, in bytes.
const drained = 64 << 10

// patiencePauses are the pauses before the second and the third call.
func patiencePauses() []time.Duration {
	return []time.Duration{150 * time.Millisecond, 600 * time.Millisecond}
}

// RoundTrip makes the call.
func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := p.base.RoundTrip(r)
	for _, pause := range patiencePauses() {
		if !repeatable(r) || r.Context().Err() != nil || !passing(resp, err) {
			break
		}
		if resp != nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, drained))
			_ = resp.Body.Close()
		}
		p.sleep(r.Context(), pause)
		again := r.Clone(r.Context())
		if r.GetBody != nil {
			body, berr := r.GetBody()
			if berr != nil {
				return nil, fmt.Errorf("repeat %s: %w", r.URL.Path, berr)
			}
			again.Body = body
		}
		resp, err = p.base.RoundTrip(again)
	}
	return resp, err
}

// repeatable reports whether a request can be made again without harm: a GET,
// GraphQL, with which nothing is written here, or the making of a token.
func repeatable(r *http.Request) bool {
	harmless := strings.HasSuffix(r.URL.Path, "/graphql") || strings.HasSuffix(r.URL.Path, "/access_tokens")
	return r.Method == http.MethodGet || (harmless && (r.Body == nil || r.GetBody != nil))
}

// passing reports a failure of the way or of the server, none of the request.
// A server that says when to come again is left in peace.
func passing(resp *http.Response, err error) bool {
	if err != nil {
		return true
	}
	return resp.Header.Get("Retry-After") == "" &&
		(resp.StatusCode == http.StatusInternalServerError || resp.StatusCode == http.StatusBadGateway ||
			resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusGatewayTimeout)
}
