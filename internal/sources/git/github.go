// Package git reads repositories of GitHub through its API: what a reference
// points to, and the files at a commit, as git itself would check them out.
package git

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// API is the host of GitHub's API.
const API = "api.github.com"

// GitHub reads repositories. It is safe for concurrent use.
type GitHub struct {
	Client *fetch.Client
	Known  *cache.Resolutions
	Store  cache.Store
	Limits content.Limits
}

// Grant is how a repository may be read in one review.
type Grant struct {
	Token string // sent to the API alone; empty for none
	Scope cache.Scope
	// Anew: what can change is asked again, whatever is remembered.
	Anew bool
	// Private is the name of the repository where only some may read it.
	Private string
	// Main is the default branch where that is known already.
	Main string
}

// key is where an answer is kept. What may be read of a private repository is
// kept apart from whether it may.
func (g *GitHub) key(grant Grant, name string) cache.Key {
	if grant.Private != "" {
		name = "private " + name
	}
	return cache.Key{Scope: grant.Scope, Name: name}.Through(g.Client.Hosts().Mirror(API))
}

// Repo is what is known of a repository.
type Repo struct {
	Private bool   `json:"private"`
	Default string `json:"default_branch"`
}

// Repo asks for a repository, `owner/name`.
func (g *GitHub) Repo(ctx context.Context, grant Grant, name string) (Repo, error) {
	return lookup[Repo](ctx, g, grant, name, "", false)
}

const maxAnswer = 8 << 20

// lookup asks the API and remembers of the answer what T has.
func lookup[T any](ctx context.Context, g *GitHub, grant Grant, repo, path string, forever bool) (T, error) {
	var out T
	address := "https://" + API + "/repos/" + repo + path
	key := g.key(grant, "ask:"+address)
	data, err := g.Known.Resolve(ctx, key, grant.Anew, func(ctx context.Context, etag string) (cache.Found, error) {
		resp, err := g.get(ctx, grant, address, etag, "application/vnd.github+json", maxAnswer)
		if err != nil {
			return cache.Found{}, err
		}
		if resp.Status == 304 {
			return cache.Found{Unchanged: true, Forever: forever}, nil
		}
		if err := fetch.Refusal(resp, "github.com/"+repo+shown(path)); err != nil {
			return cache.Found{}, err
		}
		var answer T
		if err := json.Unmarshal(resp.Body, &answer); err != nil {
			return cache.Found{}, down(repo, "its answer is not what GitHub documents")
		}
		kept, err := json.Marshal(answer)
		return cache.Found{Value: kept, ETag: resp.Header.Get("ETag"), Forever: forever}, err
	})
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(data, &out)
}

func shown(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if p, err := url.PathUnescape(path); err == nil {
		path = p
	}
	for _, prefix := range []string{"/git/ref/", "/git/commits/", "/git/tags/", "/commits/"} {
		if name, ok := strings.CutPrefix(path, prefix); ok {
			return " " + name
		}
	}
	return ""
}

func (g *GitHub) get(ctx context.Context, grant Grant, address, etag, accept string, limit int64) (fetch.Response, error) {
	r := fetch.Request{URL: address, Accept: accept, ETag: etag, Gzip: true, Limit: limit, Name: "answer"}
	if grant.Token != "" {
		r.Authorization = "Bearer " + grant.Token
	}
	return g.Client.Get(ctx, r)
}

func down(repo, text string) error {
	return &plan.SourceError{Why: plan.SourceDown, Subject: "github.com/" + repo, Text: text}
}
