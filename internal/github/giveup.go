package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// GiveUp publishes that the job could not be reviewed, and why. It is the
// last thing tried for a job; the check run holds. What passed on a commit that
// nobody proposes any more is taken back, as far as it can be read. A job that
// leads to others has no check of its own, and is given up by doing nothing.
func (a *App) GiveUp(ctx context.Context, job webhooks.Job, why error) error {
	a.kept.looks.Put(job.Key(), look{}) // whatever comes next is to be reviewed
	c, err := a.client(job)
	if err != nil {
		return err
	}
	text := publish.Check{Title: unreviewed,
		Summary: "Holdpoint tried several times and could not review this change, so it is held.\n\n" +
			publish.Escape(publish.Prose, why.Error(), maxWhy) +
			"\n\nA push, or a re-run of this check, starts a new review.\n"}
	switch job.Kind {
	case webhooks.KindPull:
		return c.giveUpPull(ctx, job, text)
	case webhooks.KindClosed, webhooks.KindDestroyed:
		return c.retireAt(ctx, job.HeadSHA, c.mayBeOf)
	case webhooks.KindGroup:
		g, err := c.ReadGroup(ctx, job)
		if err != nil {
			return err
		}
		return c.giveUpOn(ctx, job, job.HeadSHA, job.BaseRef, g.Checks, text)
	}
	return nil
}

// giveUpPull holds a pull request. One that cannot be read whole holds all the
// same.
func (c *client) giveUpPull(ctx context.Context, job webhooks.Job, said publish.Check) error {
	return errors.Join(c.holdUnreviewed(ctx, job, said), c.retireAt(ctx, job.Replaced, c.mayBeOf))
}

// holdUnreviewed writes that to the checks of the pull request, and takes back what
// passed for bases to which it does not go any more.
func (c *client) holdUnreviewed(ctx context.Context, job webhooks.Job, said publish.Check) error {
	var head, base string
	var checks []pull.Check
	r, err := c.open(ctx, job)
	if err == nil {
		head, base, checks = r.Request.Ref.HeadSHA, r.Request.Ref.BaseRef, r.conversation.Checks
	} else {
		if head, base, err = c.ends(ctx, job, err); err != nil {
			return err
		}
		if checks, err = c.ChecksAt(ctx, head); err != nil {
			return err
		}
	}
	err = c.giveUpOn(ctx, job, head, base, checks, said)
	others := slices.DeleteFunc(slices.Clone(checks), func(run pull.Check) bool { return c.mayBeOf(run, base) })
	err = errors.Join(err, c.retireUnproposed(ctx, head, verdicts(others), c.mayBeOf))
	if r != nil {
		err = errors.Join(err, r.retireEarlier(ctx))
	}
	return err
}

// ends are the head and base branch of a pull request, read without anything
// else. A job that follows from another names neither, and where not even this
// can be read they are as the delivery saw them: an old head does no harm. why is
// the error of reading all.
func (c *client) ends(ctx context.Context, job webhooks.Job, why error) (head, base string, err error) {
	var now struct {
		State string       `json:"state"`
		Head  webhooks.Tip `json:"head"`
		Base  struct {
			webhooks.Tip
			Repo struct {
				ID int64 `json:"id"`
			} `json:"repo"`
		} `json:"base"`
	}
	_, err = c.Do(ctx, http.MethodGet, c.RepoPath("/pulls/%d", job.Number), nil, &now)
	switch {
	case err == nil && now.Base.Repo.ID != job.RepoID:
		return "", "", fmt.Errorf("read %s: %w", job, api.ErrRepository)
	case err == nil && now.State != "open":
		return "", "", fmt.Errorf("read %s: it is %s: %w", job, now.State, api.ErrGone)
	case err == nil && now.Head.SHA != "" && now.Base.Ref != "":
		return now.Head.SHA, now.Base.Ref, nil
	case job.HeadSHA == "" || job.BaseRef == "":
		return "", "", errors.Join(why, err)
	}
	return job.HeadSHA, job.BaseRef, nil
}

// giveUpOn writes that to the runs of the base on a head; those of other bases
// are not touched. A record keeps all but the verdict.
func (c *client) giveUpOn(ctx context.Context, job webhooks.Job, head, base string, checks []pull.Check, said publish.Check) error {
	written := false
	for _, run := range checks {
		text, recorded := run.Record().Withdraw(job.Number, base, review.Broken)
		if job.Kind == webhooks.KindGroup {
			text, recorded = run.Text, false // it records no verdict of its own
		}
		if !recorded && !c.mayBeOf(run, base) {
			continue
		}
		said.Text = text
		if _, err := c.writeCheck(ctx, head, &run, run.Name, review.Failure, said); err != nil {
			return err
		}
		written = true
	}
	if written {
		return nil
	}
	if job.Kind == webhooks.KindPull {
		said.Text, _ = review.Record{}.Withdraw(job.Number, base, review.Broken)
	}
	_, err := c.writeCheck(ctx, head, nil, c.NamesOf(base)[0], review.Failure, said)
	return err
}

// maxWhy is the length of a reason in a text, in characters.
const maxWhy = 300
