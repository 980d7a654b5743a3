package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// groupReading is a merge group as GitHub shows it now.
type groupReading struct {
	repo       graphRepo
	base, head graphHead
	checks     []graphCheck
	members    []groupMember
	doubtful   string
}

type groupMember struct {
	number        int
	head, baseRef string
	checks        []graphCheck
}

// groupQuery asks for both ends of the group and for the queue.
const groupQuery = "query Group($owner:String!,$name:String!,$base:GitObjectID!,$head:GitObjectID!,$branch:String!,$app:Int!){" +
	"repository(owner:$owner,name:$name){databaseId name owner{__typename login} " + defaultField +
	" base:object(oid:$base){__typename ...on Commit{oid tree{oid}}} head:object(oid:$head){__typename ...on Commit{oid tree{oid} " + checksField + "}}" +
	" mergeQueue(branch:$branch){entries(first:100){" + pageFields + " nodes{position baseCommit{oid} headCommit{oid}" +
	" pullRequest{number headRefOid baseRefName}}}}}}"

// groupAnswer is what GitHub answers to it.
type groupAnswer struct {
	graphRepo
	Base, Head *graphHead
	MergeQueue *struct{ Entries *connection[groupEntry] }
}

type groupEntry struct {
	Position               int
	HeadCommit, BaseCommit *graphOID
	Pull                   *struct {
		Number                  int
		HeadRefOid, BaseRefName string
	} `json:"pullRequest"`
}

// readGroup reads a merge group: its ends, its members by the queue and by the
// name of its branch, and our check runs on the members' heads.
func (c *client) readGroup(ctx context.Context, job Job) (*groupReading, error) {
	var out struct{ Repository *groupAnswer }
	variables := map[string]any{"owner": c.owner, "name": c.repo, "base": job.BaseSHA, "head": job.HeadSHA, "branch": job.BaseRef, "app": c.app.config.AppID}
	err := c.graphql(ctx, groupQuery, variables, &out)
	if missing(err) || gone(err) {
		err = fmt.Errorf("%w: %w", ErrGone, err)
	}
	var g *groupReading
	if err == nil {
		g, err = out.Repository.group(job)
	}
	if err == nil {
		err = c.memberChecks(ctx, g)
	}
	if err != nil {
		return nil, fmt.Errorf("read group %s: %w", job, err)
	}
	return g, nil
}

// group takes the answer apart. What it lacks is an error, and what of the queue
// does not fit the group is a doubt.
func (a *groupAnswer) group(job Job) (*groupReading, error) {
	switch {
	case a == nil || a.Base == nil || a.Head == nil || a.Base.Tree.id() == "" || a.Head.Tree.id() == "":
		return nil, errors.New("GitHub does not know both of its ends")
	case a.DatabaseID != job.RepoID:
		return nil, ErrRepository
	}
	g := &groupReading{repo: a.graphRepo, base: *a.Base, head: *a.Head}
	var err error
	if g.checks, err = a.Head.checks(); err != nil {
		return nil, err
	}
	if a.MergeQueue == nil {
		g.doubtful = "GitHub shows no merge queue for this branch"
		return g, nil
	}
	entries, cursor, err := a.MergeQueue.Entries.page("entries of the merge queue")
	if err != nil {
		return nil, err
	}
	if cursor != "" {
		return nil, fmt.Errorf("the queue has more than %d entries: %w", len(entries), ErrTooLarge)
	}
	g.follow(entries, job)
	return g, nil
}

// follow takes the queue's entries from the group's base to its head for its
// members.
func (g *groupReading) follow(entries []groupEntry, job Job) {
	slices.SortFunc(entries, func(a, b groupEntry) int { return a.Position - b.Position })
	started, ended := false, false
	for _, e := range entries {
		started = started || e.BaseCommit.id() == job.BaseSHA
		if !started || ended {
			continue
		}
		if e.Pull == nil {
			g.doubtful = "GitHub does not say which pull request an entry of the queue is"
			return
		}
		g.members = append(g.members, groupMember{number: e.Pull.Number, head: e.Pull.HeadRefOid, baseRef: e.Pull.BaseRefName})
		ended = e.HeadCommit.id() == job.HeadSHA
	}
	if !ended {
		g.doubtful = "the queue shows no entries from the group's base to its head"
	} else if last := g.members[len(g.members)-1].number; last != queueNumber(job.GroupRef) {
		g.doubtful = fmt.Sprintf("the queue ends with #%d, the group's branch is %s", last, job.GroupRef)
	}
}

// queueNumber is the last pull request of a group by the name of its branch,
// gh-readonly-queue/<base>/pr-<number>-<sha>; 0 where the name is another.
func queueNumber(ref string) int {
	if !strings.HasPrefix(ref, queuePrefix) {
		return 0
	}
	_, last, _ := strings.Cut(ref[strings.LastIndexByte(ref, '/')+1:], "pr-")
	number, _, _ := strings.Cut(last, "-")
	n, _ := strconv.Atoi(number)
	return n
}

// memberChecks reads our check runs on the members' heads.
func (c *client) memberChecks(ctx context.Context, g *groupReading) error {
	var heads []string
	for _, m := range g.members {
		heads = append(heads, m.head)
	}
	found := map[string][]graphCheck{}
	if err := c.checksOf(ctx, heads, found); err != nil {
		return fmt.Errorf("read the members of the group: %w", err)
	}
	for i, m := range g.members {
		checks, ok := found[m.head]
		if !ok {
			return fmt.Errorf("GitHub does not know the head of #%d", m.number)
		}
		g.members[i].checks = checks
	}
	return nil
}

// evidence is the group as the decision wants it. name is the check's.
func (g *groupReading) evidence(name string) *review.Group {
	out := &review.Group{Doubtful: g.doubtful}
	for _, m := range g.members {
		member := review.Member{Number: m.number, HeadSHA: m.head, BaseRef: m.baseRef}
		if run := own(m.checks, name); run != nil {
			member.Ledger = run.record()
		}
		out.Members = append(out.Members, member)
	}
	return out
}

// young is how old the delivery of a group is at most for a doubt about the
// queue to be looked at again.
const young = 15 * time.Second

// fetchGroup reads all that the review of a merge group needs.
func (c *client) fetchGroup(ctx context.Context, job Job) (*Reading, error) {
	g, err := c.readGroup(ctx, job)
	if err != nil {
		return nil, err
	}
	if now := c.app.config.Now(); g.doubtful != "" && now.Sub(job.Received) < young {
		// The queue may not show its newest group yet; a failure would throw
		// it out, a check that is missing makes it wait.
		return nil, &LaterError{After: settle, Why: g.doubtful}
	}
	r := &Reading{job: job, client: c, objects: newObjects(), group: g}
	r.Request = review.Request{Now: c.app.config.Now(), Ref: review.Ref{
		Host: c.app.host(), Owner: c.owner, Repo: c.repo, BaseRef: job.BaseRef, HeadRef: job.GroupRef,
		DefaultBranch: g.repo.defaultBranch(), BaseSHA: job.BaseSHA, HeadSHA: job.HeadSHA, MergeBase: job.BaseSHA}}
	r.Request.Base, r.Request.Default = r.tree(g.base.Tree.id()), r.defaultTree()
	r.Request.Comparisons = []review.Comparison{{Name: "group", Before: r.Request.Base, After: r.tree(g.head.Tree.id())}}
	r.Request.Evidence.Group = g.evidence("")
	if err := r.readFiles(ctx); err != nil {
		return nil, fmt.Errorf("read group %s: %w", job, err)
	}
	return r, nil
}
