package service_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// truth is what the model knows of who did what, by its own records. It uses
// nothing of the product.
type truth struct {
	w        *modelWorld
	roles    map[string]string // of a person
	opinions []opinion
	marks    []*mark
	pushes   []pushed
	bornAt   map[int]int // the number of pushes when a pull request was opened
	// fine says at which move a head was last harmless to a base, or released
	// on it. Since is the move after which everything that was sent had been
	// worked off for the last time: a verdict may be as old as that.
	fine map[pair]int
	// groups are the heads of which the merge queue made its commits.
	groups map[string]string
	since  int
}

type pair struct{ head, base string }

// same reports whether what released one releases the other: the check of both
// is one.
func (t *truth) same(a, b pair) bool {
	return a.head == b.head && (a.base == b.base || t.w.setup.shares(a.base) && t.w.setup.shares(b.base))
}

func (s *setup) shares(base string) bool {
	return s.shared == "**" || s.shared != "" && strings.HasPrefix(base, strings.TrimSuffix(s.shared, "*"))
}

// opinion is a review as it was given.
type opinion struct {
	pull     int
	who      string
	pair     // of the pull request at that moment
	approves bool
	review   *githubtest.Review
	// void: GitHub dismissed it when the base was changed.
	void bool
	// ever: the person may approve, or might at a moment since. always: the
	// person may write, and might at all of them. GitHub tells of no change of a
	// role.
	ever, always bool
}

// mark is an override label as it was set.
type mark struct {
	pull  int
	who   string
	label string
	pair
	renamed bool
	ever    bool // the person may override, or might at a moment since
}

type pushed struct{ branch, sha, who string }

func newTruth(w *modelWorld) truth {
	t := truth{w: w, roles: map[string]string{}, bornAt: map[int]int{}, fine: map[pair]int{}, groups: map[string]string{}}
	for _, p := range people {
		t.roles[p.name] = p.role
	}
	return t
}

func (t *truth) pushed(branch, sha, who string) {
	t.pushes = append(t.pushes, pushed{branch, sha, who})
}

func (t *truth) opened(p *modelPull) { t.bornAt[p.number] = len(t.pushes) }

func (t *truth) reviewed(p *modelPull, who string, r *githubtest.Review) {
	t.opinions = append(t.opinions, opinion{pull: p.number, who: who, pair: pair{p.HeadSHA(), p.base}, approves: r.State == "APPROVED",
		review: r,
		ever:   t.mayApprove(who), always: t.mayWrite(who)})
}

func (t *truth) labelled(p *modelPull, label, who string) {
	t.marks = append(t.marks, &mark{pull: p.number, who: who, label: label, pair: pair{p.HeadSHA(), p.base}, ever: t.mayOverride(who)})
}

// role: somebody's role changed.
func (t *truth) role(who, role string) {
	t.roles[who] = role
	for i, o := range t.opinions {
		t.opinions[i].ever, t.opinions[i].always = o.ever || t.mayApprove(o.who), o.always && t.mayWrite(o.who)
	}
	for _, m := range t.marks {
		m.ever = m.ever || t.mayOverride(m.who)
	}
}

// renamed: whoever set the label set another one.
func (t *truth) renamed(from, to string) {
	for _, m := range t.marks {
		if m.label == from {
			m.label, m.renamed = to, true
		}
	}
}

// made: a branch was made. Whatever passed under its name may be merged into it
// until that was worked off, as into one that moves.
func (t *truth) made(branch string) {
	for _, p := range t.w.pulls {
		t.fine[pair{p.HeadSHA(), branch}] = t.w.step
	}
}

func (t *truth) retargeted(p *modelPull) {
	for i, o := range t.opinions {
		if o.pull == p.number && o.approves && o.review.State == "APPROVED" {
			t.opinions[i].void = true
		}
	}
}

// of are the opinions on a pull request.
func (t *truth) of(p *modelPull) (out []opinion) {
	for _, o := range t.opinions {
		if o.pull == p.number {
			out = append(out, o)
		}
	}
	return out
}

// settled: everything that was sent was worked off. whole is false where some
// of it was lost: then older verdicts may still stand.
func (t *truth) settled(whole bool) {
	if whole {
		t.since = t.w.step
	}
}

// mayWrite and maintains go by GitHub's roles.
func (t *truth) mayWrite(who string) bool {
	return slices.Contains([]string{"write", "maintain", "admin"}, t.roles[who])
}

func (t *truth) maintains(who string) bool {
	return slices.Contains([]string{"maintain", "admin"}, t.roles[who])
}

func (t *truth) mayApprove(who string) bool {
	return who != "devin" && t.mayWrite(who) && (len(t.w.setup.users) == 0 || slices.Contains(t.w.setup.users, who))
}

func (t *truth) mayOverride(who string) bool {
	if len(t.w.setup.labelled) > 0 {
		return slices.Contains(t.w.setup.labelled, who) && t.mayWrite(who)
	}
	return who != "devin" && t.maintains(who)
}

// part: the person opened the pull request, brought its head to its branch, or
// pushed to that since it is open.
func (t *truth) part(p *modelPull, who string) bool {
	if p.author == who {
		return true
	}
	for i, q := range t.pushes {
		if q.branch == p.branch && q.who == who && (q.sha == p.HeadSHA() || i >= t.bornAt[p.number]) {
			return true
		}
	}
	return false
}

// released reports whether a head was released on a base, on whichever pull
// request: the content is the same.
func (t *truth) released(at pair) (byLabel, byApproval bool) {
	if head := t.groups[at.head]; head != "" {
		at.head = head // and so is that of the queue's commit
	}
	for _, p := range t.w.pulls {
		for _, m := range t.marks {
			if m.pull == p.number && t.same(m.pair, at) && m.label == overrideLabel && !m.renamed && p.HasLabel(overrideLabel) && m.ever &&
				!t.part(p, m.who) && m == t.lastMark(p) {
				byLabel = true
			}
		}
		if t.approved(p, at) {
			byApproval = true
		}
	}
	return byLabel, byApproval
}

func (t *truth) lastMark(p *modelPull) (last *mark) {
	for _, m := range t.marks {
		if m.pull == p.number && strings.EqualFold(m.label, overrideLabel) {
			last = m
		}
	}
	return last
}

// approved: as many people as it takes have this head on this base as their
// last word, and nobody objects.
func (t *truth) approved(p *modelPull, at pair) bool {
	last := map[string]opinion{}
	for _, o := range t.of(p) {
		last[o.who] = o
	}
	count := 0
	for who, o := range last {
		switch {
		case !o.approves && o.always && who != p.author:
			return false // one that was dismissed too, and whatever the person's part
		case o.approves && o.review.State == "APPROVED" && !o.void && t.same(o.pair, at) && o.ever && !t.part(p, who):
			count++
		}
	}
	return count >= t.w.setup.number
}

// lost are the databases that a merge of the head leaves out of the base.
func (t *truth) lost(at pair) (out []string) {
	base := t.w.repo.Branch(at.base)
	result, ok := t.w.git.TryMerge(base, at.head)
	if !ok {
		return nil
	}
	kept := databases(t.w.git.Files(result))
	for _, name := range databases(t.w.git.Files(base)) {
		if !slices.Contains(kept, name) {
			out = append(out, name)
		}
	}
	return out
}

func databases(files githubtest.Files) (out []string) {
	for _, m := range databaseLine.FindAllStringSubmatch(files[databaseFile], -1) {
		out = append(out, m[1])
	}
	return out
}

// wrong looks at every pull request into a protected branch: it says which
// could be merged now though its head was neither harmless there nor released,
// at any moment since everything was worked off.
func (w *modelWorld) wrong() string {
	for _, p := range w.pulls {
		for base := range w.setup.protected {
			if w.repo.Branch(base) == "" {
				continue
			}
			w.truth.look(pair{p.HeadSHA(), base})
		}
	}
	for _, p := range w.pulls {
		if w.bad == "" && w.protected(p.base) && w.mergeable(p) {
			w.bad = w.truth.unreleased(p)
		}
	}
	return w.bad
}

// unreleased says what is lost where a pull request is merged now and nobody
// released that; "" where all is well.
func (t *truth) unreleased(p *modelPull) string {
	at := pair{p.HeadSHA(), p.base}
	t.look(at)
	if last, ok := t.fine[at]; ok && last >= t.since {
		return ""
	}
	return fmt.Sprintf("#%d (%.12s) can be merged into %s, which loses %v, and nobody released that", p.number, at.head, p.base, t.lost(at))
}

// look notes whether a head is harmless to a base now, or released on it.
func (t *truth) look(at pair) {
	lost := t.lost(at)
	if len(lost) == 0 {
		t.fine[at] = t.w.step
		return
	}
	byLabel, byApproval := t.released(at)
	switch {
	case byLabel:
		t.w.show("released by label")
		fallthrough
	case byApproval:
		t.w.show("destroying change released")
		t.fine[at] = t.w.step
	default:
		t.w.show("destroying change held")
	}
}
