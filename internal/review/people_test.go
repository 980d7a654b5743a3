package review

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// A custom role is met by its exact name, and reaches GitHub's own roles by the
// permission behind it.
func TestRolesReach(t *testing.T) {
	for _, c := range []struct {
		permission Permission
		role       string
		want       bool
	}{
		{Permission{Role: "maintain", Base: "write"}, "write", true},
		{Permission{Role: "write", Base: "write"}, "maintain", false},
		{Permission{Role: "deployer", Base: "write"}, "deployer", true},
		{Permission{Role: "deployer", Base: "write"}, "write", true},
		{Permission{Role: "deployer", Base: "write"}, "maintain", false},
		{Permission{Role: "deployer", Base: "read"}, "write", false},
		{Permission{Role: "admin", Base: "admin"}, "deployer", false},
		{Permission{Role: "write", Base: "write"}, "deployer", false},
		{Permission{}, "write", false},
		{Permission{Role: "something", Base: "unknown"}, "write", false},
	} {
		if got := c.permission.reaches(c.role); got != c.want {
			t.Errorf("%+v reaches %s: %v, want %v", c.permission, c.role, got, c.want)
		}
	}
}

// A person is a user with a number who acts without an app and does not count as
// an agent.
func TestWhoIsAPerson(t *testing.T) {
	settings := rules.Strict()
	settings.Agents.Also = []rules.User{"robot"}
	c := &participants{settings: settings}
	for what, k := range map[string]struct {
		account rules.Account
		person  bool
	}{
		"a user":             {rules.Account{ID: 1, Login: "alice", Type: "User"}, true},
		"a bot":              {rules.Account{ID: 1, Login: "alice[bot]", Type: "Bot"}, false},
		"an organisation":    {rules.Account{ID: 1, Login: "acme", Type: "Organization"}, false},
		"through an app":     {rules.Account{ID: 1, Login: "alice", Type: "User", App: "devin"}, false},
		"a deleted account":  {rules.Account{Login: "ghost", Type: "User"}, false},
		"an agent's account": {rules.Account{ID: 2, Login: "robot", Type: "User"}, false},
		"nobody":             {rules.Account{}, false},
	} {
		if got := c.isPerson(k.account); got != k.person {
			t.Errorf("%s: %t", what, got)
		}
	}
}
