package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// settle is when a pull request whose test merge was not there is looked at
// again.
const settle = 10 * time.Second

// Work does a job: it reads, judges and publishes, or expands the job into
// others. An error of type *LaterError is no failure.
func (a *App) Work(ctx context.Context, job Job, judge Judge) (Result, error) {
	if judge.Run == nil || judge.Decide == nil || judge.Lookups == nil || judge.Names == nil {
		return Result{}, errors.New("judge lacks one of its functions")
	}
	c, err := a.client(job)
	if err != nil {
		return Result{}, err
	}
	var result Result
	switch more, off := c.deferred(ctx, job); {
	case off:
		result.More = more
	case job.Kind == KindPull || job.Kind == KindGroup:
		result, err = c.review(ctx, job, judge)
	case job.Kind == KindInstall:
		result, err = c.install(ctx, job, judge)
	default:
		result, err = c.expand(ctx, job, judge)
	}
	if errors.Is(err, ErrTooLarge) {
		// Trying again would read the same.
		err = errors.Join(a.GiveUp(ctx, job, err))
	}
	if gone(err) {
		err = fmt.Errorf("%w: %w", ErrGone, err)
	}
	result.Requests = c.count.total()
	return result, err
}

// review reads a pull request or merge group, has it judged, and publishes.
func (c *client) review(ctx context.Context, job Job, judge Judge) (Result, error) {
	var r *Reading
	var err error
	if job.Kind == KindGroup {
		r, err = c.fetchGroup(ctx, job)
	} else {
		r, err = c.openPull(ctx, job)
	}
	if err != nil {
		return Result{}, err
	}
	report, err := r.judge(ctx, judge)
	if err != nil {
		return Result{}, err
	}
	if err := r.readPeople(ctx, judge); err != nil {
		return Result{}, err
	}
	r.Request.Now = c.app.config.Now()
	decision := judge.Decide(report, r.Request)
	if decision.Holds() && r.group == nil {
		r.suggestions = publish.Suggest(r.Request, report, judge.Run)
	}
	result, err := c.app.Publish(ctx, r, report, decision)
	result.Report = report
	if err == nil && r.Unsettled {
		err = partial(&LaterError{After: settle, Why: unsettled})
	}
	if err == nil {
		r.looked(decision)
	}
	return result, err
}

// openPull reads a pull request. Where its base was changed, a check that
// passed on this head was for another change, and is taken back first.
func (c *client) openPull(ctx context.Context, job Job) (*Reading, error) {
	r, err := c.open(ctx, job)
	if err != nil {
		return nil, err
	}
	if job.Retargeted {
		if err := r.takeBack(ctx); err != nil {
			return nil, err
		}
		// The checks as they are now, for the comparison before a release.
		if r, err = c.open(ctx, job); err != nil {
			return nil, err
		}
	}
	return r, r.load(ctx)
}

// takeBack takes the verdicts back that stand on this head for the base, which
// were made of what it was then, and those of this pull request alone.
func (r *Reading) takeBack(ctx context.Context) error {
	ref := r.Request.Ref
	for _, run := range r.conversation.checks {
		text, recorded := run.record().Withdraw(ref.Number, ref.BaseRef, review.Unreviewed)
		if !run.passed() || !recorded && !r.client.mayBeOf(run, ref.BaseRef) {
			continue
		}
		said := publish.Check{Title: reviewedAgain, Summary: "The base branch was changed, so the change is another one. It is reviewed again.", Text: text}
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
func (c *client) mayBeOf(run graphCheck, baseRef string) bool {
	return slices.Contains(c.namesOf(baseRef), run.Name)
}

// judge judges the head against its base, and against the other branches whose
// check this is.
func (r *Reading) judge(ctx context.Context, judge Judge) (review.Report, error) {
	report, err := r.run(ctx, judge)
	if err != nil {
		return review.Report{}, err
	}
	r.name(report.Names)
	if err := r.readLabels(ctx, report.Settings.Override.Label); err != nil {
		return review.Report{}, fmt.Errorf("read the labels of %s: %w", r.job, err)
	}
	if !report.Settings.Sound() {
		return report, nil // everything is held
	}
	return report, r.readOthers(ctx, judge, report.Names)
}

// readPeople brings what the decision needs to know of people.
func (r *Reading) readPeople(ctx context.Context, judge Judge) error {
	want := judge.Lookups(r.Request)
	return r.readPermissions(ctx, want.People, want.Teams)
}

// run runs the predictors and rules until they have all the files they ask for.
func (r *Reading) run(ctx context.Context, judge Judge) (review.Report, error) {
	resolve := r.resolving(judge)
	for round := 0; ; round++ {
		report, runErr := judge.Run(r.Request)
		more, err := r.Complete(ctx)
		if err == nil && !more {
			more, err = resolve(ctx)
		}
		if err != nil {
			return review.Report{}, err
		}
		if more {
			if round == maxRounds {
				return review.Report{}, fmt.Errorf("files of %s: %w", r.job, ErrTooLarge)
			}
			continue
		}
		if runErr != nil {
			return review.Report{}, fmt.Errorf("review %s: %w", r.job, runErr)
		}
		return report, nil
	}
}

// resolving has the sources answered that a run asked for. What it returns says
// whether there were any, so that the run is to be repeated.
func (r *Reading) resolving(judge Judge) func(context.Context) (bool, error) {
	if judge.Sources == nil {
		return func(context.Context) (bool, error) { return false, nil }
	}
	var answers plan.Answers
	from := judge.Sources(SourcesFor{Repository: r.client.owner + "/" + r.client.repo, Installation: r.job.Installation,
		Anew: r.job.mayRelease(), Token: r.client.readToken})
	r.Request.Sources = &answers
	return func(ctx context.Context) (bool, error) {
		if len(answers.Wanted()) == 0 {
			return false, nil
		}
		if err := from.Answer(ctx, &answers); err != nil {
			return false, fmt.Errorf("sources of %s: %w", r.job, err)
		}
		return true, nil
	}
}

// name sets which check is written, and picks the records.
func (r *Reading) name(names rules.Names) {
	check := names.Of(r.Request.Ref.BaseRef)
	r.checkName, r.names = check, names
	r.client.app.kept.named.put([2]string{r.client.owner + "/" + r.client.repo, r.Request.Ref.BaseRef}, check)
	e := &r.Request.Evidence
	if r.group != nil {
		e.Group = r.group.evidence(check)
		return
	}
	mine := own(r.conversation.checks, check)
	for _, run := range r.conversation.checks {
		switch {
		case mine != nil && run.DatabaseID == mine.DatabaseID:
			e.Ledger = run.record()
		case run.Text != "":
			e.Earlier = append(e.Earlier, run.Text)
		}
	}
	for i, s := range e.Siblings {
		if run := own(r.conversation.checks, names.Of(s.BaseRef)); run != nil {
			e.Siblings[i].Ledger = run.record()
		}
	}
}

// GiveUp publishes that the job could not be reviewed, and why. It is the
// last thing tried for a job; the check run holds. What passed on a commit that
// nobody proposes any more is taken back, as far as it can be read. A job that
// leads to others has no check of its own, and is given up by doing nothing.
func (a *App) GiveUp(ctx context.Context, job Job, why error) error {
	a.kept.looks.put(job.key(), look{}) // whatever comes next is to be reviewed
	c, err := a.client(job)
	if err != nil {
		return err
	}
	text := publish.Check{Title: unreviewed,
		Summary: "Holdpoint tried several times and could not review this change, so it is held.\n\n" + publish.Escape(publish.Prose, why.Error(), maxWhy) +
			"\n\nA push, or a re-run of this check, starts a new review.\n"}
	switch job.Kind {
	case KindPull:
		return c.giveUpPull(ctx, job, text)
	case KindClosed:
		checks, err := c.checksAt(ctx, job.HeadSHA)
		return errors.Join(err, c.retireGivenUp(ctx, job, job.HeadSHA, checks, nil))
	case KindGroup:
		g, err := c.readGroup(ctx, job)
		if err != nil {
			return err
		}
		return c.giveUpOn(ctx, job, job.HeadSHA, job.BaseRef, g.checks, text)
	}
	return nil
}

// giveUpPull holds a pull request. One that cannot be read whole holds all the
// same.
func (c *client) giveUpPull(ctx context.Context, job Job, said publish.Check) error {
	var head, base string
	var checks []graphCheck
	r, err := c.open(ctx, job)
	if err == nil {
		head, base, checks = r.Request.Ref.HeadSHA, r.Request.Ref.BaseRef, r.conversation.checks
	} else {
		if head, base, err = c.ends(ctx, job, err); err != nil {
			return err
		}
		if checks, err = c.checksAt(ctx, head); err != nil {
			return err
		}
	}
	others := slices.DeleteFunc(slices.Clone(checks), func(run graphCheck) bool { return c.mayBeOf(run, base) })
	return errors.Join(c.giveUpOn(ctx, job, head, base, checks, said), c.retireGivenUp(ctx, job, head, others, r))
}

// ends are the head and base branch of a pull request, read without anything
// else. A job that follows from another names neither, and where not even this
// can be read they are as the delivery saw them: an old head does no harm. why is
// the error of reading all.
func (c *client) ends(ctx context.Context, job Job, why error) (head, base string, err error) {
	var now struct {
		State string     `json:"state"`
		Head  payloadRef `json:"head"`
		Base  struct {
			payloadRef
			Repo struct {
				ID int64 `json:"id"`
			} `json:"repo"`
		} `json:"base"`
	}
	_, err = c.do(ctx, http.MethodGet, c.repoPath("/pulls/%d", job.Number), nil, &now)
	switch {
	case err == nil && now.Base.Repo.ID != job.RepoID:
		return "", "", fmt.Errorf("read %s: %w", job, ErrRepository)
	case err == nil && now.State != "open":
		return "", "", fmt.Errorf("read %s: it is %s: %w", job, now.State, ErrGone)
	case err == nil && now.Head.SHA != "" && now.Base.Ref != "":
		return now.Head.SHA, now.Base.Ref, nil
	case job.HeadSHA == "" || job.BaseRef == "":
		return "", "", errors.Join(why, err)
	}
	return job.HeadSHA, job.BaseRef, nil
}

// giveUpOn writes that to the runs of the base on a head; those of other bases
// are not touched. A record keeps all but the verdict.
func (c *client) giveUpOn(ctx context.Context, job Job, head, base string, checks []graphCheck, said publish.Check) error {
	written := false
	for _, run := range checks {
		text, recorded := run.record().Withdraw(job.Number, base, review.Broken)
		if job.Kind == KindGroup {
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
	if job.Kind == KindPull {
		said.Text, _ = review.Record{}.Withdraw(job.Number, base, review.Broken)
	}
	_, err := c.writeCheck(ctx, head, nil, c.namesOf(base)[0], review.Failure, said)
	return err
}

// maxWhy is the length of a reason in a text, in characters.
const maxWhy = 300
