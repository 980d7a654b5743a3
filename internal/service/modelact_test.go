package service_test

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// do makes a move. Between two moves some time passes.
func (w *modelWorld) do(m move) {
	w.moves = append(w.moves, m)
	w.hub.Advance(time.Minute)
	switch m.kind {
	case pushes:
		w.push(m)
	case points:
		if sha := w.tip(m.from); sha != "" && !w.protected(m.branch) && m.branch != m.from {
			w.moved(m.branch, sha, m.who)
		}
	case branches:
		if sha := w.repo.Branch(m.from); sha != "" && w.repo.Branch(m.branch) == "" {
			w.repo.Push(m.branch, sha, w.users[m.who])
			w.truth.made(m.branch)
			w.show("a branch later")
		}
	case opens:
		w.open(m)
	case settles:
		w.settle()
	case sweeps:
		w.sweep()
	case loses, repeats, reorders, arrives:
		w.deliver(m)
	case fails:
		w.hub.Inject(&githubtest.Fault{Call: "POST /graphql Conversation", Status: 502, Message: "Server Error"})
	case renames:
		if w.repo.HasLabel("note") && !w.repo.HasLabel(m.what) {
			w.repo.RenameLabel("note", m.what, w.users[m.who])
			w.truth.renamed("note", m.what)
		}
	case roles:
		w.repo.Grant(w.users[m.who], m.what)
		w.truth.role(m.who, m.what)
	default:
		if p := w.pull(m.pull); p != nil {
			w.onPull(p, m)
		} else if m.kind == reopens {
			w.reopen(m)
		}
	}
	w.send()
}

// last is the move after which nothing is under way or lost.
func (w *modelWorld) last() moveKind {
	if w.lost > 0 {
		return sweeps
	}
	return settles
}

// tip is the commit of a branch, or the last one of the merge queue.
func (w *modelWorld) tip(branch string) string {
	if branch == group {
		return w.grouped
	}
	return w.repo.Branch(branch)
}

func (w *modelWorld) protected(branch string) bool { return w.setup.protected[branch] != "" }

// push makes a commit on a branch. Nobody pushes to a protected one.
func (w *modelWorld) push(m move) {
	parent := w.repo.Branch(m.from)
	if parent == "" || w.protected(m.branch) || m.branch == "main" {
		return
	}
	changes := githubtest.Files{}
	switch m.what {
	case harmless:
		changes["README.md"] = w.files[parent]["README.md"] + "A word of " + m.branch + ".\n"
	case destroys:
		changes[databaseFile] = database("stock")
	case destroys2:
		changes[databaseFile] = "# None.\n"
	case restores:
		changes[databaseFile] = database("orders", "stock")
	case adds:
		changes[databaseFile] = database("orders", "stock", "users")
	}
	if m.rules != "" {
		changes[rules.SettingsPath] = evil[m.rules]
		w.show("settings of another branch")
	}
	w.moved(m.branch, w.commit(w.files[parent].With(changes), []string{parent}, w.users[m.who].Email()), m.who)
}

// moved moves a branch as a push does.
func (w *modelWorld) moved(branch, sha, who string) {
	w.repo.Push(branch, sha, w.users[who])
	w.truth.pushed(branch, sha, who)
	for _, p := range w.pulls {
		if p.branch == branch {
			w.leaves(p, "dequeued")
		}
	}
}

func (w *modelWorld) open(m move) {
	head, base := w.repo.Branch(m.branch), w.repo.Branch(m.from)
	if head == "" || base == "" || m.branch == m.from || len(w.pulls) == 4 || !w.git.Ahead(base, head) {
		return
	}
	for _, p := range w.pulls { // GitHub has one for a branch and a base
		if p.open && p.branch == m.branch && p.base == m.from {
			return
		}
		if p.open && p.HeadSHA() == head && p.base != m.from {
			w.show("one head on two bases")
		}
	}
	p := w.repo.Open(githubtest.PullOf{Author: w.users[m.who], Head: m.branch, Base: m.from, Title: "Clean up"})
	w.pulls = append(w.pulls, &modelPull{Pull: p, number: len(w.pulls) + 1, branch: m.branch, base: m.from, open: true, author: m.who})
	w.truth.opened(w.pulls[len(w.pulls)-1])
}

func (w *modelWorld) reopen(m move) {
	if m.pull > len(w.pulls) || m.pull < 1 {
		return
	}
	p := w.pulls[m.pull-1]
	if p.group == merged || w.repo.Branch(p.branch) != p.HeadSHA() {
		return // GitHub reopens none whose branch went on
	}
	p.open = true
	p.Reopen(w.users[m.who])
}

// merged is the group of a pull request that was merged.
const merged = "merged"

// onPull does what is done on an open pull request.
func (w *modelWorld) onPull(p *modelPull, m move) {
	by := w.users[m.who]
	switch m.kind {
	case retargets:
		w.retarget(p, m)
	case labels:
		if !p.HasLabel(m.what) {
			p.AddLabel(m.what, by, "")
			w.truth.labelled(p, m.what, m.who)
		}
	case unlabels:
		if p.HasLabel(m.what) {
			p.RemoveLabel(m.what, by)
		}
	case comments:
		p.AddComment(by, "/approve")
	case approves, objects:
		if p.author == m.who {
			return // GitHub does not take it
		}
		state := map[moveKind]string{approves: "APPROVED", objects: "CHANGES_REQUESTED"}[m.kind]
		w.truth.reviewed(p, m.who, p.Submit(by, state, ""))
		if m.kind == objects {
			w.show("objection")
		}
	case dismisses:
		if given := w.truth.of(p); m.n < len(given) && given[m.n].review.State != "DISMISSED" {
			p.Dismiss(given[m.n].review, by)
		}
	case rebinds:
		for _, r := range w.truth.of(p) {
			p.Rebind(r.review, p.HeadSHA())
		}
	case asks:
		p.AskReview(w.users["alice"], by)
	case rerequests:
		if len(w.repo.Checks(p.HeadSHA())) > 0 {
			w.repo.Rerequest(p.HeadSHA(), by)
		}
	case titles:
		p.Edit("Clean up a little", by)
	case drafts:
		p.draft = !p.draft
		p.SetDraft(p.draft, by)
	case closes:
		p.open = false
		p.Close(by, false)
		w.leaves(p, "dequeued")
	case merges:
		w.merge(p, m.who)
	case enqueues:
		if w.setup.queue && p.base == "main" && p.group == "" && !p.draft && w.repo.Mergeable(p.Pull) && w.merges(p) {
			p.group = w.repo.Enqueue(by, p.Pull)
			w.grouped, w.truth.groups[p.group] = p.group, p.HeadSHA()
			w.files[p.group] = w.git.Files(p.group)
		}
	}
}

func (w *modelWorld) retarget(p *modelPull, m move) {
	base := w.repo.Branch(m.from)
	if base == "" || m.from == p.base || m.from == p.branch || !w.git.Ahead(base, p.HeadSHA()) {
		return
	}
	for _, q := range w.pulls {
		if q.open && q.branch == p.branch && q.base == m.from {
			return
		}
	}
	if len(w.repo.Checks(p.HeadSHA())) > 0 {
		w.show("retargeted with a check")
	}
	w.truth.retargeted(p)
	p.base = m.from
	p.Retarget(m.from, w.users[m.who])
	w.leaves(p, "dequeued")
}

// merge merges where GitHub lets: wrong looks at every pull request after every
// move, so it need not. With a queue nobody merges by hand.
func (w *modelWorld) merge(p *modelPull, who string) {
	if w.mergeable(p) {
		w.show("merged")
		w.merged(p, who)
	}
}

func (w *modelWorld) merged(p *modelPull, who string) {
	p.open = false
	p.Close(w.users[who], true)
	w.leaves(p, "merged")
	p.group = merged
	tip := w.repo.Branch(p.base)
	w.files[tip] = w.git.Files(tip)
}

// leaves ends the group of a pull request, where it has one.
func (w *modelWorld) leaves(p *modelPull, reason string) {
	if p.group != "" && p.group != merged {
		w.repo.Destroy(w.users["dana"], p.group, reason)
		p.group = ""
	}
}

// mergeable: GitHub would merge it by hand now.
func (w *modelWorld) mergeable(p *modelPull) bool {
	queued := w.setup.queue && p.base == "main"
	return p.open && !p.draft && !queued && w.merges(p) && w.repo.Mergeable(p.Pull)
}

// mergeGroups merges the groups whose check has passed, as GitHub does at once.
func (w *modelWorld) mergeGroups() {
	for _, p := range w.pulls {
		if !p.open || p.group == "" || !slices.ContainsFunc(w.repo.Checks(p.group), func(c githubtest.Check) bool {
			return c.App == githubtest.AppID && c.Name == w.setup.protected["main"] && c.Conclusion == "success"
		}) {
			continue
		}
		w.show("merged by the queue")
		if bad := w.truth.unreleased(p); bad != "" {
			w.bad = bad
		}
		w.merged(p, "dana")
	}
}

// merges without a conflict.
func (w *modelWorld) merges(p *modelPull) bool {
	_, ok := w.git.TryMerge(w.repo.Branch(p.base), p.HeadSHA())
	return ok
}

// deliver is what happens to deliveries under way.
func (w *modelWorld) deliver(m move) {
	switch m.kind {
	case repeats:
		if n := len(w.sent) - 1 - m.n; n >= 0 {
			w.show("repeated")
			d := w.sent[n]
			w.hub.Advance(10 * time.Minute) // the queue forgets which it had
			clear(w.queue.taken)
			w.underway = append(w.underway, d)
		}
	case reorders:
		if len(w.underway) > 1 {
			w.show("reordered")
			slices.Reverse(w.underway)
		}
	case loses, arrives:
		if m.n >= len(w.underway) {
			return
		}
		d := w.underway[m.n]
		w.underway = slices.Delete(w.underway, m.n, m.n+1)
		if m.kind == loses {
			w.show("lost")
			w.lost++
			w.hub.Record(d, 502)
			return
		}
		w.arrive(d)
		w.work()
		w.send()
		if !slices.ContainsFunc(w.underway, w.news) {
			w.truth.settled(w.lost == 0)
		}
	}
}

// news reports whether a delivery tells of something that people did. A merge
// group asks for a verdict, and our own reviews tell us nothing.
func (w *modelWorld) news(d githubtest.Delivery) bool {
	var by struct{ Sender struct{ Login string } }
	if err := json.Unmarshal(d.Body, &by); err != nil {
		w.Fatal(err)
	}
	return d.Event != "merge_group" && by.Sender.Login != w.hub.Bot().Login
}
