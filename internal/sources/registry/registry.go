// Package registry speaks the module registry protocol of Terraform and
// OpenTofu: discovery, versions and downloads.
package registry

import (
	"context"
	"encoding/json"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/address"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/choose"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// Client asks registries. It is safe for concurrent use.
type Client struct {
	Client *fetch.Client
	Known  *cache.Resolutions
	// Token is the credential of a host, empty for none. It goes to that host
	// and nowhere else.
	Token func(host string) string
}

// Review is what may differ from one review to the next.
type Review struct {
	Scope cache.Scope // of answers that a credential brought
	Anew  bool        // what can change is asked again
	// OpenTofu reads an answer of JSON, and Terraform the header alone.
	OpenTofu bool
}

const maxAnswer = 4 << 20

// question is one request to a registry. Its address is found out only when it
// is not remembered what was answered.
type question struct {
	host, name string
	at         func(context.Context) (string, error)
	forever    func(value string) bool // nil for never
	reduce     func(resp fetch.Response, at string) (string, error)
}

// ask makes one request and remembers what reduce takes of it.
func (c *Client) ask(ctx context.Context, r Review, q question) (string, error) {
	host := q.host
	token := c.Token(host)
	scope := cache.Public
	if token != "" || c.Client.Hosts().Private(host) {
		scope = r.Scope
	}
	name := q.name
	if r.OpenTofu {
		name = "tofu-" + name
	}
	key := cache.Key{Scope: scope, Name: name}.Through(c.Client.Hosts().Mirror(host))
	value, err := c.Known.Resolve(ctx, key, r.Anew, func(ctx context.Context, etag string) (cache.Found, error) {
		at, err := q.at(ctx)
		if err != nil {
			return cache.Found{}, err
		}
		req := fetch.Request{URL: at, Accept: "application/json", ETag: etag, Gzip: true, Limit: maxAnswer, Name: "answer"}
		if u, err := url.Parse(at); token != "" && err == nil && u.Host == host { // not where its services are said to be
			req.Authorization = "Bearer " + token
		}
		resp, err := c.Client.Get(ctx, req)
		if err != nil {
			return cache.Found{}, err
		}
		if resp.Status == 304 {
			return cache.Found{Unchanged: true}, nil
		}
		if err := fetch.Refusal(resp, host); err != nil {
			return cache.Found{}, err
		}
		value, err := q.reduce(resp, at)
		return cache.Found{Value: []byte(value), ETag: resp.Header.Get("ETag"), Forever: err == nil && q.forever != nil && q.forever(value)}, err
	})
	return string(value), err
}

func down(host, text string) error {
	return &plan.SourceError{Why: plan.SourceDown, Subject: host, Text: text}
}

// base is the address of a registry's modules: each host has its own.
func (c *Client) base(ctx context.Context, r Review, host string) (*url.URL, error) {
	at := func(context.Context) (string, error) { return "https://" + host + "/.well-known/terraform.json", nil }
	reduce := func(resp fetch.Response, _ string) (string, error) {
		var services map[string]json.RawMessage
		var modules string
		if json.Unmarshal(resp.Body, &services) != nil || json.Unmarshal(services["modules.v1"], &modules) != nil || modules == "" {
			return "", &plan.SourceError{Why: plan.SourceGone, Subject: host, Text: "is no module registry"}
		}
		u, err := resp.URL.Parse(modules)
		if err != nil {
			return "", down(host, "its discovery document has no address")
		}
		return u.String(), nil
	}
	text, err := c.ask(ctx, r, question{host: host, name: "discovery:" + host, at: at, reduce: reduce})
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, down(host, "its discovery document has no address")
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

// of is a question about a module.
func (c *Client) of(r Review, a address.Address, parts ...string) question {
	below := path.Join(append([]string{a.Path}, parts...)...)
	at := func(ctx context.Context) (string, error) {
		base, err := c.base(ctx, r, a.Host)
		if err != nil {
			return "", err
		}
		u, err := base.Parse(below)
		if err != nil {
			return "", down(a.Host, "its address is none")
		}
		return u.String(), nil
	}
	return question{host: a.Host, name: "module:" + a.Host + "/" + below, at: at}
}

// maxVersions bounds what one module may have.
const maxVersions = 5000

// Versions lists the versions of a module, without dates.
func (c *Client) Versions(ctx context.Context, r Review, a address.Address) ([]choose.Published, error) {
	q := c.of(r, a, "versions")
	q.reduce = func(resp fetch.Response, _ string) (string, error) {
		var answer struct {
			Modules []struct {
				Versions []struct {
					Version string `json:"version"`
				} `json:"versions"`
			} `json:"modules"`
		}
		if err := json.Unmarshal(resp.Body, &answer); err != nil || len(answer.Modules) == 0 {
			return "", down(a.Host, "its list of versions does not follow the protocol")
		}
		var out []string
		for _, v := range answer.Modules[0].Versions {
			if len(v.Version) <= 128 && !strings.ContainsAny(v.Version, "\n\x00") {
				out = append(out, v.Version)
			}
		}
		if len(out) > maxVersions {
			return "", &plan.SourceError{Why: plan.SourceLimit, Limit: "versions", Subject: a.Host, Text: "has more than 5000 versions"}
		}
		return strings.Join(out, "\n"), nil
	}
	text, err := c.ask(ctx, r, q)
	if err != nil || text == "" {
		return nil, err
	}
	var out []choose.Published
	for v := range strings.SplitSeq(text, "\n") {
		out = append(out, choose.Published{Version: v})
	}
	return out, nil
}

// Date is when a version was published, zero where the registry does not tell:
// it is no part of the protocol (registry.terraform.io has it).
func (c *Client) Date(ctx context.Context, r Review, a address.Address, version string) time.Time {
	q := c.of(r, a, url.PathEscape(version))
	q.forever = func(v string) bool { return v != "" }
	q.reduce = func(resp fetch.Response, _ string) (string, error) {
		var answer struct {
			Published string `json:"published_at"`
		}
		_ = json.Unmarshal(resp.Body, &answer) // what is no JSON has no date
		return answer.Published, nil
	}
	text, err := c.ask(ctx, r, q)
	if err != nil {
		return time.Time{}
	}
	date, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return date
}

// Location is where a version of a module is: an address as a call could have
// it. It is kept for good where it names a commit.
func (c *Client) Location(ctx context.Context, r Review, a address.Address, version string) (address.Address, error) {
	parse := func(text string) (address.Address, error) { return address.Location(text, r.OpenTofu) }
	q := c.of(r, a, url.PathEscape(version), "download")
	q.forever = func(text string) bool {
		to, err := parse(text)
		return err == nil && to.Kind == address.GitHub && address.IsCommit(to.Ref.Text)
	}
	q.reduce = func(resp fetch.Response, at string) (string, error) { return located(resp, a.Host, at, r.OpenTofu) }
	text, err := c.ask(ctx, r, q)
	if err != nil {
		return address.Address{}, err
	}
	to, err := parse(text)
	if err != nil {
		return address.Address{}, err
	}
	to.Dir = path.Join(to.Dir, a.Dir)
	to.Glob = false // neither tool expands a pattern that a registry answers with
	return to, nil
}

// located reads the answer of a download. Both tools take the header of an
// answer without content; of one with content, OpenTofu reads the JSON first.
func located(resp fetch.Response, host, at string, openTofu bool) (string, error) {
	text := resp.Header.Get("X-Terraform-Get")
	if resp.Status == 200 && openTofu {
		var answer struct {
			Location    string `json:"location"`
			Credentials *bool  `json:"use_registry_credentials"`
		}
		if err := json.Unmarshal(resp.Body, &answer); err != nil {
			return "", down(host, "its download answer is not JSON")
		}
		if answer.Credentials != nil {
			return "", &plan.SourceError{Why: plan.SourceUnsupported, Subject: host, Text: "serves its packages itself, which is not read"}
		}
		if answer.Location != "" {
			text = answer.Location
		}
	}
	if text == "" {
		return "", down(host, "its download answer has no location")
	}
	for _, relative := range []string{"/", "./", "../"} {
		if strings.HasPrefix(text, relative) {
			from, err := url.Parse(at)
			if err != nil {
				return "", err
			}
			to, err := from.Parse(text)
			if err != nil {
				return "", down(host, "its download answer has no location")
			}
			return to.String(), nil
		}
	}
	return text, nil
}
