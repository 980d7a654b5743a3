// Package sources brings modules, charts and bases that a repository names and
// does not hold. It knows the grammars, which version is meant, from where it
// may be fetched and within which limits, and keeps what it fetched by digest.
// Nothing else in the product asks the internet for content.
package sources

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/chart"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/git"
	"github.com/holdpoint-dev/holdpoint/internal/sources/oci"
	"github.com/holdpoint-dev/holdpoint/internal/sources/registry"
)

// Resolver finds what a source stands for. The error is a *plan.SourceError
// where the source cannot be had; any other ends the review.
type Resolver interface {
	Resolve(ctx context.Context, s plan.Source) (plan.Package, error)
}

// Secret is the credential of a private host, from the operator's secret store.
// It is sent to that host alone.
type Secret struct {
	// Token is sent as a bearer token: a module registry's.
	Token string
	// User and Password are sent to chart repositories and OCI registries;
	// Realm is the host that hands out tokens of an OCI registry where that is
	// another one.
	User, Password, Realm string
}

// Config makes a Fetcher.
type Config struct {
	Client *fetch.Client
	Store  cache.Store
	Limits content.Limits
	Budget Budget
	// Secrets are the credentials of private hosts, by host; nil for none.
	Secrets map[string]Secret
	// CacheFailed hears of a store that does not work; nil for nobody. The
	// review goes on: what was fetched is right without being kept.
	CacheFailed func(error)
}

// tolerant is a store whose failures are told and change nothing.
type tolerant struct {
	cache.Store
	failed func(error)
}

func (t tolerant) Get(ctx context.Context, k cache.Key) ([]byte, error) {
	value, err := t.Store.Get(ctx, k)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && ctx.Err() == nil && t.failed != nil {
		t.failed(err)
	}
	if err != nil {
		return nil, fs.ErrNotExist
	}
	return value, nil
}

func (t tolerant) Put(ctx context.Context, k cache.Key, value []byte) error {
	if err := t.Store.Put(ctx, k, value); err != nil && ctx.Err() == nil && t.failed != nil {
		t.failed(err)
	}
	return nil
}

// Budget bounds one review.
type Budget struct {
	Packages    int           // different contents
	PackageTime time.Duration // for one source
	ReviewTime  time.Duration // for all of them
	Together    int           // sources that are resolved at once
}

// DefaultBudget is what the service runs with.
func DefaultBudget() Budget {
	return Budget{Packages: 30, PackageTime: 10 * time.Second, ReviewTime: 20 * time.Second, Together: 4}
}

// Fetcher brings sources from the internet. It is safe for concurrent use.
type Fetcher struct {
	config   Config
	github   git.GitHub
	registry registry.Client
	charts   chart.Client
	oci      oci.Client
}

// New makes a Fetcher.
func New(c Config) *Fetcher {
	c.Store = tolerant{c.Store, c.CacheFailed}
	known := cache.NewResolutions(c.Store, c.Client.Clock().Now)
	f := &Fetcher{config: c}
	f.github = git.GitHub{Client: c.Client, Known: known, Store: c.Store, Limits: c.Limits}
	f.registry = registry.Client{Client: c.Client, Known: known, Token: func(host string) string { return c.Secrets[host].Token }}
	f.charts = chart.Client{Client: c.Client, Known: known, Store: c.Store, Limits: c.Limits, Authorization: func(host string) string {
		return basic(c.Secrets[host])
	}}
	f.oci = oci.Client{Client: c.Client, Known: known, Store: c.Store, Limits: c.Limits, Secret: func(host string) oci.Secret {
		s := c.Secrets[host]
		return oci.Secret{User: s.User, Password: s.Password, Realm: s.Realm}
	}}
	return f
}

// Rest lets go of idle connections, before a time in which nobody looks after
// them.
func (f *Fetcher) Rest() { f.config.Client.Close() }

// Access says how GitHub's repositories may be read in one review.
type Access interface {
	// Own is the reviewed repository, `owner/name`, and a token for it alone,
	// empty to read anonymously.
	Own(ctx context.Context) (name, token string, err error)
	// Private gives a token for one repository that is not public, or refuses
	// with a *plan.SourceError.
	Private(ctx context.Context, name string, s plan.Source) (token string, err error)
}

// Review is what differs from one review to the next.
type Review struct {
	Access Access
	// Installation keeps what only it may read apart.
	Installation string
	// BasePushed is when the base commit was pushed, by GitHub's clock: what
	// was chosen then was live before the change. Zero where that is not known.
	BasePushed time.Time
	// Anew: references that move are looked up again, whatever is remembered.
	Anew bool
	// Spent and Admitted are what an earlier session of the same review took of
	// its budget, as Spent of the session tells it.
	Spent    time.Duration
	Admitted []string
}

// Use is one content that a review used.
type Use struct {
	Source  plan.Source
	Package plan.Package // without the tree
	// Requests is how many were made for it: 0 where all of it was in the
	// cache, or had been read for another source of this review.
	Requests int
}

// Session resolves the sources of one review. It is safe for concurrent use.
type Session struct {
	*Fetcher
	review Review

	mu       sync.Mutex
	spent    time.Duration
	trees    map[string]*loaded // by scope and digest
	admitted map[string]bool    // digests that were given out
	uses     []Use
}

// Review begins the sources of one review.
func (f *Fetcher) Review(r Review) *Session {
	s := &Session{Fetcher: f, review: r, spent: r.Spent, trees: map[string]*loaded{}, admitted: map[string]bool{}}
	for _, digest := range r.Admitted {
		s.admitted[digest] = true
	}
	return s
}

// Spent is what was taken of the review's budget so far: the time, and the
// contents in a stable order.
func (s *Session) Spent() (time.Duration, []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spent, slices.Sorted(maps.Keys(s.admitted))
}

// Uses lists what was used, in the order of first use.
func (s *Session) Uses() []Use {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Use(nil), s.uses...)
}

// Answer resolves everything that is wanted and not known, and puts each answer
// where the next run finds it.
func (s *Session) Answer(ctx context.Context, answers *plan.Answers) error {
	clock := s.config.Client.Clock()
	began := clock.Now()
	s.mu.Lock()
	left := max(0, s.config.Budget.ReviewTime-s.spent)
	s.mu.Unlock()
	ctx, stop := fetch.Within(ctx, clock, "review-time", left)
	defer stop()
	wanted := answers.Wanted()
	found, err := resolveAll(ctx, s, wanted, s.config.Budget.Together)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent += max(0, clock.Now().Sub(began))
	if err != nil {
		return err
	}
	for i, a := range found {
		answers.Put(wanted[i], s.admit(a))
	}
	return nil
}

// admit counts contents in the order in which they are wanted, so that the same
// trees always reach the limit at the same source.
func (s *Session) admit(a plan.Answer) plan.Answer {
	switch {
	case a.Err != nil || s.admitted[a.Package.Digest]:
	case len(s.admitted) >= s.config.Budget.Packages:
		return plan.Answer{Err: content.Over("packages", a.Package.Digest, int64(s.config.Budget.Packages), "packages in one review")}
	default:
		s.admitted[a.Package.Digest] = true
	}
	return a
}

// Answer resolves what is wanted with any resolver, some sources at once.
func Answer(ctx context.Context, r Resolver, answers *plan.Answers, together int) error {
	wanted := answers.Wanted()
	found, err := resolveAll(ctx, r, wanted, together)
	if err != nil {
		return err
	}
	for i, a := range found {
		answers.Put(wanted[i], a)
	}
	return nil
}

// resolveAll resolves in order, some at once. An error that is no reason why a
// source cannot be had is the error of all.
func resolveAll(ctx context.Context, r Resolver, wanted []plan.Source, together int) ([]plan.Answer, error) {
	out, errs := make([]plan.Answer, len(wanted)), make([]error, len(wanted))
	slots := make(chan struct{}, max(1, together))
	var group sync.WaitGroup
	for i, w := range wanted {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			p, err := r.Resolve(ctx, w)
			var why *plan.SourceError
			switch {
			case err == nil:
				out[i].Package = p
			case errors.As(err, &why):
				out[i].Err = why
			default:
				errs[i] = err
			}
		})
	}
	group.Wait()
	return out, errors.Join(errs...)
}

// First asks resolvers in order, until one has the source. What the last one
// says is the answer where none has.
func First(resolvers ...Resolver) Resolver { return first(resolvers) }

type first []Resolver

func (f first) Resolve(ctx context.Context, s plan.Source) (p plan.Package, err error) {
	for _, r := range f {
		p, err = r.Resolve(ctx, s)
		var why *plan.SourceError
		if err == nil || !errors.As(err, &why) {
			return p, err
		}
	}
	return p, err
}

// Offline is a Resolver that has nothing.
type Offline struct{}

// Resolve refuses.
func (Offline) Resolve(_ context.Context, s plan.Source) (plan.Package, error) {
	return plan.Offline{}.Package(s)
}
