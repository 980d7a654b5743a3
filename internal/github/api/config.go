// Package api is GitHub's REST and GraphQL as the App speaks them: signing, the
// budgets of an installation, pages, and errors with a meaning. What belongs to the
// App itself (installations, deliveries, its registration) is read here too.
package api

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
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
	// Transport carries the requests; nil is http.DefaultTransport.
	Transport http.RoundTripper
	// Timeout bounds one request; 0 is 20 seconds.
	Timeout time.Duration
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

// Addresses fills in what follows from the rest.
func (c Config) Addresses() (Config, error) {
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

// Host is the server as addresses of repositories name it.
func (a *App) Host() string {
	u, err := url.Parse(a.Config.WebURL)
	if err != nil {
		return "" // addresses refused it
	}
	return strings.ToLower(u.Host)
}

// CheckKey refuses what is no RSA private key without telling any of it.
func CheckKey(key []byte) error {
	block, _ := pem.Decode(key)
	if block == nil {
		return errors.New("private key of the app is not PEM; generate a new one in the app's settings on GitHub")
	}
	if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return nil
	}
	if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return nil
	}
	return errors.New("private key of the app cannot be read; want the RSA key that GitHub hands out")
}
