// Package fetch asks hosts on the internet for what a repository names. It is
// the only place that does: GET and HEAD over https, to listed hosts, at
// addresses that are not private, with bounded answers.
package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

const (
	maxRedirects   = 3
	maxTries       = 3 // of a request that fails on the other side
	maxHeaderBytes = 64 << 10
)

// Client is safe for concurrent use.
type Client struct {
	hosts   *Hosts
	network Network
	clock   Clock
	observe func(Seen)
	http    *http.Transport
}

// Seen is one request as it goes out, for counting and for tests.
type Seen struct {
	Method, URL string
	Credential  bool
}

// New makes a client. Observe may be nil.
func New(hosts *Hosts, network Network, clock Clock, observe func(Seen)) *Client {
	c := &Client{hosts: hosts, network: network, clock: clock, observe: observe}
	c.http = &http.Transport{
		Proxy:       nil, // a proxy of the environment would stand beside the guard
		DialContext: nil, DialTLSContext: c.dialTLS,
		DisableCompression: true, MaxIdleConnsPerHost: 4, MaxResponseHeaderBytes: maxHeaderBytes,
	}
	return c
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Clock is the time that the client goes by.
func (c *Client) Clock() Clock { return c.clock }

// Hosts are those that it may ask.
func (c *Client) Hosts() *Hosts { return c.hosts }

type counting struct{}

// Counting counts the requests that are made under a context.
func Counting(ctx context.Context, n *atomic.Int64) context.Context {
	return context.WithValue(ctx, counting{}, n)
}

// Request asks for one address.
type Request struct {
	URL    string
	Head   bool
	Accept string
	ETag   string // of what is there already: the answer may be 304
	// Authorization goes to the host of URL alone, and to no other host that
	// it redirects to.
	Authorization string
	// Gzip: the answer may come packed, and is unpacked here.
	Gzip bool
	// Limit bounds the answer in bytes, and Name is what the limit is called.
	Limit int64
	Name  string
}

// Response is a whole answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	URL    *url.URL // of the answer, after redirects
}

// Get reads an answer whatever its status is.
func (c *Client) Get(ctx context.Context, r Request) (Response, error) {
	var body bytes.Buffer
	resp, err := c.Stream(ctx, r, func(_ Response, from io.Reader) error {
		body.Reset()
		_, err := body.ReadFrom(from)
		return err
	})
	resp.Body = body.Bytes()
	return resp, err
}

// Stream hands the answer over as it comes. The function is called again when
// the request is made again.
func (c *Client) Stream(ctx context.Context, r Request, read func(Response, io.Reader) error) (Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return Response{}, &plan.SourceError{Why: plan.SourceInvalid, Subject: r.URL, Text: "is not an address"}
	}
	var resp Response
	for try := 1; ; try++ {
		resp, err = c.once(ctx, u, r, read)
		if err != nil {
			err = c.explain(ctx, u, err)
		}
		var why *plan.SourceError
		again := err == nil && resp.Status >= 500 || errors.As(err, &why) && why.Why == plan.SourceDown
		if !again || try == maxTries || ctx.Err() != nil {
			return resp, err
		}
	}
}

func (c *Client) once(ctx context.Context, u *url.URL, r Request, read func(Response, io.Reader) error) (Response, error) {
	method := http.MethodGet
	if r.Head {
		method = http.MethodHead
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return Response{}, err
	}
	if r.Accept != "" {
		req.Header.Set("Accept", r.Accept)
	}
	if r.ETag != "" {
		req.Header.Set("If-None-Match", r.ETag)
	}
	if r.Authorization != "" {
		req.Header.Set("Authorization", r.Authorization)
	}
	req.Header.Set("Accept-Encoding", "identity")
	if r.Gzip {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	answer, err := c.follow(req)
	if err != nil {
		return Response{}, err
	}
	defer answer.Body.Close()
	out := Response{Status: answer.StatusCode, Header: answer.Header, URL: answer.Request.URL}
	body, err := bounded(answer, r)
	if err != nil {
		return out, err
	}
	if err := read(out, body); err != nil {
		return out, err
	}
	return out, context.Cause(ctx) // an answer that came when its time was over did not come
}

// bounded is the body within the limit, before and after it is unpacked.
func bounded(answer *http.Response, r Request) (io.Reader, error) {
	over := &plan.SourceError{Why: plan.SourceLimit, Limit: r.Name, Subject: answer.Request.URL.Host,
		Text: fmt.Sprintf("the answer has more than %d bytes", r.Limit)}
	if answer.ContentLength > r.Limit {
		return nil, over
	}
	var body io.Reader = &limited{answer.Body, r.Limit, over}
	if r.Gzip && strings.EqualFold(answer.Header.Get("Content-Encoding"), "gzip") && answer.ContentLength != 0 {
		packed, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		body = &limited{packed, r.Limit, over}
	}
	return body, nil
}

type limited struct {
	r    io.Reader
	left int64
	over error
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, l.over
	}
	return n, err
}

// Do makes one request of a library's, under the same rules: it is what oras
// gets as its client. The caller closes the body and bounds what it reads.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		return nil, fmt.Errorf("%s %s: only GET and HEAD are asked", req.Method, req.URL.Redacted())
	}
	resp, err := c.follow(req)
	if err != nil {
		return nil, c.explain(req.Context(), req.URL, err)
	}
	return resp, nil
}

// follow asks and goes where it is sent, within the list of hosts. What was for
// the first host alone is not taken along to another.
func (c *Client) follow(req *http.Request) (*http.Response, error) {
	authorization := req.Header.Get("Authorization")
	at := req.URL
	for hop := 0; ; hop++ {
		if err := c.hosts.Check(at); err != nil {
			return nil, err
		}
		next := req.Clone(req.Context())
		next.URL = c.hosts.through(at)
		next.Host = ""
		next.Header.Del("Cookie")
		if !strings.EqualFold(at.Host, req.URL.Host) {
			authorization = ""
		}
		next.Header.Del("Authorization")
		if authorization != "" && next.URL.Host == at.Host {
			next.Header.Set("Authorization", authorization)
		}
		if n, ok := req.Context().Value(counting{}).(*atomic.Int64); ok {
			n.Add(1)
		}
		if c.observe != nil {
			c.observe(Seen{next.Method, next.URL.String(), next.Header.Get("Authorization") != ""})
		}
		resp, err := c.http.RoundTrip(next)
		if err != nil {
			return nil, err
		}
		resp.Request = next
		resp.Request.URL = at
		to, err := redirect(at, resp)
		if err != nil || to == nil {
			return resp, err
		}
		resp.Body.Close()
		if hop == maxRedirects {
			return nil, &plan.SourceError{Why: plan.SourceLimit, Limit: "redirects", Subject: req.URL.Host,
				Text: fmt.Sprintf("it redirects more than %d times", maxRedirects)}
		}
		at = to
	}
}

// redirect is where an answer sends, nil for nowhere.
func redirect(at *url.URL, resp *http.Response) (*url.URL, error) {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	location := resp.Header.Get("Location")
	to, err := at.Parse(location)
	if location == "" || err != nil {
		resp.Body.Close()
		return nil, &plan.SourceError{Why: plan.SourceDown, Subject: at.Host, Text: "redirects to nowhere"}
	}
	to.Fragment = ""
	return to, nil
}

// explain makes an error of the network one of a source.
func (c *Client) explain(ctx context.Context, u *url.URL, err error) error {
	err = because(ctx, err)
	var why *plan.SourceError
	if errors.As(err, &why) {
		if why.Subject == "" {
			named := *why
			named.Subject = u.Host
			return &named
		}
		return why
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &plan.SourceError{Why: plan.SourceDown, Subject: u.Host, Text: fmt.Sprintf("cannot be read: %v", err)}
}

// Refusal says why an answer is not the one that was asked for; nil for 2xx.
func Refusal(resp Response, subject string) error {
	refuse := func(why plan.SourceWhy, text string) error {
		return &plan.SourceError{Why: why, Subject: subject, Text: text}
	}
	limited := resp.Header.Get("X-Ratelimit-Remaining") == "0" || resp.Header.Get("Retry-After") != ""
	switch s := resp.Status; {
	case s >= 200 && s < 300:
		return nil
	case s == http.StatusTooManyRequests, s == http.StatusForbidden && limited:
		return refuse(plan.SourceDown, "the host answers that it was asked too often")
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		return refuse(plan.SourcePrivate, fmt.Sprintf("private, or not to be read without an account (status %d)", s))
	case s == http.StatusNotFound, s == http.StatusGone:
		return refuse(plan.SourceGone, "there is no such thing, or it is private")
	default:
		return refuse(plan.SourceDown, fmt.Sprintf("the host answers with status %d", s))
	}
}
