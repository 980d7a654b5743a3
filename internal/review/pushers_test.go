package review

import (
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Those who pushed are those of this branch, not of an earlier one of its
// name, and they are known only where the log reaches from its making to the
// head.
func TestPushersAreThoseOfTheBranch(t *testing.T) {
	bot, mallory := rules.Account{ID: 1}, rules.Account{ID: 2}
	at := func(minute int, by rules.Account, kind, after string) Push {
		return Push{By: by, Kind: kind, After: after, At: time.Unix(int64(minute)*60, 0)}
	}
	made := at(3, bot, branchCreation, "a")
	earlier := []Push{at(0, mallory, branchCreation, "x"), at(1, mallory, "push", "y"), at(2, mallory, branchDeletion, "")}
	for _, c := range []struct {
		what    string
		pushes  []Push
		unknown bool
		known   bool
		pushers int
	}{
		{"made and pushed to", []Push{made, at(4, bot, "push", "head")}, false, true, 2},
		{"an earlier branch of its name", append(earlier, made, at(4, bot, "push", "head")), false, true, 2},
		{"another pushed in the second it was made", []Push{at(3, mallory, "push", "y"), made, at(4, bot, "push", "head")}, false, true, 3},
		{"the log ends before this head", []Push{made}, false, false, 1},
		{"the log does not reach back", []Push{at(4, bot, "push", "head")}, false, false, 1},
		{"the log was not read", []Push{made, at(4, bot, "push", "head")}, true, false, 2},
		{"no log", nil, false, false, 0},
	} {
		req := Request{Ref: Ref{HeadSHA: "head"}, Evidence: Evidence{Pushes: c.pushes, PushesUnknown: c.unknown}}
		if s := req.signals(); s.PushersKnown != c.known || len(s.Pushers) != c.pushers {
			t.Errorf("%s: known %v, %d pushers", c.what, s.PushersKnown, len(s.Pushers))
		}
	}
}
