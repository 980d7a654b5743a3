package github

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// A verdict is made anew when a branch moves, for the pull requests that are
// open then. One that stood on a commit that nobody proposes any more would let
// it through as it was judged long ago, from the moment on at which somebody
// proposes it again. So it is taken back.

// retired is the title of a check run whose verdict was, and cancelled what it
// concludes: it holds as a failure does, and is no news to anybody.
const (
	retired                     = "Reviewed again when it is proposed again"
	cancelled review.Conclusion = "cancelled"
)

// retire takes back what a run said. Its record stays, without its verdicts.
func (c *client) retire(ctx context.Context, head string, run pull.Check) error {
	said := publish.Check{Title: retired, Text: run.Text,
		Summary: "No open pull request has this commit for this check, so it is not reviewed when a branch moves. A new pull request, or a " +
			"push, starts a review.\n"}
	_, err := c.writeCheck(ctx, head, &run, run.Name, cancelled, said)
	return err
}

// retire takes back what passed under names that no open pull request with this
// head has any more, and on the heads that this one replaced.
func (r *Reading) retire(ctx context.Context, d review.Decision) error {
	if r.group != nil {
		return nil
	}
	for _, run := range r.conversation.Checks {
		if d.Holds() && r.alsoOf(run) {
			continue // the hold did it
		}
		if run.Verdict() && run.Name != r.checkName && !r.proposed(run.Name) {
			if err := r.client.retire(ctx, r.Request.Ref.HeadSHA, run); err != nil {
				return err
			}
		}
	}
	return r.retireBefore(ctx, func(run pull.Check, base string) bool { return r.names.Of(base) == run.Name })
}

// alsoOf reports whether a hold of this pull request has taken a run back.
func (r *Reading) alsoOf(run pull.Check) bool {
	_, recorded := run.Record().Withdraw(r.Request.Ref.Number, r.Request.Ref.BaseRef, review.Unreviewed)
	return recorded || rules.SameName(run.Name, r.checkName)
}

// proposed reports whether an open pull request with this head has a check of
// the name.
func (r *Reading) proposed(name string) bool {
	return slices.ContainsFunc(r.Request.Evidence.Siblings, func(s review.Sibling) bool { return r.names.Of(s.BaseRef) == name })
}

// verdicts are the runs that let a pull request through.
func verdicts(checks []pull.Check) []pull.Check {
	return slices.DeleteFunc(slices.Clone(checks), func(run pull.Check) bool { return !run.Verdict() })
}

// retireUnproposed takes back what passed on a commit, but for the runs that are
// those of a base to which an open pull request proposes it. Where GitHub does not
// list the pull requests, all that passed is taken back before the error is
// returned.
func (c *client) retireUnproposed(ctx context.Context, head string, passed []pull.Check, of func(run pull.Check, base string) bool) error {
	if len(passed) == 0 {
		return nil
	}
	open, unlisted := c.Proposing(ctx, head)
	for _, run := range passed {
		if slices.ContainsFunc(open, func(p pull.Sibling) bool { return of(run, p.BaseRefName) }) {
			continue
		}
		if err := c.retire(ctx, head, run); err != nil {
			return errors.Join(unlisted, err)
		}
	}
	return unlisted
}

// retireBefore takes back what passed on the heads that this one replaced.
func (r *Reading) retireBefore(ctx context.Context, of func(run pull.Check, base string) bool) error {
	for _, was := range r.before {
		if err := r.client.retireUnproposed(ctx, was.sha, verdicts(was.checks), of); err != nil {
			return err
		}
	}
	return nil
}

// retireEarlier reads the heads that a pull request had, as far as that goes, and
// takes back what passed on them.
func (r *Reading) retireEarlier(ctx context.Context) error {
	unread := r.readPushes(ctx)
	r.readReviews()
	return errors.Join(unread, r.readEarlier(ctx), r.retireBefore(ctx, r.client.mayBeOf))
}

// followDestroyed takes back what passed on the commit of a merge group that is no
// more. One that was merged is its base's, which cannot get it again: it keeps its
// verdict where no other branch has that name of the check.
func (c *client) followDestroyed(ctx context.Context, job webhooks.Job) error {
	if !job.Merged {
		return c.retireAt(ctx, job.HeadSHA, c.mayBeOf)
	}
	names, shared, err := c.sharedNow(ctx, job)
	if err != nil || len(shared) == 0 && !names.Gives(job.BaseRef) {
		return err
	}
	return c.retireAt(ctx, job.HeadSHA, func(run pull.Check, base string) bool { return names.Of(base) == run.Name })
}

// retireAt takes back what passed on a commit, as retireUnproposed does. A commit
// that GitHub does not have any more is left.
func (c *client) retireAt(ctx context.Context, sha string, of func(run pull.Check, base string) bool) error {
	if !api.IsObjectID(sha) {
		return nil
	}
	checks, err := c.ChecksAt(ctx, sha)
	if code := api.Status(err); code == http.StatusNotFound || code == http.StatusUnprocessableEntity {
		return nil // not of this repository, or collected
	}
	// A run on the queue's commit has no record of its own.
	passed := slices.DeleteFunc(checks, func(run pull.Check) bool { return !run.Passed() })
	return errors.Join(err, c.retireUnproposed(ctx, sha, passed, of))
}
