package github

import (
	"context"
	"errors"

	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Reading is what was read for one job: the request, and what a publisher
// must know to write it back.
type Reading struct {
	Request review.Request
}

// Fetch reads everything that the review of a pull request or merge group
// needs, afresh. Content of files that no predictor is known to want is left
// out; see Complete.
func (a *App) Fetch(ctx context.Context, job Job) (*Reading, error) {
	return nil, errors.New("not there yet")
}

// Complete brings what the last run asked for and had not got: content of
// files, standings of people, sibling pull requests. It returns true where
// something came, so that the run is to be repeated.
func (a *App) Complete(ctx context.Context, r *Reading, report review.Report) (bool, error) {
	return false, errors.New("not there yet")
}

// Publish writes the decision: failure first, success last and only after
// another look at what was judged.
func (a *App) Publish(ctx context.Context, r *Reading, report review.Report, decision review.Decision) (Result, error) {
	return Result{}, errors.New("not there yet")
}
