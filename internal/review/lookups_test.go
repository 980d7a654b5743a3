package review

import (
	"slices"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Whose permission is asked for: of people whose word or release counts, each
// once, and of the teams that any of the settings name.
func TestWant(t *testing.T) {
	user := func(id int64, login string) rules.Account { return rules.Account{ID: id, Login: login, Type: "User"} }
	released := func(number int, base string, id int64, login string) *entry {
		return &entry{number: number, baseRef: base, basis: Released, passed: true,
			releases: []Release{{Login: login, ID: id, Right: "role write", What: "approval"}}}
	}
	text, err := (&ledger{run: Success, entries: []*entry{
		released(1, "main", 1, "alice"), released(1, "release/2", 2, "bob"), released(1, "release/3", 3, "carol"),
	}}).encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	group := &Group{Members: []Member{
		{Number: 1, BaseRef: "main", Ledger: Record{text, Success}}, {Number: 2, BaseRef: "main", Ledger: Record{"damaged", Success}}, {Number: 3,
			BaseRef: "main"},
	}}
	there := rules.Strict()
	there.Override.Label = "emergency"
	there.Approvals = []rules.Approval{{Approvers: rules.Approvers{Teams: []string{"acme/dba", "acme/ops"}}}}
	branches := []Branch{{"release/2", Report{Settings: there}}}
	said := func(state ReviewState, by rules.Account) PullReview {
		return PullReview{By: by, State: state, Submitted: time.Unix(1, 0)}
	}
	labels := func(name string) []LabelEvent {
		return []LabelEvent{{Added: true, Name: name, By: user(1, "alice")}, {Added: true, Name: "harmless", By: user(2, "bob")}}
	}
	own, both := []string{"acme/dba"}, []string{"acme/dba", "acme/ops"}
	for what, c := range map[string]struct {
		evidence Evidence
		people   []string
		teams    []string
	}{
		"nobody": {Evidence{}, nil, own},
		"reviews that say something": {Evidence{Reviews: []PullReview{
			said(Approved, user(1, "alice")), said(ChangesRequested, user(2, "bob")), said(Dismissed, user(3, "carol")),
			said(Commented, user(4, "dave")), said(Pending, user(5, "erin")), said(Approved, user(1, "alice")),
		}}, []string{"alice", "bob", "carol"}, own},
		"accounts that are nobody's": {Evidence{Reviews: []PullReview{
			said(Approved, rules.Account{ID: 1, Login: "devin[bot]", Type: "Bot"}), said(Approved, user(0, "ghost")), said(Approved, user(2, " ")),
		}}, nil, own},
		"who set the override":                {Evidence{LabelEvents: labels("Holdpoint-Override")}, []string{"alice"}, own},
		"who set that of another branch":      {Evidence{LabelEvents: labels("emergency"), Branches: branches}, []string{"alice"}, both},
		"who released members":                {Evidence{Group: group}, []string{"alice"}, own},
		"who released them on other branches": {Evidence{Group: group, Branches: branches}, []string{"alice", "bob"}, both},
	} {
		req := Request{Base: settingsTree("version: 1\napprovals:\n  - {teams: [acme/dba]}\n"), Evidence: c.evidence}
		got := LookupsFor(req, loadSet(t))
		people := each(got.People, func(a rules.Account) string { return a.Login })
		if !slices.Equal(people, c.people) || !slices.Equal(got.Teams, c.teams) {
			t.Errorf("%s: %q of %q, want %q of %q", what, people, got.Teams, c.people, c.teams)
		}
	}
}
