// Package appmanifest makes an App by GitHub's manifest flow, and says what an App needs.
package appmanifest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// Permissions are what the App asks for, and why:
//
//	metadata       everybody has it; who may do what in a repository
//	contents       trees, files, the settings on the base branch
//	pull_requests  reading them, writing a review, taking a label off
//	issues         which app opened a pull request in a person's name
//	checks         the check run, which is the verdict
//	merge_queues   the groups of a merge queue
//	members        who is in a team that may approve
//
// Contents is not written: an App that may push could merge, and its reviews
// would count as approvals.
func Permissions() map[string]string {
	return map[string]string{
		"metadata": "read", "contents": "read", "pull_requests": "write", "issues": "read", "checks": "write",
		"merge_queues": "read", "members": "read",
	}
}

// Events are the webhook events the App subscribes to. Those of the
// installation itself come unasked.
func Events() []string {
	return []string{"check_run", "check_suite", "label", "merge_group", "pull_request", "pull_request_review", "push"}
}

// Manifest describes an App for GitHub's manifest flow (docs.github.com,
// "Registering a GitHub App from a manifest").
type Manifest struct {
	Name        string            `json:"name"`
	URL         string            `json:"url"`
	Description string            `json:"description"`
	Public      bool              `json:"public"`
	Hook        ManifestHook      `json:"hook_attributes"`
	RedirectURL string            `json:"redirect_url"`
	Permissions map[string]string `json:"default_permissions"`
	Events      []string          `json:"default_events"`
}

// ManifestHook is the webhook of a manifest.
type ManifestHook struct {
	URL    string `json:"url"`
	Active bool   `json:"active"`
}

// NewManifest is the manifest of a private App that delivers to hook and
// comes back to redirect with a code.
func NewManifest(name, hook, redirect string) Manifest {
	return Manifest{Name: name, URL: "https://github.com/holdpoint-dev/holdpoint",
		Description: "Holds pull requests that would delete or replace infrastructure until people have looked.",
		Hook:        ManifestHook{URL: hook, Active: true}, RedirectURL: redirect,
		Permissions: Permissions(), Events: Events()}
}

// NewAppPage is where the form with the manifest is posted to: of an
// organisation, or of the person where it is empty.
func NewAppPage(web, organisation, state string) (string, error) {
	config, err := api.Config{WebURL: web}.Addresses()
	if err != nil {
		return "", err
	}
	page := config.WebURL + "settings/apps/new"
	if organisation != "" {
		page = config.WebURL + "organizations/" + url.PathEscape(organisation) + "/settings/apps/new"
	}
	return page + "?state=" + url.QueryEscape(state), nil
}

// NewApp is what GitHub gives out once for an App made from a manifest.
type NewApp struct {
	ID   int64  `json:"id"`
	Slug string `json:"slug"`
	// HTMLURL is the App's page; /installations/new below it installs it.
	HTMLURL       string `json:"html_url"`
	PEM           string `json:"pem"`
	WebhookSecret string `json:"webhook_secret"`

	Permissions map[string]string `json:"permissions"`
	Events      []string          `json:"events"`
}

// codeForm is what the code of the manifest flow may look like: it becomes
// part of an address.
var codeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// ConvertManifest exchanges the code of the manifest flow for the App. It can
// be done once, within the hour.
func ConvertManifest(ctx context.Context, web, code string) (NewApp, error) {
	if !codeForm.MatchString(code) {
		return NewApp{}, fmt.Errorf("exchange the code: %q is no code of GitHub's", code)
	}
	c, err := api.Anonymous(web)
	if err != nil {
		return NewApp{}, err
	}
	var made NewApp
	if _, err := c.Do(ctx, http.MethodPost, "app-manifests/"+code+"/conversions", nil, &made); err != nil {
		return NewApp{}, fmt.Errorf("exchange the code: %w", err)
	}
	if err := api.CheckKey([]byte(made.PEM)); err != nil || made.ID == 0 {
		return NewApp{}, fmt.Errorf("exchange the code: GitHub's answer has no App in it: %w", err)
	}
	if _, err := webhooks.NewSecrets(made.WebhookSecret); err != nil {
		return NewApp{}, fmt.Errorf("exchange the code: %w", err)
	}
	return made, nil
}

// LackingPermissions lists what have does not allow and Permissions asks for,
// as `checks: write`.
func LackingPermissions(have map[string]string) []string {
	rank := map[string]int{"read": 1, "write": 2, "admin": 3}
	var lacking []string
	want := Permissions()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if rank[have[name]] < rank[want[name]] {
			lacking = append(lacking, name+": "+want[name])
		}
	}
	return lacking
}

// LackingEvents lists the events that have lacks.
func LackingEvents(have []string) []string {
	return slices.DeleteFunc(Events(), func(e string) bool { return slices.Contains(have, e) })
}
