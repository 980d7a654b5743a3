package review

import (
	"cmp"
	"slices"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// ledger is the record kept in our own check run on one head commit: what was
// listed when, which approvals and labels deliveries showed, who pushed, and
// what was decided. It is read and written whole.
type ledger struct {
	// run is what the check run concludes, empty in records of before it was
	// written down.
	run     Conclusion
	entries []*entry
}

// entry is the record of one pull request against one base branch.
type entry struct {
	number  int
	baseRef string
	// passed and basis are the last decision on this pull request alone.
	passed bool
	basis  Basis
	// agent: an agent made the change.
	agent bool
	// unenforced are the findings that would hold if an agent had made the change,
	// or if the settings enforced their class: a merge group that does no
	// more than these does nothing new.
	unenforced listing
	// listed say since when each finding has stood in the published check.
	listed []listing
	// shown are reviews as their deliveries showed them.
	shown []shownReview
	// labels are applications of the override label as deliveries showed them.
	labels []shownLabel
	// voided is the last moment at which the definition of the override label
	// changed: labels set before count no more.
	voided time.Time
	// pushers are all who pushed to the pull request, earlier heads included.
	pushers []person
	// releases are the approvals or the override that let it through.
	releases []Release
	// sources are the ids of the private sources that it was judged with.
	sources []string
}

// listing is a set of findings that the check has shown since one moment.
type listing struct {
	at time.Time
	// prints are prefixes of fingerprints, sorted. Empty where there was no
	// room for them: then digest alone names the set.
	prints []string
	digest string
	count  int
}

type shownReview struct {
	id int64
	by person
	at time.Time
	// head is the prefix of the head that it was shown on and for, nowhere
	// where the two were not one; base is the base branch at that moment.
	head, base string
}

// nowhere is the head of a review that named another commit than the head.
const nowhere = "-"

type shownLabel struct {
	id   int64
	name string
	by   person
	at   time.Time
	fits bool
}

type person struct {
	id    int64
	login string
}

// reviewed reports whether a verdict was made and stands.
func (e *entry) reviewed() bool { return e != nil && e.basis != Unreviewed }

func (l *ledger) of(number int, baseRef string) *entry {
	i := slices.IndexFunc(l.entries, func(e *entry) bool { return e.number == number && e.baseRef == baseRef })
	if i < 0 {
		return nil
	}
	return l.entries[i]
}

func (l *ledger) ensure(number int, baseRef string) *entry {
	if e := l.of(number, baseRef); e != nil {
		return e
	}
	e := &entry{number: number, baseRef: baseRef}
	l.entries = append(l.entries, e)
	return e
}

// prefix is the part of a fingerprint that the ledger keeps: 80 bits.
func prefix(fingerprint string) string {
	if len(fingerprint) > prefixDigits {
		return fingerprint[:prefixDigits]
	}
	return fingerprint
}

const prefixDigits = 20

// list brings the listings up to the findings that hold now. A finding that is
// gone leaves the list: when it comes back it is new, since an approval in
// between did not see it.
func (e *entry) list(holding []string, now time.Time) {
	since := e.since(holding)
	byTime := map[time.Time][]string{}
	for _, p := range holding {
		at, ok := since[p]
		if !ok {
			at = now.UTC().Truncate(time.Second).Add(time.Second)
		}
		byTime[at] = append(byTime[at], prefix(p))
	}
	e.listed = nil
	for at, set := range byTime {
		e.listed = append(e.listed, listed(set, at))
	}
	slices.SortFunc(e.listed, func(a, b listing) int { return a.at.Compare(b.at) })
}

// listed makes a listing of prefixes, which it sorts.
func listed(prints []string, at time.Time) listing {
	slices.Sort(prints)
	prints = slices.Compact(prints)
	return listing{at: at, prints: prints, digest: digestOf(prints), count: len(prints)}
}

// keepUnenforced keeps the findings of rules that hold, which do not hold here.
func (e *entry) keepUnenforced(findings []rules.Finding) {
	var prints []string
	for _, f := range findings {
		if f.Severity == rules.Hold && !f.Holds {
			prints = append(prints, prefix(f.Fingerprint))
		}
	}
	e.unenforced = listed(prints, time.Time{})
}

// since is, for each finding that was listed before, the moment from which it was.
func (e *entry) since(holding []string) map[string]time.Time {
	out := map[string]time.Time{}
	var short []string
	for _, p := range holding {
		short = append(short, prefix(p))
	}
	slices.Sort(short)
	whole := digestOf(slices.Compact(short))
	for _, l := range e.listed {
		for _, p := range holding {
			_, found := slices.BinarySearch(l.prints, prefix(p))
			if found || l.digest == whole { // the list may be shed, the digest is not
				out[p] = l.at
			}
		}
	}
	return out
}

// listedAt is the moment from which all findings have been listed; an
// approval counts from then on.
func (e *entry) listedAt() time.Time {
	var last time.Time
	for _, l := range e.listed {
		if l.at.After(last) {
			last = l.at
		}
	}
	return last
}

// observe adds what deliveries showed. It only ever adds, so that order and
// repetition make no difference.
func (e *entry) observe(req Request, label string) {
	for _, d := range req.Evidence.Deliveries {
		by := person{d.By.ID, d.By.Login}
		switch d.Kind {
		case ReviewSubmitted:
			r := shownReview{d.Review, by, d.At.UTC(), nowhere, d.BaseRef}
			if d.Commit == d.Head {
				r.head = prefix(d.Head)
			}
			e.addShown(r)
		case LabelAdded:
			if sameLabel(d.Label, label) && d.By.App == "" && d.By.Type == "User" {
				e.addLabel(shownLabel{d.LabelID, d.Label, by, d.At.UTC(), d.Head == req.Ref.HeadSHA && d.BaseRef == req.Ref.BaseRef})
			}
		case LabelChanged:
			if d.At.After(e.voided) {
				e.voided = d.At.UTC().Truncate(time.Second)
			}
		}
	}
	for _, p := range req.Evidence.Pushes {
		if e.isPart(p, req) {
			e.addPusher(person{p.By.ID, p.By.Login})
		}
	}
}

// isPart reports whether a push brought something into the pull request: its
// result is one of the commits, or it came after the pull request was opened.
func (e *entry) isPart(p Push, req Request) bool {
	if p.By.ID == 0 || p.Kind == branchDeletion {
		return false
	}
	return p.After == req.Ref.HeadSHA || !p.At.Before(req.Evidence.OpenedAt) ||
		slices.ContainsFunc(req.Signals.Commits, func(c rules.Commit) bool { return c.SHA == p.After })
}

func (e *entry) addShown(r shownReview) {
	i := slices.IndexFunc(e.shown, func(s shownReview) bool { return s.id == r.id })
	switch {
	case i < 0:
		e.shown = append(e.shown, r)
	case e.shown[i].head != r.head || e.shown[i].base != r.base:
		e.shown[i].head = nowhere // two deliveries that disagree
	}
}

func (e *entry) addLabel(l shownLabel) {
	l.at = l.at.Truncate(time.Second)
	if !slices.Contains(e.labels, l) {
		e.labels = append(e.labels, l)
	}
}

func (e *entry) addPusher(p person) {
	if !slices.ContainsFunc(e.pushers, func(q person) bool { return q.id == p.id }) {
		e.pushers = append(e.pushers, p)
	}
}

// carry takes over from other records of the pull request who pushed to it, and
// on which heads and bases its reviews were given.
func (e *entry) carry(earlier *ledger) {
	for _, old := range earlier.entries {
		if old.number != e.number {
			continue
		}
		for _, p := range old.pushers {
			e.addPusher(p)
		}
		for _, r := range old.shown {
			e.addShown(r)
		}
	}
}

// order sorts everything whose order means nothing, so that equal records
// have equal texts.
func (l *ledger) order() {
	slices.SortFunc(l.entries, func(a, b *entry) int {
		return cmp.Or(a.number-b.number, cmp.Compare(a.baseRef, b.baseRef))
	})
	for _, e := range l.entries {
		slices.SortFunc(e.shown, func(a, b shownReview) int { return cmp.Compare(a.id, b.id) })
		slices.SortFunc(e.pushers, func(a, b person) int { return cmp.Compare(a.id, b.id) })
		slices.SortFunc(e.labels, func(a, b shownLabel) int {
			return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.by.id, b.by.id), cmp.Compare(a.id, b.id))
		})
	}
}
