package rules

import (
	"slices"
	"testing"
)

// The settings mean an account by its pinned number alone, or by its login: a
// bot's is never a person's.
func TestWhomTheSettingsMean(t *testing.T) {
	user := func(id int64, login string) Account { return Account{ID: id, Login: login, Type: "User"} }
	bot := func(id int64, login string) Account { return Account{ID: id, Login: login, Type: "Bot"} }
	for _, c := range []struct {
		named   User
		account Account
		is      bool
	}{
		{"alice", user(1, "Alice"), true}, {"alice", user(1, "bob"), false},
		{"alice#1", user(1, "renamed"), true}, {"alice#1", user(2, "alice"), false},
		{"alice#99999999999999999999", user(1, "alice"), false}, // more than any number
		{"x[bot]", bot(1, "x[bot]"), true}, {"x[bot]", bot(1, "x"), true}, {"X[bot]", bot(1, "app/x"), true}, {"x[bot]", bot(1, "y[bot]"), false},
		{"x[bot]", user(1, "x"), false}, {"x[bot]", user(1, "x[bot]"), false}, {"x", bot(1, "x"), false}, {"x", bot(1, "x[bot]"), false},
		{"", user(1, ""), false}, {"[bot]", bot(1, ""), false},
	} {
		if got := c.named.Is(c.account); got != c.is {
			t.Errorf("%q means %+v: %t, want %t", c.named, c.account, got, c.is)
		}
	}
}

// Logins without a number are told with their places.
func TestUnpinned(t *testing.T) {
	s := Settings{
		Approvals: []Approval{{Approvers: Approvers{Users: []User{"alice#1", "Bob"}}}, {Approvers: Approvers{Users: []User{"carol"}}}},
		Override:  Override{Approvers: Approvers{Users: []User{"dana#2", "erin"}}},
		Agents:    AgentSettings{Exempt: []ExemptOf{{Login: "x[bot]"}, {Login: "y[bot]#3"}}},
	}
	want := []string{"approvals[0].users[1]: bob", "approvals[1].users[0]: carol", "override.users[1]: erin", "agents.exempt[0].login: x[bot]"}
	if got := s.Unpinned(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
