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
	"github.com/holdpoint-dev/holdpoint/internal/impact"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
	"github.com/holdpoint-dev/holdpoint/internal/service"
)

type reviewCommand struct {
	Repo     string `help:"A folder of the clone. Default: the current one." default:"." placeholder:"DIR"`
	Before   string `help:"The base: a revision or a folder. Default: the merge base with the default branch." placeholder:"REV"`
	After    string `help:"The head: a revision or a folder. Default: HEAD." placeholder:"REV" xor:"after"`
	Worktree bool   `help:"Use the working tree, with every file that is not ignored, as the head." xor:"after"`
	sourceFlags
	PullRequest string `help:"A file with the pull request as GitHub's API returns it, for its author. - is standard input." placeholder:"FILE"`
	All         bool   `help:"List what is created and updated in place too."`
	Format      string `help:"Output: ${enum}." enum:"${formats}" default:"${format}"`
}

// Run reviews as the service does. Approvals are not known here, so what
// would wait for one is held.
func (c *reviewCommand) Run(a *app) error {
	format, err := publish.FormatNamed(c.Format)
	if err != nil {
		return err
	}
	var m publish.Markdown
	with := publish.Printing{Color: wantsColor(a.stdout, a.env), All: c.All, Version: service.Version()}
	err = a.unlessStopped(func() (err error) {
		m, err = c.review(a, func(report review.Report, comparisons []review.Comparison) {
			if format.Lines {
				with.Excerpts = publish.ReadExcerpts(report, comparisons)
			}
		})
		return err
	})
	if err != nil {
		return err
	}
	if err := format.Write(a.stdout, m, with); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if m.Decision.Holds() {
		return errHeld
	}
	return nil
}

// review reviews, and proves fixes where something is held. What needs the trees
// beside that is read by look, before they are closed.
func (c *reviewCommand) review(a *app, look func(review.Report, []review.Comparison)) (publish.Markdown, error) {
	none := func(err error) (publish.Markdown, error) { return publish.Markdown{}, err }
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
	m := publish.Markdown{Local: true}
	err = from.rounds(a.ctx, func(sources plan.Sources) (err error) {
		req.Sources = sources
		m.Report, err = run(req)
		return err
	})
	if err != nil {
		return none(err)
	}
	from.tell(a, m.Report.Gaps)
	req.Now = time.Now()
	m.Decision = review.Decide(m.Report, req)
	m.Impact = impact.Of(req, m.Report)
	if m.Decision.Holds() {
		m.Suggestions = fix.Propose(req, m.Report, run, publish.Showable)
	}
	look(m.Report, req.Comparisons)
	if err := closeTrees(); err != nil {
		return none(err)
	}
	return m, nil
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
