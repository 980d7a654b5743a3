package rules

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Each row of testdata/agents.txt is a pull request and the agent that is seen
// in it: `signals -> name | evidence`, `-> nobody` for people, look-alikes
// above all. Signals are separated by semicolons.
func TestAgents(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("testdata/agents.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	seen := map[string]bool{}
	people := 0
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		line := lines.Text()
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		signals, want, found := strings.Cut(line, " -> ")
		if !found {
			t.Fatalf("line %d: no ->", number)
		}
		agent, evidence := set.Agent(parseSignals(t, signals), Strict(), nil)
		if want == "nobody" {
			people++
			if agent != nil {
				t.Errorf("line %d: %s is taken for %s (%s)", number, signals, agent.Name, evidence)
			}
			continue
		}
		name, rest, _ := strings.Cut(want, " | ")
		if agent == nil {
			t.Errorf("line %d: nobody is seen in %s, want %s", number, signals, name)
			continue
		}
		seen[agent.Name] = true
		kindOrWho, requesters, _ := strings.Cut(rest, " asked by ")
		if requesters == "nobody" && len(agent.Requesters) > 0 {
			t.Errorf("line %d: asked by %v", number, agent.Requesters)
		}
		requesters = strings.TrimPrefix(requesters, "nobody")
		if agent.Name != name || !strings.Contains(evidence, kindOrWho) || requesters != "" && strings.Join(agent.Requesters, ",") != requesters {
			t.Errorf("line %d: %s (%s, asked by %v), want %s", number, agent.Name, evidence, agent.Requesters, want)
		}
	}
	for i := range set.agents {
		if !seen[set.agents[i].Name] {
			t.Errorf("no row of testdata/agents.txt shows %s", set.agents[i].Name)
		}
	}
	if people < 20 {
		t.Errorf("only %d rows show people", people)
	}
}

// parseSignals reads `author=LOGIN#ID:Type; branch=…; body=…; commit=NAME <EMAIL>;
// committer=…; trailer=KEY: VALUE; app=…; assignee=…; subject=…; account=LOGIN#ID:Type`.
func parseSignals(t *testing.T, text string) Signals {
	t.Helper()
	s := Signals{Author: Account{ID: 1, Login: "somebody", Type: "User"}}
	last := func() *Commit {
		if len(s.Commits) == 0 {
			s.Commits = append(s.Commits, Commit{Message: "change things\n"})
		}
		return &s.Commits[len(s.Commits)-1]
	}
	for part := range strings.SplitSeq(text, "; ") {
		key, value, found := strings.Cut(part, "=")
		if !found {
			t.Fatalf("signal %q", part)
		}
		value = strings.NewReplacer(`\n`, "\n", `\u200b`, "\u200b").Replace(value)
		switch key {
		case "author":
			app := s.Author.App
			s.Author = parseAccount(t, value)
			s.Author.App = app
		case "app":
			s.Author.App = value
		case "branch":
			s.Branch = value
		case "title":
			s.Title = value
		case "body":
			s.Body = value
		case "assignee":
			s.Assignees = append(s.Assignees, Account{ID: 5, Login: value, Type: "User"})
		case "commit":
			s.Commits = append(s.Commits, Commit{Author: ParsePerson(value), Message: "change things\n"})
		case "account":
			last().Author.Account = parseAccount(t, value)
		case "coauthor":
			person, account, _ := strings.Cut(value, " as ")
			p := ParsePerson(person)
			p.Account = parseAccount(t, account)
			last().CoAuthors = append(last().CoAuthors, p)
		case "committer":
			last().Committer = ParsePerson(value)
		case "subject":
			last().Message = value + "\n"
		case "trailer":
			last().Message += "\n" + value + "\n"
		case "incomplete":
			s.CommitsIncomplete = true
		default:
			t.Fatalf("signal %q", part)
		}
	}
	return s
}

func parseAccount(t *testing.T, text string) Account {
	t.Helper()
	text, kind, _ := strings.Cut(text, ":")
	login, id, _ := strings.Cut(text, "#")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		t.Fatalf("account %q: %v", text, err)
	}
	return Account{Login: login, ID: n, Type: kind}
}

func TestExemptionIsNarrow(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	settings := Strict()
	settings.Agents.Exempt = []ExemptOf{{Login: "dependabot[bot]", Paths: []string{"**/.terraform.lock.hcl"}}}
	bot := Account{ID: 49699333, Login: "dependabot[bot]", Type: "Bot"}
	own := Commit{Author: Person{Account: bot}, Committer: Person{Account: bot}, Verified: true}
	byGitHub := Commit{Author: Person{Account: bot}, Committer: Person{Account: Account{ID: WebFlow, Login: "web-flow", Type: "User"}},
		Verified: true}
	lock := []plan.File{{Path: "prod/.terraform.lock.hcl", Status: plan.Modified}}
	for _, c := range []struct {
		what    string
		signals Signals
		files   []plan.File
		agent   bool
	}{
		{"its own change of what it is for", Signals{Author: bot, Commits: []Commit{own}}, lock, false},
		{"signed by GitHub for it", Signals{Author: bot, Commits: []Commit{own, byGitHub}}, lock, false},
		{"signed by somebody in its name", Signals{Author: bot, Commits: []Commit{own,
			{Author: Person{Account: bot}, Committer: Person{Account: Account{ID: 9, Type: "User"}}, Verified: true}}}, lock, true},
		{"signed by nobody known in its name", Signals{Author: bot, Commits: []Commit{{Author: Person{Account: bot}, Verified: true}}}, lock,
			true},
		{"another path", Signals{Author: bot, Commits: []Commit{own}}, append([]plan.File{{Path: "main.tf"}}, lock...), true},
		{"a rename out of the paths", Signals{Author: bot, Commits: []Commit{own}},
			[]plan.File{{Path: ".terraform.lock.hcl", From: "main.tf", Status: plan.Renamed}}, true},
		{"somebody's commit on its branch", Signals{Author: bot, Commits: []Commit{own,
			{Author: Person{Account: Account{ID: 9}}, Committer: Person{Account: bot}, Verified: true}}}, lock, true},
		{"an unsigned commit", Signals{Author: bot, Commits: []Commit{{Author: Person{Account: bot}, Committer: Person{Account: bot}}}}, lock,
			true},
		{"a person of that name", Signals{Author: Account{ID: 3, Login: "dependabot", Type: "User"}, Branch: "dependabot/x",
			Commits: []Commit{own}}, lock, true},
		{"pushed by GitHub for it", Signals{Author: bot, Commits: []Commit{own}, Pushers: []Account{bot, {ID: WebFlow}}, PushersKnown: true},
			lock, false},
		{"pushed by somebody else before", Signals{Author: bot, Commits: []Commit{own}, Pushers: []Account{{ID: 9, Type: "User"}, bot},
			PushersKnown: true}, lock, true},
		{"pushed by nobody known", Signals{Author: bot, Commits: []Commit{own}, Pushers: []Account{{}}, PushersKnown: true}, lock, true},
		{"a log of pushes that is not whole", Signals{Author: bot, Commits: []Commit{own}, Pushers: []Account{bot}}, lock, true},
		{"no files", Signals{Author: bot, Commits: []Commit{own}}, nil, true},
	} {
		if c.signals.Pushers == nil {
			c.signals.Pushers, c.signals.PushersKnown = []Account{bot}, true
		}
		if agent, _ := set.Agent(c.signals, settings, c.files); (agent != nil) != c.agent {
			t.Errorf("%s: agent %v, want %v", c.what, agent != nil, c.agent)
		}
	}
}
