package rules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind says what an automated account does. The zero value is invalid.
type Kind string

const (
	CodingAgent Kind = "agent"      // writes changes on request
	Automation  Kind = "automation" // makes changes of one kind by itself: Dependabot, Renovate
	Reviewer    Kind = "reviewer"   // comments only; counts as an agent when it does open a pull request
)

// Agent is what made a change, as far as signals tell.
type Agent struct {
	// Name is the agent's name in rules/agents.yaml, or the bot's login.
	Name string
	Kind Kind
	// Requesters are the logins that signals name as the people who asked
	// for the change, in lower case and sorted. They can be forged: they may
	// raise the bar and nothing else.
	Requesters []string
}

// agentRecord is one record of rules/agents.yaml. A record that matches never
// loosens anything.
type agentRecord struct {
	Name string `yaml:"name"`
	Kind Kind   `yaml:"kind"`
	// Accounts are the bot accounts it acts as. People never match them: some
	// of these logins, without [bot], are people's.
	Accounts []botAccount `yaml:"accounts"`
	// Apps are the slugs of the apps it acts through.
	Apps []string `yaml:"apps"`
	// Branches, Marks and Requester are regular expressions, matched without
	// regard to case: on the head branch, and on title and body. Requester
	// captures a login.
	Branches  []string `yaml:"branches"`
	Marks     []string `yaml:"marks"`
	Requester []string `yaml:"requester"`
	// Emails are addresses of commit authors, committers and co-authors.
	Emails []string `yaml:"emails"`
	// Names are regular expressions on the names of commit authors.
	Names []string `yaml:"names"`
	// Trailers are keys of commit trailers that only this agent writes.
	Trailers []string `yaml:"trailers"`
	// Subjects are regular expressions on commit subjects.
	Subjects []string `yaml:"subjects"`
	Source   string   `yaml:"source"`

	branches, marks, requester, names, subjects []*regexp.Regexp
}

type botAccount struct {
	Login string `yaml:"login"`
	ID    int64  `yaml:"id"`
}

func (r *agentRecord) ready() error {
	switch {
	case r.Name == "" || r.Source == "":
		return errors.New("name and source must be given")
	case r.Kind != CodingAgent && r.Kind != Automation && r.Kind != Reviewer:
		return fmt.Errorf("kind %q: want agent, automation or reviewer", r.Kind)
	}
	lists := []struct {
		from []string
		to   *[]*regexp.Regexp
	}{{r.Branches, &r.branches}, {r.Marks, &r.marks}, {r.Requester, &r.requester}, {r.Names, &r.names}, {r.Subjects, &r.subjects}}
	for _, list := range lists {
		for _, text := range list.from {
			compiled, err := regexp.Compile("(?i)" + text)
			if err != nil {
				return err
			}
			*list.to = append(*list.to, compiled)
		}
	}
	for _, re := range r.requester {
		if re.NumSubexp() != 1 {
			return fmt.Errorf("requester %q: want one group, the login", re)
		}
	}
	return nil
}

// botLogin brings the spellings of an app's account together: REST's
// `name[bot]`, GraphQL's `name`, the gh command's `app/name`.
func botLogin(login string) string {
	login = strings.ToLower(login)
	return strings.TrimSuffix(strings.TrimPrefix(login, "app/"), "[bot]")
}

// has reports whether the record lists the account: by login first, because
// commits of some agents carry another bot's id.
func (r *agentRecord) has(login string, id int64) bool {
	return slices.ContainsFunc(r.Accounts, func(a botAccount) bool { return botLogin(a.Login) == botLogin(login) }) ||
		id != 0 && slices.ContainsFunc(r.Accounts, func(a botAccount) bool { return a.ID == id })
}

// byAccount finds the record of a bot account, by login before id.
func (s *Set) byAccount(login string, id int64) *agentRecord {
	for i := range s.agents {
		if login != "" && s.agents[i].has(login, 0) {
			return &s.agents[i]
		}
	}
	for i := range s.agents {
		if id != 0 && s.agents[i].has("", id) {
			return &s.agents[i]
		}
	}
	return nil
}
