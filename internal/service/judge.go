package service

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/github"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
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
			return review.Run(r, set, predictors(r.Ref, known, render))
		},
		Decide: review.Decide,
		Want:   func(r review.Request) review.Wanted { return review.Want(r, set) },
	}, nil
}

// predictors are the two engines, set up as the settings of the repository say.
func predictors(ref review.Ref, known plan.Facts, render kube.Renderer) []review.Predictor {
	return []review.Predictor{
		func(before, after fs.FS, settings rules.Settings) plan.Plan {
			return hcl.Predict(before, after, known, terraformOptions(settings.Terraform))
		},
		func(before, after fs.FS, settings rules.Settings) plan.Plan {
			return kube.Predict(before, after, render, kube.Options{Repository: ref.Owner + "/" + ref.Repo, Branch: ref.BaseRef})
		},
	}
}

// terraformOptions turn the roots of the settings into one evaluation for
// each of them.
func terraformOptions(settings rules.TerraformSettings) hcl.Options {
	options := hcl.Options{VarFiles: map[string][]string{}}
	for _, root := range settings.Roots {
		var files []string
		for _, f := range root.VarFiles {
			files = append(files, path.Join(root.Path, f))
		}
		if len(files) > 0 {
			options.VarFiles[root.Path] = append(options.VarFiles[root.Path], strings.Join(files, ","))
		}
		if root.Runtime != "" {
			options.Runtime = root.Runtime
		}
	}
	return options
}
