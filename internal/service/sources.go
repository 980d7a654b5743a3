package service

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/access"
	"github.com/holdpoint-dev/holdpoint/internal/sources/apart"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

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
	// Private gives what decides on private repositories, once settings have been
	// read; nil where none is read.
	Private func() *access.Access
}

// Resolving answers what is asked for and not known; an error ends the review.
type Resolving interface {
	Answer(context.Context, *plan.Answers) error
}

// resolving has the sources answered that a run asked for. What it returns says
// whether there were any, so that the run is to be repeated.
func (p Pipeline) resolving(job webhooks.Job, reading *github.Reading) func(context.Context) (bool, error) {
	if p.Sources == nil {
		return func(context.Context) (bool, error) { return false, nil }
	}
	var answers plan.Answers
	reading.Request.Sources, reading.Request.Named = &answers, &plan.SourceSet{}
	ref := reading.Request.Ref
	private := sync.OnceValue(func() *access.Access { return privateSources(reading, p.Rules) })
	from := p.Sources(SourcesFor{Repository: ref.Owner + "/" + ref.Repo, Installation: job.Installation,
		Anew: job.MayRelease(), Token: reading.ReadToken, Private: private})
	return func(ctx context.Context) (bool, error) {
		wanted := answers.Wanted()
		if len(wanted) == 0 {
			return false, nil
		}
		if review.SourceSettings(reading.Request, p.Rules).Off {
			for _, s := range wanted {
				answers.Put(s, plan.Answer{Err: &plan.SourceError{Why: plan.SourceNotListed, Subject: s.Address,
					Text: "the settings turn off what is fetched from elsewhere (sources.off)"}})
			}
			return true, nil
		}
		if err := from.Answer(ctx, &answers); err != nil {
			return false, fmt.Errorf("sources of %s: %w", job, err)
		}
		return true, nil
	}
}

// Sources resolves what the trees of a job name and do not hold. Repositories
// of github.com are read with a token for the reviewed repository alone; a
// GitHub Enterprise Server's token says nothing there and is not sent.
func Sources(client apart.Client, app App) func(SourcesFor) Resolving {
	return func(job SourcesFor) Resolving {
		r := apart.Review{Repository: job.Repository, Installation: strconv.FormatInt(job.Installation, 10), Anew: job.Anew, Token: job.Token}
		if job.Private != nil {
			r.Private = func(ctx context.Context, wishes []apart.Wish) ([]apart.Permit, error) {
				return permits(ctx, job.Private(), wishes)
			}
		}
		if app.URL != publicGitHub {
			r.Repository, r.Token, r.Private = "", anonymous, nil
		}
		return client.Begin(r)
	}
}

// Forgetting drops what is kept for one installation.
func Forgetting(store cache.Store) func(context.Context, int64) error {
	return func(ctx context.Context, installation int64) error {
		return store.Drop(ctx, cache.Installation(strconv.FormatInt(installation, 10)))
	}
}

func anonymous(context.Context) (string, error) { return "", nil }

// Variables about sources from elsewhere. The process that fetches has them too.
const (
	sourcesVariable = "HOLDPOINT_SOURCES"
	hostsVariable   = "HOLDPOINT_SOURCES_HOSTS"
	mirrorsVariable = "HOLDPOINT_SOURCES_MIRRORS"
)

// SourceVariables are the names of the variables that HostRules reads.
func SourceVariables() []string { return []string{hostsVariable, mirrorsVariable} }

// FetchesSources reports whether sources from elsewhere are fetched at all.
func (e *Environment) FetchesSources() bool {
	switch v := e.Text(sourcesVariable, "on"); v {
	case "on", "off":
		return v == "on"
	default:
		e.Fail(sourcesVariable, "is %q; want on or off", v)
		return false
	}
}

// Hosts are those that sources are fetched from: the public ones, and what the
// operator adds.
func (e *Environment) Hosts() *fetch.Hosts {
	rules := fetch.HostRules{Listed: append(fetch.DefaultHosts(), words(e.Text(hostsVariable, ""))...), Mirrors: map[string]string{}}
	for _, pair := range words(e.Text(mirrorsVariable, "")) {
		host, address, ok := strings.Cut(pair, "=")
		if !ok {
			e.Fail(mirrorsVariable, "has %q; want HOST=https://ADDRESS", pair)
			continue
		}
		rules.Mirrors[host] = address
	}
	hosts, err := fetch.NewHosts(rules)
	if err != nil {
		e.Fail(hostsVariable+" and "+mirrorsVariable, "%v", err)
	}
	return hosts
}

// words are separated by spaces or commas.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
}

// sourceBudget bounds the sources of one review. It leaves the review more than
// half of the time that a try has; what was fetched in it is kept, so the next
// review goes on from there.
func sourceBudget() sources.Budget {
	return sources.Budget{Packages: 30, PackageTime: 6 * time.Second, ReviewTime: 7 * time.Second, Together: 4}
}

// NewFetcher is what the process that fetches works with.
func NewFetcher(hosts *fetch.Hosts, network fetch.Network, store cache.Store, failed func(error)) *sources.Fetcher {
	client := fetch.New(hosts, network, fetch.SystemClock(), nil)
	return sources.New(sources.Config{Client: client, Store: store, Limits: content.DefaultLimits(), Budget: sourceBudget(),
		CacheFailed: failed})
}
