package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"
)

// Repository is one repository that an installation has given to the App.
type Repository struct {
	ID          int64
	Owner, Name string
	// Archived repositories take no pull requests.
	Archived bool
}

// Repositories lists what an installation has given to the App.
func (a *App) Repositories(ctx context.Context, installation int64) ([]Repository, error) {
	c, err := a.clientFor(scope{installation: installation}, "", "")
	if err != nil {
		return nil, err
	}
	var all []Repository
	path := "installation/repositories?per_page=100"
	for {
		var page struct {
			Repositories []struct {
				ID    int64  `json:"id"`
				Name  string `json:"name"`
				Owner struct {
					Login string `json:"login"`
				} `json:"owner"`
				Archived bool `json:"archived"`
				Disabled bool `json:"disabled"`
			} `json:"repositories"`
		}
		resp, err := c.do(ctx, http.MethodGet, path, nil, &page)
		if err != nil {
			return nil, fmt.Errorf("list repositories of installation %d: %w", installation, err)
		}
		for _, r := range page.Repositories {
			all = append(all, Repository{ID: r.ID, Owner: r.Owner.Login, Name: r.Name, Archived: r.Archived || r.Disabled})
		}
		next := linked(resp.Header.Get("Link"), "next")
		if next == "" {
			return all, nil
		}
		if path, err = c.relative(next); err != nil {
			return nil, err
		}
	}
}

// OpenPull is an open pull request as the sweep sees it.
type OpenPull struct {
	Number                    int
	HeadSHA, BaseRef, BaseSHA string
	Updated                   time.Time
}

// OpenPulls lists the open pull requests of a repository, drafts included,
// the last updated first.
func (a *App) OpenPulls(ctx context.Context, installation int64, r Repository) ([]OpenPull, error) {
	c, err := a.clientFor(scope{installation: installation}, r.Owner, r.Name)
	if err != nil {
		return nil, err
	}
	type pull struct {
		Number  int        `json:"number"`
		Head    payloadRef `json:"head"`
		Base    payloadRef `json:"base"`
		Updated time.Time  `json:"updated_at"`
	}
	all, err := listAll[pull](ctx, c, c.repoPath("/pulls?state=open&sort=updated&direction=desc&per_page=100"))
	if err != nil {
		return nil, fmt.Errorf("list open pull requests of %s/%s: %w", r.Owner, r.Name, err)
	}
	out := make([]OpenPull, 0, len(all))
	for _, p := range all {
		out = append(out, OpenPull{Number: p.Number, HeadSHA: p.Head.SHA, BaseRef: p.Base.Ref, BaseSHA: p.Base.SHA, Updated: p.Updated})
	}
	return out, nil
}

// unreviewed is the title of a check run that says that a job was given up.
const unreviewed = "This change could not be reviewed"

// Checked reports whether a completed check run of ours stands on a commit.
// One that says that the change could not be reviewed, or not yet with its test
// merge, does not count: what was in the way may have passed. Nor does one that
// was taken back.
func (a *App) Checked(ctx context.Context, installation int64, r Repository, sha string) (bool, error) {
	c, err := a.clientFor(scope{installation: installation}, r.Owner, r.Name)
	if err != nil {
		return false, err
	}
	runs, err := c.checksAt(ctx, sha)
	if err != nil {
		return false, err
	}
	for _, run := range runs {
		if run.Status == "completed" && run.Title != unreviewed && run.Title != retired && !strings.Contains(run.Summary, unsettled) {
			return true, nil
		}
	}
	return false, nil
}

// checksAt are our check runs on a commit, read without anything else.
func (c *client) checksAt(ctx context.Context, sha string) ([]graphCheck, error) {
	app := c.app.config.AppID
	var page struct {
		CheckRuns []struct {
			ID         int64  `json:"id"`
			Name       string `json:"name"`
			Status     string `json:"status"`
			Conclusion string `json:"conclusion"`
			ExternalID string `json:"external_id"`
			Output     struct {
				Title   string `json:"title"`
				Summary string `json:"summary"`
				Text    string `json:"text"`
			} `json:"output"`
			App struct {
				ID int64 `json:"id"`
			} `json:"app"`
		} `json:"check_runs"`
	}
	path := c.repoPath("/commits/%s/check-runs?app_id=%d&per_page=100", sha, app)
	if _, err := c.do(ctx, http.MethodGet, path, nil, &page); err != nil {
		return nil, fmt.Errorf("list checks of %s/%s at %.12s: %w", c.owner, c.repo, sha, err)
	}
	var out []graphCheck
	for _, run := range page.CheckRuns {
		if run.App.ID == app {
			out = append(out, graphCheck{DatabaseID: run.ID, Name: run.Name, Status: run.Status, Conclusion: run.Conclusion, ExternalID: run.ExternalID,
				Title: run.Output.Title, Summary: run.Output.Summary, Text: run.Output.Text})
		}
	}
	return out, nil
}

// accepted reports GitHub's 202 in the form go-github gives it.
func accepted(err error) bool {
	var e *github.AcceptedError
	return errors.As(err, &e)
}
