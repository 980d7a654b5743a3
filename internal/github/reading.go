package github

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/trees"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Reading is what was read for one job: the request, and what a publisher
// must know to write the decision back.
type Reading struct {
	Request review.Request
	job     webhooks.Job
	client  *client
	began   time.Time
	// unsettled is set where GitHub had not made the test merge yet: the
	// decision holds for that reason, and the job is to be tried again.
	unsettled bool
	// checkName is the check that is written, and names are those of all
	// bases, known once the settings are.
	checkName    string
	names        rules.Names
	objects      *trees.Objects
	conversation *pull.Conversation
	group        *pull.Group
	// shared are the other branches whose check this is.
	shared []pull.Branch
	// override is the name of the override label, known once the settings are.
	override string
	// via is the app that opened the pull request for a person, by its slug.
	via string
	// earlier are the heads this pull request had before, latest first.
	earlier []string
	// before are our check runs on them.
	before []earlierHead
}

// Fetch reads everything that the review of a pull request or merge group
// needs, afresh. Content of files that no predictor is known to want is left
// out; see Complete.
func (a *App) Fetch(ctx context.Context, job webhooks.Job) (*Reading, error) {
	c, err := a.client(job)
	if err != nil {
		return nil, err
	}
	switch job.Kind {
	case webhooks.KindPull:
		r, err := c.open(ctx, job)
		if err != nil {
			return nil, err
		}
		return r, r.load(ctx)
	case webhooks.KindGroup:
		return c.fetchGroup(ctx, job)
	}
	return nil, fmt.Errorf("fetch %s: jobs of kind %q are expanded, not read", job, job.Kind)
}

// open reads the conversation, which is enough to hold a pull request.
func (c *client) open(ctx context.Context, job webhooks.Job) (*Reading, error) {
	began := c.app.config.Now()
	conversation, err := c.Converse(ctx, job.Number, job.HeadSHA)
	if err != nil {
		return nil, err
	}
	if conversation.Repo.DatabaseID != job.RepoID {
		return nil, fmt.Errorf("read %s: %w: repository %d, the delivery was of %d", job, api.ErrRepository, conversation.Repo.DatabaseID,
			job.RepoID)
	}
	r := &Reading{job: job, client: c, began: began, objects: trees.NewObjects(), conversation: conversation}
	p := conversation.Pull
	r.Request = review.Request{Now: c.app.config.Now(), Ref: review.Ref{
		Host: c.app.Host(), Owner: c.Owner, Repo: c.Repo, Number: p.Number, BaseRef: p.BaseRefName,
		DefaultBranch: conversation.Repo.DefaultBranch(), HeadRef: p.HeadRefName, HeadSHA: p.HeadRefOid, Title: p.Title, Draft: p.IsDraft}}
	if p.State != "OPEN" {
		return r, fmt.Errorf("read %s: %w: the pull request is %s", job, api.ErrGone, strings.ToLower(p.State))
	}
	if p.BaseRef == nil || p.BaseRef.Target == nil || p.BaseRef.Target.Tree.ID() == "" {
		return nil, fmt.Errorf("read %s: the base branch %s is not there", job, p.BaseRefName)
	}
	r.Request.Ref.BaseSHA = p.BaseRef.Target.OID
	return r, nil
}

// load reads what the conversation does not tell: the log of pushes, the trees
// and the files.
func (r *Reading) load(ctx context.Context) error {
	c, p := r.client, r.conversation.Pull
	var base mergeBase
	steps := []func(context.Context) error{
		func(ctx context.Context) (err error) {
			base, err = c.mergeBase(ctx, r.Request.Ref.BaseSHA, p.HeadRefOid)
			return err
		},
		r.readPushes, r.readOpener,
	}
	if err := api.Together(ctx, steps, func(ctx context.Context, step func(context.Context) error) error { return step(ctx) }); err != nil {
		return fmt.Errorf("read %s: %w", r.job, err)
	}
	r.Request.Ref.MergeBase = base.commit
	r.readSignals()
	r.readReviews()
	before, after := r.tree(base.tree), r.tree(r.conversation.Head.Tree.ID())
	r.Request.Comparisons = []review.Comparison{{Name: "change", Before: before, After: after}}
	r.Request.Base, r.Request.Default = r.tree(p.BaseRef.Target.Tree.ID()), r.defaultTree()
	if base.commit != r.Request.Ref.BaseSHA {
		if err := r.readMerge(ctx); err != nil {
			return fmt.Errorf("read %s: %w", r.job, err)
		}
	}
	if err := r.readFiles(ctx); err != nil {
		return fmt.Errorf("read %s: %w", r.job, err)
	}
	return nil
}

func (r *Reading) tree(id string) fs.FS { return trees.NewTree(id, r.objects) }

// settle is when a pull request whose test merge was not there is looked at
// again.
const settle = 10 * time.Second

// unsettled is how a check run tells that there was no test merge yet; the
// sweep looks for it.
const unsettled = "GitHub has not made the test merge yet"

// mergeQuery asks again for the test merge alone.
const mergeQuery = "query Merge($owner:String!,$name:String!,$number:Int!)" +
	"{repository(owner:$owner,name:$name){pullRequest(number:$number){headRefOid " + pull.MergeFields + "}}}"

// readMerge adds the comparison of the base's tip with the test merge. GitHub
// makes the test merge when it is asked for, so it is asked for some times.
func (r *Reading) readMerge(ctx context.Context) error {
	c, ref := r.client, r.Request.Ref
	m := r.conversation.Merge
	for _, wait := range append(slices.Clone(c.app.config.MergeWaits), -1) {
		switch {
		case m.Mergeable == "CONFLICTING":
			r.gap("test merge", fmt.Sprintf("it conflicts with %s, so what the merge would destroy could not be determined; resolve the conflict",
				ref.BaseRef))
			return nil
		case m.Of(ref.BaseSHA, ref.HeadSHA):
			r.Request.Comparisons = append(r.Request.Comparisons, review.Comparison{Name: "merge",
				Before: r.Request.Base, After: r.tree(m.Merge.Tree.ID())})
			return nil
		case wait < 0:
			r.unsettled = true
			r.gap("test merge", unsettled+", so what the merge would destroy could not be determined; it is reviewed again")
			return nil
		}
		if err := api.Sleep(ctx, wait); err != nil {
			return err
		}
		var out struct{ Repository *pull.Repository }
		if err := c.GraphQL(ctx, mergeQuery, map[string]any{"owner": c.Owner, "name": c.Repo, "number": ref.Number}, &out); err != nil {
			return err
		}
		if out.Repository == nil || out.Repository.PullRequest == nil {
			return errors.New("GitHub did not answer for the test merge")
		}
		m = out.Repository.PullRequest.TestMerge
	}
	return nil
}

// defaultTree is the tree of the default branch, an empty one where there is
// none: then no settings name the checks.
func (r *Reading) defaultTree() fs.FS {
	branch := r.repository().DefaultBranchRef
	if branch == nil || branch.Target == nil || branch.Target.Tree.ID() == "" {
		return trees.Empty(r.objects)
	}
	return r.tree(branch.Target.Tree.ID())
}

func (r *Reading) gap(subject, why string) {
	r.Request.Gaps = append(r.Request.Gaps, plan.Gap{Kind: plan.GapUnreadable, Subject: subject, Why: why, At: plan.Range{Side: plan.After}})
}

func (r *Reading) repository() pull.Repository {
	if r.group != nil {
		return r.group.Repo
	}
	return r.conversation.Repo
}

// name sets which check is written, and picks the records.
func (r *Reading) name(names rules.Names) {
	check := names.Of(r.Request.Ref.BaseRef)
	r.checkName, r.names = check, names
	r.client.SetName(r.Request.Ref.BaseRef, check)
	e := &r.Request.Evidence
	if r.group != nil {
		e.Group = r.group.Evidence(check)
		return
	}
	mine := pull.Own(r.conversation.Checks, check)
	for _, run := range r.conversation.Checks {
		switch {
		case mine != nil && run.DatabaseID == mine.DatabaseID:
			e.Ledger = run.Record()
		case run.Text != "":
			e.Earlier = append(e.Earlier, run.Text)
		}
	}
	for i, s := range e.Siblings {
		if run := pull.Own(r.conversation.Checks, names.Of(s.BaseRef)); run != nil {
			e.Siblings[i].Ledger = run.Record()
		}
	}
}

// ReadToken makes a token that may read the contents of the repository and nothing
// else, for who fetches on behalf of the review.
func (r *Reading) ReadToken(ctx context.Context) (string, error) { return r.client.ReadToken(ctx) }
