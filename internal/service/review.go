package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/impact"
	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Pipeline carries jobs out: fetch, predict, judge, decide, publish.
type Pipeline struct {
	// App gives the App with the key that is in force.
	App   func(context.Context) (*github.App, error)
	Rules *rules.Set
	// Predictors are those for a pull request.
	Predictors func(review.Ref) []review.Predictor
	// Sources begins to resolve what the trees of a job name and do not hold;
	// nil where nothing from elsewhere is looked for.
	Sources func(SourcesFor) Resolving
	// Forget drops what is kept for an installation alone; nil where nothing is.
	Forget func(ctx context.Context, installation int64) error
	Now    func() time.Time
}

var _ Reviewer = Pipeline{}

// NewPipeline loads the rules and the facts. render builds kustomizations and
// charts. The App is still to be set: its options take the rules.
func NewPipeline(render kube.Renderer) (Pipeline, error) {
	set, err := rules.Load()
	if err != nil {
		return Pipeline{}, fmt.Errorf("load the rules: %w", err)
	}
	known := facts.Load()
	predictors := func(ref review.Ref) []review.Predictor { return review.Predictors(ref, known, set.Losses(), render) }
	return Pipeline{Rules: set, Predictors: predictors, Now: time.Now}, nil
}

// Review does one job. The error wraps [api.ErrGone] or [api.ErrRepository] where
// there is nothing to do any more; one of type [api.LaterError] is no failure.
func (p Pipeline) Review(ctx context.Context, job webhooks.Job) (Result, error) {
	if job.Kind == webhooks.KindUninstall {
		if p.Forget == nil {
			return Result{}, nil
		}
		return Result{}, p.Forget(ctx, job.Installation) // the App has no token there any more
	}
	app, err := p.App(ctx)
	if err != nil {
		return Result{}, err
	}
	if more, off := app.Deferred(ctx, job); off {
		return Result{More: more}, nil
	}
	var result Result
	switch job.Kind {
	case webhooks.KindPull, webhooks.KindGroup:
		result, err = p.reviewChange(ctx, app, job)
	case webhooks.KindInstall:
		err = p.markInstalled(ctx, app, job)
	default:
		var followed github.Followed
		followed, err = app.Follow(ctx, job)
		result = Result{More: followed.More, Bypassed: followed.Bypassed}
	}
	if errors.Is(err, api.ErrTooLarge) {
		err = app.GiveUp(ctx, job, err) // to try again would read the same
	}
	if api.Gone(err) {
		err = fmt.Errorf("%w: %w", api.ErrGone, err)
	}
	return result, err
}

// reviewChange reviews a pull request or a merge group.
func (p Pipeline) reviewChange(ctx context.Context, app *github.App, job webhooks.Job) (Result, error) {
	if job.Retargeted {
		if err := app.Withdraw(ctx, job); err != nil {
			return Result{}, err
		}
	}
	reading, err := app.Fetch(ctx, job)
	if err != nil {
		return Result{}, err
	}
	report, err := p.predict(ctx, job, reading)
	if err != nil {
		return Result{}, err
	}
	others, err := reading.Branches(ctx, report)
	if err != nil {
		return Result{}, err
	}
	for _, other := range others {
		there, err := p.predict(ctx, job, other)
		if err != nil {
			return Result{}, err
		}
		reading.AddBranch(there)
	}
	if err := reading.ReadPermissions(ctx, review.LookupsFor(reading.Request, p.Rules)); err != nil {
		return Result{}, err
	}
	reading.Request.Now = p.Now()
	decision := review.Decide(report, reading.Request)
	advice := publish.Advice{Impact: impact.Of(reading.Request, report)}
	if decision.Holds() && job.Kind == webhooks.KindPull {
		advice.Suggestions = fix.Propose(reading.Request, report, p.run, publish.Showable)
	}
	more, err := reading.Publish(ctx, report, decision, advice)
	published := err == nil || errors.Is(err, github.ErrPartial)
	return Result{Published: published, Report: report, Decision: decision, Impact: advice.Impact, More: more}, err
}

// maxRounds is how often a job goes back for what a run asked for. Each round
// follows one more step from file to file, or from package to package.
const maxRounds = 12 + 2*plan.MaxSourceDepth

// predict runs the predictors and rules until they have all the files and sources
// that they ask for.
func (p Pipeline) predict(ctx context.Context, job webhooks.Job, reading *github.Reading) (review.Report, error) {
	resolve := p.resolving(job, reading)
	for range maxRounds + 1 {
		report, unfinished := p.run(reading.Request)
		more, err := reading.Complete(ctx)
		if err == nil && !more {
			more, err = resolve(ctx)
		}
		switch {
		case err != nil:
			return review.Report{}, err
		case more:
			continue
		case unfinished != nil:
			return review.Report{}, fmt.Errorf("review %s: %w", job, unfinished)
		}
		return report, nil
	}
	return review.Report{}, fmt.Errorf("files of %s: %w", job, api.ErrTooLarge)
}

// run predicts and judges with what is at hand.
func (p Pipeline) run(req review.Request) (review.Report, error) {
	return review.Run(req, p.Rules, p.Predictors(req.Ref))
}

// markInstalled posts the first check on each repository of an installation, so
// that it can be chosen as required. One that fails does not keep it from the
// others; a rate limit does.
func (p Pipeline) markInstalled(ctx context.Context, app *github.App, job webhooks.Job) error {
	repos, err := app.Installed(ctx, job)
	if err != nil {
		return err
	}
	var failed error
	for _, repo := range repos {
		err := p.markRepository(ctx, app, job, repo)
		var later *api.LaterError
		if errors.As(err, &later) {
			return err
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

func (p Pipeline) markRepository(ctx context.Context, app *github.App, job webhooks.Job, repo webhooks.RepoName) error {
	reading, err := app.FetchDefault(ctx, job, repo)
	if err != nil || reading == nil {
		return err
	}
	report, err := p.predict(ctx, job, reading)
	if err != nil {
		return err
	}
	return reading.MarkInstalled(ctx, report)
}

// GiveUp publishes that the job could not be reviewed.
func (p Pipeline) GiveUp(ctx context.Context, job webhooks.Job, why string) error {
	if job.Kind == webhooks.KindUninstall {
		return nil // what is kept is evicted by itself
	}
	app, err := p.App(ctx)
	if err != nil {
		return err
	}
	return app.GiveUp(ctx, job, errors.New(why))
}
