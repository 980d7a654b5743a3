package service

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// NewJudge loads the rules and the facts and joins what a review is made of.
// render builds kustomizations and charts.
func NewJudge(render kube.Renderer) (github.Judge, error) {
	set, err := rules.Load()
	if err != nil {
		return github.Judge{}, fmt.Errorf("load the rules: %w", err)
	}
	known := facts.Load()
	return github.Judge{
		Run: func(r review.Request) review.Report {
			return review.Run(r, set, review.Predictors(r.Ref, known, render))
		},
		Decide: review.Decide,
		Want:   func(r review.Request) review.Wanted { return review.Want(r, set) },
	}, nil
}
