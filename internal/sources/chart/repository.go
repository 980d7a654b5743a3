package chart

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/address"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/choose"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// Client reads chart repositories and archives. It is safe for concurrent use.
type Client struct {
	Client *fetch.Client
	Known  *cache.Resolutions
	Store  cache.Store
	Limits content.Limits
	// Authorization is the header for a host, empty for none. It goes to that
	// host and nowhere else.
	Authorization func(host string) string
}

// Review is what may differ from one review to the next.
type Review struct {
	Scope cache.Scope // of answers that a credential brought
	Anew  bool        // what can change is asked again
}

func (c *Client) key(r Review, host, name string) cache.Key {
	scope := cache.Public
	if c.Authorization(host) != "" || c.Client.Hosts().Private(host) {
		scope = r.Scope
	}
	return cache.Key{Scope: scope, Name: name}.Through(c.Client.Hosts().Mirror(host))
}

// Versions lists the versions of a chart in a repository.
func (c *Client) Versions(ctx context.Context, r Review, a address.Address) ([]Version, error) {
	key := c.key(r, a.Host, "chart-index:"+a.URL+" "+a.Name)
	data, err := c.Known.Resolve(ctx, key, r.Anew, func(ctx context.Context, etag string) (cache.Found, error) {
		var list []Version
		req := fetch.Request{URL: a.URL + "/index.yaml", ETag: etag, Authorization: c.Authorization(a.Host), Gzip: true,
			Limit: maxIndex, Name: "index"}
		resp, err := c.Client.Stream(ctx, req, func(resp fetch.Response, body io.Reader) error {
			if resp.Status != 200 {
				return nil
			}
			var err error
			list, err = Index(body, a.Name)
			return err
		})
		if err != nil {
			return cache.Found{}, about(err, a.Host+" "+a.Name)
		}
		if resp.Status == 304 {
			return cache.Found{Unchanged: true}, nil
		}
		if err := fetch.Refusal(resp, a.URL); err != nil {
			return cache.Found{}, err
		}
		value, err := json.Marshal(list)
		return cache.Found{Value: value, ETag: resp.Header.Get("ETag")}, err
	})
	if err != nil {
		return nil, err
	}
	var list []Version
	return list, json.Unmarshal(data, &list)
}

func about(err error, subject string) error {
	var why *plan.SourceError
	if errors.As(err, &why) && (why.Subject == "" || !strings.Contains(subject, " ")) {
		named := *why
		named.Subject = subject
		return &named
	}
	return err
}

// Published makes the versions of an index ones to choose from.
func Published(list []Version) []choose.Published {
	out := make([]choose.Published, len(list))
	for i, v := range list {
		out[i] = choose.Published{Version: v.Version, At: v.Created}
	}
	return out
}

// Find is the first entry of a version.
func Find(list []Version, version string) (Version, bool) {
	for _, v := range list {
		if v.Version == version {
			return v, true
		}
	}
	return Version{}, false
}

// Archive brings the archive of a version. Its digest is the index's where that
// has one.
func (c *Client) Archive(ctx context.Context, r Review, a address.Address, v Version) (data []byte, sum string, err error) {
	if len(v.URLs) == 0 {
		return nil, "", &plan.SourceError{Why: plan.SourceGone, Subject: a.Host + " " + a.Name, Text: "version " + v.Version + " has no address"}
	}
	base, err := url.Parse(a.URL + "/")
	if err != nil {
		return nil, "", err
	}
	at, err := base.Parse(v.URLs[0])
	if err != nil {
		return nil, "", &plan.SourceError{Why: plan.SourceDown, Subject: a.Host + " " + a.Name,
			Text: "the address of version " + v.Version + " is none"}
	}
	return c.Download(ctx, r, at.String(), strings.TrimPrefix(v.Digest, "sha256:"))
}

// Download brings an archive by its address. Want is the SHA-256 that it must
// have, empty for any; what it turned out to be is remembered as a reference
// that moves.
func (c *Client) Download(ctx context.Context, r Review, at, want string) (data []byte, sum string, err error) {
	u, err := url.Parse(at)
	if err != nil {
		return nil, "", &plan.SourceError{Why: plan.SourceInvalid, Subject: at, Text: "is not an address"}
	}
	kept := func(sum string) cache.Key { return c.key(r, u.Host, "archive:"+at+"@sha256:"+sum) }
	if want != "" {
		if data, ok := c.cached(ctx, kept(want), want); ok {
			return data, want, nil
		}
	}
	var fetched []byte
	download := func(ctx context.Context, etag string) (found cache.Found, err error) {
		found, fetched, err = c.get(ctx, u, etag)
		return found, err
	}
	known, err := c.Known.Resolve(ctx, c.key(r, u.Host, "archive-url:"+at), r.Anew || want != "", download)
	if err != nil {
		return nil, "", err
	}
	sum = string(known)
	if fetched == nil {
		var ok bool
		if fetched, ok = c.cached(ctx, kept(sum), sum); !ok { // the cache let it go
			_, fetched, err = c.get(ctx, u, "")
			if err != nil {
				return nil, "", err
			}
			sum = sha(fetched)
		}
	}
	if want != "" && sum != want {
		return nil, "", &plan.SourceError{Why: plan.SourceUntrusted, Subject: at, Text: "its digest is not the one that the index has"}
	}
	return fetched, sum, c.Store.Put(ctx, kept(sum), fetched)
}

func (c *Client) get(ctx context.Context, u *url.URL, etag string) (cache.Found, []byte, error) {
	resp, err := c.Client.Get(ctx, fetch.Request{URL: u.String(), ETag: etag, Authorization: c.Authorization(u.Host),
		Limit: c.Limits.Compressed, Name: "compressed"})
	if err != nil {
		return cache.Found{}, nil, err
	}
	if resp.Status == 304 && etag != "" {
		return cache.Found{Unchanged: true}, nil, nil
	}
	if err := fetch.Refusal(resp, u.Host+u.Path); err != nil {
		return cache.Found{}, nil, err
	}
	return cache.Found{Value: []byte(sha(resp.Body)), ETag: resp.Header.Get("ETag")}, resp.Body, nil
}

func (c *Client) cached(ctx context.Context, key cache.Key, sum string) ([]byte, bool) {
	data, err := c.Store.Get(ctx, key)
	return data, err == nil && sha(data) == sum
}

func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Unpack makes a tree of the archive of a chart, without the folder that it is
// packed in.
func Unpack(data []byte, limits content.Limits, subject string) (*content.Tree, error) {
	b, err := content.Unpack(data, content.TarGzip, limits)
	if err != nil {
		return nil, about(err, subject)
	}
	tree := b.Strip()
	if tree == nil {
		return nil, &plan.SourceError{Why: plan.SourceUntrusted, Subject: subject, Text: "a chart is one folder, and this archive is not"}
	}
	if err := content.CheckLinks(tree); err != nil {
		return nil, about(err, subject)
	}
	if _, err := tree.Lstat("Chart.yaml"); err != nil {
		return nil, &plan.SourceError{Why: plan.SourceUntrusted, Subject: subject, Text: "the archive has no Chart.yaml"}
	}
	return tree, nil
}
