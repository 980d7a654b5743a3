package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// The parts of the conversation query. Each list is one constant, because its
// further pages are asked for with the same text.
const (
	actorFields = "{__typename login ...on User{databaseId} ...on Bot{databaseId} ...on Organization{databaseId} ...on Mannequin{databaseId}}"
	pageFields  = "totalCount pageInfo{hasNextPage endCursor}"

	commitsField = "commits(first:100){" + pageFields + " nodes{commit{oid message" +
		" author{name email date user{__typename databaseId login}} committer{name email date user{__typename databaseId login}}" +
		" authors(first:20){totalCount nodes{name email user{__typename databaseId login}}} signature{isValid} tree{oid} parents(first:2){nodes{oid tree{oid}}}}}}"
	reviewsField  = "reviews(first:100){" + pageFields + " nodes{fullDatabaseId state submittedAt body viewerDidAuthor author" + actorFields + " commit{oid}}}"
	requestsField = "reviewRequests(first:100){" + pageFields + " nodes{requestedReviewer{__typename ...on User{databaseId login} ...on Bot{databaseId login} ...on Mannequin{databaseId login}}}}"
	labelsField   = "labels(first:100){" + pageFields + " nodes{name}}"
	assignedField = "assignees(first:100){" + pageFields + " nodes{__typename databaseId login}}"
	commentsField = "comments(first:100){" + pageFields + " nodes{fullDatabaseId body viewerDidAuthor author" + actorFields + "}}"
	threadsField  = "reviewThreads(first:100){" + pageFields + " nodes{isOutdated comments(first:1){nodes{fullDatabaseId body viewerDidAuthor author" + actorFields + "}}}}"
	timelineField = "timelineItems(first:100,itemTypes:[REVIEW_DISMISSED_EVENT,REVIEW_REQUESTED_EVENT,HEAD_REF_FORCE_PUSHED_EVENT,BASE_REF_CHANGED_EVENT]){totalCount:filteredCount pageInfo{hasNextPage endCursor}" +
		" nodes{__typename ...on ReviewDismissedEvent{createdAt actor" + actorFields + " previousReviewState review{fullDatabaseId}}" +
		" ...on ReviewRequestedEvent{createdAt requestedReviewer{__typename ...on User{databaseId login}}}" +
		" ...on BaseRefChangedEvent{createdAt previousRefName currentRefName}" +
		" ...on HeadRefForcePushedEvent{createdAt beforeCommit{oid}}}}"

	checksField = "checkSuites(first:20,filterBy:{appId:$app}){" + pageFields + " nodes{checkRuns(first:100){" + pageFields +
		" nodes{databaseId name status conclusion title summary text externalId startedAt}}}}"
	headFields = "oid tree{oid} " + checksField +
		" associatedPullRequests(first:100){" + pageFields + " nodes{number state headRefOid baseRefName}}"

	// defaultField is the default branch, whose settings name the checks, and
	// the first of all branches, which may share the name.
	defaultField = "defaultBranchRef{name target{__typename oid ...on Commit{tree{oid}}}} " + refsField

	mergeFields = "mergeable potentialMergeCommit{oid tree{oid} parents(first:2){nodes{oid}}}"

	conversationQuery = "query Conversation($owner:String!,$name:String!,$number:Int!,$head:GitObjectID!,$app:Int!){" +
		"repository(owner:$owner,name:$name){databaseId name isPrivate rebaseMergeAllowed owner{__typename login} " + defaultField +
		" object(oid:$head){__typename ...on Commit{" + headFields + "}}" +
		" pullRequest(number:$number){number title body state isDraft merged createdAt updatedAt changedFiles author" + actorFields +
		" headRefName headRefOid headRepository{databaseId name owner{login}} isCrossRepository" +
		" baseRefName baseRefOid baseRef{target{__typename oid ...on Commit{tree{oid}}}} " + mergeFields + " " +
		commitsField + reviewsField + requestsField + labelsField + assignedField + commentsField + threadsField + timelineField + "}}}"

	headQuery = "query Head($owner:String!,$name:String!,$head:GitObjectID!,$app:Int!){repository(owner:$owner,name:$name){object(oid:$head){__typename ...on Commit{" + headFields + "}}}}"
)

// conversation is everything GitHub tells of a pull request in one question.
type conversation struct {
	repo     graphRepo
	pull     graphPull
	head     graphHead
	commits  []graphCommit
	partial  bool // there are more commits than GitHub lists
	reviews  []graphReview
	requests []rules.Account
	labels   []string
	assigned []rules.Account
	comments []graphComment
	threads  []graphThread
	timeline []graphItem
	checks   []graphCheck
	siblings []graphSibling
	merge    graphMerge
	// flooded: there are more comments than were read.
	flooded bool
}

// maxCommits is how many commits of a pull request GitHub lists
// (docs.github.com, REST "List commits on a pull request").
const maxCommits = 250

// noCommit is asked for where the head is not known yet.
const noCommit = "0000000000000000000000000000000000000000"

// converse reads the conversation. hint is the head as the delivery saw it;
// where it moved on, the head is asked for in a second question.
func (c *client) converse(ctx context.Context, number int, hint string) (*conversation, error) {
	if hint == "" {
		hint = noCommit
	}
	var out struct{ Repository *graphRepo }
	variables := map[string]any{"owner": c.owner, "name": c.repo, "number": number, "head": hint, "app": c.app.config.AppID}
	if err := c.graphql(ctx, conversationQuery, variables, &out); err != nil {
		if missing(err) || gone(err) {
			return nil, fmt.Errorf("read %s/%s#%d: %w: %w", c.owner, c.repo, number, ErrGone, err)
		}
		return nil, fmt.Errorf("read %s/%s#%d: %w", c.owner, c.repo, number, err)
	}
	if out.Repository == nil || out.Repository.PullRequest == nil {
		return nil, fmt.Errorf("read %s/%s#%d: GitHub did not answer for the pull request", c.owner, c.repo, number)
	}
	v := &conversation{repo: *out.Repository, pull: *out.Repository.PullRequest, merge: out.Repository.PullRequest.graphMerge}
	if !isObjectID(v.pull.HeadRefOid) || v.pull.BaseRefName == "" || v.pull.Number != number || v.pull.State == "" {
		return nil, fmt.Errorf("read %s/%s#%d: the answer lacks the head, the base or the state", c.owner, c.repo, number)
	}
	if err := v.fill(ctx, c); err != nil {
		return nil, fmt.Errorf("read %s/%s#%d: %w", c.owner, c.repo, number, err)
	}
	if err := v.readHead(ctx, c, out.Repository.Object); err != nil {
		return v, err
	}
	return v, c.fresh(v)
}

// staleFor is when to ask again after a stale answer.
const staleFor = 5 * time.Second

// fresh refuses an answer that is older than what this process has seen or
// written already: copies of GitHub's database lag. From one, everything of
// ours would be written a second time.
func (c *client) fresh(v *conversation) error {
	key := [2]int64{v.repo.DatabaseID, int64(v.pull.Number)}
	seen, _ := c.app.kept.updated.get(key)
	stale := v.pull.UpdatedAt.Before(seen)
	for _, name := range c.names(v) {
		id, ok := c.app.kept.written.get(runKey{c.owner + "/" + c.repo, v.pull.HeadRefOid, name})
		stale = stale || ok && !slices.ContainsFunc(v.checks, func(k graphCheck) bool { return k.DatabaseID == id })
	}
	if stale {
		return &LaterError{After: staleFor, Why: "GitHub's answer is older than one before"}
	}
	c.app.kept.updated.put(key, v.pull.UpdatedAt)
	return nil
}

// names are the names our check has had on pull requests of this base.
func (c *client) names(v *conversation) []string {
	names := c.namesOf(v.pull.BaseRefName)
	for _, k := range v.checks {
		names = append(names, k.Name)
	}
	return names
}

// namesOf are the names of the check of a base branch as far as this process
// knows them: the last that the settings gave it, and that without settings.
func (c *client) namesOf(baseRef string) (names []string) {
	if last, ok := c.app.kept.named.get([2]string{c.owner + "/" + c.repo, baseRef}); ok {
		names = append(names, last)
	}
	return append(names, rules.Names{}.Of(baseRef))
}

// fill pages all lists to their end.
func (v *conversation) fill(ctx context.Context, c *client) error {
	p, n := v.pull, v.pull.Number
	var err error
	var complete bool
	if v.commits, complete, err = all(ctx, c, n, "commits", commitsField, p.Commits, maxCommits); err != nil {
		return err
	}
	v.partial = !complete
	if v.reviews, _, err = all(ctx, c, n, "reviews", reviewsField, p.Reviews, 0); err != nil {
		return err
	}
	requests, _, err := all(ctx, c, n, "review requests", requestsField, p.Requests, 0)
	if err != nil {
		return err
	}
	for _, r := range requests {
		// A requested team has no login here; it stands for nobody.
		if r.RequestedReviewer != nil && r.RequestedReviewer.Login != "" {
			v.requests = append(v.requests, r.RequestedReviewer.account())
		}
	}
	labels, _, err := all(ctx, c, n, "labels", labelsField, p.Labels, 0)
	if err != nil {
		return err
	}
	for _, l := range labels {
		v.labels = append(v.labels, l.Name)
	}
	assigned, _, err := all(ctx, c, n, "assignees", assignedField, p.Assignees, 0)
	if err != nil {
		return err
	}
	for _, a := range assigned {
		v.assigned = append(v.assigned, a.account())
	}
	// Nothing is decided by comments: a flood of them must not hold. Then no
	// new one of ours is added to it.
	if v.comments, _, err = all(ctx, c, n, "comments", commentsField, p.Comments, 0); err != nil && !errors.Is(err, ErrTooLarge) {
		return err
	}
	v.flooded = err != nil
	if v.threads, _, err = all(ctx, c, n, "review threads", threadsField, p.Threads, 0); err != nil && !errors.Is(err, ErrTooLarge) {
		return err
	}
	v.flooded = v.flooded || err != nil
	v.timeline, _, err = all(ctx, c, n, "timeline items", timelineField, p.Timeline, 0)
	return err
}

// readHead takes the head's part over, and asks anew where the hint was old.
func (v *conversation) readHead(ctx context.Context, c *client, head *graphHead) error {
	if head == nil || head.OID != v.pull.HeadRefOid {
		var out struct{ Repository *graphRepo }
		variables := map[string]any{"owner": c.owner, "name": c.repo, "head": v.pull.HeadRefOid, "app": c.app.config.AppID}
		if err := c.graphql(ctx, headQuery, variables, &out); err != nil {
			return fmt.Errorf("read head %s: %w", v.pull.HeadRefOid, err)
		}
		if out.Repository == nil || out.Repository.Object == nil || out.Repository.Object.OID != v.pull.HeadRefOid {
			return fmt.Errorf("read head %s: GitHub did not answer for it", v.pull.HeadRefOid)
		}
		head = out.Repository.Object
	}
	v.head = *head
	if head.Tree.id() == "" {
		return fmt.Errorf("read head %s: GitHub did not answer for its tree", v.pull.HeadRefOid)
	}
	var err error
	if v.checks, err = head.checks(); err != nil {
		return err
	}
	pulls, cursor, err := head.Pulls.page("pull requests of the head")
	if err != nil {
		return err
	}
	if cursor != "" {
		return fmt.Errorf("more than %d pull requests have the head %s; too many to be judged", len(pulls), v.pull.HeadRefOid)
	}
	// Once the default branch has a commit, GitHub names only the merged pull
	// request that brought it, and not even the one that was asked for.
	if v.pull.State == "OPEN" && !slices.ContainsFunc(pulls, func(p graphSibling) bool { return p.Number == v.pull.Number }) {
		if pulls, err = c.openWith(ctx, v.pull.HeadRefOid); err != nil {
			return err
		}
	}
	for _, p := range pulls {
		// Stacked pull requests contain the commit and have another head.
		if p.HeadRefOid == v.pull.HeadRefOid && p.State == "OPEN" && p.Number != v.pull.Number {
			v.siblings = append(v.siblings, p)
		}
	}
	return nil
}

// checks are our check runs on a commit, oldest first.
func (h *graphHead) checks() ([]graphCheck, error) {
	suites, cursor, err := h.CheckSuites.page("check suites")
	if err != nil {
		return nil, err
	}
	if cursor != "" {
		return nil, fmt.Errorf("more than %d check suites of this app on %s", len(suites), h.OID)
	}
	var out []graphCheck
	for _, s := range suites {
		runs, cursor, err := s.CheckRuns.page("check runs")
		if err != nil {
			return nil, err
		}
		if cursor != "" {
			return nil, fmt.Errorf("more than %d check runs of this app on %s", len(runs), h.OID)
		}
		out = append(out, runs...)
	}
	return out, nil
}

// isObjectID reports whether s is a git object id in hexadecimal: SHA-1 or
// SHA-256.
func isObjectID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

func (c graphComment) number() int64 {
	n, err := strconv.ParseInt(c.ID, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
