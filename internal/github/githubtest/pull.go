package githubtest

import (
	"fmt"
	"slices"
	"time"
)

// Pull is a pull request.
type Pull struct {
	repo   *Repo
	Number int
	// Head is the repository of the head branch, nil once it was deleted.
	Head    *Repo
	headRef string
	headSHA string
	baseRef string
	// baseSHA is the base as the pull request last saw it; it lags.
	baseSHA  string
	Author   *User
	via      string
	title    string
	body     string
	draft    bool
	closed   bool
	merged   bool
	created  time.Time
	updated  time.Time
	labels   []*Label
	requests []reviewRequest
	assigned []*User
	reviews  []*Review
	comments []*Comment
	inline   []*Inline
	timeline []event
	// mergeLag is how often the test merge is still unknown when asked for.
	mergeLag int
}

type reviewRequest struct {
	of *User
	at time.Time
}

// Review is a pull request review.
type Review struct {
	ID        int64
	Author    *User
	State     string
	Body      string
	Commit    string
	Submitted time.Time
	Inline    []*Inline
}

// Inline is a review comment.
type Inline struct {
	ID         int64
	Review     *Review
	Author     *User
	Path, Body string
	// Side is LEFT or RIGHT, Line the line on it; FileLevel has none.
	Side            string
	Line, StartLine int
	FileLevel       bool
	Commit          string
	At              time.Time
}

// Comment is a comment of the conversation.
type Comment struct {
	ID      int64
	Author  *User
	Body    string
	At      time.Time
	Updated time.Time
	Edits   int
}

// event is an entry of the timeline.
type event struct {
	id    int64
	kind  string
	actor *User
	at    time.Time
	label *Label
	// name is the label's name when it was set.
	name     string
	review   *Review
	was      string
	reviewer *User
	app      string
	before   string
	after    string
}

// PullOf describes a pull request to open.
type PullOf struct {
	Author *User
	// Via is the slug of an app that opens it with the author's token.
	Via string
	// Head is the branch, of Fork where it is set.
	Head        string
	Fork        *Repo
	Base        string
	Title, Body string
	Draft       bool
	Assignees   []*User
}

// Open opens a pull request and sends the delivery.
func (r *Repo) Open(p PullOf) *Pull {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	head := r
	if p.Fork != nil {
		head = p.Fork
	}
	pull := &Pull{repo: r, Number: len(r.pulls) + 1, Head: head, headRef: p.Head, headSHA: head.branches[p.Head], baseRef: p.Base,
		baseSHA: r.branches[p.Base], Author: p.Author, via: p.Via, title: p.Title, body: p.Body, draft: p.Draft,
		assigned: p.Assignees, created: s.tick()}
	if pull.headSHA == "" || pull.baseSHA == "" {
		s.t.Fatalf("githubtest: no branch %s or %s", p.Head, p.Base)
	}
	pull.updated = pull.created
	r.pulls[pull.Number] = pull
	s.deliver("pull_request", pull.payload("opened", p.Author, nil))
	return pull
}

func (p *Pull) open() bool { return !p.closed && !p.merged }

func (p *Pull) state() string {
	if p.open() {
		return "open"
	}
	return "closed"
}

// HeadSHA is the head commit.
func (p *Pull) HeadSHA() string { return p.headSHA }

func (p *Pull) touch() time.Time {
	p.updated = p.repo.server.tick()
	return p.updated
}

// moved follows a push to the head branch.
func (p *Pull) moved(before, after string, by *User, forced bool) {
	p.headSHA = after
	at := p.touch()
	if forced {
		p.timeline = append(p.timeline, event{id: p.repo.server.id(), kind: "head_ref_force_pushed", actor: by, at: at, before: before,
			after: after})
	}
	p.repo.server.deliver("pull_request", p.payload("synchronize", by, object{"before": before, "after": after}))
}

// lock runs f on the server's state.
func (p *Pull) lock(f func(s *Server)) {
	p.repo.server.mu.Lock()
	defer p.repo.server.mu.Unlock()
	f(p.repo.server)
}

// Push moves the head branch.
func (p *Pull) Push(sha string, by *User) { p.Head.Push(p.headRef, sha, by) }

// Submit submits a review of a person at a commit; "" is the head.
func (p *Pull) Submit(by *User, state, commit string) *Review {
	var r *Review
	p.lock(func(s *Server) {
		if commit == "" {
			commit = p.headSHA
		}
		r = &Review{ID: s.id(), Author: by, State: state, Commit: commit, Submitted: p.touch()}
		p.reviews = append(p.reviews, r)
		p.requests = slices.DeleteFunc(p.requests, func(q reviewRequest) bool { return q.of == by })
		s.deliver("pull_request_review", p.reviewPayload("submitted", by, r))
	})
	return r
}

// Dismiss dismisses a review.
func (p *Pull) Dismiss(r *Review, by *User) {
	p.lock(func(s *Server) { p.dismiss(r, by) })
}

func (p *Pull) dismiss(r *Review, by *User) {
	p.timeline = append(p.timeline, event{id: p.repo.server.id(), kind: "review_dismissed", actor: by, at: p.touch(), review: r, was: r.State})
	r.State = "DISMISSED"
	p.repo.server.deliver("pull_request_review", p.reviewPayload("dismissed", by, r))
}

// AskReview requests a review.
func (p *Pull) AskReview(of, by *User) {
	p.lock(func(s *Server) { p.ask(of, by) })
}

func (p *Pull) ask(of, by *User) {
	at := p.touch()
	p.requests = append(p.requests, reviewRequest{of, at})
	p.timeline = append(p.timeline, event{id: p.repo.server.id(), kind: "review_requested", actor: by, at: at, reviewer: of})
}

// Retarget changes the base branch. GitHub dismisses the approvals without a
// review delivery.
func (p *Pull) Retarget(base string, by *User) {
	p.lock(func(s *Server) {
		from, fromSHA := p.baseRef, p.baseSHA
		p.baseRef, p.baseSHA = base, p.repo.branches[base]
		p.timeline = append(p.timeline, event{id: s.id(), kind: "base_ref_changed", actor: by, at: p.touch(), before: from, after: base})
		for _, r := range p.reviews {
			if r.State == "APPROVED" {
				p.timeline = append(p.timeline, event{id: s.id(), kind: "review_dismissed", actor: nil, at: s.now, review: r, was: r.State})
				r.State = "DISMISSED"
			}
		}
		s.deliver("pull_request", p.payload("edited", by,
			object{"changes": object{"base": object{"ref": object{"from": from}, "sha": object{"from": fromSHA}}}}))
	})
}

// Edit changes the title.
func (p *Pull) Edit(title string, by *User) {
	p.lock(func(s *Server) {
		from := p.title
		p.title = title
		p.touch()
		s.deliver("pull_request", p.payload("edited", by, object{"changes": object{"title": object{"from": from}}}))
	})
}

// SetDraft turns a pull request into a draft or back.
func (p *Pull) SetDraft(draft bool, by *User) {
	p.lock(func(s *Server) {
		p.draft = draft
		p.touch()
		action := "ready_for_review"
		if draft {
			action = "converted_to_draft"
		}
		s.deliver("pull_request", p.payload(action, by, nil))
	})
}

// Close closes a pull request; merged says how. A merge moves the base.
func (p *Pull) Close(by *User, merged bool) {
	p.lock(func(s *Server) {
		p.closed, p.merged = true, merged
		p.touch()
		if merged {
			if m := s.git.merge(p.repo.branches[p.baseRef], p.headSHA, "Merge"); m != "" {
				p.repo.push(p.baseRef, m, by, "pr_merge")
			}
		}
		s.deliver("pull_request", p.payload("closed", by, nil))
	})
}

// Reopen opens it again.
func (p *Pull) Reopen(by *User) {
	p.lock(func(s *Server) {
		p.closed = false
		p.touch()
		s.deliver("pull_request", p.payload("reopened", by, nil))
	})
}

// DeleteFork makes the head repository go away.
func (p *Pull) DeleteFork() { p.lock(func(s *Server) { p.Head = nil }) }

// Rebind lets an old review name another commit, as GitHub does after a force
// push.
func (p *Pull) Rebind(r *Review, commit string) { p.lock(func(s *Server) { r.Commit = commit }) }

// LagMerge keeps the test merge unknown for the next n questions.
func (p *Pull) LagMerge(n int) { p.lock(func(s *Server) { p.mergeLag = n }) }

// AddComment comments as an account.
func (p *Pull) AddComment(by *User, body string) *Comment {
	var c *Comment
	p.lock(func(s *Server) {
		c = &Comment{ID: s.id(), Author: by, Body: body, At: p.touch(), Updated: s.now}
		p.comments = append(p.comments, c)
	})
	return c
}

// AddPending leaves an unsubmitted review of the account.
func (p *Pull) AddPending(by *User) {
	p.lock(func(s *Server) {
		p.reviews = append(p.reviews, &Review{ID: s.id(), Author: by, State: "PENDING", Commit: p.headSHA})
	})
}

// merge returns the test merge: its commit, and GitHub's word for it.
func (p *Pull) merge() (sha, mergeable string) {
	if !p.open() {
		return "", "UNKNOWN"
	}
	if p.mergeLag > 0 {
		p.mergeLag--
		return "", "UNKNOWN"
	}
	base := p.repo.branches[p.baseRef]
	sha = p.repo.server.git.merge(base, p.headSHA, fmt.Sprintf("Merge %s into %s", p.headSHA, base))
	if sha == "" {
		return "", "CONFLICTING"
	}
	return sha, "MERGEABLE"
}

// files are the files as GitHub shows them: merge base to head.
func (p *Pull) files() []fileDiff {
	g := p.repo.server.git
	return g.diff(g.mergeBase(p.repo.branches[p.baseRef], p.headSHA), p.headSHA)
}

func (p *Pull) commits() []string {
	return p.repo.server.git.between(p.repo.branches[p.baseRef], p.headSHA)
}

// DismissAll dismisses every review of an account that stands.
func (p *Pull) DismissAll(of, by *User) {
	p.lock(func(s *Server) {
		for _, r := range p.reviews {
			if r.Author == of && r.State == "CHANGES_REQUESTED" {
				p.dismiss(r, by)
			}
		}
	})
}
