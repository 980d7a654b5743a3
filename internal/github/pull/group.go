package pull

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Group is a merge group as GitHub shows it now.
type Group struct {
	Repo       Repository
	Base, Head Head
	Checks     []Check
	Members    []Member
	Doubtful   string
}

// Member is a pull request of a merge group, with our check runs on its head.
type Member struct {
	Number        int
	Head, BaseRef string
	Checks        []Check
}

// groupQuery asks for both ends of the group and for the queue.
const groupQuery = "query Group($owner:String!,$name:String!,$base:GitObjectID!,$head:GitObjectID!,$branch:String!,$app:Int!){" +
	"repository(owner:$owner,name:$name){databaseId name owner{__typename login} " + DefaultField +
	" base:object(oid:$base){__typename ...on Commit{oid tree{oid}}} head:object(oid:$head){__typename ...on Commit{oid tree{oid} " +
	ChecksField + "}}" +
	" mergeQueue(branch:$branch){entries(first:100){" + pageFields + " nodes{position baseCommit{oid} headCommit{oid}" +
	" pullRequest{number headRefOid baseRefName}}}}}}"

// groupAnswer is what GitHub answers to it.
type groupAnswer struct {
	Repository
	Base, Head *Head
	MergeQueue *struct{ Entries *api.Connection[groupEntry] }
}

type groupEntry struct {
	Position               int
	HeadCommit, BaseCommit *Object
	Pull                   *struct {
		Number                  int
		HeadRefOid, BaseRefName string
	} `json:"pullRequest"`
}

// ReadGroup reads a merge group: its ends, its members by the queue and by the
// name of its branch, and our check runs on the members' heads.
func (c Reader) ReadGroup(ctx context.Context, job webhooks.Job) (*Group, error) {
	var out struct{ Repository *groupAnswer }
	variables := map[string]any{"owner": c.Owner, "name": c.Repo, "base": job.BaseSHA, "head": job.HeadSHA, "branch": job.BaseRef,
		"app": c.App.Config.AppID}
	err := c.GraphQL(ctx, groupQuery, variables, &out)
	if api.Missing(err) || api.NoAccess(err) {
		err = fmt.Errorf("%w: %w", api.ErrGone, err)
	}
	var g *Group
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
func (a *groupAnswer) group(job webhooks.Job) (*Group, error) {
	switch {
	case a == nil || a.Base == nil || a.Head == nil || a.Base.Tree.ID() == "" || a.Head.Tree.ID() == "":
		return nil, errors.New("GitHub does not know both of its ends")
	case a.DatabaseID != job.RepoID:
		return nil, api.ErrRepository
	}
	g := &Group{Repo: a.Repository, Base: *a.Base, Head: *a.Head}
	var err error
	if g.Checks, err = a.Head.Checks(); err != nil {
		return nil, err
	}
	if a.MergeQueue == nil {
		g.Doubtful = "GitHub shows no merge queue for this branch"
		return g, nil
	}
	entries, cursor, err := a.MergeQueue.Entries.Page("entries of the merge queue")
	if err != nil {
		return nil, err
	}
	if cursor != "" {
		return nil, fmt.Errorf("the queue has more than %d entries: %w", len(entries), api.ErrTooLarge)
	}
	g.follow(entries, job)
	return g, nil
}

// follow takes the queue's entries from the group's base to its head for its
// members.
func (g *Group) follow(entries []groupEntry, job webhooks.Job) {
	slices.SortFunc(entries, func(a, b groupEntry) int { return a.Position - b.Position })
	started, ended := false, false
	for _, e := range entries {
		started = started || e.BaseCommit.ID() == job.BaseSHA
		if !started || ended {
			continue
		}
		if e.Pull == nil {
			g.Doubtful = "GitHub does not report which pull request an entry of the queue belongs to"
			return
		}
		g.Members = append(g.Members, Member{Number: e.Pull.Number, Head: e.Pull.HeadRefOid, BaseRef: e.Pull.BaseRefName})
		ended = e.HeadCommit.ID() == job.HeadSHA
	}
	if !ended {
		g.Doubtful = "the queue shows no entries from the group's base to its head"
	} else if last := g.Members[len(g.Members)-1].Number; last != queueNumber(job.GroupRef) {
		g.Doubtful = fmt.Sprintf("the queue ends with #%d, the group's branch is %s", last, job.GroupRef)
	}
}

// queueNumber is the last pull request of a group by the name of its branch,
// gh-readonly-queue/<base>/pr-<number>-<sha>; 0 where the name is another.
func queueNumber(ref string) int {
	if !strings.HasPrefix(ref, webhooks.QueuePrefix) {
		return 0
	}
	_, last, _ := strings.Cut(ref[strings.LastIndexByte(ref, '/')+1:], "pr-")
	number, _, _ := strings.Cut(last, "-")
	n, _ := strconv.Atoi(number)
	return n
}

// memberChecks reads our check runs on the members' heads.
func (c Reader) memberChecks(ctx context.Context, g *Group) error {
	var heads []string
	for _, m := range g.Members {
		heads = append(heads, m.Head)
	}
	found := map[string][]Check{}
	if err := c.ChecksOf(ctx, heads, found); err != nil {
		return fmt.Errorf("read the members of the group: %w", err)
	}
	for i, m := range g.Members {
		checks, ok := found[m.Head]
		if !ok {
			return fmt.Errorf("GitHub does not know the head of #%d", m.Number)
		}
		g.Members[i].Checks = checks
	}
	return nil
}

// Evidence is the group as the decision wants it. name is the check's.
func (g *Group) Evidence(name string) *review.Group {
	out := &review.Group{Doubtful: g.Doubtful}
	for _, m := range g.Members {
		member := review.Member{Number: m.Number, HeadSHA: m.Head, BaseRef: m.BaseRef}
		if run := Own(m.Checks, name); run != nil {
			member.Ledger = run.Record()
		}
		out.Members = append(out.Members, member)
	}
	return out
}
