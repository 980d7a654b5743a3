// Package github speaks with GitHub in both directions: it turns a webhook
// delivery into a [webhooks.Job], reads all that a job needs into a [Reading], and
// publishes what a review of it decided.
//
// A delivery is a hint that something happened. Only a few facts are taken
// from it, those that GitHub does not tell afterwards (which commit a review
// was made on, who set a label); everything else is read afresh, so that
// order, repetition and age of deliveries cannot change an outcome. Whatever
// could not be read in full is an error or a gap, and both hold.
package github

import (
	"errors"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/trees"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Config sets an App up.
type Config struct {
	api.Config
	// Docs is the address of Holdpoint's documentation for the texts;
	// without it no link is written.
	Docs string
	// MergeWaits are the pauses between questions for a test merge that
	// GitHub has not made yet; nil is one and two seconds.
	MergeWaits []time.Duration
	// Rules say which files a review reads, so that they are fetched before the
	// first run, and give the checks their names. They are nil where nothing is
	// reviewed: to receive, to sweep and to set up.
	Rules *rules.Set
}

// ErrPartial: the check run says what was decided; something beside it (a
// review, a comment) could not be written. To try again mends that, to give
// up must not touch the verdict.
var ErrPartial = errors.New("the check run is written, not all beside it")

// App is Holdpoint's GitHub App. It is safe for concurrent use. What never changes
// at GitHub (trees, blobs, comparisons of commits) is kept between jobs; everything
// else is read afresh.
type App struct {
	*api.App
	config Config
	kept   *store
	trees  *trees.Cache
	seen   *pull.Seen

	mu    sync.Mutex
	rules map[string]required
	// alone are the installations without organisation settings, and when
	// that was found.
	alone map[int64]time.Time
}

// New checks the configuration. It makes no call.
func New(config Config) (*App, error) {
	base, err := api.New(config.Config)
	if err != nil {
		return nil, err
	}
	config.Config = base.Config
	if config.MergeWaits == nil {
		config.MergeWaits = []time.Duration{time.Second, 2 * time.Second}
	}
	return &App{App: base, config: config, kept: newStore(), trees: trees.NewCache(), seen: pull.NewSeen(),
		rules: map[string]required{}, alone: map[int64]time.Time{}}, nil
}

// client speaks for one job with one repository.
type client struct {
	pull.Reader
	app *App
}

// client makes a client whose token sees the job's repository alone.
func (a *App) client(job webhooks.Job) (*client, error) {
	return a.on(api.Scope{Installation: job.Installation, Repo: job.RepoID}, job.Owner, job.Repo)
}

// wants reports whether a review reads a file.
func (a *App) wants(name string) bool {
	return a.config.Rules != nil && review.Wants(a.config.Rules, name)
}

// on makes a client for a repository.
func (a *App) on(s api.Scope, owner, repo string) (*client, error) {
	c, err := a.ClientFor(s, owner, repo)
	if err != nil {
		return nil, err
	}
	return &client{pull.NewReader(c, a.seen), a}, nil
}

// fetcher reads trees with the client's token.
func (c *client) fetcher() trees.Fetcher { return trees.NewFetcher(c.Client, c.app.trees) }
