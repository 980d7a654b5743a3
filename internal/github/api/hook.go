package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"
)

// asApp makes a client that signs as the App itself, for what belongs to no
// installation.
func (a *App) asApp() (*Client, error) {
	limited := roundTripper(func(r *http.Request) (*http.Response, error) { return a.limited(0, r) })
	auth, err := ghinstallation.NewAppsTransport(limited, a.Config.AppID, a.Config.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("sign as app %d: %w", a.Config.AppID, err)
	}
	auth.BaseURL = strings.TrimSuffix(a.Config.APIURL, "/")
	gh := github.NewClient(&http.Client{Transport: auth, Timeout: a.Config.Timeout, CheckRedirect: sameHost})
	if gh.BaseURL, err = url.Parse(a.Config.APIURL); err != nil {
		return nil, fmt.Errorf("address of GitHub: %w", err)
	}
	gh.UserAgent = "holdpoint"
	return &Client{App: a, gh: gh}, nil
}

// Installation is one account that has installed the App.
type Installation struct {
	ID        int64
	Account   string
	Suspended bool
	// Permissions and Events are what the account has accepted.
	Permissions map[string]string
	Events      []string
}

// Installations lists who has installed the App.
func (a *App) Installations(ctx context.Context) ([]Installation, error) {
	c, err := a.asApp()
	if err != nil {
		return nil, err
	}
	type installation struct {
		ID      int64 `json:"id"`
		Account struct {
			Login string `json:"login"`
			Slug  string `json:"slug"` // of an enterprise
		} `json:"account"`
		SuspendedAt *time.Time        `json:"suspended_at"`
		Permissions map[string]string `json:"permissions"`
		Events      []string          `json:"events"`
	}
	all, err := ListAll[installation](ctx, c, "app/installations?per_page=100")
	if err != nil {
		return nil, fmt.Errorf("list installations: %w", err)
	}
	out := make([]Installation, 0, len(all))
	for _, i := range all {
		out = append(out, Installation{ID: i.ID, Account: cmp.Or(i.Account.Login, i.Account.Slug), Suspended: i.SuspendedAt != nil,
			Permissions: i.Permissions, Events: i.Events})
	}
	return out, nil
}

// HookDelivery is one attempt of GitHub to deliver a webhook.
type HookDelivery struct {
	ID int64 `json:"id"`
	// GUID is the X-GitHub-Delivery; a redelivery has the same.
	GUID        string    `json:"guid"`
	DeliveredAt time.Time `json:"delivered_at"`
	Redelivery  bool      `json:"redelivery"`
	Event       string    `json:"event"`
	Action      string    `json:"action"`
	// StatusCode is our answer, 0 where there was none.
	StatusCode int `json:"status_code"`
}

// OK reports whether the delivery was taken.
func (d HookDelivery) OK() bool {
	return d.StatusCode >= http.StatusOK && d.StatusCode < http.StatusMultipleChoices
}

// deliveryPages bounds how many deliveries are looked at: pages of 100.
const deliveryPages = 20

// HookDeliveries lists the attempts since a time, newest first. whole is false
// where there were more than are looked at.
func (a *App) HookDeliveries(ctx context.Context, since time.Time) (all []HookDelivery, whole bool, err error) {
	c, err := a.asApp()
	if err != nil {
		return nil, false, err
	}
	path := "app/hook/deliveries?per_page=100"
	for range deliveryPages {
		var page []HookDelivery
		resp, err := c.Do(ctx, http.MethodGet, path, nil, &page)
		if err != nil {
			return nil, false, fmt.Errorf("list webhook deliveries: %w", err)
		}
		for _, d := range page {
			if d.DeliveredAt.Before(since) {
				return all, true, nil
			}
			all = append(all, d)
		}
		next := Linked(resp.Header.Get("Link"), "next")
		if next == "" {
			return all, true, nil
		}
		if path, err = c.Relative(next); err != nil {
			return nil, false, err
		}
	}
	return all, false, nil
}

// Redeliver asks GitHub to make a delivery again.
func (a *App) Redeliver(ctx context.Context, id int64) error {
	c, err := a.asApp()
	if err != nil {
		return err
	}
	// GitHub answers 202, which go-github takes for an error of its own.
	_, err = c.Do(ctx, http.MethodPost, fmt.Sprintf("app/hook/deliveries/%d/attempts", id), nil, nil)
	if accepted(err) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("redeliver %d: %w", id, err)
	}
	return nil
}

// accepted reports GitHub's 202 in the form go-github gives it.
func accepted(err error) bool {
	var e *github.AcceptedError
	return errors.As(err, &e)
}
