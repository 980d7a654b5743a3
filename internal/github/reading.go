package github

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Reading is what was read for one job: the request, and what a publisher
// must know to write the decision back.
type Reading struct {
	Request review.Request
	job     Job
	client  *client
	began   time.Time
	// unsettled is set where GitHub had not made the test merge yet: the
	// decision holds for that reason, and the job is to be tried again.
	unsettled bool
	// checkName is the check that is written, and names are those of all
	// bases, known once the settings are.
	checkName    string
	names        rules.Names
	objects      *objects
	conversation *conversation
	group        *groupReading
	// shared are the other branches whose check this is.
	shared []graphRef
	// override is the name of the override label, known once the settings are.
	override string
	// via is the app that opened the pull request for a person, by its slug.
	via string
	// earlier are the heads this pull request had before, latest first.
	earlier []string
	// before are our check runs on them.
	before []earlierHead
}

// mergeBase is where two commits parted.
type mergeBase struct {
	commit, tree string
	// ahead is how many commits the head has that the base has not.
	ahead int
}

// Fetch reads everything that the review of a pull request or merge group
// needs, afresh. Content of files that no predictor is known to want is left
// out; see Complete.
func (a *App) Fetch(ctx context.Context, job Job) (*Reading, error) {
	c, err := a.client(job)
	if err != nil {
		return nil, err
	}
	switch job.Kind {
	case KindPull:
		r, err := c.open(ctx, job)
		if err != nil {
			return nil, err
		}
		return r, r.load(ctx)
	case KindGroup:
		return c.fetchGroup(ctx, job)
	}
	return nil, fmt.Errorf("fetch %s: jobs of kind %q are expanded, not read", job, job.Kind)
}

// open reads the conversation, which is enough to hold a pull request.
func (c *client) open(ctx context.Context, job Job) (*Reading, error) {
	began := c.app.config.Now()
	conversation, err := c.converse(ctx, job.Number, job.HeadSHA)
	if err != nil {
		return nil, err
	}
	if conversation.repo.DatabaseID != job.RepoID {
		return nil, fmt.Errorf("read %s: %w: repository %d, the delivery was of %d", job, ErrRepository, conversation.repo.DatabaseID, job.RepoID)
	}
	r := &Reading{job: job, client: c, began: began, objects: newObjects(), conversation: conversation}
	p := conversation.pull
	r.Request = review.Request{Now: c.app.config.Now(), Ref: review.Ref{
		Host: c.app.host(), Owner: c.owner, Repo: c.repo, Number: p.Number, BaseRef: p.BaseRefName,
		DefaultBranch: conversation.repo.defaultBranch(), HeadRef: p.HeadRefName, HeadSHA: p.HeadRefOid, Title: p.Title, Draft: p.IsDraft}}
	if p.State != "OPEN" {
		return r, fmt.Errorf("read %s: %w: the pull request is %s", job, ErrGone, strings.ToLower(p.State))
	}
	if p.BaseRef == nil || p.BaseRef.Target == nil || p.BaseRef.Target.Tree.id() == "" {
		return nil, fmt.Errorf("read %s: the base branch %s is not there", job, p.BaseRefName)
	}
	r.Request.Ref.BaseSHA = p.BaseRef.Target.OID
	return r, nil
}

// load reads what the conversation does not tell: the log of pushes, the trees
// and the files.
func (r *Reading) load(ctx context.Context) error {
	c, p := r.client, r.conversation.pull
	var base mergeBase
	steps := []func(context.Context) error{
		func(ctx context.Context) (err error) {
			base, err = c.mergeBase(ctx, r.Request.Ref.BaseSHA, p.HeadRefOid)
			return err
		},
		r.readPushes, r.readOpener,
	}
	if err := together(ctx, steps, func(ctx context.Context, step func(context.Context) error) error { return step(ctx) }); err != nil {
		return fmt.Errorf("read %s: %w", r.job, err)
	}
	r.Request.Ref.MergeBase = base.commit
	r.readSignals()
	r.readReviews()
	before, after := r.tree(base.tree), r.tree(r.conversation.head.Tree.id())
	r.Request.Comparisons = []review.Comparison{{Name: "change", Before: before, After: after}}
	r.Request.Base, r.Request.Default = r.tree(p.BaseRef.Target.Tree.id()), r.defaultTree()
	if base.commit != r.Request.Ref.BaseSHA {
		if err := r.readMerge(ctx); err != nil {
			return fmt.Errorf("read %s: %w", r.job, err)
		}
	}
	if err := r.readRebase(ctx, base.tree); err != nil {
		return fmt.Errorf("read %s: %w", r.job, err)
	}
	if err := r.readFiles(ctx); err != nil {
		return fmt.Errorf("read %s: %w", r.job, err)
	}
	return nil
}

func (r *Reading) tree(id string) fs.FS { return newTree(id, r.objects) }

// treeOf is the id of a tree of a reading.
func treeOf(side fs.FS) string { return side.(*tree).Root.id }

// mergeBase asks for the merge base of two commits. It never changes.
func (c *client) mergeBase(ctx context.Context, base, head string) (mergeBase, error) {
	if !isObjectID(base) || !isObjectID(head) {
		return mergeBase{}, fmt.Errorf("compare %q with %q: no commit ids", base, head)
	}
	if m, ok := c.app.kept.bases.get([2]string{base, head}); ok {
		return m, nil
	}
	var answer struct {
		Ahead     int `json:"ahead_by"`
		MergeBase *struct {
			SHA    string `json:"sha"`
			Commit struct {
				Tree struct {
					SHA string `json:"sha"`
				} `json:"tree"`
			} `json:"commit"`
		} `json:"merge_base_commit"`
	}
	// One commit a page: the commits and files of a comparison are capped and
	// not used.
	if _, err := c.do(ctx, http.MethodGet, c.repoPath("/compare/%s...%s?per_page=1", base, head), nil, &answer); err != nil {
		return mergeBase{}, err
	}
	if answer.MergeBase == nil || !isObjectID(answer.MergeBase.SHA) || !isObjectID(answer.MergeBase.Commit.Tree.SHA) {
		return mergeBase{}, fmt.Errorf("compare %.12s with %.12s: GitHub names no merge base", base, head)
	}
	m := mergeBase{answer.MergeBase.SHA, answer.MergeBase.Commit.Tree.SHA, answer.Ahead}
	c.app.kept.bases.put([2]string{base, head}, m)
	return m, nil
}

// settle is when a pull request whose test merge was not there is looked at
// again.
const settle = 10 * time.Second

// unsettled is how a check run tells that there was no test merge yet; the
// sweep looks for it.
const unsettled = "GitHub has not made the test merge yet"

// mergeQuery asks again for the test merge alone.
const mergeQuery = "query Merge($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name){pullRequest(number:$number){headRefOid " + mergeFields + "}}}"

// readMerge adds the comparison of the base's tip with the test merge. GitHub
// makes the test merge when it is asked for, so it is asked for some times.
func (r *Reading) readMerge(ctx context.Context) error {
	c, ref := r.client, r.Request.Ref
	m := r.conversation.merge
	for _, wait := range append(slices.Clone(c.app.config.MergeWaits), -1) {
		switch {
		case m.Mergeable == "CONFLICTING":
			r.gap("test merge", fmt.Sprintf("it conflicts with %s, so what the merge would destroy cannot be told; resolve the conflict", ref.BaseRef))
			return nil
		case m.of(ref.BaseSHA, ref.HeadSHA):
			r.Request.Comparisons = append(r.Request.Comparisons, review.Comparison{Name: "merge",
				Before: r.Request.Base, After: r.tree(m.Merge.Tree.id())})
			return nil
		case wait < 0:
			r.unsettled = true
			r.gap("test merge", unsettled+", so what the merge would destroy cannot be told; it is looked at again")
			return nil
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
		var out struct{ Repository *graphRepo }
		if err := c.graphql(ctx, mergeQuery, map[string]any{"owner": c.owner, "name": c.repo, "number": ref.Number}, &out); err != nil {
			return err
		}
		if out.Repository == nil || out.Repository.PullRequest == nil {
			return errors.New("GitHub did not answer for the test merge")
		}
		m = out.Repository.PullRequest.graphMerge
	}
	return nil
}

// of reports whether the test merge is that of these two commits; an old one
// stands for a while.
func (m graphMerge) of(base, head string) bool {
	if m.Merge == nil || m.Merge.Tree.id() == "" || len(m.Merge.Parents.Nodes) != 2 {
		return false
	}
	return m.Merge.Parents.Nodes[0].OID == base && m.Merge.Parents.Nodes[1].OID == head
}

// defaultTree is the tree of the default branch, an empty one where there is
// none: then no settings name the checks.
func (r *Reading) defaultTree() fs.FS {
	id := noTree
	if branch := r.repository().DefaultBranchRef; branch != nil && branch.Target != nil && branch.Target.Tree.id() != "" {
		id = branch.Target.Tree.id()
	} else {
		r.objects.folders[noTree] = []entry{}
	}
	return r.tree(id)
}

// noTree is the id of a tree without entries.
const noTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

func (r *Reading) gap(subject, why string) {
	r.Request.Gaps = append(r.Request.Gaps, plan.Gap{Kind: plan.GapUnreadable, Subject: subject, Why: why, At: plan.Range{Side: plan.After}})
}

func (r *Reading) repository() graphRepo {
	if r.group != nil {
		return r.group.repo
	}
	return r.conversation.repo
}

// name sets which check is written, and picks the records.
func (r *Reading) name(names rules.Names) {
	check := names.Of(r.Request.Ref.BaseRef)
	r.checkName, r.names = check, names
	r.client.app.kept.named.put([2]string{r.client.owner + "/" + r.client.repo, r.Request.Ref.BaseRef}, check)
	e := &r.Request.Evidence
	if r.group != nil {
		e.Group = r.group.evidence(check)
		return
	}
	mine := own(r.conversation.checks, check)
	for _, run := range r.conversation.checks {
		switch {
		case mine != nil && run.DatabaseID == mine.DatabaseID:
			e.Ledger = run.record()
		case run.Text != "":
			e.Earlier = append(e.Earlier, run.Text)
		}
	}
	for i, s := range e.Siblings {
		if run := own(r.conversation.checks, names.Of(s.BaseRef)); run != nil {
			e.Siblings[i].Ledger = run.record()
		}
	}
}

// ReadToken makes a token that may read the contents of the repository and nothing
// else, for who fetches on behalf of the review.
func (r *Reading) ReadToken(ctx context.Context) (string, error) { return r.client.readToken(ctx) }
