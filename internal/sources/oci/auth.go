package oci

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// Secret is what a registry takes as a user and a password. The zero value is
// no secret: anonymous.
type Secret struct {
	User, Password string
	// Realm is the host that hands out tokens for it where that is not the
	// registry itself. No other host ever gets the secret.
	Realm string
}

// door makes the requests of one repository: it gets a token where the registry
// asks for one (distribution-spec, token authentication), and shows it to the
// registry alone.
type door struct {
	client *fetch.Client
	host   string
	repo   string
	secret Secret

	mu    sync.Mutex
	token string // the value of the header
}

const (
	maxToken = 64 << 10
	maxTries = 3 // of a request that fails on the other side
)

// Do is what oras calls.
func (d *door) Do(req *http.Request) (*http.Response, error) {
	resp, err := d.try(req, d.header())
	if err != nil || resp.StatusCode != http.StatusUnauthorized || req.URL.Host != d.host {
		return resp, err
	}
	header, err := d.ask(req.Context(), resp.Header.Get("WWW-Authenticate"))
	if err != nil || header == "" {
		if err != nil {
			resp.Body.Close()
			return nil, err
		}
		return resp, nil
	}
	resp.Body.Close()
	d.mu.Lock()
	d.token = header
	d.mu.Unlock()
	return d.try(req, header)
}

func (d *door) header() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.token
}

func (d *door) try(req *http.Request, header string) (*http.Response, error) {
	for n := 1; ; n++ {
		again := req.Clone(req.Context())
		again.Header.Del("Authorization")
		if header != "" && req.URL.Host == d.host {
			again.Header.Set("Authorization", header)
		}
		resp, err := d.client.Do(again)
		if err != nil || resp.StatusCode < 500 || n == maxTries {
			return resp, err
		}
		resp.Body.Close()
	}
}

var parameter = regexp.MustCompile(`([a-zA-Z]+)="([^"]*)"`)

// ask gets the header that answers a challenge, empty where there is none.
func (d *door) ask(ctx context.Context, challenge string) (string, error) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(challenge), " ")
	switch strings.ToLower(scheme) {
	case "basic":
		return d.basic(), nil
	case "bearer":
	default:
		return "", nil
	}
	params := map[string]string{}
	for _, m := range parameter.FindAllStringSubmatch(rest, -1) {
		params[strings.ToLower(m[1])] = m[2]
	}
	realm, err := url.Parse(params["realm"])
	if err != nil || realm.Host == "" {
		return "", &plan.SourceError{Why: plan.SourceDown, Subject: d.host, Text: "asks for a token of nowhere"}
	}
	query := realm.Query()
	if params["service"] != "" {
		query.Set("service", params["service"])
	}
	query.Set("scope", "repository:"+d.repo+":pull")
	realm.RawQuery = query.Encode()
	r := fetch.Request{URL: realm.String(), Limit: maxToken, Name: "answer"}
	if realm.Host == d.host || d.secret.Realm != "" && realm.Host == d.secret.Realm {
		r.Authorization = d.basic()
	}
	resp, err := d.client.Get(ctx, r)
	if err == nil {
		err = fetch.Refusal(resp, d.host+"/"+d.repo)
	}
	if err != nil {
		return "", err
	}
	var answer struct {
		Token  string `json:"token"`
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(resp.Body, &answer); err != nil {
		return "", &plan.SourceError{Why: plan.SourceDown, Subject: realm.Host, Text: "its answer is no token"}
	}
	if answer.Token == "" {
		answer.Token = answer.Access
	}
	return "Bearer " + answer.Token, nil
}

func (d *door) basic() string {
	if d.secret.User == "" && d.secret.Password == "" {
		return ""
	}
	req := http.Request{Header: http.Header{}}
	req.SetBasicAuth(d.secret.User, d.secret.Password)
	return req.Header.Get("Authorization")
}

// bounded reads an answer whole.
func bounded(r io.Reader, most int64, limit, subject string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(data)) > most {
		return nil, &plan.SourceError{Why: plan.SourceLimit, Limit: limit, Subject: subject, Text: "the answer is too large"}
	}
	return data, err
}
