package service

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// NewJudge loads the rules and the facts and joins what a review is made of.
// render builds kustomizations and charts.
// wants tells which files it reads, so that they are fetched beforehand.
func NewJudge(render kube.Renderer) (judge github.Judge, wants func(path string) bool, err error) {
	set, err := rules.Load()
	if err != nil {
		return github.Judge{}, nil, fmt.Errorf("load the rules: %w", err)
	}
	known := facts.Load()
	judge = github.Judge{
		Run: func(r review.Request) (review.Report, error) {
			return review.Run(r, set, review.Predictors(r.Ref, known, set.Losses(), render))
		},
		Decide:  review.Decide,
		Lookups: func(r review.Request) review.Lookups { return review.LookupsFor(r, set) },
		Names:   func(r review.Request) rules.Names { return review.Names(r, set) },
	}
	wants = func(path string) bool { return hcl.Wants(path) || kube.Wants(path) || set.Wants(path) }
	return judge, wants, nil
}
