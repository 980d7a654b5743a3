package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/trees"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// A check belongs to a commit, not to a pull request. So where several branches
// have one name of the check, a commit passes under it only when it would pass
// on each of them, whether or not a pull request goes there.

// maxBranches is how many existing branches may have one name; with more of
// them nothing passes under it.
const maxBranches = 20

// othersUnchanged looks again at the other branches whose check this is. An
// error of type *LaterError says that there is another one, or that one moved.
func (r *Reading) othersUnchanged(ctx context.Context, repo pull.Repository) error {
	now, err := r.client.Sharing(ctx, repo, r.names, r.Request.Ref.BaseRef)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(now, r.shared, func(a, b pull.Branch) bool { return a.Name == b.Name && a.Target.ID() == b.Target.ID() }) {
		return &api.LaterError{Why: "a branch whose check has this name changed during the review"}
	}
	return nil
}

// against is the head as a change of another branch.
type against struct {
	*Reading
	// nothing: the branch has the head already, or no history with it, so that
	// nothing can be merged.
	nothing bool
}

// Branches takes over from the report which check is written, and how the override
// label came. It returns the readings of the head as a change of the other branches
// whose check this is: each is to be judged too, and its report given to AddBranch.
// Where a pull request goes to a branch, its own review does that. With settings
// that are not sound everything is held, and nothing more is read.
func (r *Reading) Branches(ctx context.Context, report review.Report) ([]*Reading, error) {
	r.name(report.Names)
	if err := r.readLabels(ctx, report.Settings.Override.Label); err != nil {
		return nil, fmt.Errorf("read the labels of %s: %w", r.job, err)
	}
	if !report.Settings.Sound() {
		return nil, nil
	}
	e, head := &r.Request.Evidence, r.Request.Ref.HeadSHA
	var err error
	if r.shared, err = r.client.Sharing(ctx, r.repository(), report.Names, r.Request.Ref.BaseRef); err != nil {
		return nil, fmt.Errorf("read the branches that share the check of %s: %w", r.job, err)
	}
	if n := len(r.shared) + 1; n > maxBranches {
		e.ManyBranches = n
		return nil, nil
	}
	var all []*against
	for _, b := range r.shared {
		open := slices.ContainsFunc(e.Siblings, func(s review.Sibling) bool { return s.BaseRef == b.Name })
		if !open && b.Target.ID() != head {
			all = append(all, r.against(b))
		}
	}
	if err := api.Together(ctx, all, func(ctx context.Context, o *against) error { return o.load(ctx) }); err != nil {
		return nil, err
	}
	var others []*Reading
	for _, o := range all {
		if !o.nothing {
			others = append(others, o.Reading)
		}
	}
	return others, nil
}

// AddBranch takes over what the head would do to another branch.
func (r *Reading) AddBranch(report review.Report) {
	r.Request.Evidence.Branches = append(r.Request.Evidence.Branches, review.Branch{BaseRef: report.Ref.BaseRef, Report: report})
}

// against prepares the reading of the head against another branch. It has its
// own objects, since several are read at a time.
func (r *Reading) against(b pull.Branch) *against {
	o := &against{Reading: &Reading{job: r.job, client: r.client, objects: trees.NewObjects(), conversation: r.conversation, group: r.group}}
	o.Request = r.Request
	o.Request.Ref.BaseRef, o.Request.Ref.BaseSHA = b.Name, b.Target.ID()
	o.Request.Base, o.Request.Default, o.Request.Organisation = o.tree(b.Target.Tree.ID()), o.defaultTree(), nil
	o.Request.Comparisons, o.Request.Gaps, o.Request.Sources = nil, nil, nil
	return o
}

// headTree is the id of the tree of the head.
func (r *Reading) headTree() string {
	if r.group != nil {
		return r.group.Head.Tree.ID()
	}
	return r.conversation.Head.Tree.ID()
}

// load reads the trees and files. GitHub makes no test merge without a pull
// request, so the merge is made here, file by file.
func (o *against) load(ctx context.Context) error {
	ref := &o.Request.Ref
	base, err := o.client.mergeBase(ctx, ref.BaseSHA, ref.HeadSHA)
	if o.nothing = unrelated(err) || base.commit == ref.HeadSHA; o.nothing {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s against %s: %w", o.job, ref.BaseRef, err)
	}
	ref.MergeBase = base.commit
	o.Request.Comparisons = []review.Comparison{{Name: "change", Before: o.tree(base.tree), After: o.tree(o.headTree())}}
	if base.commit != ref.BaseSHA {
		if err := o.merge(ctx, base); err != nil {
			return fmt.Errorf("read %s against %s: %w", o.job, ref.BaseRef, err)
		}
	}
	if err := o.readFiles(ctx); err != nil {
		return fmt.Errorf("read %s against %s: %w", o.job, ref.BaseRef, err)
	}
	return nil
}

// unrelated reports whether GitHub says that two commits have no common
// history: then it makes no pull request of them, and merges nothing.
func unrelated(err error) bool {
	return api.Status(err) == http.StatusNotFound && strings.Contains(err.Error(), "No common ancestor")
}

// merge adds the comparison of the branch's tip with its merge with the head. A
// file that a review reads and that both changed so that git may merge it in more
// than one way is a gap: only git's own merge tells what becomes of it. So is a
// merge of what has no single origin.
func (o *against) merge(ctx context.Context, known mergeBase) error {
	ours := trees.RootID(o.Request.Base)
	var merged string
	var both []trees.Clash
	for round := 0; ; round++ {
		var err error
		merged, both, err = trees.Merge(o.objects, o.client.app.wants, known.tree, ours, o.headTree())
		if err == nil {
			break
		}
		if !errors.Is(err, plan.ErrNotFetched) {
			return err
		}
		if round == maxRounds {
			return fmt.Errorf("merge of %s: %w", o.job, api.ErrTooLarge)
		}
		if _, err := o.Complete(ctx); err != nil {
			return err
		}
	}
	o.Request.Comparisons = append(o.Request.Comparisons, review.Comparison{Name: "merge", Before: o.Request.Base, After: o.tree(merged)})
	ref := o.Request.Ref
	switch alone, err := o.client.mergeBase(ctx, ref.MergeBase, ref.HeadSHA); {
	case err != nil:
		return err
	case alone.ahead != known.ahead:
		// What both have is more than the one commit has: git merges all of it first.
		o.mergeGap("the merge with "+ref.BaseRef, "the two have several last common commits")
	}
	for _, c := range both {
		if c.Anywhere || o.client.app.wants(c.Name) {
			o.mergeGap(c.Name, "it was changed on "+ref.BaseRef+" as well")
		}
	}
	return nil
}

// mergeGap is a gap: what a merge there would destroy could not be determined.
func (o *against) mergeGap(subject, because string) {
	branch := o.Request.Ref.BaseRef
	o.Request.Gaps = append(o.Request.Gaps, plan.Gap{Kind: plan.GapUnreadable, Subject: subject, At: plan.Range{Side: plan.After},
		Why: fmt.Sprintf("%s, whose check has the same name, so what a merge there would destroy could not be determined; open a pull request to %s to see it",
			because, branch)})
}

// followBranch leads to the open pull requests of a branch that moved, and to
// those of the other branches whose check it shares. Under a name that has one
// branch more, what passed is taken back first: it was not judged against it.
func (c *client) followBranch(ctx context.Context, job webhooks.Job) ([]webhooks.Job, error) {
	if job.Beside != "" || job.Rest != nil {
		return c.followBase(ctx, job) // the others were led to already
	}
	names, shared, err := c.sharedNow(ctx, job)
	if err != nil {
		return nil, err
	}
	if len(shared) > 0 {
		// What the merge queue made may be proposed to the others.
		of := func(run pull.Check, base string) bool { return names.Of(base) == run.Name }
		if err := c.retireAt(ctx, job.BaseSHA, of); err != nil {
			return nil, err
		}
	}
	jobs, err := c.followBase(ctx, job)
	if err != nil || len(shared) == 0 {
		return jobs, err
	}
	open, err := c.OpenPulls(ctx, "labels", "[String!]", nil)
	if err != nil {
		return jobs, err
	}
	for _, b := range shared {
		there := slices.DeleteFunc(slices.Clone(open), func(p pull.Open) bool { return p.BaseRefName != b.Name })
		if len(there) == 0 {
			continue
		}
		if job.Created {
			more, err := c.takeBackOn(ctx, job, there, names.Of(b.Name))
			if err != nil {
				return jobs, err
			}
			jobs = append(jobs, more...)
			continue
		}
		next := job
		next.BaseRef, next.BaseSHA, next.Beside = b.Name, "", job.BaseRef
		jobs = append(jobs, next)
	}
	return jobs, nil
}

// givesToOthers reports whether the name of the check of a job's branch is that
// of others too.
func (c *client) givesToOthers(ctx context.Context, job webhooks.Job) (bool, error) {
	names, shared, err := c.sharedNow(ctx, job)
	return err == nil && (len(shared) > 0 || names.Gives(job.BaseRef)), err
}

// sharedNow are the names of checks, and the branches that share that of a
// job's branch.
func (c *client) sharedNow(ctx context.Context, job webhooks.Job) (rules.Names, []pull.Branch, error) {
	var out struct{ Repository *pull.Repository }
	query := "query Names($owner:String!,$name:String!){repository(owner:$owner,name:$name){databaseId name owner{__typename login} " +
		pull.DefaultField + "}}"
	if err := c.GraphQL(ctx, query, map[string]any{"owner": c.Owner, "name": c.Repo}, &out); err != nil {
		if api.Missing(err) {
			return rules.Names{}, nil, fmt.Errorf("read the names of checks: %w: %w", api.ErrGone, err)
		}
		return rules.Names{}, nil, fmt.Errorf("read the names of checks: %w", err)
	}
	if out.Repository == nil {
		return rules.Names{}, nil, errors.New("read the names of checks: GitHub did not answer")
	}
	r := &Reading{job: job, client: c, objects: trees.NewObjects(), group: &pull.Group{Repo: *out.Repository}}
	names, err := r.readNames(ctx)
	if err != nil {
		return rules.Names{}, nil, fmt.Errorf("read the names of checks: %w", err)
	}
	shared, err := c.Sharing(ctx, *out.Repository, names, job.BaseRef)
	return names, shared, err
}

// readNames reads the settings of the default branch alone.
func (r *Reading) readNames(ctx context.Context) (rules.Names, error) {
	r.Request.Default = r.defaultTree()
	r.Request.Base = r.Request.Default
	r.Request.Ref.DefaultBranch = r.repository().DefaultBranch()
	r.Request.Ref.BaseRef = r.Request.Ref.DefaultBranch
	if err := r.wantSettings(ctx); err != nil {
		return rules.Names{}, err
	}
	if err := r.client.fetcher().Blobs(ctx, r.objects); err != nil {
		return rules.Names{}, err
	}
	return review.Names(r.Request, r.client.app.config.Rules), nil
}

// takeBackOn takes back what passed under a name of the check that has one
// branch more now, the job's, and leads to the pull requests concerned.
func (c *client) takeBackOn(ctx context.Context, job webhooks.Job, open []pull.Open, name string) (more []webhooks.Job, err error) {
	checked, err := c.ChecksOfAll(ctx, open)
	if err != nil {
		return nil, err
	}
	for _, p := range open {
		run := pull.Own(checked[p.HeadRefOid], name)
		if run == nil || !run.Passed() && run.Title != reviewedAgain {
			continue
		}
		more = append(more, job.Pull(p.Number, p.HeadRefOid))
		if !run.Passed() {
			continue // an earlier try did it
		}
		text, _ := run.Record().Withdraw(p.Number, job.BaseRef, review.Unreviewed)
		said := publish.Check{Title: reviewedAgain, Text: text,
			Summary: "There is a new branch whose check has the same name, " + publish.Escape(publish.Span, job.BaseRef, maxWhy) +
				". The commit is reviewed against it too.\n"}
		if _, err := c.writeCheck(ctx, p.HeadRefOid, run, run.Name, review.Failure, said); err != nil {
			return nil, err
		}
	}
	return more, nil
}
