package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/trees"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Installed lists the repositories of a job of KindInstall: GitHub lets only a
// check that completed lately be required, so each gets a first one on its default
// branch.
func (a *App) Installed(ctx context.Context, job webhooks.Job) ([]webhooks.RepoName, error) {
	if len(job.Repos) > 0 {
		return job.Repos, nil
	}
	c, err := a.client(job)
	if err != nil {
		return nil, err
	}
	return c.installed(ctx)
}

// installed lists the repositories of the installation.
func (c *client) installed(ctx context.Context) ([]webhooks.RepoName, error) {
	var repos []webhooks.RepoName
	path := "installation/repositories?per_page=100"
	for range api.MaxPages {
		var page struct {
			Repositories []webhooks.Repository `json:"repositories"`
		}
		resp, err := c.Do(ctx, http.MethodGet, path, nil, &page)
		if err != nil {
			return nil, err
		}
		if page.Repositories == nil {
			return nil, errors.New("list repositories of the installation: GitHub did not answer")
		}
		names, err := webhooks.RepoNames(page.Repositories)
		if err != nil {
			return nil, err
		}
		repos = append(repos, names...)
		next := api.Linked(resp.Header.Get("Link"), "next")
		if next == "" {
			return repos, nil
		}
		if path, err = c.Relative(next); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("list repositories of the installation: %w", api.ErrTooLarge)
}

// FetchDefault reads the settings of a repository of an installation, and our check
// runs on the tip of its default branch; nil where the repository is empty, with
// nothing to require a check on.
func (a *App) FetchDefault(ctx context.Context, job webhooks.Job, repo webhooks.RepoName) (*Reading, error) {
	c, err := a.on(api.Scope{Installation: job.Installation}, repo.Owner, repo.Repo)
	if err != nil {
		return nil, err
	}
	var out struct {
		Repository *struct {
			pull.Repository
			Branch *struct {
				Name   string
				Target *pull.Head
			} `json:"branch"`
		}
	}
	query := "query Default($owner:String!,$name:String!,$app:Int!){repository(owner:$owner,name:$name){databaseId owner{__typename login}" +
		" " + pull.RefsField + " branch:defaultBranchRef{name target{__typename ...on Commit{oid tree{oid} " + pull.ChecksField + "}}}}}"
	if err := c.GraphQL(ctx, query, map[string]any{"owner": c.Owner, "name": c.Repo, "app": a.config.AppID}, &out); err != nil {
		return nil, fmt.Errorf("read %s/%s: %w", c.Owner, c.Repo, err)
	}
	if out.Repository == nil {
		return nil, fmt.Errorf("read %s/%s: GitHub did not answer", c.Owner, c.Repo)
	}
	branch := out.Repository.Branch
	if branch == nil || branch.Target == nil || branch.Target.Tree.ID() == "" {
		return nil, nil
	}
	checks, err := branch.Target.Checks()
	if err != nil {
		return nil, err
	}
	r := &Reading{job: job, client: c, objects: trees.NewObjects(),
		group: &pull.Group{Repo: out.Repository.Repository, Checks: checks}}
	r.Request.Ref = review.Ref{Host: a.Host(), Owner: c.Owner, Repo: c.Repo,
		BaseRef: branch.Name, DefaultBranch: branch.Name, HeadSHA: branch.Target.OID}
	r.Request.Base = r.tree(branch.Target.Tree.ID())
	r.Request.Default = r.Request.Base
	return r, r.readFiles(ctx)
}

// MarkInstalled posts the first check on the default branch, where there is none
// yet, under the name that the settings give it.
func (r *Reading) MarkInstalled(ctx context.Context, report review.Report) error {
	r.name(report.Names)
	if pull.Own(r.group.Checks, r.checkName) != nil {
		return nil
	}
	text := publish.Check{Title: "Holdpoint is installed",
		Summary: "This check marks the installation, so that it can be chosen as required: require it on this branch, pinned to this app.\n"}
	if report.Settings.Problem != "" {
		text.Summary += "\nThe settings are invalid, and everything is held until they are fixed: " +
			publish.Escape(publish.Prose, report.Settings.Problem, maxWhy) + "\n"
	}
	shared, err := r.client.Sharing(ctx, r.group.Repo, report.Names, r.Request.Ref.BaseRef)
	if err != nil {
		return err
	}
	conclusion := review.Success
	if len(shared) > 0 {
		// A check belongs to the commit, and nobody judged what it would do to
		// the others.
		conclusion = review.Failure
		text.Summary += "\nIt fails because other branches use this check name too, and the commit was not reviewed against them. That " +
			"blocks no pull request.\n"
	}
	_, err = r.client.writeCheck(ctx, r.Request.Ref.HeadSHA, nil, r.checkName, conclusion, text)
	return err
}
