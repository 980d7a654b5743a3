package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"
)

// App is a GitHub App: the one way to GitHub. It is safe for concurrent use.
type App struct {
	Config Config
	base   http.RoundTripper

	mu      sync.Mutex
	tokens  map[Scope]http.RoundTripper
	budgets map[int64]*budget
}

// Scope is what a token is for: one repository of an installation, by id or
// by name.
type Scope struct {
	Installation, Repo int64
	Name               string
}

// requestTimeout bounds one request where the configuration does not.
const requestTimeout = 20 * time.Second

// New checks the configuration. It makes no call.
func New(config Config) (*App, error) {
	config, err := config.Addresses()
	if err != nil {
		return nil, err
	}
	if config.AppID <= 0 {
		return nil, errors.New("app id is not set; it is on the app's settings page on GitHub")
	}
	if err := CheckKey(config.PrivateKey); err != nil {
		return nil, err
	}
	if config.Transport == nil {
		config.Transport = http.DefaultTransport
	}
	if config.Timeout == 0 {
		config.Timeout = requestTimeout
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	return &App{Config: config, base: config.Transport, tokens: map[Scope]http.RoundTripper{}, budgets: map[int64]*budget{}}, nil
}

// Client speaks with one repository.
type Client struct {
	App         *App
	Owner, Repo string
	gh          *github.Client
	scope       Scope
}

// ClientFor makes a client of a repository, with a token for the scope alone. It
// makes no call.
func (a *App) ClientFor(s Scope, owner, repo string) (*Client, error) {
	auth, err := a.auth(s)
	if err != nil {
		return nil, err
	}
	gh := github.NewClient(&http.Client{Transport: auth, Timeout: a.Config.Timeout, CheckRedirect: sameHost})
	gh.BaseURL, err = url.Parse(a.Config.APIURL)
	if err != nil {
		return nil, fmt.Errorf("address of GitHub: %w", err)
	}
	gh.UserAgent = "holdpoint"
	return &Client{App: a, Owner: owner, Repo: repo, gh: gh, scope: s}, nil
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// sameHost follows a redirect (a renamed repository) only on the same host:
// the token goes along.
func sameHost(r *http.Request, via []*http.Request) error {
	if len(via) > 3 || r.URL.Host != via[0].URL.Host || r.URL.Scheme != via[0].URL.Scheme {
		return errors.New("redirect points outside GitHub")
	}
	return nil
}

// auth returns the transport that signs for a scope. It keeps its token until
// a minute before it expires.
func (a *App) auth(s Scope) (http.RoundTripper, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.tokens[s]; t != nil {
		return t, nil
	}
	t, err := a.transport(s)
	if err != nil {
		return nil, err
	}
	a.tokens[s] = t
	return t, nil
}

// transport signs for a scope.
func (a *App) transport(s Scope) (*ghinstallation.Transport, error) {
	limited := roundTripper(func(r *http.Request) (*http.Response, error) { return a.limited(s.Installation, r) })
	t, err := ghinstallation.New(limited, a.Config.AppID, s.Installation, a.Config.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("sign as app %d: %w", a.Config.AppID, err)
	}
	t.BaseURL = strings.TrimSuffix(a.Config.APIURL, "/")
	t.InstallationTokenOptions = &github.InstallationTokenOptions{} // nil is sent as null, which GitHub's description refuses
	switch {
	case s.Repo != 0:
		t.InstallationTokenOptions.RepositoryIDs = []int64{s.Repo}
	case s.Name != "":
		t.InstallationTokenOptions.Repositories = []string{s.Name}
	}
	return t, nil
}

// ReadToken makes a token that may read the contents of the client's repository
// and nothing else, for who reads on its behalf. GitHub takes an empty list of
// repositories as all of them, so without a number there is none.
func (c *Client) ReadToken(ctx context.Context) (string, error) {
	return c.App.ReadToken(ctx, Scope{Installation: c.scope.Installation, Repo: c.scope.Repo})
}

// ReadToken makes a token that may read the contents of the scope's repository.
func (a *App) ReadToken(ctx context.Context, s Scope) (string, error) {
	if s.Repo == 0 && s.Name == "" {
		return "", errors.New("a token for no repository would be one for all")
	}
	t, err := a.transport(s)
	if err != nil {
		return "", err
	}
	t.InstallationTokenOptions.Permissions = &github.InstallationPermissions{Contents: github.String("read")}
	token, err := t.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("token to read a repository: %w", err)
	}
	return token, nil
}

// forget drops a scope's token: GitHub refused it.
func (a *App) forget(s Scope) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.tokens, s)
}

// Anonymous makes a client that signs as nobody, for what makes an App.
func Anonymous(web string) (*Client, error) {
	config, err := Config{WebURL: web}.Addresses()
	if err != nil {
		return nil, err
	}
	c := &Client{App: &App{Config: config}, gh: github.NewClient(&http.Client{Timeout: requestTimeout, CheckRedirect: sameHost})}
	if c.gh.BaseURL, err = url.Parse(config.APIURL); err != nil {
		return nil, fmt.Errorf("address of GitHub: %w", err)
	}
	return c, nil
}
