package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/gitlocal"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

type explainCommand struct {
	Approvals string `arg:"" help:"A YAML file with the author of the change and its approvals; - is standard input. See docs/settings.md."`
	Repo      string `help:"A folder of the clone. Default: the current one." default:"." placeholder:"DIR"`
	Before    string `help:"The base: a revision or a folder. Default: the merge base with the default branch." placeholder:"REV"`
	After     string `help:"The head: a revision or a folder. Default: HEAD." placeholder:"REV" xor:"after"`
	Worktree  bool   `help:"Use the working tree, with every file that is not ignored, as the head." xor:"after"`
	sourceFlags
	Settings string `help:"Try these settings instead of those of the base." placeholder:"FILE"`
}

// described is the file of approvals.
type described struct {
	Author    string                     `yaml:"author"`
	Branch    string                     `yaml:"branch"`
	Title     string                     `yaml:"title"`
	Body      string                     `yaml:"body"`
	Pushed    []string                   `yaml:"pushed"`
	Assignees []string                   `yaml:"assignees"`
	Approved  []string                   `yaml:"approved"`
	Objected  []string                   `yaml:"objected"`
	Label     string                     `yaml:"label"`
	People    map[string]describedPerson `yaml:"people"`
}

type describedPerson struct {
	Role   string   `yaml:"role"`
	Base   string   `yaml:"base"`
	Teams  []string `yaml:"teams"`
	Emails []string `yaml:"emails"`
}

// Run says what the decision would be, and why. It holds as review does.
func (c *explainCommand) Run(a *app) error {
	var rep review.Report
	var dec review.Decision
	err := a.unlessStopped(func() (err error) {
		rep, dec, err = c.review(a)
		return err
	})
	if err != nil {
		return err
	}
	m := publish.Markdown{Report: rep, Decision: dec}
	if err := publish.Text(a.stdout, m, publish.TextOptions{Color: wantsColor(a.stdout, a.env)}); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := explain(a.stdout, rep, dec); err != nil {
		return fmt.Errorf("write the explanation: %w", err)
	}
	if dec.Holds() {
		return errHeld
	}
	return nil
}

func (c *explainCommand) review(a *app) (review.Report, review.Decision, error) {
	none := func(err error) (review.Report, review.Decision, error) {
		return review.Report{}, review.Decision{}, err
	}
	d, err := readDescribed(a.stdin, c.Approvals)
	if err != nil {
		return none(err)
	}
	req, closeTrees, err := gitlocal.Load(a.ctx,
		gitlocal.Options{Dir: c.Repo, Before: c.Before, After: c.After, WorkTree: c.Worktree, Env: a.env})
	if err != nil {
		return none(err)
	}
	defer closeTrees() //nolint:errcheck // closed below, where something was read
	set, err := rules.Load()
	if err != nil {
		return none(fmt.Errorf("load the rules: %w", err))
	}
	packs, err := a.packs()
	if err != nil {
		return none(err)
	}
	if c.Settings != "" {
		data, err := os.ReadFile(c.Settings)
		if err != nil {
			return none(fmt.Errorf("read the settings: %w", err))
		}
		trial, err := set.ParseSettings(c.Settings, data)
		if err != nil {
			return none(err)
		}
		trial.Origin = rules.FromTrial
		req.Trial = &trial
	}
	req.Now = time.Now()
	from, err := c.open(a, c.Repo, c.Before, c.After)
	if err != nil {
		return none(err)
	}
	defer from.close() //nolint:errcheck // it was only read
	predictors := review.Predictors(req.Ref, packs.Load(), set.Losses(), a.render)
	var rep review.Report
	var dec review.Decision
	err = from.rounds(a.ctx, func(sources plan.Sources) (err error) {
		req.Sources = sources
		rep, dec, err = review.Explain(req, set, predictors, d)
		return err
	})
	if err != nil {
		return none(err)
	}
	from.tell(a, rep.Gaps)
	if err := closeTrees(); err != nil {
		return none(err)
	}
	return rep, dec, nil
}

func readDescribed(stdin io.Reader, name string) (review.Described, error) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return review.Described{}, fmt.Errorf("read the approvals: %w", err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxPullRequest))
	if err != nil {
		return review.Described{}, fmt.Errorf("read the approvals in %s: %w", name, err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var d described
	if err := dec.Decode(&d); err != nil && !errors.Is(err, io.EOF) {
		return review.Described{}, fmt.Errorf("%w: read the approvals in %s: %w", errUsage, name, err)
	}
	people := map[string]review.DescribedPerson{}
	for login, p := range d.People {
		people[login] = review.DescribedPerson(p)
	}
	return review.Described{
		Author: d.Author, Branch: d.Branch, Title: d.Title, Body: d.Body, Pushed: d.Pushed, Assignees: d.Assignees,
		Approved: d.Approved, Objected: d.Objected, Label: d.Label, People: people,
	}, nil
}

// explain tells what the report leaves out: which settings were in force, and
// what became of each approval.
func explain(w io.Writer, rep review.Report, dec review.Decision) error {
	var b bytes.Buffer
	line := func(format string, args ...any) {
		b.WriteString(publish.Escape(publish.Terminal, fmt.Sprintf(format, args...), 1000) + "\n")
	}
	b.WriteString("\n")
	line("Decision: %s. %s", dec.Basis, dec.Why)
	line("Settings: %s", rep.Settings.Origin.Words())
	for _, r := range dec.Releases {
		line("Counts: %s by %s, %s", r.What, r.Login, r.Right)
	}
	for _, x := range dec.Discounted {
		line("Does not count: %s by %s, because %s", x.What, x.Login, x.Why)
	}
	for _, m := range dec.Missing {
		line("Missing: %s", m)
	}
	_, err := w.Write(b.Bytes())
	return err
}
