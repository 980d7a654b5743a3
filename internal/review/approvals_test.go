package review

import (
	"slices"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Somebody's last word is the last that was submitted, in whatever order the
// reviews are listed; of two in one second the one with the higher number.
func TestLastWords(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	alice := rules.Account{ID: 100, Login: "alice", Type: "User"}
	said := func(id int64, second int, state ReviewState) PullReview {
		return PullReview{ID: id, By: alice, State: state, Submitted: at.Add(time.Duration(second) * time.Second)}
	}
	for what, c := range map[string]struct {
		reviews []PullReview
		want    []int64
	}{
		"none":                        {nil, nil},
		"one":                         {[]PullReview{said(1, 1, Approved)}, []int64{1}},
		"an objection later":          {[]PullReview{said(1, 1, Approved), said(2, 2, ChangesRequested)}, []int64{2}},
		"an objection in that second": {[]PullReview{said(1, 1, Approved), said(2, 1, ChangesRequested)}, []int64{2}},
		"submitted later than begun":  {[]PullReview{said(1, 2, ChangesRequested), said(2, 1, Approved)}, []int64{1}},
		"a comment later":             {[]PullReview{said(1, 1, ChangesRequested), said(2, 2, Commented)}, []int64{1}},
		"a review not submitted yet":  {[]PullReview{said(1, 1, ChangesRequested), said(2, 2, Pending)}, []int64{1}},
		"dismissed":                   {[]PullReview{said(1, 1, Approved), said(2, 2, Dismissed)}, []int64{2}},
		"a state that is new":         {[]PullReview{said(1, 1, Approved), said(2, 2, "RETHOUGHT")}, []int64{2}},
	} {
		for range 2 {
			var got []int64
			for _, r := range lastWords(c.reviews) {
				got = append(got, r.ID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %d, want %d", what, got, c.want)
			}
			slices.Reverse(c.reviews)
		}
	}
}

// An approval stands for the head and base it was given on. Deliveries and the
// timeline are two witnesses of that, and either may know better.
func TestApprovalOnAnotherBase(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	alice := rules.Account{ID: 100, Login: "alice", Type: "User"}
	r := PullReview{ID: 1, By: alice, State: Approved, Commit: "head", Submitted: at}
	retarget := func(minute int, from, to string) Retarget {
		return Retarget{From: from, To: to, At: at.Add(time.Duration(minute) * time.Minute)}
	}
	for what, c := range map[string]struct {
		head, base string // as the delivery showed them
		retargets  []Retarget
		fresh      bool
	}{
		"on this head and base":                            {"head", "main", nil, true},
		"on another head":                                  {"other", "main", nil, false},
		"on another base, of which no event":               {"head", "dev", nil, false},
		"the base changed before its delivery was written": {"head", "main", []Retarget{retarget(1, "dev", "main")}, false},
		"the base changed before it was given":             {"head", "main", []Retarget{retarget(-1, "dev", "main")}, true},
		"the base left and came back": {"head", "main", []Retarget{retarget(1, "main", "dev"), retarget(2, "dev", "main")},
			true},
		"the same, the latest first": {"head", "main", []Retarget{retarget(2, "dev", "main"), retarget(1, "main", "dev")},
			true},
		"the base came by two changes": {"head", "main", []Retarget{retarget(1, "dev", "x"), retarget(2, "x", "main")},
			false},
	} {
		req := Request{Ref: Ref{HeadSHA: "head", BaseRef: "main"}, Evidence: Evidence{Retargets: c.retargets}}
		e := &entry{shown: []shownReview{{id: 1, by: person{100, "alice"}, at: at, head: c.head, base: c.base}}}
		if why := stale(r, req, e, newParticipants(Report{Settings: rules.Strict()}, req, e)); (why == "") != c.fresh {
			t.Errorf("%s: %q, want it to stand: %t", what, why, c.fresh)
		}
	}
}
