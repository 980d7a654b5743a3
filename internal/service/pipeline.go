package service

import (
	"context"
	"errors"

	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// GitHub is what work needs of GitHub. *github.App is the one.
type GitHub interface {
	Work(ctx context.Context, job github.Job, judge github.Judge) (github.Result, error)
	GiveUp(ctx context.Context, job github.Job, why error) error
}

var _ GitHub = (*github.App)(nil)

// Pipeline carries jobs out: fetch, review, decide, publish.
type Pipeline struct {
	// GitHub gives the App with the key that is in force.
	GitHub func(context.Context) (GitHub, error)
	Judge  github.Judge
}

var _ Reviewer = Pipeline{}

// Review does one job. What is gone from GitHub is done.
func (p Pipeline) Review(ctx context.Context, job github.Job) (Result, error) {
	app, err := p.GitHub(ctx)
	if err != nil {
		return Result{}, err
	}
	done, err := app.Work(ctx, job, p.Judge)
	if errors.Is(err, github.ErrGone) || errors.Is(err, github.ErrRepository) {
		return Result{}, nil
	}
	if err != nil {
		return Result{}, err
	}
	result := Result{More: done.More, Classes: map[string]int{}, GapKinds: map[string]int{}}
	if !done.Published {
		return result, nil
	}
	result.Verdict = string(done.Decision.Basis)
	for _, f := range done.Report.Holding() {
		result.Classes[string(f.Loss)]++
	}
	for _, g := range done.Report.Gaps {
		result.GapKinds[gapKind(g)]++
	}
	return result, nil
}

// gapKind is the kind of a gap as a label.
func gapKind(g plan.Gap) string {
	if g.Kind == "" {
		return "other"
	}
	return string(g.Kind)
}

// GiveUp publishes that the job could not be reviewed.
func (p Pipeline) GiveUp(ctx context.Context, job github.Job, why string) error {
	app, err := p.GitHub(ctx)
	if err != nil {
		return err
	}
	err = app.GiveUp(ctx, job, errors.New(why))
	if errors.Is(err, github.ErrGone) || errors.Is(err, github.ErrRepository) {
		return nil
	}
	return err
}
