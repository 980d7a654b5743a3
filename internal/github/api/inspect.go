package api

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Registration is the App as GitHub has it.
type Registration struct {
	Slug        string            `json:"slug"`
	HTMLURL     string            `json:"html_url"`
	Permissions map[string]string `json:"permissions"`
	Events      []string          `json:"events"`
}

// Registration reads the App itself: it fails where the key is not the App's.
func (a *App) Registration(ctx context.Context) (Registration, error) {
	var r Registration
	return r, a.appValue(ctx, "app", &r)
}

// Hook is the App's webhook. Secret is GitHub's stand-in for one, empty where
// none is set.
type Hook struct {
	URL         string `json:"url"`
	ContentType string `json:"content_type"`
	InsecureSSL any    `json:"insecure_ssl"` // a string or a number
	Secret      string `json:"secret"`
}

// Insecure reports whether GitHub was told not to check certificates.
func (h Hook) Insecure() bool { return fmt.Sprint(h.InsecureSSL) == "1" }

// Hook reads the App's webhook.
func (a *App) Hook(ctx context.Context) (Hook, error) {
	var h Hook
	return h, a.appValue(ctx, "app/hook/config", &h)
}

func (a *App) appValue(ctx context.Context, path string, out any) error {
	c, err := a.asApp()
	if err != nil {
		return err
	}
	if _, err := c.Do(ctx, http.MethodGet, path, nil, out); err != nil {
		return fmt.Errorf("ask GitHub about the app: %w", err)
	}
	return nil
}

// Inspector asks about one repository.
type Inspector struct{ c *Client }

// Inspect makes an Inspector of a repository that an installation has given
// to the App.
func (a *App) Inspect(installation int64, r Repository) (Inspector, error) {
	c, err := a.ClientFor(Scope{Installation: installation, Repo: r.ID}, r.Owner, r.Name)
	return Inspector{c}, err
}

// DefaultBranch is the repository's.
func (i Inspector) DefaultBranch(ctx context.Context) (string, error) {
	var r struct {
		DefaultBranch string `json:"default_branch"`
	}
	if _, err := i.c.Do(ctx, http.MethodGet, i.c.RepoPath(""), nil, &r); err != nil {
		return "", fmt.Errorf("read repository: %w", err)
	}
	return r.DefaultBranch, nil
}

// BranchRules are the active rules of a branch, as far as they matter here.
// Who may go round them is not shown to an App.
type BranchRules struct {
	// Checks are the required checks; App is 0 for one that any app may report.
	Checks []RequiredCheck
	// PullRequest is true where changes must come by a pull request.
	PullRequest bool
	// Queue is the grouping strategy of a merge queue (ALLGREEN, HEADGREEN),
	// empty where there is none.
	Queue string
}

// RequiredCheck is one required check.
type RequiredCheck struct {
	Name string
	App  int64
}

// Rules reads the rules of a branch.
func (i Inspector) Rules(ctx context.Context, branch string) (BranchRules, error) {
	type rule struct {
		Type       string `json:"type"`
		Parameters struct {
			Checks []struct {
				Context       string `json:"context"`
				IntegrationID int64  `json:"integration_id"`
			} `json:"required_status_checks"`
			GroupingStrategy string `json:"grouping_strategy"`
		} `json:"parameters"`
	}
	all, err := ListAll[rule](ctx, i.c, i.c.RepoPath("/rules/branches/%s?per_page=100", url.PathEscape(branch)))
	if err != nil {
		return BranchRules{}, fmt.Errorf("read rules of branch %s: %w", branch, err)
	}
	var out BranchRules
	for _, r := range all {
		switch r.Type {
		case "pull_request":
			out.PullRequest = true
		case "merge_queue":
			out.Queue = r.Parameters.GroupingStrategy
		case "required_status_checks":
			for _, c := range r.Parameters.Checks {
				out.Checks = append(out.Checks, RequiredCheck{Name: c.Context, App: c.IntegrationID})
			}
		}
	}
	return out, nil
}

// HasLabel reports whether the repository has a label.
func (i Inspector) HasLabel(ctx context.Context, name string) (bool, error) {
	_, err := i.c.Do(ctx, http.MethodGet, i.c.RepoPath("/labels/%s", url.PathEscape(name)), nil, nil)
	if Status(err) == http.StatusNotFound {
		return false, nil
	}
	return err == nil, err
}

// File reads a file at a branch; nil where there is none.
func (i Inspector) File(ctx context.Context, path, branch string) ([]byte, error) {
	var f struct {
		Type     string `json:"type"`
		Encoding string `json:"encoding"`
		Content  string `json:"content"`
	}
	_, err := i.c.Do(ctx, http.MethodGet, i.c.RepoPath("/contents/%s?ref=%s", path, url.QueryEscape(branch)), nil, &f)
	switch {
	case Status(err) == http.StatusNotFound:
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read %s at %s: %w", path, branch, err)
	case f.Type != "file" || f.Encoding != "base64":
		return nil, fmt.Errorf("read %s at %s: it is a %s, want a file of at most 1 MB", path, branch, f.Type)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(f.Content, "\n", ""))
	if err != nil {
		return nil, fmt.Errorf("read %s at %s: %w", path, branch, err)
	}
	return raw, nil
}
