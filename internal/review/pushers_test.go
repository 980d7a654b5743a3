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
		{"an earlier branch of its name, the latest first", append([]Push{at(4, bot, "push", "head"), made}, earlier...), false, true, 2},
		{"the earlier branch went in the second it was made", []Push{at(3, mallory, branchDeletion, ""), made, at(4, bot, "push", "head")}, false,
			true, 2},
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

// The head's push is the last one, in whatever order the log is; of two in one
// second it is the one that brought the head.
func TestLastPush(t *testing.T) {
	push := func(second int64, after string) Push { return Push{After: after, At: time.Unix(second, 0)} }
	for _, c := range []struct {
		what   string
		pushes []Push
		known  bool
	}{
		{"the last", []Push{push(1, "other"), push(2, "head")}, true},
		{"the last, the latest first", []Push{push(2, "head"), push(1, "other")}, true},
		{"it was pushed over", []Push{push(1, "head"), push(2, "other")}, false},
		{"it was pushed over, the latest first", []Push{push(2, "other"), push(1, "head")}, false},
		{"two in one second", []Push{push(2, "other"), push(2, "head")}, true},
		{"two in one second, the other way round", []Push{push(2, "head"), push(2, "other")}, true},
		{"no log", nil, false},
	} {
		last, known := lastPush(Request{Ref: Ref{HeadSHA: "head"}, Evidence: Evidence{Pushes: c.pushes}})
		if known != c.known || known && last.After != "head" {
			t.Errorf("%s: %v, %+v", c.what, known, last)
		}
	}
}

// Who pushed before the pull request was opened has a part where the push
// brought one of its commits; who made or deleted a branch of the name has none.
func TestPushersHaveAPart(t *testing.T) {
	opened := time.Unix(100, 0)
	push := func(second int64, after string) Push {
		return Push{By: rules.Account{ID: 1}, Kind: "push", After: after, At: time.Unix(second, 0)}
	}
	nobodys, deleted := push(100, "head"), push(100, "head")
	nobodys.By.ID, deleted.Kind = 0, branchDeletion
	req := Request{Ref: Ref{HeadSHA: "head"}, Evidence: Evidence{OpenedAt: opened}}
	req.Signals.Commits = []rules.Commit{{SHA: "one"}, {SHA: "two"}} // cut short
	for _, c := range []struct {
		what string
		push Push
		part bool
	}{
		{"the head, before", push(1, "head"), true},
		{"a commit of it, before", push(1, "two"), true},
		{"another commit, before", push(1, "other"), false},
		{"another commit, as it was opened", push(100, "other"), true},
		{"another commit, since", push(101, "other"), true},
		{"nobody's account", nobodys, false},
		{"the branch was deleted", deleted, false},
	} {
		if got := (&entry{}).isPart(c.push, req); got != c.part {
			t.Errorf("%s: %t", c.what, got)
		}
	}
}
