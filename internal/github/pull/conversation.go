// Package pull reads what GitHub shows of a pull request or a merge group, our check
// runs on it, and the branches that share a check.
package pull

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// The parts of the conversation query. Each list is one constant, because its
// further pages are asked for with the same text.
const (
	actorFields = "{__typename login ...on User{databaseId} ...on Bot{databaseId} ...on Organization{databaseId} ...on Mannequin{databaseId}}"
	pageFields  = "totalCount pageInfo{hasNextPage endCursor}"

	commitsField = "commits(first:100){" + pageFields + " nodes{commit{oid message" +
		" author{name email date user{__typename databaseId login}} committer{name email date user{__typename databaseId login}}" +
		" authors(first:20){totalCount nodes{name email user{__typename databaseId login}}} signature{isValid}}}}"
	reviewsField = "reviews(first:100){" + pageFields + " nodes{fullDatabaseId state submittedAt body viewerDidAuthor author" +
		actorFields + " commit{oid}}}"
	requestsField = "reviewRequests(first:100){" + pageFields +
		" nodes{requestedReviewer{__typename ...on User{databaseId login} ...on Bot{databaseId login} ...on Mannequin{databaseId login}}}}"
	labelsField   = "labels(first:100){" + pageFields + " nodes{name}}"
	assignedField = "assignees(first:100){" + pageFields + " nodes{__typename databaseId login}}"
	commentsField = "comments(first:100){" + pageFields + " nodes{fullDatabaseId body viewerDidAuthor author" + actorFields + "}}"
	threadsField  = "reviewThreads(first:100){" + pageFields +
		" nodes{isOutdated comments(first:1){nodes{fullDatabaseId body viewerDidAuthor author" + actorFields + "}}}}"
	timelineField = "timelineItems(first:100,itemTypes:[REVIEW_DISMISSED_EVENT,REVIEW_REQUESTED_EVENT," +
		"HEAD_REF_FORCE_PUSHED_EVENT,BASE_REF_CHANGED_EVENT]){totalCount:filteredCount pageInfo{hasNextPage endCursor}" +
		" nodes{__typename ...on ReviewDismissedEvent{createdAt actor" + actorFields + " previousReviewState review{fullDatabaseId}}" +
		" ...on ReviewRequestedEvent{createdAt requestedReviewer{__typename ...on User{databaseId login}}}" +
		" ...on BaseRefChangedEvent{createdAt previousRefName currentRefName}" +
		" ...on HeadRefForcePushedEvent{createdAt beforeCommit{oid}}}}"

	ChecksField = "checkSuites(first:20,filterBy:{appId:$app}){" + pageFields + " nodes{checkRuns(first:100){" + pageFields +
		" nodes{databaseId name status conclusion title summary text externalId startedAt}}}}"
	headFields = "oid tree{oid} " + ChecksField +
		" associatedPullRequests(first:100){" + pageFields + " nodes{number state headRefOid baseRefName}}"

	// DefaultField is the default branch, whose settings name the checks, and
	// the first of all branches, which may share the name.
	DefaultField = "defaultBranchRef{name target{__typename oid ...on Commit{tree{oid}}}} " + RefsField

	MergeFields = "mergeable potentialMergeCommit{oid tree{oid} parents(first:2){nodes{oid}}}"

	conversationQuery = "query Conversation($owner:String!,$name:String!,$number:Int!,$head:GitObjectID!,$app:Int!){" +
		"repository(owner:$owner,name:$name){databaseId name isPrivate owner{__typename login} " + DefaultField +
		" object(oid:$head){__typename ...on Commit{" + headFields + "}}" +
		" pullRequest(number:$number){number title body state isDraft merged createdAt updatedAt changedFiles author" + actorFields +
		" headRefName headRefOid headRepository{databaseId name owner{login}} isCrossRepository" +
		" baseRefName baseRefOid baseRef{target{__typename oid ...on Commit{tree{oid}}}} " + MergeFields + " " +
		commitsField + reviewsField + requestsField + labelsField + assignedField + commentsField + threadsField + timelineField + "}}}"

	headQuery = "query Head($owner:String!,$name:String!,$head:GitObjectID!,$app:Int!)" +
		"{repository(owner:$owner,name:$name){object(oid:$head){__typename ...on Commit{" + headFields + "}}}}"
)

// Conversation is everything GitHub tells of a pull request in one question.
type Conversation struct {
	Repo     Repository
	Pull     PullRequest
	Head     Head
	Commits  []Commit
	Partial  bool // there are more commits than GitHub lists
	Reviews  []Review
	Requests []rules.Account
	Labels   []string
	Assigned []rules.Account
	Comments []Comment
	Threads  []Thread
	Timeline []TimelineItem
	Checks   []Check
	Siblings []Sibling
	Merge    TestMerge
	// Flooded: there are more comments than were read.
	Flooded bool
}

// MaxCommits is how many commits of a pull request GitHub lists
// (docs.github.com, REST "List commits on a pull request").
const MaxCommits = 250

// noCommit is asked for where the head is not known yet.
const noCommit = "0000000000000000000000000000000000000000"

// Converse reads the conversation. hint is the head as the delivery saw it;
// where it moved on, the head is asked for in a second question.
func (c Reader) Converse(ctx context.Context, number int, hint string) (*Conversation, error) {
	if hint == "" {
		hint = noCommit
	}
	var out struct{ Repository *Repository }
	variables := map[string]any{"owner": c.Owner, "name": c.Repo, "number": number, "head": hint, "app": c.App.Config.AppID}
	if err := c.GraphQL(ctx, conversationQuery, variables, &out); err != nil {
		if api.Missing(err) || api.NoAccess(err) {
			return nil, fmt.Errorf("read %s/%s#%d: %w: %w", c.Owner, c.Repo, number, api.ErrGone, err)
		}
		return nil, fmt.Errorf("read %s/%s#%d: %w", c.Owner, c.Repo, number, err)
	}
	if out.Repository == nil || out.Repository.PullRequest == nil {
		return nil, fmt.Errorf("read %s/%s#%d: GitHub did not answer for the pull request", c.Owner, c.Repo, number)
	}
	v := &Conversation{Repo: *out.Repository, Pull: *out.Repository.PullRequest, Merge: out.Repository.PullRequest.TestMerge}
	if !api.IsObjectID(v.Pull.HeadRefOid) || v.Pull.BaseRefName == "" || v.Pull.Number != number || v.Pull.State == "" {
		return nil, fmt.Errorf("read %s/%s#%d: the answer lacks the head, the base or the state", c.Owner, c.Repo, number)
	}
	if err := v.fill(ctx, c); err != nil {
		return nil, fmt.Errorf("read %s/%s#%d: %w", c.Owner, c.Repo, number, err)
	}
	if err := v.readHead(ctx, c, out.Repository.Object); err != nil {
		return v, err
	}
	return v, c.fresh(v)
}

// fill pages all lists to their end.
func (v *Conversation) fill(ctx context.Context, c Reader) error {
	p, n := v.Pull, v.Pull.Number
	var err error
	var complete bool
	if v.Commits, complete, err = all(ctx, c, n, "commits", commitsField, p.Commits, MaxCommits); err != nil {
		return err
	}
	v.Partial = !complete
	if v.Reviews, _, err = all(ctx, c, n, "reviews", reviewsField, p.Reviews, 0); err != nil {
		return err
	}
	requests, _, err := all(ctx, c, n, "review requests", requestsField, p.Requests, 0)
	if err != nil {
		return err
	}
	for _, r := range requests {
		// A requested team has no login here; it stands for nobody.
		if r.RequestedReviewer != nil && r.RequestedReviewer.Login != "" {
			v.Requests = append(v.Requests, r.RequestedReviewer.Account())
		}
	}
	labels, _, err := all(ctx, c, n, "labels", labelsField, p.Labels, 0)
	if err != nil {
		return err
	}
	for _, l := range labels {
		v.Labels = append(v.Labels, l.Name)
	}
	assigned, _, err := all(ctx, c, n, "assignees", assignedField, p.Assignees, 0)
	if err != nil {
		return err
	}
	for _, a := range assigned {
		v.Assigned = append(v.Assigned, a.Account())
	}
	// Nothing is decided by comments: a flood of them must not hold. Then no
	// new one of ours is added to it.
	if v.Comments, _, err = all(ctx, c, n, "comments", commentsField, p.Comments, 0); err != nil && !errors.Is(err, api.ErrTooLarge) {
		return err
	}
	v.Flooded = err != nil
	if v.Threads, _, err = all(ctx, c, n, "review threads", threadsField, p.Threads, 0); err != nil && !errors.Is(err, api.ErrTooLarge) {
		return err
	}
	v.Flooded = v.Flooded || err != nil
	v.Timeline, _, err = all(ctx, c, n, "timeline items", timelineField, p.Timeline, 0)
	return err
}

// readHead takes the head's part over, and asks anew where the hint was old.
func (v *Conversation) readHead(ctx context.Context, c Reader, head *Head) error {
	if head == nil || head.OID != v.Pull.HeadRefOid {
		var out struct{ Repository *Repository }
		variables := map[string]any{"owner": c.Owner, "name": c.Repo, "head": v.Pull.HeadRefOid, "app": c.App.Config.AppID}
		if err := c.GraphQL(ctx, headQuery, variables, &out); err != nil {
			return fmt.Errorf("read head %s: %w", v.Pull.HeadRefOid, err)
		}
		if out.Repository == nil || out.Repository.Object == nil || out.Repository.Object.OID != v.Pull.HeadRefOid {
			return fmt.Errorf("read head %s: GitHub did not answer for it", v.Pull.HeadRefOid)
		}
		head = out.Repository.Object
	}
	v.Head = *head
	if head.Tree.ID() == "" {
		return fmt.Errorf("read head %s: GitHub did not answer for its tree", v.Pull.HeadRefOid)
	}
	var err error
	if v.Checks, err = head.Checks(); err != nil {
		return err
	}
	pulls, cursor, err := head.Pulls.Page("pull requests of the head")
	if err != nil {
		return err
	}
	if cursor != "" {
		return fmt.Errorf("more than %d pull requests have the head %s; too many to be judged", len(pulls), v.Pull.HeadRefOid)
	}
	// Once the default branch has a commit, GitHub names only the merged pull
	// request that brought it, and not even the one that was asked for.
	if v.Pull.State == "OPEN" && !slices.ContainsFunc(pulls, func(p Sibling) bool { return p.Number == v.Pull.Number }) {
		if pulls, err = c.OpenWith(ctx, v.Pull.HeadRefOid); err != nil {
			return err
		}
	}
	for _, p := range pulls {
		// Stacked pull requests contain the commit and have another head.
		if p.HeadRefOid == v.Pull.HeadRefOid && p.State == "OPEN" && p.Number != v.Pull.Number {
			v.Siblings = append(v.Siblings, p)
		}
	}
	return nil
}

// Number is the id as REST has it, 0 where GitHub gave none.
func (c Comment) Number() int64 {
	n, err := strconv.ParseInt(c.ID, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Asked are those who approved and whose review is asked for again.
func (v *Conversation) Asked() (ids []int64) {
	for _, q := range v.Requests {
		if slices.ContainsFunc(v.Reviews, func(x Review) bool {
			return review.ReviewState(x.State) == review.Approved && x.Author.Account().ID == q.ID
		}) {
			ids = append(ids, q.ID)
		}
	}
	return ids
}
