package github

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"

	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// App is Holdpoint's GitHub App: the one way to GitHub. It is safe for
// concurrent use. What never changes at GitHub (trees, blobs, comparisons of
// commits) is kept between jobs; everything else is read afresh.
type App struct {
	config Config
	base   http.RoundTripper

	mu      sync.Mutex
	tokens  map[scope]http.RoundTripper
	budgets map[int64]*budget
	kept    *store
	rules   map[string]required
	// alone are the installations without organisation settings, and when
	// that was found.
	alone map[int64]time.Time
}

// scope is what a token is for: one repository of an installation, by id or
// by name.
type scope struct {
	installation, repo int64
	name               string
}

// requestTimeout bounds one request where the configuration does not.
const requestTimeout = 20 * time.Second

// New checks the configuration. It makes no call.
func New(config Config) (*App, error) {
	config, err := config.addresses()
	if err != nil {
		return nil, err
	}
	if config.AppID <= 0 {
		return nil, errors.New("app id is not set; it is on the app's settings page on GitHub")
	}
	if err := checkKey(config.PrivateKey); err != nil {
		return nil, err
	}
	if config.Transport == nil {
		config.Transport = http.DefaultTransport
	}
	if config.Timeout == 0 {
		config.Timeout = requestTimeout
	}
	if config.MergeWaits == nil {
		config.MergeWaits = []time.Duration{time.Second, 2 * time.Second}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	return &App{config: config, base: config.Transport, tokens: map[scope]http.RoundTripper{},
		budgets: map[int64]*budget{}, kept: newStore(), rules: map[string]required{}, alone: map[int64]time.Time{}}, nil
}

// checkKey refuses what is no RSA private key without telling any of it.
func checkKey(key []byte) error {
	block, _ := pem.Decode(key)
	if block == nil {
		return errors.New("private key of the app is not PEM; download it anew from the app's settings on GitHub")
	}
	if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return nil
	}
	if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return nil
	}
	return errors.New("private key of the app cannot be read; want the RSA key that GitHub hands out")
}

// client speaks for one job with one repository.
type client struct {
	app         *App
	owner, repo string
	gh          *github.Client
	scope       scope
}

// client makes a client whose token sees the job's repository alone.
func (a *App) client(job Job) (*client, error) {
	return a.clientFor(scope{installation: job.Installation, repo: job.RepoID}, job.Owner, job.Repo)
}

func (a *App) clientFor(s scope, owner, repo string) (*client, error) {
	auth, err := a.auth(s)
	if err != nil {
		return nil, err
	}
	gh := github.NewClient(&http.Client{Transport: auth, Timeout: a.config.Timeout, CheckRedirect: sameHost})
	gh.BaseURL, err = url.Parse(a.config.APIURL)
	if err != nil {
		return nil, fmt.Errorf("address of GitHub: %w", err)
	}
	gh.UserAgent = "holdpoint"
	return &client{app: a, owner: owner, repo: repo, gh: gh, scope: s}, nil
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// sameHost follows a redirect (a renamed repository) only on the same host:
// the token goes along.
func sameHost(r *http.Request, via []*http.Request) error {
	if len(via) > 3 || r.URL.Host != via[0].URL.Host || r.URL.Scheme != via[0].URL.Scheme {
		return errors.New("redirect leads away from GitHub")
	}
	return nil
}

// auth returns the transport that signs for a scope. It keeps its token until
// a minute before it expires.
func (a *App) auth(s scope) (http.RoundTripper, error) {
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
func (a *App) transport(s scope) (*ghinstallation.Transport, error) {
	limited := roundTripper(func(r *http.Request) (*http.Response, error) { return a.limited(s.installation, r) })
	t, err := ghinstallation.New(limited, a.config.AppID, s.installation, a.config.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("sign as app %d: %w", a.config.AppID, err)
	}
	t.BaseURL = strings.TrimSuffix(a.config.APIURL, "/")
	t.InstallationTokenOptions = &github.InstallationTokenOptions{} // nil is sent as null, which GitHub's description refuses
	switch {
	case s.repo != 0:
		t.InstallationTokenOptions.RepositoryIDs = []int64{s.repo}
	case s.name != "":
		t.InstallationTokenOptions.Repositories = []string{s.name}
	}
	return t, nil
}

// wants reports whether a review reads a file.
func (a *App) wants(name string) bool {
	return a.config.Rules != nil && review.Wants(a.config.Rules, name)
}

// readToken makes a token that may read the contents of the client's repository
// and nothing else, for who reads on its behalf. GitHub takes an empty list of
// repositories as all of them, so without a number there is none.
func (c *client) readToken(ctx context.Context) (string, error) {
	if c.scope.repo == 0 {
		return "", errors.New("a token for no repository would be one for all")
	}
	t, err := c.app.transport(scope{installation: c.scope.installation, repo: c.scope.repo})
	if err != nil {
		return "", err
	}
	t.InstallationTokenOptions.Permissions = &github.InstallationPermissions{Contents: github.String("read")}
	token, err := t.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("token to read %s/%s: %w", c.owner, c.repo, err)
	}
	return token, nil
}

// forget drops a scope's token: GitHub refused it.
func (a *App) forget(s scope) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.tokens, s)
}

// repoPath is the path of the repository's part of REST.
func (c *client) repoPath(format string, args ...any) string {
	return fmt.Sprintf("repos/%s/%s", c.owner, c.repo) + fmt.Sprintf(format, args...)
}

// do makes a raw REST request, for what go-github cannot decode or lacks. A
// body that ends early is an error, which go-github lets pass when empty.
func (c *client) do(ctx context.Context, method, path string, body, out any) (*github.Response, error) {
	req, err := c.gh.NewRequest(method, path, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	var raw bytes.Buffer
	resp, err := c.gh.Do(ctx, req, io.Writer(&raw))
	if status(err) == http.StatusUnauthorized {
		c.app.forget(c.scope)
	}
	if err != nil {
		return resp, plain(method, path, err)
	}
	if out == nil {
		return resp, nil
	}
	if err := json.Unmarshal(raw.Bytes(), out); err != nil {
		return resp, fmt.Errorf("%s %s: read answer of %d bytes: %w", method, path, raw.Len(), err)
	}
	return resp, nil
}

// plain names the request in an error, once.
func plain(method, path string, err error) error {
	var later *LaterError
	if errors.As(err, &later) {
		return later
	}
	var response *github.ErrorResponse
	if errors.As(err, &response) {
		return response // it names the request
	}
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	return fmt.Errorf("%s %s: %w", method, path, err)
}

// status is the HTTP status behind an error, 0 where there was no answer.
func status(err error) int {
	var response *github.ErrorResponse
	if errors.As(err, &response) && response.Response != nil {
		return response.Response.StatusCode
	}
	var token *ghinstallation.HTTPError
	if errors.As(err, &token) && token.Response != nil {
		return token.Response.StatusCode
	}
	return 0
}

// Gone reports whether an error says that there is nothing to do: the pull request,
// the repository or the installation is not there any more, or not for us.
func Gone(err error) bool {
	return errors.Is(err, ErrGone) || errors.Is(err, ErrRepository) || gone(err)
}

// gone reports whether the error says that the thing is not there for us: the
// installation was removed or suspended, or no longer has the repository.
func gone(err error) bool {
	var token *ghinstallation.HTTPError
	if errors.As(err, &token) {
		switch status(err) {
		case http.StatusNotFound, http.StatusForbidden, http.StatusUnprocessableEntity:
			return true
		}
	}
	return false
}

// pages is the largest number of pages of one list; GitHub's own caps are
// below it. A longer list is an error, not a shorter answer.
const pages = 30

// listAll reads all pages of a REST list.
func listAll[T any](ctx context.Context, c *client, path string) ([]T, error) {
	var all []T
	for n := 0; ; n++ {
		if n == pages {
			return nil, fmt.Errorf("GET %s: more than %d pages; too large to be judged", path, pages)
		}
		var page []T
		resp, err := c.do(ctx, http.MethodGet, path, nil, &page)
		if err != nil {
			return nil, err
		}
		if page == nil {
			return nil, fmt.Errorf("GET %s: answer is null", path)
		}
		all = append(all, page...)
		next := linked(resp.Header.Get("Link"), "next")
		if next == "" {
			return all, nil
		}
		path, err = c.relative(next)
		if err != nil {
			return nil, err
		}
	}
}

// linked finds the address of the next or last page in a Link header
// (RFC 8288), empty where there is none.
func linked(link, rel string) string {
	for part := range strings.SplitSeq(link, ",") {
		address, params, ok := strings.Cut(part, ";")
		if ok && strings.Contains(params, `rel="`+rel+`"`) {
			return strings.Trim(strings.TrimSpace(address), "<>")
		}
	}
	return ""
}

// relative turns the address of a next page into a path of the API: the token
// goes nowhere else.
func (c *client) relative(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("address of the next page: %w", err)
	}
	if u.Host != c.gh.BaseURL.Host || !strings.HasPrefix(u.Path, c.gh.BaseURL.Path) {
		return "", fmt.Errorf("address of the next page %s leads away from GitHub", u.Redacted())
	}
	return strings.TrimPrefix(u.EscapedPath(), c.gh.BaseURL.Path) + "?" + u.RawQuery, nil
}
