package main

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/gitlocal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/reads"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
)

type predictCommand struct {
	Before string `help:"Folder with the base." required:"" placeholder:"DIR"`
	After  string `help:"Folder with the head." required:"" placeholder:"DIR"`
	Format string `help:"Output: ${enum}." enum:"text,json" default:"text"`
	sourceFlags
	All   bool   `help:"List creations and updates too."`
	Apply string `help:"How Kubernetes objects are applied: patch (kubectl apply) or put (kubectl replace). Default: what the repository shows." enum:",patch,put" default:"" placeholder:"patch|put"`
}

// Run predicts two folders. It judges nothing: the exit status says only
// whether it could be done.
func (c *predictCommand) Run(a *app) error {
	var p plan.Plan
	err := a.unlessStopped(func() (err error) {
		p, err = c.predict(a)
		return err
	})
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return publish.PlanJSON(a.stdout, p, c.All)
	}
	return publish.PlanText(a.stdout, p, c.All, publish.TextOptions{Color: wantsColor(a.stdout, a.env)})
}

func (c *predictCommand) predict(a *app) (plan.Plan, error) {
	packs, err := a.packs()
	if err != nil {
		return plan.Plan{}, err
	}
	before, closeBefore, err := gitlocal.Folder(c.Before)
	if err != nil {
		return plan.Plan{}, fmt.Errorf("--before: %w", err)
	}
	defer closeBefore() //nolint:errcheck // it was only read
	after, closeAfter, err := gitlocal.Folder(c.After)
	if err != nil {
		return plan.Plan{}, fmt.Errorf("--after: %w", err)
	}
	defer closeAfter() //nolint:errcheck // it was only read
	from, err := c.open(a, c.Before, c.After)
	if err != nil {
		return plan.Plan{}, err
	}
	defer from.close() //nolint:errcheck // it was only read
	var log reads.Log
	before, after = log.Tree("the folder before", before), log.Tree("the folder after", after)
	var p plan.Plan
	err = from.rounds(a.ctx, func(sources plan.Sources) error {
		p = plan.Join(
			hcl.Predict(before, after, packs.Load(), hcl.Options{Sources: sources}),
			kube.Predict(before, after, a.render,
				kube.Options{Apply: apply.Family(c.Apply), ApplyAll: c.Apply != "", Sources: sources}),
		)
		return nil
	})
	if err != nil {
		return plan.Plan{}, err
	}
	if err := log.Err(); err != nil {
		return plan.Plan{}, fmt.Errorf("nothing is predicted: %w", err)
	}
	if err := p.Unfinished(); err != nil {
		return plan.Plan{}, err
	}
	p.Sort()
	from.tell(a, p.Gaps)
	return p, nil
}
