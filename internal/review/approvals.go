package review

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// approval is a person's approval that is fresh and bound to this head.
type approval struct {
	by rules.Account
	at time.Time
	// uninvolved: nothing names the person as having had a part in the change.
	uninvolved bool
	part       string
}

// opinions are the people's last words on the pull request.
type opinions struct {
	approvals  []approval
	objections []rules.Account
	discounted []Discounted
}

// readOpinions weighs all reviews: for each person the last one that says
// something, whether it is fresh, and whether the person may speak at all.
func readOpinions(req Request, e *entry, c *participants) opinions {
	var o opinions
	for _, last := range lastWords(req.Evidence.Reviews) {
		if last.State != Approved {
			o.hear(last, req, c)
			continue
		}
		who, proven := c.part(last.By)
		if why := stale(last, req, e, c); why != "" {
			o.discounted = append(o.discounted, Discounted{last.By.Login, "approval", why})
			continue
		}
		if proven {
			o.discounted = append(o.discounted, Discounted{last.By.Login, "approval", last.By.Login + " " + who})
			continue
		}
		o.approvals = append(o.approvals, approval{by: last.By, at: last.Submitted, uninvolved: who == "", part: who})
	}
	return o
}

// hear takes in somebody's objection. It only tightens, so a part in the change
// does not take it away: else an agent could silence a maintainer by a commit
// in their name.
func (o *opinions) hear(last PullReview, req Request, c *participants) {
	if last.Own || last.State == Dismissed && !last.Objection {
		return
	}
	why := ""
	switch {
	case !c.isPerson(last.By):
		why = "it is not from a person"
	case last.By.ID == req.Signals.Author.ID:
		why = last.By.Login + " opened the pull request"
	case !c.mayWrite(last.By):
		why = last.By.Login + " has no write access"
	default:
		o.objections = append(o.objections, last.By)
		return
	}
	if last.State != Dismissed {
		o.discounted = append(o.discounted, Discounted{last.By.Login, "objection", why})
	}
}

// lastWords picks each account's last review that says something. Comments do
// not; a dismissed review does, so that it never revives an older approval.
func lastWords(reviews []PullReview) []PullReview {
	last := map[int64]PullReview{}
	for _, r := range reviews {
		if r.State == Commented || r.State == Pending {
			continue
		}
		if old := last[r.By.ID]; cmp.Or(r.Submitted.Compare(old.Submitted), cmp.Compare(r.ID, old.ID)) > 0 {
			last[r.By.ID] = r
		}
	}
	out := make([]PullReview, 0, len(last))
	for _, r := range last {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b PullReview) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// stale says why an approval does not stand for this head, base and findings;
// empty where it does.
func stale(r PullReview, req Request, e *entry, c *participants) string {
	shown := slices.IndexFunc(e.shown, func(s shownReview) bool { return s.id == r.ID })
	elsewhere := baseAt(r.Submitted, req) != req.Ref.BaseRef
	if shown >= 0 {
		s := e.shown[shown]
		elsewhere = elsewhere || s.head != prefix(req.Ref.HeadSHA) || s.base != req.Ref.BaseRef
	}
	pushed, known := lastPush(req)
	switch {
	case !c.isPerson(r.By):
		return "it is not from a person"
	case r.Commit != req.Ref.HeadSHA:
		return fmt.Sprintf("it was given on %.12s, not on the current head", r.Commit)
	case elsewhere:
		return "it was given on another head or base, and moved to this one later"
	case shown < 0 && !known:
		return "no webhook showed it on this head, and GitHub's activity log does not show when this head was pushed"
	case shown < 0 && !r.Submitted.After(pushed.At):
		return "no webhook showed it on this head, which was pushed again since"
	case r.Submitted.Before(e.listedAt()):
		return "it is older than the current findings"
	case askedAgain(r, req.Evidence.Requests):
		return "a new review was asked for since"
	}
	return ""
}

// baseAt is the base branch that the pull request had at a moment.
func baseAt(at time.Time, req Request) string {
	base, first := req.Ref.BaseRef, time.Time{}
	for _, r := range req.Evidence.Retargets {
		if !r.At.Before(at) && (first.IsZero() || r.At.Before(first)) {
			base, first = r.From, r.At
		}
	}
	return base
}

// lastPush is the push that brought the head to the pull request's branch, the
// last one in the activity log; known is false where the log ends elsewhere. A
// head that left and came back may bring approvals along that were given on
// another.
func lastPush(req Request) (last Push, known bool) {
	for _, p := range req.Evidence.Pushes {
		here := p.After == req.Ref.HeadSHA
		if p.At.After(last.At) || p.At.Equal(last.At) && here {
			last, known = p, here
		}
	}
	return last, known && !req.Evidence.PushesUnknown
}

// signals are the request's with those who pushed to the head branch since it
// was last made: what came before was another branch of its name. A log that
// does not reach from there to this head does not tell of all.
func (r Request) signals() rules.Signals {
	s, made := r.Signals, time.Time{}
	for _, p := range r.Evidence.Pushes {
		if p.Kind == branchCreation && p.At.After(made) {
			made = p.At
		}
	}
	_, known := lastPush(r)
	s.Pushers, s.PushersKnown = nil, known && !made.IsZero()
	for _, p := range r.Evidence.Pushes {
		if p.Kind != branchDeletion && !p.At.Before(made) {
			s.Pushers = append(s.Pushers, p.By)
		}
	}
	return s
}

func askedAgain(r PullReview, requests []ReviewRequest) bool {
	return slices.ContainsFunc(requests, func(q ReviewRequest) bool { return q.Of.ID == r.By.ID && q.At.After(r.Submitted) })
}

// need is what one entry of the settings takes, and the findings that take it.
type need struct {
	rules.Approval
	findings []*rules.Finding
}

// needs collects the entries of the settings that the findings take. What no
// entry fits takes the default.
func needs(settings rules.Settings, holding []rules.Finding) []need {
	var out []need
	fitted := make([]bool, len(holding))
	for _, a := range settings.Approvals {
		n := need{Approval: a}
		for i := range holding {
			if a.Fits(&holding[i]) {
				fitted[i] = true
				n.findings = append(n.findings, &holding[i])
			}
		}
		if len(n.findings) > 0 {
			out = append(out, n)
		}
	}
	rest := need{Approval: rules.DefaultApproval()}
	for i := range holding {
		if !fitted[i] {
			rest.findings = append(rest.findings, &holding[i])
		}
	}
	if len(rest.findings) > 0 {
		out = append(out, rest)
	}
	return out
}

// spareRight is the right of who stands in as the one more that doubts ask for.
const extraRight = "role write"

// unnamed are the approvals by people whom no entry names and whom no doubt
// calls for.
func (o opinions) unnamed(all []need, c *participants) (out []Discounted) {
	wantsExtra := len(c.doubts) > 0 || slices.ContainsFunc(o.approvals, func(a approval) bool { return !a.uninvolved })
	for _, a := range o.approvals {
		named := slices.ContainsFunc(all, func(n need) bool { return c.allowed(n.Approvers, a.by) != "" })
		switch {
		case named:
		case !c.mayWrite(a.by):
			out = append(out, Discounted{a.by.Login, "approval", a.by.Login + " has no write access"})
		case !wantsExtra || !a.uninvolved:
			out = append(out, Discounted{a.by.Login, "approval", "the settings do not allow " + a.by.Login + " to approve any of these findings"})
		}
	}
	return out
}

// missing says what a need lacks; ok means nothing. It also says which
// approvals meet it, and by which right.
//
// The number must be met by people the entry names. Where one of them is named
// by forgeable words as having had a part, or where doubts ask for it, one
// more person with write access and no part must approve: a forged name costs
// an approval and can shut nobody out.
func (n need) missing(o opinions, c *participants) (lack Missing, releases []Release, ok bool) {
	var uninvolved, claimedInvolved, others []approval
	for _, a := range o.approvals {
		switch right := c.allowed(n.Approvers, a.by); {
		case right != "" && a.uninvolved:
			uninvolved = append(uninvolved, a)
		case right != "":
			claimedInvolved = append(claimedInvolved, a)
		case a.uninvolved && c.mayWrite(a.by):
			others = append(others, a)
		}
	}
	number := max(n.Number, 1)
	named := min(len(uninvolved), number)
	substituted := min(len(claimedInvolved), number-named)
	more := 0
	why := ""
	if len(c.doubts) > 0 {
		more, why = 1, c.doubts[0]
	}
	if substituted > 0 {
		more++
		why = claimedInvolved[0].by.Login + " " + claimedInvolved[0].part
	}
	extra := len(uninvolved) - named + len(others)
	lackNamed, lackMore := number-named-substituted, max(more-extra, 0)
	for _, a := range slices.Concat(uninvolved, claimedInvolved[:substituted]) {
		releases = append(releases, Release{Login: a.by.Login, ID: a.by.ID, Right: c.allowed(n.Approvers, a.by), What: "approval",
			At: a.at.UTC()})
	}
	if more > 0 {
		for _, a := range others {
			releases = append(releases, Release{Login: a.by.Login, ID: a.by.ID, Right: extraRight, What: "approval", At: a.at.UTC()})
		}
	}
	if lackNamed == 0 && lackMore == 0 {
		return Missing{}, releases, true
	}
	lack.For, lack.Number = forWhat(n.findings), lackNamed+lackMore
	if lackNamed > 0 {
		lack.What, lack.From = plural(lackNamed, "more approval"), fromWhom(n.Approvers)
		if lackMore > 0 {
			lack.Also = fmt.Sprintf("%d from %s, because %s", lackMore, extraPeople(lackMore), why)
		}
		return lack, nil, false
	}
	lack.What, lack.From = plural(lackMore, "more approval"), extraPeople(lackMore)+", because "+why
	return lack, nil, false
}

// extraPeople names those who stand in as the more that doubts ask for.
func extraPeople(n int) string {
	if n > 1 {
		return "other people with write access"
	}
	return "another person with write access"
}
