package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Reading is what was read for one job: the request, and what a publisher
// must know to write the decision back.
type Reading struct {
	Request review.Request
	// Unsettled is set where GitHub had not made the test merge yet: the
	// decision holds for that reason, and the job is to be tried again.
	Unsettled bool

	job    Job
	client *client
	// checkName is the check that is written, known once the settings are.
	checkName string
	objects   *objects
	talk      *conversation
	group     *groupReading
	// earlier are the heads this pull request had before, latest first.
	earlier []string
	// before are our check runs on them.
	before [][]graphCheck
	asked  map[string]bool // standings and teams that were asked for
}

// mergeBase is where two commits parted.
type mergeBase struct{ commit, tree string }

// Fetch reads everything that the review of a pull request or merge group
// needs, afresh. Content of files that no predictor is known to want is left
// out; see Complete.
func (a *App) Fetch(ctx context.Context, job Job) (*Reading, error) {
	c, err := a.client(job)
	if err != nil {
		return nil, err
	}
	return c.fetch(ctx, job)
}

func (c *client) fetch(ctx context.Context, job Job) (*Reading, error) {
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

// open reads the conversation, which is enough to publish that a review is
// under way.
func (c *client) open(ctx context.Context, job Job) (*Reading, error) {
	talk, err := c.converse(ctx, job.Number, job.HeadSHA)
	if err != nil {
		return nil, err
	}
	if talk.repo.DatabaseID != job.RepoID {
		return nil, fmt.Errorf("read %s: %w: repository %d, the delivery was of %d", job, ErrRepository, talk.repo.DatabaseID, job.RepoID)
	}
	r := &Reading{job: job, client: c, objects: newObjects(), talk: talk, asked: map[string]bool{}}
	p := talk.pull
	r.Request = review.Request{Now: c.app.config.Now(), Ref: review.Ref{Owner: c.owner, Repo: c.repo, Number: p.Number, BaseRef: p.BaseRefName,
		HeadRef: p.HeadRefName, HeadSHA: p.HeadRefOid, Title: p.Title, Draft: p.IsDraft}}
	if p.State != "OPEN" {
		return r, fmt.Errorf("read %s: %w: the pull request is %s", job, ErrGone, strings.ToLower(p.State))
	}
	if p.BaseRef == nil || p.BaseRef.Target == nil || p.BaseRef.Target.Tree.id() == "" {
		return nil, fmt.Errorf("read %s: the base branch %s is not there", job, p.BaseRefName)
	}
	r.Request.Ref.BaseSHA = p.BaseRef.Target.OID
	return r, nil
}

// load reads all that the conversation does not tell: the log of pushes, the
// labels' history, the trees and the files.
func (r *Reading) load(ctx context.Context) error {
	c, p := r.client, r.talk.pull
	var base mergeBase
	steps := []func(context.Context) error{
		func(ctx context.Context) (err error) {
			base, err = c.mergeBase(ctx, r.Request.Ref.BaseSHA, p.HeadRefOid)
			return err
		},
		r.readPushes, r.readLabels,
	}
	if err := together(ctx, steps, func(ctx context.Context, step func(context.Context) error) error { return step(ctx) }); err != nil {
		return fmt.Errorf("read %s: %w", r.job, err)
	}
	r.Request.Ref.MergeBase = base.commit
	r.readSignals()
	r.readReviews()
	before, after := r.tree(base.tree), r.tree(r.talk.head.Tree.id())
	r.Request.Comparisons = []review.Comparison{{Name: "change", Before: before, After: after}}
	r.Request.Base = r.tree(p.BaseRef.Target.Tree.id())
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

func (r *Reading) tree(id string) fs.FS { return &tree{root: id, objects: r.objects} }

// mergeBase asks for the merge base of two commits. It never changes.
func (c *client) mergeBase(ctx context.Context, base, head string) (mergeBase, error) {
	if !isObjectID(base) || !isObjectID(head) {
		return mergeBase{}, fmt.Errorf("compare %q with %q: no commit ids", base, head)
	}
	if m, ok := c.app.kept.bases.get([2]string{base, head}); ok {
		return m, nil
	}
	var answer struct {
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
	m := mergeBase{commit: answer.MergeBase.SHA, tree: answer.MergeBase.Commit.Tree.SHA}
	c.app.kept.bases.put([2]string{base, head}, m)
	return m, nil
}

// mergeQuery asks again for the test merge alone.
const mergeQuery = "query Merge($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name){pullRequest(number:$number){headRefOid " + mergeFields + "}}}"

// readMerge adds the comparison of the base's tip with the test merge. GitHub
// makes the test merge when it is asked for, so it is asked for some times.
func (r *Reading) readMerge(ctx context.Context) error {
	c, ref := r.client, r.Request.Ref
	m := r.talk.merge
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
			r.Unsettled = true
			r.gap("test merge", "GitHub has not made the test merge yet, so what the merge would destroy cannot be told; it is looked at again")
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

func (r *Reading) gap(subject, why string) {
	r.Request.Gaps = append(r.Request.Gaps, plan.Gap{Kind: plan.GapUnreadable, Subject: subject, Why: why, At: plan.Range{Side: plan.After}})
}

// readFiles brings the trees, lists what differs, and brings the files that
// the predictors are known to want.
func (r *Reading) readFiles(ctx context.Context) error {
	for round := 0; ; round++ {
		again, err := r.compare()
		if err != nil {
			return err
		}
		if !again {
			break
		}
		if round == maxRounds {
			return fmt.Errorf("trees of %s: %w", r.job, ErrTooLarge)
		}
		if err := r.client.fetchFolders(ctx, r.objects); err != nil {
			return err
		}
	}
	if err := r.wantSettings(ctx); err != nil {
		return err
	}
	if err := r.wantFiles(); err != nil {
		return err
	}
	return together(ctx, []func(context.Context) error{
		func(ctx context.Context) error { return r.client.fetchBlobs(ctx, r.objects) },
		r.readEarlier,
	}, func(ctx context.Context, f func(context.Context) error) error { return f(ctx) })
}

// maxRounds is how often a job goes back to GitHub for what a run asked for.
// Each round follows one more step from file to file.
const maxRounds = 12

// compare lists the files that differ, and drops a second comparison that is
// the same as the first. It returns true where folders are missing.
func (r *Reading) compare() (again bool, err error) {
	for i := range r.Request.Comparisons {
		cmp := &r.Request.Comparisons[i]
		cmp.Files, err = treediff.Files(cmp.Before, cmp.After)
		if errors.Is(err, plan.ErrNotFetched) {
			again = true
			continue
		}
		if err != nil {
			return false, fmt.Errorf("compare trees: %w", err)
		}
	}
	if again {
		return true, nil
	}
	if _, err := fs.Lstat(r.Request.Base, "."); err != nil {
		return false, err
	}
	if _, err := fs.ReadDir(r.Request.Base, "."); errors.Is(err, plan.ErrNotFetched) {
		return true, nil
	}
	c := r.Request.Comparisons
	if len(c) == 2 && treeRoot(c[0].Before) == treeRoot(c[1].Before) && treeRoot(c[0].After) == treeRoot(c[1].After) {
		r.Request.Comparisons = c[:1]
	}
	return false, nil
}

func treeRoot(f fs.FS) string {
	if t, ok := f.(*tree); ok {
		return t.root
	}
	return ""
}

// wantSettings notes the settings' file, and reads the organisation's where
// the repository has none.
func (r *Reading) wantSettings(ctx context.Context) error {
	t, ok := r.Request.Base.(*tree)
	if !ok {
		return nil
	}
	e, err := t.find("open", rules.SettingsPath)
	switch {
	case err == nil:
		r.objects.want(e)
		return nil
	case errors.Is(err, plan.ErrNotFetched):
		if err := r.client.fetchFolders(ctx, r.objects); err != nil {
			return err
		}
		return r.wantSettings(ctx)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if repo := r.repository(); repo.Owner.Typename != "Organization" {
		return nil
	}
	r.Request.Organisation, err = r.client.organisation(ctx, r.job.Installation, r.objects)
	return err
}

// fewFiles is how many wanted files are fetched ahead, whole tree, before the
// first run; in larger repositories those near the change are, and the rest
// when a run asks for it.
const fewFiles = 300

// wantFiles notes the files that are worth having before the first run.
func (r *Reading) wantFiles() error {
	wants := r.client.app.config.Wants
	for _, c := range r.Request.Comparisons {
		if !slices.ContainsFunc(c.Files, func(f plan.File) bool { return wants(f.Path) || wants(f.From) }) {
			continue // nothing that a predictor reads has changed
		}
		near := map[string]bool{}
		for _, f := range c.Files {
			for _, name := range []string{f.Path, f.From} {
				near[path.Dir(name)] = true
			}
		}
		for _, side := range []fs.FS{c.Before, c.After} {
			t, ok := side.(*tree)
			if !ok {
				continue
			}
			all, close := map[string]entry{}, map[string]entry{}
			if err := t.walk(".", func(name string, e entry) {
				if wants(name) {
					all[name] = e
					if near[path.Dir(name)] {
						close[name] = e
					}
				}
			}); err != nil {
				return err
			}
			if len(all) > fewFiles {
				all = close
			}
			for _, e := range all {
				r.objects.want(e)
			}
		}
	}
	return nil
}

// walk visits every file that is known, folders that were not fetched left
// out.
func (t *tree) walk(dir string, visit func(name string, e entry)) error {
	at, err := t.find("readdir", dir)
	if err != nil {
		return err
	}
	t.objects.mu.Lock()
	entries := t.objects.folders[at.id]
	t.objects.mu.Unlock()
	for _, e := range entries {
		name := path.Join(dir, e.name)
		if e.isDir() {
			if err := t.walk(name, visit); err != nil {
				return err
			}
			continue
		}
		if e.mode != "160000" {
			visit(name, e)
		}
	}
	return nil
}

// organisation is the tree of the organisation's .github repository, nil
// where there is none that we may see. Its token is for that repository alone.
func (c *client) organisation(ctx context.Context, installation int64, o *objects) (fs.FS, error) {
	const name = ".github"
	if c.app.isAlone(installation) {
		return nil, nil
	}
	other, err := c.app.clientFor(scope{installation: installation, name: name}, c.owner, name, c.count)
	if err != nil {
		return nil, err
	}
	var out struct {
		Repository *struct {
			Object *struct {
				graphOID
			}
		}
	}
	query := "query Organisation($owner:String!,$name:String!){repository(owner:$owner,name:$name){object(expression:\"HEAD\"){__typename oid ...on Commit{tree{oid}}}}}"
	err = other.graphql(ctx, query, map[string]any{"owner": c.owner, "name": name}, &out)
	if missing(err) || (gone(err) && status(err) == http.StatusUnprocessableEntity) {
		c.app.setAlone(installation) // there is none, or the app is not installed on it
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read settings of the organisation: %w", err)
	}
	if out.Repository == nil || out.Repository.Object == nil || out.Repository.Object.Tree.id() == "" {
		return nil, nil // an empty repository
	}
	t := &tree{root: out.Repository.Object.Tree.id(), objects: o}
	if _, err := t.ReadDir("."); err != nil {
		if err := other.fetchFolders(ctx, o); err != nil {
			return nil, fmt.Errorf("read settings of the organisation: %w", err)
		}
	}
	if e, err := t.find("open", rules.SettingsPath); err == nil {
		o.want(e)
		if err := other.fetchBlobs(ctx, o); err != nil {
			return nil, fmt.Errorf("read settings of the organisation: %w", err)
		}
	}
	return t, nil
}

// aloneFor is how long an organisation without settings is taken to have none.
const aloneFor = 10 * time.Minute

func (a *App) isAlone(installation int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, ok := a.alone[installation]
	return ok && a.config.Now().Sub(at) < aloneFor
}

func (a *App) setAlone(installation int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.alone[installation] = a.config.Now()
}

// Complete brings what the last run asked for and had not got: folders and
// content of files. It returns true where something came, so that the run is
// to be repeated.
func (r *Reading) Complete(ctx context.Context) (bool, error) {
	r.objects.mu.Lock()
	need := len(r.objects.wantedBlobs) + len(r.objects.wantedFolders)
	r.objects.mu.Unlock()
	if need == 0 {
		return false, nil
	}
	if err := r.client.fetchFolders(ctx, r.objects); err != nil {
		return false, fmt.Errorf("read %s: %w", r.job, err)
	}
	if err := r.client.fetchBlobs(ctx, r.objects); err != nil {
		return false, fmt.Errorf("read %s: %w", r.job, err)
	}
	return true, nil
}

// login orders accounts that may lack an id.
func login(a rules.Account) string { return strings.ToLower(cmp.Or(a.Login, fmt.Sprint(a.ID))) }

func (r *Reading) repository() graphRepo {
	if r.group != nil {
		return r.group.repo
	}
	return r.talk.repo
}
