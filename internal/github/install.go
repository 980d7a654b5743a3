package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// install posts the first completed check on the default branch of each
// repository: GitHub lets only a check that completed lately be required.
func (c *client) install(ctx context.Context, job Job, judge Judge) (Result, error) {
	repos := job.Repos
	if len(repos) == 0 {
		var err error
		if repos, err = c.installed(ctx); err != nil {
			return Result{}, err
		}
	}
	var failed error
	for _, repo := range repos {
		other, err := c.app.clientFor(scope{installation: job.Installation}, repo.Owner, repo.Repo, c.count)
		if err == nil {
			err = other.installOn(ctx, job, judge)
		}
		if limited(err) {
			return Result{}, err
		}
		failed = errors.Join(failed, err)
	}
	return Result{}, failed
}

// installed lists the repositories of the installation.
func (c *client) installed(ctx context.Context) ([]RepoName, error) {
	var repos []RepoName
	path := "installation/repositories?per_page=100"
	for range pages {
		var page struct {
			Repositories []payloadRepo `json:"repositories"`
		}
		resp, err := c.do(ctx, http.MethodGet, path, nil, &page)
		if err != nil {
			return nil, err
		}
		if page.Repositories == nil {
			return nil, errors.New("list repositories of the installation: GitHub did not answer")
		}
		names, err := repoNames(page.Repositories)
		if err != nil {
			return nil, err
		}
		repos = append(repos, names...)
		next := linked(resp.Header.Get("Link"), "next")
		if next == "" {
			return repos, nil
		}
		if path, err = c.relative(next); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("list repositories of the installation: %w", ErrTooLarge)
}

// installOn posts the check on one repository, where there is none yet.
func (c *client) installOn(ctx context.Context, job Job, judge Judge) error {
	var out struct {
		Repository *struct {
			graphRepo
			Branch *struct {
				Name   string
				Target *graphHead
			} `json:"branch"`
		}
	}
	query := "query Default($owner:String!,$name:String!,$app:Int!){repository(owner:$owner,name:$name){databaseId owner{__typename login}" +
		" " + refsField + " branch:defaultBranchRef{name target{__typename ...on Commit{oid tree{oid} " + checksField + "}}}}}"
	if err := c.graphql(ctx, query, map[string]any{"owner": c.owner, "name": c.repo, "app": c.app.config.AppID}, &out); err != nil {
		return fmt.Errorf("read %s/%s: %w", c.owner, c.repo, err)
	}
	if out.Repository == nil {
		return fmt.Errorf("read %s/%s: GitHub did not answer", c.owner, c.repo)
	}
	branch := out.Repository.Branch
	if branch == nil || branch.Target == nil || branch.Target.Tree.id() == "" {
		return nil // an empty repository has nothing to require a check on
	}
	checks, err := branch.Target.checks()
	if err != nil {
		return err
	}
	r := &Reading{job: job, client: c, objects: newObjects(),
		group: &groupReading{repo: out.Repository.graphRepo, checks: checks}}
	r.Request.Ref = review.Ref{Host: c.app.host(), Owner: c.owner, Repo: c.repo,
		BaseRef: branch.Name, DefaultBranch: branch.Name, HeadSHA: branch.Target.OID}
	r.Request.Base = r.tree(branch.Target.Tree.id())
	r.Request.Default = r.Request.Base
	if err := r.readFiles(ctx); err != nil {
		return err
	}
	report, err := r.judge(ctx, judge)
	if err != nil {
		return err
	}
	name := report.Names.Of(branch.Name)
	if own(checks, name) != nil {
		return nil
	}
	text := publish.Check{Title: "Holdpoint is installed",
		Summary: "This check marks the installation, so that it can be chosen as required: require it on this branch, pinned to this app.\n"}
	if report.Settings.Problem != "" {
		text.Summary += "\nThe settings have a problem, and everything is held until it is mended: " +
			publish.Escape(publish.Prose, report.Settings.Problem, maxWhy) + "\n"
	}
	shared, err := c.sharing(ctx, out.Repository.graphRepo, report.Names, branch.Name)
	if err != nil {
		return err
	}
	conclusion := review.Success
	if len(shared) > 0 {
		// A check belongs to the commit, and nobody judged what it would do to
		// the others.
		conclusion = review.Failure
		text.Summary += "\nIt fails because other branches have this name of the check too, and the commit was not judged against them. That blocks no pull request.\n"
	}
	_, err = c.writeCheck(ctx, branch.Target.OID, nil, name, conclusion, text)
	return err
}
