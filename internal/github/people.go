package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// restUser is an account as REST writes it.
type restUser struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Type  string `json:"type"`
}

func (u *restUser) account(app *restApp) rules.Account {
	var a rules.Account
	if u != nil {
		a = rules.Account{ID: u.ID, Login: u.Login, Type: u.Type}
	}
	if app != nil {
		a.App = app.Slug
	}
	return a
}

type restApp struct {
	Slug string `json:"slug"`
}

// readSignals takes over what tells who made the change.
func (r *Reading) readSignals() {
	t := r.conversation
	author := t.Pull.Author.Account()
	if t.Pull.Author == nil {
		author = rules.Account{Login: "ghost", Type: "User"} // deleted
	}
	author.App = r.via
	s := rules.Signals{Author: author, Branch: t.Pull.HeadRefName, Title: t.Pull.Title, Body: t.Pull.Body,
		Labels: t.Labels, Assignees: t.Assigned, CommitsIncomplete: t.Partial}
	for _, c := range t.Commits {
		if c.Commit == nil {
			s.CommitsIncomplete = true
			continue
		}
		co, whole := c.CoAuthors()
		s.CommitsIncomplete = s.CommitsIncomplete || !whole
		s.Commits = append(s.Commits, rules.Commit{CoAuthors: co, SHA: c.Commit.OID, Message: c.Commit.Message, Author: c.Commit.Author.Person(),
			Committer: c.Commit.Committer.Person(), Verified: c.Commit.Signature != nil && c.Commit.Signature.IsValid})
	}
	r.Request.Signals = s
}

// readOpener reads which app opened the pull request in a person's name. Only
// the issue behind it tells (docs.github.com, REST "Get an issue"); neither the
// pull request nor a delivery has the field. Who opened it does not change. An
// installation that was not given the permission is not told, and goes by the
// other signals.
func (r *Reading) readOpener(ctx context.Context) error {
	c, key := r.client, [2]int64{r.conversation.Repo.DatabaseID, int64(r.job.Number)}
	if a := r.conversation.Pull.Author; a == nil || a.Typename != "User" {
		return nil // a bot speaks for itself
	}
	if via, ok := c.app.kept.openers.Get(key); ok {
		r.via = via
		return nil
	}
	var issue struct {
		Number int      `json:"number"`
		App    *restApp `json:"performed_via_github_app"`
	}
	_, err := c.Do(ctx, http.MethodGet, c.RepoPath("/issues/%d", r.job.Number), nil, &issue)
	if code := api.Status(err); code == http.StatusForbidden || code == http.StatusNotFound {
		c.app.config.Log.WarnContext(ctx, "GitHub does not report which app opened a pull request: the App lacks the permission to read issues",
			"job", r.job.String(), "error", err)
		return nil
	}
	if err != nil {
		return err
	}
	if issue.Number != r.job.Number {
		return fmt.Errorf("read who opened #%d: GitHub did not answer", r.job.Number)
	}
	if issue.App != nil {
		r.via = issue.App.Slug
	}
	c.app.kept.openers.Put(key, r.via)
	return nil
}

// readReviews takes over the reviews, what asks for them, and what deliveries
// showed.
func (r *Reading) readReviews() {
	t, e := r.conversation, &r.Request.Evidence
	e.OpenedAt = t.Pull.CreatedAt
	was := map[string]string{}
	asked := map[int64]time.Time{}
	var forced []string
	for _, i := range t.Timeline {
		switch i.Typename {
		case "ReviewDismissedEvent":
			if i.Review != nil {
				was[i.Review.FullDatabaseID] = i.Previous
			}
		case "ReviewRequestedEvent":
			asked[i.Requested.Account().ID] = i.Created
		case "BaseRefChangedEvent":
			e.Retargets = append(e.Retargets, review.Retarget{From: i.From, To: i.To, At: i.Created})
		case "HeadRefForcePushedEvent":
			forced = append(forced, i.Before.ID())
		}
	}
	// Latest first, as the log of pushes is. Without that log the commits may
	// have been heads.
	slices.Reverse(forced)
	r.earlier = append(r.earlier, forced...)
	if e.PushesUnknown {
		for _, c := range slices.Backward(t.Commits) {
			if c.Commit != nil {
				r.earlier = append(r.earlier, c.Commit.OID)
			}
		}
	}
	for _, v := range t.Reviews {
		p := review.PullReview{ID: pull.Comment{ID: v.ID}.Number(), By: v.Author.Account(), State: review.ReviewState(v.State),
			Commit: v.Commit.ID(), Own: v.ViewerDidAuthor}
		if v.Submitted != nil {
			p.Submitted = *v.Submitted
		}
		p.Objection = p.State == review.Dismissed && was[v.ID] != "APPROVED" && was[v.ID] != "COMMENTED"
		e.Reviews = append(e.Reviews, p)
	}
	for _, a := range t.Requests {
		at := asked[a.ID]
		if at.IsZero() {
			at = t.Pull.UpdatedAt // asked for at a time that is not known: as late as can be
		}
		e.Requests = append(e.Requests, review.ReviewRequest{Of: a, At: at})
	}
	for _, s := range t.Siblings {
		e.Siblings = append(e.Siblings, review.Sibling{Number: s.Number, BaseRef: s.BaseRefName})
	}
	e.Deliveries = append(e.Deliveries, deliveries(r.job)...)
}

// deliveries are the facts that a job's own delivery showed.
func deliveries(j webhooks.Job) []review.Delivery {
	if j.Kind != webhooks.KindPull {
		return nil
	}
	if v := j.Review; v != nil && j.Action == "submitted" {
		return []review.Delivery{{Kind: review.ReviewSubmitted, By: v.Author.Account(), Head: v.HeadSHA, BaseRef: v.BaseRef,
			Review: v.ID, Commit: v.CommitID, At: v.Submitted}}
	}
	if j.Label == nil {
		return nil
	}
	kind := map[string]review.DeliveryKind{"labeled": review.LabelAdded, "unlabeled": review.LabelRemoved}[j.Action]
	if j.Event == "label" {
		kind = review.LabelChanged
	}
	if kind == "" {
		return nil
	}
	d := review.Delivery{Kind: kind, By: j.Sender.Account(), Head: j.HeadSHA, BaseRef: j.BaseRef, Label: j.Label.Name, LabelID: j.Label.ID,
		At: j.Label.At}
	if d.At.IsZero() {
		d.At = j.Received
	}
	out := []review.Delivery{d}
	if kind == review.LabelChanged && j.Label.From != "" {
		d.Label = j.Label.From
		out = append(out, d)
	}
	return out
}

// maxPushes bounds the log of one branch; a longer one is unknown.
const maxPushes = 500

// readPushes reads who pushed to the head branch, from the log of GitHub's
// servers. The log of a fork that was deleted, or that we may not read, is
// unknown, which raises the bar.
func (r *Reading) readPushes(ctx context.Context) error {
	p, c, e := r.conversation.Pull, r.client, &r.Request.Evidence
	if p.HeadRepo == nil {
		e.PushesUnknown = true
		return nil
	}
	type push struct {
		Actor  *restUser `json:"actor"`
		Ref    string    `json:"ref"`
		Before string    `json:"before"`
		After  string    `json:"after"`
		At     time.Time `json:"timestamp"`
		Kind   string    `json:"activity_type"`
	}
	repo := fmt.Sprintf("repos/%s/%s", url.PathEscape(p.HeadRepo.Owner.Login), url.PathEscape(p.HeadRepo.Name))
	list, err := api.ListAll[push](ctx, c.Client, repo+"/activity?per_page=100&ref="+url.QueryEscape("refs/heads/"+p.HeadRefName))
	if code := api.Status(err); code == http.StatusNotFound || code == http.StatusForbidden {
		e.PushesUnknown = true
		return nil
	}
	if err != nil {
		return err
	}
	e.PushesUnknown = len(list) == 0 || len(list) > maxPushes
	born := false // what came before the branch was made was another of its name
	for _, v := range list {
		e.Pushes = append(e.Pushes, review.Push{By: v.Actor.account(nil), Ref: webhooks.BranchName(v.Ref), Before: v.Before, After: v.After,
			At: v.At, Kind: v.Kind})
		for _, sha := range []string{v.After, v.Before} {
			if !born && api.IsObjectID(sha) && strings.Trim(sha, "0") != "" {
				r.earlier = append(r.earlier, sha)
			}
		}
		born = born || v.Kind == "branch_creation"
	}
	return nil
}
