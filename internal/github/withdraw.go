package github

import (
	"context"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Withdraw takes back what passed on the head of a pull request whose base branch
// was changed: it was decided for another change.
func (a *App) Withdraw(ctx context.Context, job webhooks.Job) error {
	c, err := a.client(job)
	if err != nil {
		return err
	}
	r, err := c.open(ctx, job)
	if err != nil {
		return err
	}
	return r.takeBack(ctx)
}

// takeBack takes the verdicts back that stand on this head for the base, which
// were made of what it was then, and those of this pull request alone.
func (r *Reading) takeBack(ctx context.Context) error {
	ref := r.Request.Ref
	for _, run := range r.conversation.Checks {
		text, recorded := run.Record().Withdraw(ref.Number, ref.BaseRef, review.Unreviewed)
		if !run.Passed() || !recorded && !r.client.mayBeOf(run, ref.BaseRef) {
			continue
		}
		said := publish.Check{Title: reviewedAgain, Summary: "The base branch was changed, so the change is a different one. It is reviewed again.",
			Text: text}
		if _, err := r.client.writeCheck(ctx, ref.HeadSHA, &run, run.Name, review.Failure, said); err != nil {
			return err
		}
	}
	return nil
}

// reviewedAgain is the title of a check run whose verdict was taken back.
const reviewedAgain = "Being reviewed again"

// mayBeOf reports whether a run has a name that the check of a base has, as far
// as this process knows them.
func (c *client) mayBeOf(run pull.Check, baseRef string) bool {
	return slices.Contains(c.NamesOf(baseRef), run.Name)
}
