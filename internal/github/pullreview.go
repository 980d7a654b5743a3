package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// maxReposts is how often others may dismiss our review of one head until there
// is no new one. Those that we dismissed ourselves do not count.
const maxReposts = 2

// reviewBody is a review as GitHub takes it.
type reviewBody struct {
	CommitID string          `json:"commit_id"`
	Event    string          `json:"event"`
	Body     string          `json:"body"`
	Comments []reviewComment `json:"comments,omitempty"`
}

type reviewComment struct {
	Path      string `json:"path"`
	Body      string `json:"body"`
	Line      int    `json:"line"`
	Side      string `json:"side"`
	StartLine int    `json:"start_line,omitempty"`
	StartSide string `json:"start_side,omitempty"`
}

func escapePath(s string) string { return url.PathEscape(s) }

// reviewsOfOurs are our own reviews, by GitHub's word.
func (r *Reading) reviewsOfOurs() (out []pull.Review) {
	for _, v := range r.conversation.Reviews {
		if v.ViewerDidAuthor {
			out = append(out, v)
		}
	}
	return out
}

// tookBack reports whether it was us who dismissed a review of ours.
func (r *Reading) tookBack(v pull.Review) bool {
	return slices.ContainsFunc(r.conversation.Timeline, func(i pull.TimelineItem) bool {
		return i.Typename == "ReviewDismissedEvent" && i.Review != nil && i.Review.FullDatabaseID == v.ID &&
			i.Actor.Account() == v.Author.Account()
	})
}

// inline are our own review comments.
func (r *Reading) inline() (out []pull.Comment) {
	for _, t := range r.conversation.Threads {
		if t.Comments == nil {
			continue
		}
		for _, c := range t.Comments.Nodes {
			if c != nil && c.ViewerDidAuthor {
				out = append(out, *c)
			}
		}
	}
	return out
}

// fixedMark starts a comment of ours whose findings are gone.
const fixedMark = "**Fixed**"

// openMarkers are the markers of the findings that our comments show as open, and
// those in our reviews that stand: GitHub may have refused the comments.
func (r *Reading) openMarkers() (out []string) {
	for _, c := range r.inline() {
		if !strings.HasPrefix(c.Body, fixedMark) {
			out = append(out, publish.Markers(c.Body)...)
		}
	}
	for _, v := range r.reviewsOfOurs() {
		if v.State == "DISMISSED" {
			continue
		}
		for part := range strings.SplitSeq(v.Body, folded) {
			out = append(out, publish.Markers(part)...)
		}
	}
	return out
}

// folded stands before each comment that became a part of the review's body.
const folded = "\n---\n"

// history is what happened before this head.
func (r *Reading) history(report review.Report, decision review.Decision) publish.History {
	h := publish.History{}
	if r.group != nil || !decision.Holds() {
		return h
	}
	h.Held = 1
	for _, was := range r.before {
		run := pull.Own(was.checks, decision.CheckName)
		if run == nil {
			continue // a newer push came before it was looked at
		}
		if run.Conclusion != "FAILURE" {
			break
		}
		h.Held++
	}
	markers := r.openMarkers()
	for _, c := range r.inline() {
		markers = append(markers, publish.Markers(c.Body)...)
	}
	for _, m := range markers {
		if !slices.ContainsFunc(report.Holding(), func(f rules.Finding) bool { return publish.SameFinding(m, f.Fingerprint) }) &&
			!slices.Contains(h.Fixed, m) {
			h.Fixed = append(h.Fixed, m)
		}
	}
	return h
}

// review posts the review, where it says anything that ours do not say yet.
func (p *publisher) review(ctx context.Context) error {
	ref := p.r.Request.Ref
	lines, hidden, err := p.r.lines(ctx)
	if err != nil {
		return err
	}
	text := publish.ReviewText(p.text, lines)
	open := p.r.openMarkers()
	fresh := slices.DeleteFunc(slices.Clone(text.Comments), func(c publish.Comment) bool {
		return !slices.ContainsFunc(c.Findings, func(f string) bool {
			return !slices.ContainsFunc(open, func(m string) bool { return publish.SameFinding(m, f) })
		})
	})
	var active *pull.Review
	dismissed := 0
	for _, v := range p.r.reviewsOfOurs() {
		// A review that GitHub took as a comment alone is not tried again.
		if v.State == "CHANGES_REQUESTED" || (v.State == "COMMENTED" && active == nil) {
			active = &v
		}
		if v.State == "DISMISSED" && v.Commit.ID() == ref.HeadSHA && !p.r.tookBack(v) {
			dismissed++
		}
	}
	switch {
	case active != nil && (len(fresh) == 0 || p.r.conversation.Flooded):
		return p.editReview(ctx, active, text.Body)
	case active == nil && dismissed >= maxReposts:
		return nil
	}
	if err := p.dropPending(ctx); err != nil {
		return err
	}
	if err := p.headStands(ctx); err != nil {
		return err
	}
	body := reviewBody{CommitID: ref.HeadSHA, Event: "REQUEST_CHANGES", Body: text.Body}
	for _, c := range fresh {
		body.Comments = append(body.Comments, inlineComment(c))
	}
	if hidden {
		body.fold()
	}
	return p.postReview(ctx, body)
}

func inlineComment(c publish.Comment) reviewComment {
	side := "RIGHT"
	if c.Side == plan.Before {
		side = "LEFT"
	}
	out := reviewComment{Path: c.Path, Body: c.Body, Line: c.Line, Side: side}
	// A range of one line is refused; so is one that mixes sides.
	if c.StartLine > 0 && c.StartLine < c.Line {
		out.StartLine, out.StartSide = c.StartLine, side
	}
	return out
}

// postReview posts a review and makes it less where GitHub refuses: without
// the inline comments, then as a comment. What is left out stands in the check
// run.
func (p *publisher) postReview(ctx context.Context, body reviewBody) error {
	path := p.RepoPath("/pulls/%d/reviews", p.r.Request.Ref.Number)
	var err error
	for _, less := range []func(*reviewBody){
		func(*reviewBody) {},
		(*reviewBody).fold,
		func(b *reviewBody) { b.Event = "COMMENT" },
	} {
		less(&body)
		if _, err = p.Do(ctx, http.MethodPost, path, body, nil); err == nil {
			return nil
		}
		if code := api.Status(err); code != http.StatusUnprocessableEntity && code != http.StatusForbidden {
			return fmt.Errorf("post review: %w", err)
		}
		p.app.config.Log.WarnContext(ctx, "GitHub refuses the review as it is", "job", p.r.job.String(), "error", err)
	}
	return p.tolerate(ctx, "post the review", err)
}

// fold makes the inline comments parts of the body.
func (b *reviewBody) fold() {
	for _, c := range b.Comments {
		b.Body += folded + c.Body
	}
	b.Body, b.Comments = clip(b.Body), nil
}

// clip keeps a body below GitHub's limit on the bound of a line.
func clip(s string) string {
	if len(s) <= publish.MaxText {
		return s
	}
	s = s[:publish.MaxText-100]
	if i := strings.LastIndexByte(s, '\n'); i > 0 {
		s = s[:i]
	}
	return s + "\n\nThe rest is in the check run.\n"
}

// editReview brings the text of the review that stands up to date.
func (p *publisher) editReview(ctx context.Context, v *pull.Review, body string) error {
	if strings.TrimSpace(v.Body) == strings.TrimSpace(body) || strings.Contains(v.Body, folded) {
		return nil
	}
	_, err := p.Do(ctx, http.MethodPut, p.RepoPath("/pulls/%d/reviews/%s", p.r.Request.Ref.Number, v.ID), map[string]string{"body": body}, nil)
	return p.tolerate(ctx, "edit the review", err)
}

// dropPending deletes a review of ours that was never submitted: GitHub takes
// no second one beside it.
func (p *publisher) dropPending(ctx context.Context) error {
	for _, v := range p.r.reviewsOfOurs() {
		if v.State != "PENDING" {
			continue
		}
		_, err := p.Do(ctx, http.MethodDelete, p.RepoPath("/pulls/%d/reviews/%s", p.r.Request.Ref.Number, v.ID), nil, nil)
		if err := p.tolerate(ctx, "delete a pending review", err); err != nil {
			return err
		}
	}
	return nil
}

// headStands asks whether the head is still the one that was judged: a review
// of another would stand on code that nobody looked at.
func (p *publisher) headStands(ctx context.Context) error {
	var out struct{ Repository *pull.Repository }
	query := "query Still($owner:String!,$name:String!,$number:Int!)" +
		"{repository(owner:$owner,name:$name){pullRequest(number:$number){headRefOid state}}}"
	ref := p.r.Request.Ref
	if err := p.GraphQL(ctx, query, map[string]any{"owner": p.Owner, "name": p.Repo, "number": ref.Number}, &out); err != nil {
		return fmt.Errorf("look at the head again: %w", err)
	}
	if out.Repository == nil || out.Repository.PullRequest == nil {
		return fmt.Errorf("look at the head again: GitHub did not answer")
	}
	if now := out.Repository.PullRequest; now.HeadRefOid != ref.HeadSHA || now.State != "OPEN" {
		return &api.LaterError{Why: "the head changed during the review"}
	}
	return nil
}

// dismissOwn dismisses our reviews that request changes. Where GitHub does not
// allow it the check run is the truth all the same.
func (p *publisher) dismissOwn(ctx context.Context) error {
	for _, v := range p.r.reviewsOfOurs() {
		if v.State != "CHANGES_REQUESTED" {
			continue
		}
		body := map[string]string{"message": "Nothing is held now; see the check run.", "event": "DISMISS"}
		_, err := p.Do(ctx, http.MethodPut, p.RepoPath("/pulls/%d/reviews/%s/dismissals", p.r.Request.Ref.Number, v.ID), body, nil)
		if err := p.tolerate(ctx, "dismiss our review", err); err != nil {
			return err
		}
	}
	return nil
}

// maxEdits bounds how many comments one job marks as fixed: all of a review.
const maxEdits = publish.MaxInline

// markFixed edits those of our comments whose findings are gone.
func (p *publisher) markFixed(ctx context.Context) error {
	edits := 0
	for _, c := range p.r.inline() {
		markers := publish.Markers(c.Body)
		gone := len(markers) > 0 && !slices.ContainsFunc(p.text.Report.Holding(), func(f rules.Finding) bool {
			return slices.ContainsFunc(markers, func(m string) bool { return publish.SameFinding(m, f.Fingerprint) })
		})
		if !gone || strings.HasPrefix(c.Body, fixedMark) || edits == maxEdits {
			continue
		}
		edits++
		body := map[string]string{"body": publish.FixedComment(c.Body, p.r.Request.Ref.HeadSHA)}
		_, err := p.Do(ctx, http.MethodPatch, p.RepoPath("/pulls/comments/%s", c.ID), body, nil)
		if err := p.tolerate(ctx, "mark a comment as fixed", err); err != nil {
			return err
		}
	}
	return nil
}

// summary writes the one sticky comment: made when something is held for the
// first time, edited when it has something new to say.
func (p *publisher) summary(ctx context.Context) error {
	text := publish.Summary(p.text)
	i := slices.IndexFunc(p.r.conversation.Comments, func(c pull.Comment) bool {
		return c.ViewerDidAuthor && strings.HasPrefix(c.Body, publish.SummaryMarker)
	})
	body := map[string]string{"body": text}
	if i < 0 {
		if len(p.text.Report.Holding()) == 0 || p.r.conversation.Flooded {
			return nil
		}
		_, err := p.Do(ctx, http.MethodPost, p.RepoPath("/issues/%d/comments", p.r.Request.Ref.Number), body, nil)
		return p.tolerate(ctx, "post the summary", err)
	}
	old := p.r.conversation.Comments[i]
	if strings.TrimSpace(old.Body) == strings.TrimSpace(text) {
		return nil
	}
	_, err := p.Do(ctx, http.MethodPatch, p.RepoPath("/issues/comments/%s", old.ID), body, nil)
	return p.tolerate(ctx, "edit the summary", err)
}

// maxAsked is how many people and teams are asked for their review.
const maxAsked = 10

// ask requests the review of those whom the settings name for what holds. It
// is done once, before the first review of ours; who is asked already is not
// asked again.
func (p *publisher) ask(ctx context.Context) error {
	var body struct {
		Reviewers []string `json:"reviewers,omitempty"`
		Teams     []string `json:"team_reviewers,omitempty"`
	}
	author := p.r.conversation.Pull.Author.Account()
	for _, f := range p.text.Report.Holding() {
		for _, a := range p.text.Report.Settings.Approvals {
			if !a.Fits(&f) {
				continue
			}
			for _, u := range a.Users {
				asked := slices.ContainsFunc(p.r.conversation.Requests, func(a rules.Account) bool { return strings.EqualFold(a.Login, u.Login()) })
				if !asked && !strings.EqualFold(u.Login(), author.Login) && !slices.Contains(body.Reviewers, u.Login()) {
					body.Reviewers = append(body.Reviewers, u.Login())
				}
			}
			for _, t := range a.Teams {
				if _, slug, ok := strings.Cut(t, "/"); ok && !slices.Contains(body.Teams, slug) {
					body.Teams = append(body.Teams, slug)
				}
			}
		}
	}
	if n := len(body.Reviewers) + len(body.Teams); n == 0 || n > maxAsked {
		return nil
	}
	_, err := p.Do(ctx, http.MethodPost, p.RepoPath("/pulls/%d/requested_reviewers", p.r.Request.Ref.Number), body, nil)
	return p.tolerate(ctx, "ask for reviews", err)
}
