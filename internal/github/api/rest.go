package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/google/go-github/v60/github"
)

// RepoPath is the path of the repository's part of REST.
func (c *Client) RepoPath(format string, args ...any) string {
	return fmt.Sprintf("repos/%s/%s", c.Owner, c.Repo) + fmt.Sprintf(format, args...)
}

// Do makes a raw REST request, for what go-github cannot decode or lacks. A
// body that ends early is an error, which go-github lets pass when empty.
func (c *Client) Do(ctx context.Context, method, path string, body, out any) (*github.Response, error) {
	req, err := c.gh.NewRequest(method, path, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	var raw bytes.Buffer
	resp, err := c.gh.Do(ctx, req, io.Writer(&raw))
	if Status(err) == http.StatusUnauthorized {
		c.App.forget(c.scope)
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

// MaxPages is the largest number of pages of one list; GitHub's own caps are
// below it. A longer list is an error, not a shorter answer.
const MaxPages = 30

// ListAll reads all pages of a REST list.
func ListAll[T any](ctx context.Context, c *Client, path string) ([]T, error) {
	var all []T
	for n := 0; ; n++ {
		if n == MaxPages {
			return nil, fmt.Errorf("GET %s: more than %d pages; too large to be judged", path, MaxPages)
		}
		var page []T
		resp, err := c.Do(ctx, http.MethodGet, path, nil, &page)
		if err != nil {
			return nil, err
		}
		if page == nil {
			return nil, fmt.Errorf("GET %s: answer is null", path)
		}
		all = append(all, page...)
		next := Linked(resp.Header.Get("Link"), "next")
		if next == "" {
			return all, nil
		}
		path, err = c.Relative(next)
		if err != nil {
			return nil, err
		}
	}
}

// Linked finds the address of the next or last page in a Link header
// (RFC 8288), empty where there is none.
func Linked(link, rel string) string {
	for part := range strings.SplitSeq(link, ",") {
		address, params, ok := strings.Cut(part, ";")
		if ok && strings.Contains(params, `rel="`+rel+`"`) {
			return strings.Trim(strings.TrimSpace(address), "<>")
		}
	}
	return ""
}

// Relative turns the address of a next page into a path of the API: the token
// goes nowhere else.
func (c *Client) Relative(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("address of the next page: %w", err)
	}
	if u.Host != c.gh.BaseURL.Host || !strings.HasPrefix(u.Path, c.gh.BaseURL.Path) {
		return "", fmt.Errorf("address of the next page %s points outside GitHub", u.Redacted())
	}
	return strings.TrimPrefix(u.EscapedPath(), c.gh.BaseURL.Path) + "?" + u.RawQuery, nil
}

// IsObjectID reports whether s is a git object id in hexadecimal: SHA-1 or
// SHA-256.
func IsObjectID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// Together runs f for each item, some at a time, and returns the first error.
func Together[T any](ctx context.Context, items []T, f func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for _, item := range items {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() != nil {
				return
			}
			if err := f(ctx, item); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// parallel requests of one job (GitHub: at most 100 for an app).
const parallel = 6
