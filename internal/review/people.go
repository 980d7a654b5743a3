package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// participants are who had a part in the change, and who may do what.
type participants struct {
	settings    rules.Settings
	permissions map[int64]Permission
	// proven are people whom GitHub's own servers saw take part, by id;
	// named are those whom only forgeable words tell of.
	proven map[int64]string
	named  map[int64]string
	// namedLogins are people of whom only a login is known.
	namedLogins map[string]string
	// doubts are the reasons to ask for one more approval.
	doubts []string
	// unattributed: some of the doubts are about commits or pushes.
	unattributed bool
}

func newParticipants(rep Report, req Request, e *entry) *participants {
	c := &participants{
		settings: rep.Settings, permissions: map[int64]Permission{},
		proven: map[int64]string{}, named: map[int64]string{}, namedLogins: map[string]string{},
	}
	for _, s := range req.Evidence.Permissions {
		c.permissions[s.Account.ID] = s
	}
	if author := req.Signals.Author; author.ID != 0 {
		c.prove(author.ID, "opened the pull request")
	}
	for _, p := range e.pushers {
		c.prove(p.id, "pushed to it")
	}
	c.readCommits(req)
	c.readPushes(req)
	if rep.Agent != nil {
		for _, login := range rep.Agent.Requesters {
			c.namedLogins[login] = "requested it from the agent"
		}
		if req.Signals.Author.Type == "Bot" && rep.Agent.Kind == rules.CodingAgent && len(rep.Agent.Requesters) == 0 &&
			c.settings.Requester == rules.Raise {
			c.doubts = append(c.doubts, "it is not known who requested it from the agent")
		}
	}
	return c
}

// prove keeps the first part that a person is seen to have had.
func (c *participants) prove(id int64, part string) {
	if _, known := c.proven[id]; !known {
		c.proven[id] = part
	}
}

func (c *participants) readCommits(req Request) {
	unattributed := 0
	for _, commit := range req.Signals.Commits {
		byAuthor := c.readPerson(commit.Author, commit.Verified && commit.Committer.Account.ID == rules.WebFlow, "wrote a commit")
		if byCommitter := c.readPerson(commit.Committer, commit.Verified, "committed to it"); !byAuthor || !byCommitter {
			unattributed++
		}
		for _, p := range commit.CoAuthors {
			c.readPerson(p, false, "is named as co-author")
		}
		for _, t := range rules.Trailers(commit.Message) {
			if strings.EqualFold(t.Key, "Co-authored-by") {
				c.readCoAuthor(rules.ParsePerson(t.Value))
			}
		}
	}
	if unattributed > 0 {
		c.doubts, c.unattributed = append(c.doubts, unlinked(unattributed)), true
	}
	if req.Signals.CommitsIncomplete {
		c.doubts, c.unattributed = append(c.doubts, "it has too many commits to read"), true
	}
}

// readPerson takes in an author or committer and reports whether the address
// belongs to an account.
func (c *participants) readPerson(p rules.Person, proven bool, part string) bool {
	switch {
	case p.Account.ID == 0:
		return false
	case proven:
		c.prove(p.Account.ID, part)
	default:
		c.named[p.Account.ID] = part
	}
	return true
}

func (c *participants) readCoAuthor(p rules.Person) {
	if login, id := rules.NoreplyAccount(p.Email); id != 0 {
		c.named[id] = "is named as co-author"
	} else if login != "" {
		c.namedLogins[login] = "is named as co-author"
	}
}

func (c *participants) readPushes(req Request) {
	if last, known := lastPush(req); !known || last.By.ID == 0 {
		c.doubts, c.unattributed = append(c.doubts, "GitHub's activity log does not show who pushed this head"), true
	}
}

// part says what part a person had in the change: empty for none. Proven parts
// rule an approval out; forgeable ones ask for one more.
func (c *participants) part(a rules.Account) (what string, proven bool) {
	if what, ok := c.proven[a.ID]; ok {
		return what, true
	}
	if what, ok := c.named[a.ID]; ok {
		return what, false
	}
	return c.namedLogins[strings.ToLower(a.Login)], false
}

// isPerson reports whether an account is a person's and not an agent's.
func (c *participants) isPerson(a rules.Account) bool {
	return a.Type == "User" && a.ID != 0 && a.App == "" &&
		!slices.ContainsFunc(c.settings.Agents.Also, func(u rules.User) bool { return u.Is(a) })
}

// allowed says by which right the settings let a person release, empty where
// they do not. The person's permission is the one read for this review.
func (c *participants) allowed(by rules.Approvers, a rules.Account) string {
	if rights := c.rights(by, a); len(rights) > 0 {
		return rights[0]
	}
	return ""
}

// rights are all the rights by which a person may release. Nobody releases
// without write access now, whatever the settings name them by: who left the
// repository, or took over a login that was given up, has none.
func (c *participants) rights(by rules.Approvers, a rules.Account) (rights []string) {
	if !c.mayWrite(a) {
		return nil
	}
	s := c.permissions[a.ID]
	for _, u := range by.Users {
		if u.Is(a) {
			rights = append(rights, "user "+u.Login())
		}
	}
	for _, t := range by.Teams {
		if slices.Contains(s.Teams, strings.ToLower(t)) {
			rights = append(rights, "team "+t)
		}
	}
	for _, r := range by.Roles {
		if s.reaches(r) {
			rights = append(rights, "role "+r)
		}
	}
	return rights
}

// ranks orders GitHub's own roles (docs.github.com, Repository roles for an
// organization).
var ranks = []string{"none", "read", "triage", "write", "maintain", "admin"}

// reaches reports whether the permission is at least the role; a role that is
// not GitHub's own must be met exactly.
func (s Permission) reaches(role string) bool {
	want := slices.Index(ranks, role)
	if want < 0 {
		return s.Role == role
	}
	have := slices.Index(ranks, s.Role)
	if have < 0 {
		have = slices.Index(ranks, s.Base)
	}
	return have >= want
}

// mayWrite reports whether a person has write access, a custom role by the
// permission behind it: the least that any say takes.
func (c *participants) mayWrite(a rules.Account) bool { return c.permissions[a.ID].reaches("write") }

// unlinked counts the commits whose author is no account of GitHub.
func unlinked(n int) string {
	if n == 1 {
		return "1 commit is not linked to a GitHub account"
	}
	return fmt.Sprintf("%d commits are not linked to a GitHub account", n)
}
