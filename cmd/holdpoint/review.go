package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/gitlocal"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

type reviewCommand struct {
	Repo     string `help:"A folder of the clone. Default: the current one." default:"." placeholder:"DIR"`
	Before   string `help:"What is live: a revision, or a folder. Default: where the change left the default branch." placeholder:"REV"`
	After    string `help:"What would be live: a revision, or a folder. Default: HEAD." placeholder:"REV" xor:"after"`
	Worktree bool   `help:"Take the work tree, with all that is not ignored, for what would be live." xor:"after"`
	sourceFlags
	PullRequest string `help:"A file with the pull request as GitHub's API gives it; it tells who made the change. - is standard input." placeholder:"FILE"`
	Format      string `help:"Output: ${enum}." enum:"${formats}" default:"${format}"`
}

// Run reviews as the service does. Approvals are not known here, so what
// would wait for one is held.
func (c *reviewCommand) Run(a *app) error {
	var report review.Report
	var decision review.Decision
	var fixes []fix.Fix
	err := a.unlessStopped(func() (err error) {
		report, decision, fixes, err = c.review(a)
		return err
	})
	if err != nil {
		return err
	}
	if err := c.print(a, report, decision, fixes); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if decision.Holds() {
		return errHeld
	}
	return nil
}

// review returns the fixes too, where something is held and the format has them.
func (c *reviewCommand) review(a *app) (review.Report, review.Decision, []fix.Fix, error) {
	none := func(err error) (review.Report, review.Decision, []fix.Fix, error) {
		return review.Report{}, review.Decision{}, nil, err
	}
	req, closeTrees, err := gitlocal.Load(a.ctx, gitlocal.Options{
		Dir: c.Repo, Before: c.Before, After: c.After, WorkTree: c.Worktree, Env: a.env,
	})
	if err != nil {
		return none(err)
	}
	defer closeTrees() //nolint:errcheck // closed below, where something was read
	if c.PullRequest != "" {
		if err := readPullRequest(a.stdin, c.PullRequest, &req); err != nil {
			return none(err)
		}
	}
	set, err := rules.Load()
	if err != nil {
		return none(fmt.Errorf("load the rules: %w", err))
	}
	packs, err := a.packs()
	if err != nil {
		return none(err)
	}
	from, err := c.open(a, c.Repo, c.Before, c.After)
	if err != nil {
		return none(err)
	}
	defer from.close() //nolint:errcheck // it was only read
	predictors := review.Predictors(req.Ref, packs.Load(), set.Losses(), a.render)
	run := func(req review.Request) (review.Report, error) { return review.Run(req, set, predictors) }
	var report review.Report
	err = from.rounds(a.ctx, func(sources plan.Sources) (err error) {
		req.Sources = sources
		report, err = run(req)
		return err
	})
	if err != nil {
		return none(err)
	}
	from.tell(a, report.Gaps)
	req.Now = time.Now()
	decision := review.Decide(report, req)
	var fixes []fix.Fix
	if decision.Holds() && c.Format == publish.Formats()[0].Name {
		fixes = fix.Propose(req, report, run, publish.Showable)
	}
	if err := closeTrees(); err != nil {
		return none(err)
	}
	return report, decision, fixes, nil
}

// print writes the report, and in the default format the proved fixes below it.
func (c *reviewCommand) print(a *app, report review.Report, decision review.Decision, fixes []fix.Fix) error {
	format, err := publish.FormatNamed(c.Format)
	if err != nil {
		return err
	}
	if err := format.Write(a.stdout, report, decision, wantsColor(a.stdout, a.env)); err != nil {
		return err
	}
	return publish.Fixes(a.stdout, fixes)
}

// formats are the names of the output formats for the flag, with the default.
func formats() kong.Vars {
	var names []string
	for _, f := range publish.Formats() {
		names = append(names, f.Name)
	}
	return kong.Vars{"formats": strings.Join(names, ","), "format": names[0]}
}

// wantsColor follows no-color.org: colours on a terminal only, and none where
// NO_COLOR is set to anything.
func wantsColor(w io.Writer, env []string) bool {
	off := slices.ContainsFunc(env, func(kv string) bool {
		return (strings.HasPrefix(kv, "NO_COLOR=") && kv != "NO_COLOR=") || kv == "TERM=dumb"
	})
	return !off && isTerminal(w)
}
