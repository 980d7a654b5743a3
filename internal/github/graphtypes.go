package github

import (
	"cmp"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

type graphActor struct {
	Typename   string `json:"__typename"`
	Login      string `json:"login"`
	DatabaseID any    `json:"databaseId"`
}

// account makes one spelling of an account out of GraphQL's, which leaves out
// the [bot] of an app's login. A deleted account is the zero one.
func (a *graphActor) account() rules.Account {
	if a == nil {
		return rules.Account{}
	}
	var id int64
	if n, ok := a.DatabaseID.(float64); ok {
		id = int64(n)
	}
	actor := newActor(id, a.Login, a.Typename)
	return rules.Account{ID: actor.ID, Login: actor.Login, Type: a.Typename}
}

type graphPerson struct {
	Name, Email string
	Date        time.Time
	User        *graphActor
}

func (p *graphPerson) person() rules.Person {
	if p == nil {
		return rules.Person{}
	}
	return rules.Person{Name: p.Name, Email: p.Email, Account: cmp.Or(p.User.account(), botOf(p.Email)), At: p.Date}
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

type graphOID struct {
	OID  string    `json:"oid"`
	Tree *graphOID `json:"tree"`
}

func (o *graphOID) id() string {
	if o == nil {
		return ""
	}
	return o.OID
}

type graphCommit struct{ Commit *graphCommitOf }

type graphCommitOf struct {
	OID, Message      string
	Author, Committer *graphPerson
	// Authors are the author and, behind it, the co-authors.
	Authors *struct {
		TotalCount int
		Nodes      []*graphPerson
	}
	Signature *struct{ IsValid bool }
	Tree      *graphOID
	Parents   struct{ Nodes []graphOID }
}

type graphReview struct {
	ID        string `json:"fullDatabaseId"`
	State     string
	Submitted *time.Time `json:"submittedAt"`
	Body      string
	Author    *graphActor
	Commit    *graphOID
	// ViewerDidAuthor: it is ours, by GitHub's word. Markers and logins can
	// be forged.
	ViewerDidAuthor bool
}

type graphComment struct {
	ID              string `json:"fullDatabaseId"`
	Body            string
	Author          *graphActor
	ViewerDidAuthor bool
}

type graphThread struct {
	IsOutdated bool
	Comments   *struct{ Nodes []*graphComment }
}

type graphItem struct {
	Typename  string    `json:"__typename"`
	Created   time.Time `json:"createdAt"`
	Actor     *graphActor
	Previous  string `json:"previousReviewState"`
	Review    *struct{ FullDatabaseID string }
	Requested *graphActor `json:"requestedReviewer"`
	Before    *graphOID   `json:"beforeCommit"`
	From      string      `json:"previousRefName"`
	To        string      `json:"currentRefName"`
}

type graphCheck struct {
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

type graphSuite struct {
	CheckRuns *connection[graphCheck] `json:"checkRuns"`
}

type graphSibling struct {
	Number      int
	State       string
	HeadRefOid  string
	BaseRefName string
}

// graphHead is the head commit with our check runs on it and the pull
// requests it belongs to.
type graphHead struct {
	graphOID
	CheckSuites *connection[graphSuite]   `json:"checkSuites"`
	Pulls       *connection[graphSibling] `json:"associatedPullRequests"`
}

type graphMerge struct {
	Mergeable string
	Merge     *struct {
		graphOID
		Parents struct{ Nodes []graphOID }
	} `json:"potentialMergeCommit"`
}

type graphPull struct {
	graphMerge
	Number       int
	Title, Body  string
	State        string
	IsDraft      bool
	Merged       bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
	ChangedFiles *int
	Author       *graphActor
	HeadRefName  string
	HeadRefOid   string
	BaseRefName  string
	BaseRefOid   string
	BaseRef      *struct{ Target *graphOID }
	HeadRepo     *struct {
		DatabaseID int64
		Name       string
		Owner      struct{ Login string }
	} `json:"headRepository"`
	IsCrossRepository bool

	Commits   *connection[graphCommit]                             `json:"commits"`
	Reviews   *connection[graphReview]                             `json:"reviews"`
	Requests  *connection[struct{ RequestedReviewer *graphActor }] `json:"reviewRequests"`
	Labels    *connection[struct{ Name string }]                   `json:"labels"`
	Assignees *connection[graphActor]                              `json:"assignees"`
	Comments  *connection[graphComment]                            `json:"comments"`
	Threads   *connection[graphThread]                             `json:"reviewThreads"`
	Timeline  *connection[graphItem]                               `json:"timelineItems"`
}

type graphRepo struct {
	DatabaseID int64
	Name       string
	IsPrivate  bool
	// RebaseMergeAllowed: its pull requests may be merged by rebasing.
	RebaseMergeAllowed bool
	Owner              struct {
		Typename string `json:"__typename"`
		Login    string
	}
	DefaultBranchRef *struct {
		Name   string
		Target *graphOID
	}
	// Refs are the first of the branches.
	Refs        *connection[graphRef]
	Object      *graphHead
	PullRequest *graphPull
}

// defaultBranch is empty for a repository that has none yet.
func (r graphRepo) defaultBranch() string {
	if r.DefaultBranchRef == nil {
		return ""
	}
	return r.DefaultBranchRef.Name
}
