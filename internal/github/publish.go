package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// publisher writes one decision.
type publisher struct {
	*client
	r    *Reading
	text publish.Markdown
	run  *pull.Check
}

// Publish writes the decision, with the fixes that were proved to clear a
// finding, and returns the jobs that follow from it. A hold is written to the check run first, so
// that it blocks at once; a release is written last, and only after another
// look shows what was judged unchanged. What GitHub refuses beside the check
// run (a comment, a review) makes the message less, never the verdict.
// An error that wraps [ErrPartial] is of what stands beside the check run.
func (r *Reading) Publish(ctx context.Context, report review.Report, decision review.Decision,
	advice publish.Advice) ([]webhooks.Job, error) {
	p := &publisher{client: r.client, r: r, run: pull.Own(r.checks(), decision.CheckName)}
	p.text = publish.Markdown{Report: report, Decision: decision, Docs: r.client.app.config.Docs, Advice: advice,
		History: r.history(report, decision)}
	var err error
	switch {
	case r.group != nil:
		err = p.group(ctx)
	case decision.Holds():
		err = p.hold(ctx)
	default:
		err = p.release(ctx)
	}
	if err == nil || errors.Is(err, ErrPartial) {
		// A verdict that stays where it must not is more than something beside it.
		if unretired := r.retire(ctx, decision); unretired != nil {
			err = unretired
		}
	}
	if err == nil && r.unsettled {
		err = partial(&api.LaterError{After: settle, Why: unsettled})
	}
	if err == nil {
		r.looked(decision)
	}
	return r.siblingJobs(decision), err
}

// siblingJobs are for the pull requests that the decision has reviewed.
func (r *Reading) siblingJobs(decision review.Decision) (jobs []webhooks.Job) {
	for _, n := range decision.Review {
		job := r.job.Pull(n, "")
		job.Received = r.client.app.config.Now() // asked for by this review, not by what led to it
		jobs = append(jobs, job)
	}
	return jobs
}

func (r *Reading) checks() []pull.Check {
	if r.group != nil {
		return r.group.Checks
	}
	return r.conversation.Checks
}

// hold writes what holds, the check run first.
func (p *publisher) hold(ctx context.Context) error {
	head, name := p.r.Request.Ref.HeadSHA, p.text.Decision.CheckName
	if _, err := p.writeCheck(ctx, head, p.run, name, review.Failure, publish.CheckRun(p.text)); err != nil {
		return err
	}
	if err := p.holdOthers(ctx); err != nil {
		return err
	}
	p.text.History.NotRequired = p.notRequired(ctx) // only the summary says so
	return partial(errors.Join(p.writeConversation(ctx), p.removeLabel(ctx)))
}

// holdOthers takes back what passed on this head under a name that GitHub may
// take for this one, or that the check of the base had before.
func (p *publisher) holdOthers(ctx context.Context) error {
	ref, name := p.r.Request.Ref, p.text.Decision.CheckName
	for _, run := range p.r.checks() {
		if run.Name == name || !run.Passed() || !p.r.alsoOf(run) {
			continue
		}
		text, _ := run.Record().Withdraw(ref.Number, ref.BaseRef, review.Unreviewed)
		said := publish.Check{Title: "Held by another check of this commit", Text: text,
			Summary: "The check " + publish.Escape(publish.Span, name, maxWhy) +
				" holds this commit, and this check is for the same base branch, or has a name that differs only in case.\n"}
		if _, err := p.writeCheck(ctx, ref.HeadSHA, &run, run.Name, review.Failure, said); err != nil {
			return err
		}
	}
	return nil
}

// partial marks an error of what stands beside the check run: the verdict is
// published, not all of what goes with it.
func partial(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrPartial, err)
}

// release takes the conversation's part back and then lets the check pass.
func (p *publisher) release(ctx context.Context) error {
	err := errors.Join(p.dismissOwn(ctx), p.markFixed(ctx), p.summary(ctx), p.removeLabel(ctx))
	if limited(err) {
		return err
	}
	if err != nil {
		// Decoration: the check run is the truth. A retry mends it.
		p.app.config.Log.WarnContext(ctx, "conversation not updated", "job", p.r.job.String(), "error", err)
	}
	text := publish.CheckRun(p.text)
	if p.run != nil && same(p.run, review.Success, text) {
		return partial(err)
	}
	if again := p.r.unchanged(ctx, p.text.Decision); again != nil {
		return again
	}
	if _, werr := p.writeCheck(ctx, p.r.Request.Ref.HeadSHA, p.run, p.text.Decision.CheckName, review.Success, text); werr != nil {
		return werr
	}
	return partial(err)
}

// group writes the check run of a merge group, which is all it has.
func (p *publisher) group(ctx context.Context) error {
	d := p.text.Decision
	if !d.Holds() {
		if err := p.r.unchanged(ctx, d); err != nil {
			return err
		}
	}
	_, err := p.writeCheck(ctx, p.r.Request.Ref.HeadSHA, p.run, d.CheckName, d.Conclusion, publish.CheckRun(p.text))
	return err
}

// writeConversation writes the review and the summary. A hold that has nothing to
// show on lines and no finding is in the check run alone.
func (p *publisher) writeConversation(ctx context.Context) error {
	if len(p.text.Report.Holding()) == 0 {
		return errors.Join(p.dismissOwn(ctx), p.markFixed(ctx), p.summary(ctx))
	}
	var err error
	if len(p.r.reviewsOfOurs()) == 0 {
		err = p.ask(ctx)
	}
	return errors.Join(err, p.review(ctx), p.markFixed(ctx), p.summary(ctx))
}

// unchanged looks again at what the decision rests on. An error of type
// *LaterError says what changed. What it does not rest on may go on changing:
// else whoever labels and comments without end would keep it from ever passing.
func (r *Reading) unchanged(ctx context.Context, d review.Decision) error {
	moved := func(what string) error { return &api.LaterError{Why: what + " changed during the review"} }
	if r.group != nil {
		now, err := r.client.ReadGroup(ctx, r.job)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(now.Evidence(r.checkName), r.Request.Evidence.Group) {
			return moved("the merge group")
		}
		return r.othersUnchanged(ctx, now.Repo)
	}
	now, err := r.client.Converse(ctx, r.job.Number, r.Request.Ref.HeadSHA)
	if err != nil {
		return err
	}
	if what := r.moved(now, d); what != "" {
		return moved(what)
	}
	return r.othersUnchanged(ctx, now.Repo)
}

// moved says what of a conversation the decision rests on is another by now.
func (r *Reading) moved(now *pull.Conversation, d review.Decision) string {
	was := r.conversation
	switch {
	case now.Pull.HeadRefOid != was.Pull.HeadRefOid:
		return "the head"
	case now.Pull.BaseRefName != was.Pull.BaseRefName || now.Pull.BaseRef == nil ||
		now.Pull.BaseRef.Target.ID() != was.Pull.BaseRef.Target.ID():
		return "the base"
	case now.Pull.State != was.Pull.State:
		return "the pull request's state"
	case !reflect.DeepEqual(opinions(now.Reviews), opinions(was.Reviews)) || !slices.Equal(now.Asked(), was.Asked()):
		return "a review"
	case d.ByLabel() && !r.stands(now.Labels):
		return "the label"
	case !slices.Equal(now.Siblings, was.Siblings):
		return "another pull request with this head"
	case !slices.EqualFunc(now.Checks, was.Checks, func(a, b pull.Check) bool { return a.DatabaseID == b.DatabaseID && a.Text == b.Text }):
		return "the ledger"
	}
	return ""
}

// opinions are the reviews other than ours that say something.
func opinions(all []pull.Review) (out []pull.Review) {
	for _, v := range all {
		if state := review.ReviewState(v.State); !v.ViewerDidAuthor && state != review.Commented && state != review.Pending {
			out = append(out, v)
		}
	}
	return out
}

// removeLabel takes an override label off that does not count.
func (p *publisher) removeLabel(ctx context.Context) error {
	name := p.text.Decision.RemoveLabel
	if name == "" {
		return nil
	}
	i := slices.IndexFunc(p.r.conversation.Labels, func(l string) bool { return strings.EqualFold(l, name) })
	if i < 0 || p.r.awaitsLabel(name) {
		return nil
	}
	_, err := p.Do(ctx, http.MethodDelete,
		p.RepoPath("/issues/%d/labels/%s", p.r.Request.Ref.Number, escapePath(p.r.conversation.Labels[i])), nil, nil)
	return p.tolerate(ctx, "take off the label", err)
}

// lateLabel is how long the delivery of a label is waited for: one that comes
// late must find the label still there.
const lateLabel = time.Hour

// awaitsLabel reports whether a label that does not count now may count when
// its delivery arrives: it was set on this head, lately, and this job is not
// that delivery.
func (r *Reading) awaitsLabel(name string) bool {
	if r.job.Label != nil && strings.EqualFold(r.job.Label.Name, name) {
		return false
	}
	var set time.Time
	for _, e := range r.Request.Evidence.LabelEvents {
		if e.Added && strings.EqualFold(e.Name, name) && e.At.After(set) {
			set = e.At
		}
	}
	for _, p := range r.Request.Evidence.Pushes {
		if p.After == r.Request.Ref.HeadSHA && p.At.After(set) {
			return false
		}
	}
	return r.Request.Now.Sub(set) < lateLabel
}

// tolerate turns a refusal of something that is not the verdict into a line of
// the log: less is said, the check run says all.
func (p *publisher) tolerate(ctx context.Context, what string, err error) error {
	switch api.Status(err) {
	case http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusGone, http.StatusConflict:
		p.app.config.Log.WarnContext(ctx, "GitHub refuses", "what", what, "job", p.r.job.String(), "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func limited(err error) bool {
	var later *api.LaterError
	return errors.As(err, &later)
}
