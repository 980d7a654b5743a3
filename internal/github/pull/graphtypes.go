package pull

import (
	"cmp"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Actor is an account as GraphQL has it; nil for one that was deleted.
type Actor struct {
	Typename   string `json:"__typename"`
	Login      string `json:"login"`
	DatabaseID any    `json:"databaseId"`
}

// Account makes one spelling of an account out of GraphQL's, which leaves out
// the [bot] of an app's login. A deleted account is the zero one.
func (a *Actor) Account() rules.Account {
	if a == nil {
		return rules.Account{}
	}
	var id int64
	if n, ok := a.DatabaseID.(float64); ok {
		id = int64(n)
	}
	actor := webhooks.NewActor(id, a.Login, a.Typename)
	return rules.Account{ID: actor.ID, Login: actor.Login, Type: a.Typename}
}

// Person is an author or committer, with the account that GitHub finds for the
// address.
type Person struct {
	Name, Email string
	Date        time.Time
	User        *Actor
}

// Person is that in the form of the rules; a bot is found by its address.
func (p *Person) Person() rules.Person {
	if p == nil {
		return rules.Person{}
	}
	return rules.Person{Name: p.Name, Email: p.Email, Account: cmp.Or(p.User.Account(), botOf(p.Email)), At: p.Date}
}

// botOf is the bot behind a commit's address. GraphQL maps addresses to people
// alone; REST maps those of GitHub's noreply host to bots too, by the number
// in them.
func botOf(email string) rules.Account {
	login, id := rules.NoreplyAccount(email)
	if id == 0 || !strings.HasSuffix(login, "[bot]") {
		return rules.Account{}
	}
	return rules.Account{ID: id, Login: login, Type: "Bot"}
}

// Object is a commit, or a tree below one, by its id.
type Object struct {
	OID  string  `json:"oid"`
	Tree *Object `json:"tree"`
}

// ID is empty where there is no object.
func (o *Object) ID() string {
	if o == nil {
		return ""
	}
	return o.OID
}

// Commit is one of a pull request.
type Commit struct{ Commit *CommitData }

// CommitData is what is asked of a commit.
type CommitData struct {
	OID, Message      string
	Author, Committer *Person
	// Authors are the author and, behind it, the co-authors.
	Authors *struct {
		TotalCount int
		Nodes      []*Person
	}
	Signature *struct{ IsValid bool }
}

// Review is one of a pull request, with what GitHub says of it now.
type Review struct {
	ID        string `json:"fullDatabaseId"`
	State     string
	Submitted *time.Time `json:"submittedAt"`
	Body      string
	Author    *Actor
	Commit    *Object
	// ViewerDidAuthor: it is ours, by GitHub's word. Markers and logins can
	// be forged.
	ViewerDidAuthor bool
}

// Comment is one of the conversation or of a review.
type Comment struct {
	ID              string `json:"fullDatabaseId"`
	Body            string
	Author          *Actor
	ViewerDidAuthor bool
}

// Thread is a review thread, of which the first comment is read.
type Thread struct {
	IsOutdated bool
	Comments   *struct{ Nodes []*Comment }
}

// TimelineItem is an event of the timeline; which fields are set depends on its type.
type TimelineItem struct {
	Typename  string    `json:"__typename"`
	Created   time.Time `json:"createdAt"`
	Actor     *Actor
	Previous  string `json:"previousReviewState"`
	Review    *struct{ FullDatabaseID string }
	Requested *Actor  `json:"requestedReviewer"`
	Before    *Object `json:"beforeCommit"`
	From      string  `json:"previousRefName"`
	To        string  `json:"currentRefName"`
}

// Check is a check run of ours.
type Check struct {
	DatabaseID int64 `json:"databaseId"`
	Name       string
	Status     string
	Conclusion string
	Title      string
	Summary    string
	Text       string
	ExternalID string    `json:"externalId"`
	Started    time.Time `json:"startedAt"`
}

type suite struct {
	CheckRuns *api.Connection[Check] `json:"checkRuns"`
}

// Sibling is another pull request with the same head.
type Sibling struct {
	Number      int
	State       string
	HeadRefOid  string
	BaseRefName string
}

// Head is the head commit with our check runs on it and the pull
// requests it belongs to.
type Head struct {
	Object
	CheckSuites *api.Connection[suite]   `json:"checkSuites"`
	Pulls       *api.Connection[Sibling] `json:"associatedPullRequests"`
}

// TestMerge is the merge that GitHub made to try it, where it has made one.
type TestMerge struct {
	Mergeable string
	Merge     *struct {
		Object
		Parents struct{ Nodes []Object }
	} `json:"potentialMergeCommit"`
}

// PullRequest is one with the first page of each list.
type PullRequest struct {
	TestMerge
	Number       int
	Title, Body  string
	State        string
	IsDraft      bool
	Merged       bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
	ChangedFiles *int
	Author       *Actor
	HeadRefName  string
	HeadRefOid   string
	BaseRefName  string
	BaseRefOid   string
	BaseRef      *struct{ Target *Object }
	HeadRepo     *struct {
		DatabaseID int64
		Name       string
		Owner      struct{ Login string }
	} `json:"headRepository"`
	IsCrossRepository bool

	Commits   *api.Connection[Commit]                             `json:"commits"`
	Reviews   *api.Connection[Review]                             `json:"reviews"`
	Requests  *api.Connection[struct{ RequestedReviewer *Actor }] `json:"reviewRequests"`
	Labels    *api.Connection[struct{ Name string }]              `json:"labels"`
	Assignees *api.Connection[Actor]                              `json:"assignees"`
	Comments  *api.Connection[Comment]                            `json:"comments"`
	Threads   *api.Connection[Thread]                             `json:"reviewThreads"`
	Timeline  *api.Connection[TimelineItem]                       `json:"timelineItems"`
}

// Repository is the answer of a question; which fields are set depends on it.
type Repository struct {
	DatabaseID int64
	Name       string
	IsPrivate  bool
	Owner      struct {
		Typename string `json:"__typename"`
		Login    string
	}
	DefaultBranchRef *struct {
		Name   string
		Target *Object
	}
	// Refs are the first of the branches.
	Refs        *api.Connection[Branch]
	Object      *Head
	PullRequest *PullRequest
}

// DefaultBranch is empty for a repository that has none yet.
func (r Repository) DefaultBranch() string {
	if r.DefaultBranchRef == nil {
		return ""
	}
	return r.DefaultBranchRef.Name
}

// CoAuthors are those whom the commit's message names beside its author; whole
// is false where GitHub does not tell of all.
func (c Commit) CoAuthors() (people []rules.Person, whole bool) {
	all := c.Commit.Authors
	if all == nil || len(all.Nodes) == 0 || all.TotalCount > len(all.Nodes) {
		return nil, false
	}
	for _, p := range all.Nodes[1:] {
		people = append(people, p.Person())
	}
	return people, true
}

// Of reports whether the test merge is that of these two commits; an old one
// stands for a while.
func (m TestMerge) Of(base, head string) bool {
	if m.Merge == nil || m.Merge.Tree.ID() == "" || len(m.Merge.Parents.Nodes) != 2 {
		return false
	}
	return m.Merge.Parents.Nodes[0].OID == base && m.Merge.Parents.Nodes[1].OID == head
}
