package rules

import (
	"fmt"
	"strconv"
	"strings"
)

// Login is the login in lower case, ID the pinned id or 0.
func (u User) Login() string {
	login, _, _ := strings.Cut(string(u), "#")
	return strings.ToLower(login)
}

// ID is the pinned id, 0 where there is none.
func (u User) ID() int64 {
	_, id, _ := strings.Cut(string(u), "#")
	n, _ := strconv.ParseInt(id, 10, 64) // one that is too large is nobody's
	return n
}

// Unpinned are the logins without an id that may release something or are
// exempt from being agents, each behind its place in the settings:
// `approvals[0].users[1]: alice`. A login that is given up can be registered by
// somebody else.
func (s Settings) Unpinned() (found []string) {
	add := func(at string, u User) {
		if u.ID() == 0 {
			found = append(found, at+": "+u.Login())
		}
	}
	for i, a := range s.Approvals {
		for j, u := range a.Users {
			add(fmt.Sprintf("approvals[%d].users[%d]", i, j), u)
		}
	}
	for i, u := range s.Override.Users {
		add(fmt.Sprintf("override.users[%d]", i), u)
	}
	for i, e := range s.Agents.Exempt {
		add(fmt.Sprintf("agents.exempt[%d].login", i), e.Login)
	}
	return found
}

// Is reports whether the settings mean this account: by the pinned id alone
// where there is one, else by login without regard to case. `name[bot]` means
// the bot and never a person of that name.
func (u User) Is(a Account) bool {
	if id := u.ID(); id != 0 {
		return a.ID == id
	}
	login, isBot := strings.CutSuffix(u.Login(), "[bot]")
	if login == "" {
		return false
	}
	if isBot || a.Type == "Bot" {
		return isBot == (a.Type == "Bot") && botLogin(a.Login) == login
	}
	return strings.EqualFold(a.Login, login)
}
