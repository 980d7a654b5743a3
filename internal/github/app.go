package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
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
	// Wants tells which paths a predictor reads, so that they are fetched
	// before the first run; nil fetches all on demand.
	Wants func(path string) bool
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

// Judge turns a request into what is published: review.Run, then
// review.Decide. It is called more than once for one job, because the first
// run tells which files it needs.
type Judge struct {
	Run    func(review.Request) (review.Report, error)
	Decide func(review.Report, review.Request) review.Decision
	// Lookups says whose permission the decision depends on: review.LookupsFor.
	Lookups func(review.Request) review.Lookups
	// Names are the names of checks by a request's default branch:
	// review.Names.
	Names func(review.Request) rules.Names
	// Sources begins to resolve what the trees of a job name and do not hold;
	// nil where nothing from elsewhere is looked for.
	Sources func(SourcesFor) Resolving
}

// SourcesFor is what may be known of a job when its sources are resolved.
type SourcesFor struct {
	Repository   string // `owner/name`
	Installation int64
	// Anew: what is decided may let the change through, so references that move
	// are looked up again, whatever is remembered of them.
	Anew bool
	// Token makes a token that may read the contents of the repository and
	// nothing else.
	Token func(context.Context) (string, error)
}

// Resolving answers what is asked for and not known; an error ends the review.
type Resolving interface {
	Answer(context.Context, *plan.Answers) error
}

// Result is what became of a job.
type Result struct {
	// Decision is the decision that was published; the zero value where the
	// job asked for none (a push, a label).
	Decision review.Decision
	// Report is what it was made of.
	Report review.Report
	// Published is true where the check run says so now.
	Published bool
	// More are jobs that this one leads to. The caller queues them.
	More []Job
	// Bypassed is true where a pull request was merged past a failing check.
	Bypassed bool
	// Requests is the number of requests that were made.
	Requests int
}

var _ error = (*LaterError)(nil)
