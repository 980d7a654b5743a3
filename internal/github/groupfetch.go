package github

import (
	"context"
	"fmt"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/trees"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// young is how old the delivery of a group is at most for a doubt about the
// queue to be looked at again.
const young = 15 * time.Second

// fetchGroup reads all that the review of a merge group needs.
func (c *client) fetchGroup(ctx context.Context, job webhooks.Job) (*Reading, error) {
	g, err := c.ReadGroup(ctx, job)
	if err != nil {
		return nil, err
	}
	if now := c.app.config.Now(); g.Doubtful != "" && now.Sub(job.Received) < young {
		// The queue may not show its newest group yet; a failure would throw
		// it out, a check that is missing makes it wait.
		return nil, &api.LaterError{After: settle, Why: g.Doubtful}
	}
	r := &Reading{job: job, client: c, objects: trees.NewObjects(), group: g}
	r.Request = review.Request{Now: c.app.config.Now(), Ref: review.Ref{
		Host: c.app.Host(), Owner: c.Owner, Repo: c.Repo, BaseRef: job.BaseRef, HeadRef: job.GroupRef,
		DefaultBranch: g.Repo.DefaultBranch(), BaseSHA: job.BaseSHA, HeadSHA: job.HeadSHA, MergeBase: job.BaseSHA}}
	r.Request.Base, r.Request.Default = r.tree(g.Base.Tree.ID()), r.defaultTree()
	r.Request.Comparisons = []review.Comparison{{Name: "group", Before: r.Request.Base, After: r.tree(g.Head.Tree.ID())}}
	r.Request.Evidence.Group = g.Evidence("")
	if err := r.readFiles(ctx); err != nil {
		return nil, fmt.Errorf("read group %s: %w", job, err)
	}
	return r, nil
}
