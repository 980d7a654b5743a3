package review

import (
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Evidence is who approved, pushed, labelled and asked, as GitHub says it
// now, what deliveries showed, and what the ledger of earlier reviews holds.
// All of it is read in full or the reading fails: a list cut short would turn
// a later objection into an approval.
type Evidence struct {
	// OpenedAt is when the pull request was opened.
	OpenedAt time.Time
	// Reviews are all reviews of the pull request, dismissed and commenting
	// ones included, in any order.
	Reviews []PullReview
	// Requests are the review requests that stand now (from the timeline's
	// last review_requested of each person who is among the requested
	// reviewers).
	Requests []ReviewRequest
	// Retargets are the timeline's base_ref_changed events: what the base was
	// when a review was given.
	Retargets []Retarget
	// Labels are the labels that stand now.
	Labels []Label
	// LabelEvents are the timeline's labeled and unlabeled events.
	LabelEvents []LabelEvent
	// Pushes are the pushes to the head branch from the repository's
	// activity log, whose actors GitHub's servers recorded.
	Pushes []Push
	// PushesUnknown is set when the activity log could not be read (a
	// deleted fork, no permission). Unknown raises the bar.
	PushesUnknown bool
	// Permissions are what the people concerned may do in the repository at
	// this moment; Needs names them. Who is missing here counts for nothing.
	Permissions []Permission
	// UnresolvedTeams are teams the settings name that could not be found
	// with the app's permissions. They hold with that reason, because
	// "not a member" and "no such team" look alike.
	UnresolvedTeams []string
	// Deliveries are what webhook deliveries showed and GitHub does not tell
	// afterwards. Any order, any number of repetitions.
	Deliveries []Delivery
	// Ledger is the record of our check run of this name on this head.
	Ledger Record
	// Earlier are the texts of our check runs on earlier heads of this pull
	// request, and of those with another name on this head. The pushers in
	// them are carried on, and what reviews were given against another base.
	Earlier []string
	// Siblings are the other open pull requests with the same head commit.
	Siblings []Sibling
	// Branches are the other existing branches whose check has this name, and
	// what the head would do to each. Left out are those that have the head
	// already, and those to which another open pull request with this head goes:
	// its own verdict is theirs.
	Branches []Branch
	// ManyBranches is how many branches have this name of the check, the base
	// included, where they are too many to be judged; 0 where they are not.
	ManyBranches int
	// Group is set when a merge group is judged.
	Group *Group
}

// ReviewState is GitHub's state of a review in upper case, as the REST API
// writes it. A state that is not known counts as an objection.
type ReviewState string

const (
	Approved         ReviewState = "APPROVED"
	ChangesRequested ReviewState = "CHANGES_REQUESTED"
	Commented        ReviewState = "COMMENTED"
	Dismissed        ReviewState = "DISMISSED"
	Pending          ReviewState = "PENDING"
)

// PullReview is one review of a person or a bot.
type PullReview struct {
	ID    int64
	By    rules.Account
	State ReviewState
	// Commit is the API's commit_id, which GitHub may bind anew to a later
	// head: necessary, never sufficient.
	Commit    string
	Submitted time.Time
	// Own: it is this app's, by GitHub's word. It is conversation alone.
	Own bool
	// Objection is true for a dismissed review that had requested changes
	// (the timeline's review_dismissed event says what it was). Where that is
	// not known it is true.
	Objection bool
}

// ReviewRequest is a request for a review that stands.
type ReviewRequest struct {
	Of rules.Account
	At time.Time
}

// Retarget is one change of the pull request's base branch.
type Retarget struct {
	From, To string
	At       time.Time
}

// Label is a label that stands on the pull request.
type Label struct {
	ID   int64
	Name string
}

// LabelEvent is one labeled or unlabeled event of the timeline.
type LabelEvent struct {
	Added bool
	Name  string
	By    rules.Account
	At    time.Time
}

// Push is one entry of the repository's activity log.
type Push struct {
	By rules.Account
	// Ref is the branch without refs/heads/.
	Ref           string
	Before, After string
	At            time.Time
	// Kind is GitHub's activity type: push, force_push, branch_creation,
	// branch_deletion, pr_merge, merge_queue_merge.
	Kind string
}

// GitHub's activity types of a branch's beginning and end.
const (
	branchCreation = "branch_creation"
	branchDeletion = "branch_deletion"
)

// Permission is what one account may do in the repository now.
type Permission struct {
	Account rules.Account
	// Role is GitHub's role_name: none, read, triage, write, maintain, admin
	// or the name of a custom role.
	Role string
	// Base is the permission behind a custom role (the API's permission
	// field: none, read, write, admin).
	Base string
	// Teams are the teams out of Needs.Teams in which the membership is
	// active, as org/slug in lower case.
	Teams []string
}

// DeliveryKind says what a delivery showed. The zero value is invalid.
type DeliveryKind string

const (
	ReviewSubmitted DeliveryKind = "review"  // pull_request_review submitted
	LabelAdded      DeliveryKind = "label"   // pull_request labeled
	LabelRemoved    DeliveryKind = "unlabel" // pull_request unlabeled
	LabelChanged    DeliveryKind = "relabel" // label edited, deleted or created: voids what it released
)

// Delivery is what one webhook delivery showed of this pull request.
type Delivery struct {
	Kind DeliveryKind
	// By is the delivery's sender; for a review its author.
	By rules.Account
	// Head and BaseRef are the pull request's at that moment.
	Head, BaseRef string
	// Review and Commit are the review's id and its commit_id.
	Review int64
	Commit string
	// Label and LabelID name the label.
	Label   string
	LabelID int64
	// At is the moment GitHub gives for the act: submitted_at of a review,
	// updated_at of the pull request for a label.
	At time.Time
}

// Sibling is another open pull request with the same head commit.
type Sibling struct {
	Number  int
	BaseRef string
	// Ledger is the record of the check run of its base's name on this head.
	Ledger Record
}

// Branch is a branch that the head was judged against beside its base, by its
// own settings.
type Branch struct {
	BaseRef string
	Report  Report
}

// Group is a merge group: the pull requests that the queue merges as one.
type Group struct {
	Members []Member
	// Doubtful is set when the queue and the branch's name disagree on the
	// members, with the reason. It holds.
	Doubtful string
}

// Member is one pull request of a merge group.
type Member struct {
	Number  int
	HeadSHA string
	BaseRef string
	// Ledger is the record of our check run on HeadSHA; empty where there is
	// none, which holds.
	Ledger Record
}
