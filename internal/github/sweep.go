package github

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// OpenPull is an open pull request as the sweep sees it.
type OpenPull struct {
	Number                    int
	HeadSHA, BaseRef, BaseSHA string
	Updated                   time.Time
}

// OpenPulls lists the open pull requests of a repository, drafts included,
// the last updated first.
func (a *App) OpenPulls(ctx context.Context, installation int64, r api.Repository) ([]OpenPull, error) {
	c, err := a.on(api.Scope{Installation: installation}, r.Owner, r.Name)
	if err != nil {
		return nil, err
	}
	type pull struct {
		Number  int          `json:"number"`
		Head    webhooks.Tip `json:"head"`
		Base    webhooks.Tip `json:"base"`
		Updated time.Time    `json:"updated_at"`
	}
	all, err := api.ListAll[pull](ctx, c.Client, c.RepoPath("/pulls?state=open&sort=updated&direction=desc&per_page=100"))
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
func (a *App) Checked(ctx context.Context, installation int64, r api.Repository, sha string) (bool, error) {
	c, err := a.on(api.Scope{Installation: installation}, r.Owner, r.Name)
	if err != nil {
		return false, err
	}
	runs, err := c.ChecksAt(ctx, sha)
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
