package githubtest

import (
	"fmt"
	"strings"
)

// queueEntry is a pull request in the merge queue.
type queueEntry struct {
	pull       *Pull
	base, head string
}

// Enqueue puts pull requests into the merge queue as one group on top of the
// base and asks for its checks. It returns the group's head.
func (r *Repo) Enqueue(by *User, pulls ...*Pull) string {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	r.queueBase, r.queue = pulls[0].baseRef, nil
	base := r.branches[r.queueBase]
	tip := base
	for _, p := range pulls {
		next := s.git.merge(tip, p.headSHA, fmt.Sprintf("Merge pull request #%d", p.Number))
		if next == "" {
			s.t.Fatalf("githubtest: #%d does not merge into the group", p.Number)
		}
		r.queue = append(r.queue, &queueEntry{p, tip, next})
		tip = next
	}
	last := pulls[len(pulls)-1]
	ref := fmt.Sprintf("gh-readonly-queue/%s/pr-%d-%s", r.queueBase, last.Number, base)
	r.branches[ref] = tip
	o := r.payload("merge_group", "checks_requested", by, nil)
	group, _ := o["merge_group"].(object)
	group["head_sha"], group["head_ref"], group["base_sha"], group["base_ref"] = tip, "refs/heads/"+ref, base, "refs/heads/"+r.queueBase
	s.deliver("merge_group", o)
	return tip
}

// Destroy says that a merge group is no more; reason is GitHub's: merged,
// invalidated or dequeued.
func (r *Repo) Destroy(by *User, group, reason string) {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	o := r.payload("merge_group", "checks_requested", by, nil)
	g, _ := o["merge_group"].(object)
	for ref, tip := range r.branches {
		if tip == group && strings.HasPrefix(ref, "gh-readonly-queue/") {
			g["head_ref"] = "refs/heads/" + ref
			delete(r.branches, ref)
		}
	}
	o["action"], o["reason"] = "destroyed", reason
	g["head_sha"], g["base_ref"] = group, "refs/heads/"+r.queueBase
	r.queue = nil
	s.deliver("merge_group", o)
}

// ForgetQueue makes the queue show other members than the group's branch,
// until recall is called.
func (r *Repo) ForgetQueue() (recall func()) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	whole := r.queue
	r.queue = whole[:len(whole)-1]
	return func() {
		r.server.mu.Lock()
		defer r.server.mu.Unlock()
		r.queue = whole
	}
}
