package github

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Config sets an App up. The zero addresses are those of github.com.
type Config struct {
	AppID int64
	// PrivateKey is the app's key, PEM as GitHub gives it.
	PrivateKey []byte
	// WebURL is the address people use. For GitHub Enterprise Server the
	// other two follow from it (https://HOST/api/v3/, https://HOST/api/graphql)
	// unless they are set.
	WebURL, APIURL, GraphQLURL string
	// Docs is the address of Holdpoint's documentation for the texts;
	// without it no link is written.
	Docs string
	// Transport carries the requests; nil is http.DefaultTransport.
	Transport http.RoundTripper
	// Timeout bounds one request; 0 is 20 seconds.
	Timeout time.Duration
	// MergeWaits are the pauses between questions for a test merge that
	// GitHub has not made yet; nil is one and two seconds.
	MergeWaits []time.Duration
	// Rules say which files a review reads, so that they are fetched before the
	// first run, and give the checks their names. They are nil where nothing is
	// reviewed: to receive, to sweep and to set up.
	Rules *rules.Set
	// WritesPerHour is our own bound on what is written for one installation;
	// 0 is what github.com allows, with room for others. A server without
	// limits of its own can take more.
	WritesPerHour int
	// Now is the clock.
	Now func() time.Time
	Log *slog.Logger
}

// Addresses of github.com.
const (
	publicWeb     = "https://github.com/"
	publicAPI     = "https://api.github.com/"
	publicGraphQL = "https://api.github.com/graphql"
)

// addresses fills in what follows from the rest.
func (c Config) addresses() (Config, error) {
	if c.WebURL == "" && c.APIURL == "" && c.GraphQLURL == "" {
		c.WebURL, c.APIURL, c.GraphQLURL = publicWeb, publicAPI, publicGraphQL
	}
	web := strings.TrimSuffix(c.WebURL, "/")
	c.WebURL = web + "/"
	c.APIURL = strings.TrimSuffix(cmp.Or(c.APIURL, web+"/api/v3"), "/") + "/"
	c.GraphQLURL = cmp.Or(c.GraphQLURL, web+"/api/graphql")
	for _, u := range []string{c.WebURL, c.APIURL, c.GraphQLURL} {
		parsed, err := url.Parse(u)
		if err != nil || parsed.Host == "" || (parsed.Scheme != "https" && parsed.Scheme != "http") {
			return c, fmt.Errorf("address of GitHub %q: want https://HOST/ and a path", u)
		}
	}
	return c, nil
}

// host is the server as addresses of repositories name it.
func (a *App) host() string {
	u, err := url.Parse(a.config.WebURL)
	if err != nil {
		return "" // addresses refused it
	}
	return strings.ToLower(u.Host)
}

// Outcomes that are not a lost review.
var (
	// ErrGone: the pull request, repository or installation is not there any
	// more, or not ours to see. There is nothing to do.
	ErrGone = errors.New("gone from GitHub")
	// ErrPartial: the check run says what was decided; something beside it (a
	// review, a comment) could not be written. To try again mends that, to give
	// up must not touch the verdict.
	ErrPartial = errors.New("the check run is written, not all beside it")
	// ErrRepository: the repository that GitHub has under this name is not
	// the one of the delivery.
	ErrRepository = errors.New("the repository is not the one of the delivery")
)

// LaterError asks to try the job again after a pause: a rate limit, or
// something that moved while it was read. The check run holds meanwhile.
type LaterError struct {
	After time.Duration
	// Limited is true for GitHub's rate limits and our own budget: the try
	// does not count.
	Limited bool
	Why     string
}

func (e *LaterError) Error() string { return fmt.Sprintf("%s; again in %s", e.Why, e.After) }

var _ error = (*LaterError)(nil)
