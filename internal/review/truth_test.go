package review

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// histRules are the settings of a history, and what they mean.
type histRules struct {
	text   string
	number int
	second bool
	// users alone may approve; without any it is whoever may write.
	users []string
}

// truth is the model of random histories: it knows what every person did and
// saw, by its own records and not by the ledger's.
type truth struct {
	rules histRules
	acts  []act
	// listed says since when the check has shown each finding, by pull
	// request, head and base.
	listed map[string]map[string]time.Time
	// pushers are those that a review has seen, since GitHub may forget.
	pushers map[int][]string
	pushedAt,
	voided map[int]time.Time
	passed map[string]bool
	heads  map[string]bool
	shown  map[string]int
}

// act is what a person did on a pull request.
type act struct {
	number             int
	what, who          string
	head, base, commit string
	at                 time.Time
	lost               bool
	review             int64
}

func newTruth(r histRules) *truth {
	return &truth{
		rules: r, listed: map[string]map[string]time.Time{}, pushers: map[int][]string{}, pushedAt: map[int]time.Time{},
		voided: map[int]time.Time{},
		passed: map[string]bool{}, heads: map[string]bool{}, shown: map[string]int{},
	}
}

func (p *pull) key() string { return fmt.Sprint(p.number, p.head, p.base) }

func (m *truth) did(p *pull, what, who, commit string, lost bool, at time.Time) {
	a := act{p.number, what, who, p.head, p.base, commit, at, lost, 0}
	if what == "approve" || what == "object" {
		a.review = p.reviews[len(p.reviews)-1].ID
	}
	m.acts = append(m.acts, a)
}

func (m *truth) pushed(p *pull, at time.Time) {
	m.pushedAt[p.number] = at
	if key := fmt.Sprint(p.number, p.head); m.heads[key] {
		m.shown["head came back"]++
	} else {
		m.heads[key] = true
	}
}

// judge compares a decision with the truth; it says what is wrong.
func (m *truth) judge(w *world, p *pull, rep Report, d Decision) string {
	findings := m.list(p, rep, w.now)
	for _, q := range p.pushes {
		m.pushers[p.number] = append(m.pushers[p.number], q.By.Login)
	}
	may, must := m.released(w, p, findings)
	passes := d.Basis != Held && d.Basis != Broken
	m.passed[p.key()] = passes
	switch {
	case d.Conclusion != Success && (d.Conclusion != Failure || d.Why == "" || d.Title == ""):
		return "a decision that does not hold as GitHub understands it"
	case d.Conclusion == Success && !passes:
		return "success on a basis that holds"
	case passes && !may:
		return "it is let through, and nobody who may released it"
	case !passes && must:
		return "it is held, and was released beyond doubt"
	}
	for _, s := range w.pulls {
		if s == p || !s.open || s.head != p.head || rep.Names.Of(s.base) != d.CheckName {
			continue
		}
		if !m.passed[s.key()] {
			m.shown["sibling holds"]++
			if d.Conclusion == Success {
				return fmt.Sprintf("it is let through, and #%d with the same head is not", s.number)
			}
		}
	}
	return ""
}

// list brings up to date since when each finding has stood in the check.
func (m *truth) list(p *pull, rep Report, now time.Time) map[string]time.Time {
	was, is := m.listed[p.key()], map[string]time.Time{}
	for _, f := range rep.Holding() {
		name := f.Rule + " " + f.Subject()
		if at, ok := was[name]; ok {
			is[name] = at
		} else {
			is[name] = now
			if len(was) > 0 {
				m.shown["listed again"]++
			}
		}
	}
	m.listed[p.key()] = is
	return is
}

// released says whether the pull request may be let through, and whether it
// must be: where nothing is lost, late or bound anew.
func (m *truth) released(w *world, p *pull, findings map[string]time.Time) (may, must bool) {
	if len(findings) == 0 {
		return true, true
	}
	mayApprove, mustApprove := m.approved(w, p, findings)
	mayOverride, mustOverride := m.overridden(w, p, findings)
	return mayApprove || mayOverride, mustApprove || mustOverride
}

// fits reports whether an act was done on this head and base while the check
// showed all that holds now.
func (a act) fits(p *pull, findings map[string]time.Time) bool {
	if a.head != p.head || a.base != p.base || a.commit != p.head {
		return false
	}
	for _, since := range findings {
		if !a.at.After(since) {
			return false
		}
	}
	return true
}

// undisturbed reports whether nothing since an act can have hidden it.
func (m *truth) undisturbed(a act, p *pull) bool {
	return a.at.After(m.pushedAt[p.number]) && !slices.ContainsFunc(p.retargets, func(r Retarget) bool { return r.At.After(a.at) })
}

func (m *truth) approved(w *world, p *pull, findings map[string]time.Time) (may, must bool) {
	var sure, maybe votes
	objected := false
	for _, who := range histPeople {
		a, ok := m.last(p, who)
		if !ok || w.who(who).Type != "User" {
			continue
		}
		if a.what == "object" {
			objected = objected || who != p.author && mayWrite(w, who)
			continue
		}
		if m.proven(w, p, who) {
			continue
		}
		r := p.reviews[slices.IndexFunc(p.reviews, func(r PullReview) bool { return r.ID == a.review })]
		asked := slices.ContainsFunc(p.requests, func(q ReviewRequest) bool { return q.Of.Login == who && q.At.After(a.at) })
		if r.State != Approved || asked || !a.fits(p, findings) {
			continue
		}
		maybe.count(m, w, p, who)
		if r.Commit == p.head && m.undisturbed(a, p) && (!a.lost || m.logged(p)) {
			sure.count(m, w, p, who)
		}
	}
	extra := m.doubts(p)
	if objected {
		m.shown["objection"]++
		return false, false
	}
	if extra > 0 {
		m.shown["doubts"]++
	}
	may = maybe.enough(m.rules.number, extra)
	if may {
		m.shown["approved"]++
		if extra > 0 {
			m.shown["doubts met"]++
		}
	} else if maybe.uninvolved > 0 && m.rules.number > 1 {
		m.shown["number"]++
	}
	return may, sure.enough(m.rules.number, extra)
}

// votes are approvals by what the approvers may and what is said of them.
type votes struct{ uninvolved, claimedInvolved, others int }

func (v *votes) count(m *truth, w *world, p *pull, who string) {
	switch involved := m.named(w, p, who); {
	case m.mayApprove(w, who) && !involved:
		v.uninvolved++
	case m.mayApprove(w, who):
		v.claimedInvolved++
	case !involved && mayWrite(w, who):
		v.others++
	}
}

// enough: the number is met, by uninvolved people first; each doubt, and the use of
// people who are said to have had a part, takes one more uninvolved person.
func (v votes) enough(number, doubts int) bool {
	if v.uninvolved >= number {
		return v.uninvolved-number+v.others >= doubts
	}
	return v.uninvolved+v.claimedInvolved >= number && v.others >= doubts+1
}

func (m *truth) overridden(w *world, p *pull, findings map[string]time.Time) (may, must bool) {
	stands := slices.ContainsFunc(p.labels, func(l Label) bool { return l.Name == "holdpoint-override" })
	i := len(m.acts) - 1
	for i >= 0 && (m.acts[i].number != p.number || m.acts[i].what != "label" && m.acts[i].what != "renamed") {
		i--
	}
	if !stands || i < 0 {
		return false, false
	}
	a := m.acts[i]
	if a.what != "label" || a.lost || !a.fits(p, findings) || !a.at.After(m.voided[p.number]) ||
		m.proven(w, p, a.who) || !slices.Contains([]string{"maintain", "admin"}, w.people[w.who(a.who).Login].role) {
		return false, false
	}
	if m.rules.second || m.named(w, p, a.who) {
		var others votes
		for _, who := range histPeople {
			b, ok := m.last(p, who)
			if !ok || who == a.who || b.what != "approve" || !b.fits(p, findings) || m.proven(w, p, who) || m.named(w, p, who) {
				continue
			}
			if r := p.reviews[slices.IndexFunc(p.reviews, func(r PullReview) bool { return r.ID == b.review })]; r.State == Approved &&
				mayWrite(w, who) && w.who(who).Type == "User" {
				others.uninvolved++
			}
		}
		if others.uninvolved == 0 {
			return false, false
		}
		m.shown["second person"]++
		return true, false
	}
	m.shown["overridden"]++
	return true, m.undisturbed(a, p)
}

// last is a person's last review that says something.
func (m *truth) last(p *pull, who string) (last act, ok bool) {
	for _, a := range m.acts {
		if a.number == p.number && a.who == who && a.review != 0 {
			last, ok = a, true
		}
	}
	return last, ok
}

// proven: the person opened it or pushed to it.
func (m *truth) proven(w *world, p *pull, who string) bool {
	return who == p.author || slices.Contains(m.pushers[p.number], w.who(who).Login)
}

// named: a commit or the text says that the person had a part.
func (m *truth) named(w *world, p *pull, who string) bool {
	if strings.Contains(p.body, "@"+who) {
		return true
	}
	for _, c := range p.commits {
		if c.Author.Account.Login == w.who(who).Login {
			return true
		}
	}
	return false
}

// doubts: 1 where somebody unknown may have taken part.
func (m *truth) doubts(p *pull) int {
	known := m.logged(p)
	for _, c := range p.commits {
		known = known && c.Author.Account.ID != 0
	}
	if known {
		return 0
	}
	return 1
}

// logged reports whether GitHub's log has the last push.
func (m *truth) logged(p *pull) bool {
	return len(p.pushes) > 0 && p.pushes[len(p.pushes)-1].At.Equal(m.pushedAt[p.number])
}

func mayWrite(w *world, who string) bool {
	return slices.Contains([]string{"write", "maintain", "admin"}, w.people[w.who(who).Login].role)
}

func (m *truth) mayApprove(w *world, who string) bool {
	return mayWrite(w, who) && (len(m.rules.users) == 0 || slices.Contains(m.rules.users, who))
}
