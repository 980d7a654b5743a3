// Package webhooks turns a verified delivery of GitHub's into a [Job]. It makes no
// call.
package webhooks

import (
	"fmt"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Kind says what a job asks for. The zero value is invalid.
type Kind string

const (
	// KindPull reviews one pull request.
	KindPull Kind = "pull"
	// KindCommit reviews every open pull request with HeadSHA as its head
	// (a check was asked for again; it names no pull request of a fork).
	KindCommit Kind = "commit"
	// KindBase re-evaluates the open pull requests of BaseRef, which moved.
	KindBase Kind = "base"
	// KindLabel re-evaluates the open pull requests that carry a label whose
	// definition changed.
	KindLabel Kind = "label"
	// KindClosed follows up a closed pull request: the others with its head
	// are judged without it, and a merge past a failing check is noted.
	KindClosed Kind = "closed"
	// KindGroup judges a merge group by its own trees.
	KindGroup Kind = "group"
	// KindDestroyed follows up a merge group that is no more: nobody looks at
	// its commit any longer.
	KindDestroyed Kind = "destroyed"
	// KindInstall posts the first completed check on the default branch of
	// each repository, so that it can be chosen as required.
	KindInstall Kind = "install"
	// KindUninstall forgets what was kept for an installation that is gone, or has
	// fewer repositories.
	KindUninstall Kind = "uninstall"
)

// Job is one piece of work. It is what the queue carries (JSON).
type Job struct {
	// Delivery is the X-GitHub-Delivery of the event, for logs only: a
	// redelivery has the same one.
	Delivery string `json:"delivery"`
	Kind     Kind   `json:"kind"`
	// Event and Action are GitHub's names of what happened.
	Event  string `json:"event"`
	Action string `json:"action,omitempty"`
	// Received is when the delivery reached us.
	Received time.Time `json:"received"`

	Installation int64  `json:"installation"`
	RepoID       int64  `json:"repo_id,omitempty"`
	Owner        string `json:"owner,omitempty"`
	Repo         string `json:"repo,omitempty"`
	// Number is the pull request; 0 where the kind has none.
	Number int `json:"number,omitempty"`
	// HeadSHA is the head as the delivery saw it: a hint for KindPull, the
	// commit itself for KindCommit, KindGroup and KindDestroyed.
	HeadSHA string `json:"head_sha,omitempty"`
	// Replaced is the head that a push to the pull request replaced.
	Replaced string `json:"replaced,omitempty"`
	// BaseRef is the base branch without refs/heads/, BaseSHA its commit.
	BaseRef string `json:"base_ref,omitempty"`
	BaseSHA string `json:"base_sha,omitempty"`
	// GroupRef is the branch of a merge group, without refs/heads/.
	GroupRef string `json:"group_ref,omitempty"`
	// Sender is who caused the event, as GitHub itself recorded it.
	Sender Actor `json:"sender"`
	// Review is set for pull_request_review deliveries, Label for labelled,
	// unlabelled and label ones.
	Review *ReviewFact `json:"review,omitempty"`
	Label  *LabelFact  `json:"label,omitempty"`
	// Retargeted: the base branch of the pull request was changed.
	Retargeted bool `json:"retargeted,omitempty"`
	// Created: a branch was made, so that the names of checks have one more.
	Created bool `json:"created,omitempty"`
	// Beside is the branch whose move a job of KindBase follows up, where
	// BaseRef is another branch of the same name of the check.
	Beside string `json:"beside,omitempty"`
	// Merged: the pull request or the merge group was merged.
	Merged bool `json:"merged,omitempty"`
	// NotBefore is when the job may be done, zero for at once: it was put off,
	// so that others of the repository have their turn, and is not put off again.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Rest are the pull requests that a job of KindBase has yet to lead to,
	// nil where it has not begun.
	Rest []int `json:"rest,omitempty"`
	// Repos are the repositories of KindInstall.
	Repos []RepoName `json:"repos,omitempty"`
}

// Actor is an account. Accounts are told apart by ID: a login can be renamed
// and taken by another.
type Actor struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	// Bot is true for apps and GitHub's own automation.
	Bot bool `json:"bot,omitempty"`
}

// ReviewFact is what a pull_request_review delivery shows and GitHub may
// change afterwards: the commit that was reviewed, at that moment.
type ReviewFact struct {
	ID        int64     `json:"id"`
	State     string    `json:"state"`
	CommitID  string    `json:"commit_id"`
	HeadSHA   string    `json:"head_sha"`
	BaseRef   string    `json:"base_ref"`
	Author    Actor     `json:"author"`
	Submitted time.Time `json:"submitted"`
}

// LabelFact is what a delivery shows of a label: its number does not change
// with its name.
type LabelFact struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	// From is the name before it was edited.
	From string `json:"from,omitempty"`
	// At is when the pull request last changed as the delivery saw it.
	At time.Time `json:"at,omitzero"`
}

// RepoName names a repository.
type RepoName struct {
	Owner string `json:"owner"`
	Repo  string `json:"repo"`
}

// Group is the queue's message group: one writer for each repository.
func (j Job) Group() string { return fmt.Sprintf("%d/%d", j.Installation, j.RepoID) }

// String identifies the job in logs and errors.
func (j Job) String() string {
	switch j.Kind {
	case KindPull, KindClosed:
		return fmt.Sprintf("%s/%s#%d", j.Owner, j.Repo, j.Number)
	case KindCommit, KindGroup, KindDestroyed:
		return fmt.Sprintf("%s/%s@%.12s", j.Owner, j.Repo, j.HeadSHA)
	case KindBase:
		return fmt.Sprintf("%s/%s branch %s", j.Owner, j.Repo, j.BaseRef)
	case KindInstall, KindUninstall:
		return fmt.Sprintf("installation %d", j.Installation)
	}
	return fmt.Sprintf("%s/%s", j.Owner, j.Repo)
}

// Replaces reports whether doing j makes doing an earlier job needless: the
// same pull request, and nothing in the earlier delivery that only it can tell;
// or the same branch, which moved once more, as long as what the earlier one
// leads to beside it is not lost. Whom the earlier job has not come to, the later
// one comes to first.
func (j Job) Replaces(earlier Job) bool {
	if j.Kind != earlier.Kind || j.RepoID != earlier.RepoID {
		return false
	}
	switch j.Kind {
	case KindPull:
		// One that was put off has waited for its turn, and this one may be put off.
		return j.Number == earlier.Number && earlier.NotBefore.IsZero() && (!earlier.Attests() || j.outdoes(earlier))
	case KindBase:
		covers := (j.Beside == "" || earlier.Beside != "") && (j.Created || !earlier.Created)
		return j.BaseRef == earlier.BaseRef && j.Rest == nil && covers
	}
	return false
}

// Attests reports whether the delivery shows something that GitHub does not say
// afterwards and that may let a change through: on which head a person
// approved, or who of them set a label.
func (j Job) Attests() bool {
	switch {
	case j.Review != nil:
		return j.Action == "submitted" && j.Review.State != "COMMENTED"
	case j.Label == nil:
		return false
	case j.Event == "label":
		return true // its definition changed: what it released is void
	}
	return j.Action == "labeled" && !j.Sender.Bot
}

// outdoes reports whether a label's delivery makes an earlier one of the same
// label say nothing any more: it was taken off, or set again by the same person.
func (j Job) outdoes(earlier Job) bool {
	a, b := j.Label, earlier.Label
	if a == nil || b == nil || j.Event == "label" || earlier.Event == "label" {
		return false
	}
	if a.ID != b.ID || a.At.Before(b.At) {
		return false
	}
	return j.Action == "unlabeled" || j.Action == "labeled" && j.Sender.ID == earlier.Sender.ID && a.At.After(b.At)
}

// MayRelease reports whether a job may let through what was held, or follows
// from something else that moved: then nothing is taken from memory.
func (j Job) MayRelease() bool { return j.Event != "pull_request" || j.Label != nil }

// Pull is a job for another pull request that follows from this one.
func (j Job) Pull(number int, head string) Job {
	return Job{Delivery: j.Delivery, Kind: KindPull, Event: j.Event, Action: j.Action, Received: j.Received, Installation: j.Installation,
		RepoID: j.RepoID, Owner: j.Owner, Repo: j.Repo, Number: number, HeadSHA: head, Sender: j.Sender}
}

// Branch is the repository and base branch of a job.
func (j Job) Branch() [2]string { return [2]string{j.Owner + "/" + j.Repo, j.BaseRef} }

// Key is the repository and number of a job's pull request.
func (j Job) Key() [2]int64 { return [2]int64{j.RepoID, int64(j.Number)} }

// Account is the actor in the form of the rules.
func (a Actor) Account() rules.Account {
	kind := "User"
	if a.Bot {
		kind = "Bot"
	}
	return rules.Account{ID: a.ID, Login: a.Login, Type: kind}
}
