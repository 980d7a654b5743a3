package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// hit is one signal that names an agent.
type hit struct {
	name     string
	kind     Kind
	evidence string
}

// Agent says which agent made a change, and from which signals: nil where no
// signal is one sign of an agent. Signals are looked at in the order of how hard they are
// to forge; all of them can only tighten. files are the changed paths, which
// exemptions are bound to.
func (s *Set) Agent(signals Signals, settings Settings, files []plan.File) (*Agent, string) {
	if settings.exempts(signals, files) {
		return nil, ""
	}
	hits := s.accountHits(signals, settings)
	hits = append(hits, s.textHits(signals)...)
	hits = append(hits, s.commitHits(signals)...)
	if len(hits) == 0 && signals.CommitsIncomplete {
		hits = append(hits, hit{"unknown", CodingAgent, "too many commits to read"})
	}
	if len(hits) == 0 {
		return nil, ""
	}
	var evidence []string
	for _, h := range hits {
		if !slices.Contains(evidence, h.evidence) {
			evidence = append(evidence, h.evidence)
		}
	}
	const shown = 4
	if len(evidence) > shown {
		evidence = append(evidence[:shown], fmt.Sprintf("%d more", len(evidence)-shown))
	}
	agent := &Agent{Name: hits[0].name, Kind: hits[0].kind, Requesters: s.requesters(signals)}
	return agent, strings.Join(evidence, "; ")
}

func (s *Set) accountHits(signals Signals, settings Settings) []hit {
	var hits []hit
	author := signals.Author
	for _, u := range settings.Agents.Also {
		if u.Is(author) {
			hits = append(hits, hit{author.Login, CodingAgent, fmt.Sprintf("author %s is an agent by the settings", author.Login)})
		}
	}
	if author.Type == "Bot" {
		if r := s.byAccount(author.Login, author.ID); r != nil {
			hits = append(hits, hit{r.Name, r.Kind, fmt.Sprintf("author %s (id %d)", author.Login, author.ID)})
		} else {
			hits = append(hits, hit{author.Login, CodingAgent, fmt.Sprintf("author %s is a bot", author.Login)})
		}
	}
	if author.Type != "" && author.ID == 0 {
		hits = append(hits, hit{"unknown", CodingAgent, "the author's account no longer exists"})
	}
	if author.App != "" {
		name, kind := author.App, CodingAgent
		for i := range s.agents {
			if slices.Contains(s.agents[i].Apps, author.App) {
				name, kind = s.agents[i].Name, s.agents[i].Kind
			}
		}
		hits = append(hits, hit{name, kind, "opened through the app " + author.App})
	}
	return hits
}

func (s *Set) textHits(signals Signals) []hit {
	var hits []hit
	branch, body := visible(signals.Branch), visible(signals.Title+"\n"+signals.Body)
	for i := range s.agents {
		r := &s.agents[i]
		if slices.ContainsFunc(r.branches, func(re *regexp.Regexp) bool { return re.MatchString(branch) }) {
			hits = append(hits, hit{r.Name, r.Kind, "branch " + branch})
		}
		for _, re := range r.marks {
			if found := re.FindString(body); found != "" {
				hits = append(hits, hit{r.Name, r.Kind, "text " + found})
				break
			}
		}
	}
	return hits
}

// commitHits looks at all commits, not only the last: agents push to people's
// pull requests too. Automation and reviewers do not count there: their
// commits on a person's branch (formatting, a version) are not authorship.
func (s *Set) commitHits(signals Signals) []hit {
	var hits []hit
	for _, c := range signals.Commits {
		for _, h := range s.oneCommit(c) {
			if h.kind == CodingAgent {
				hits = append(hits, h)
			}
		}
	}
	return hits
}

func (s *Set) oneCommit(c Commit) []hit {
	var hits []hit
	add := func(r *agentRecord, what string) {
		hits = append(hits, hit{r.Name, r.Kind, what})
	}
	people := append([]Person{c.Author, c.Committer}, c.CoAuthors...)
	trailers := Trailers(c.Message)
	for _, t := range trailers {
		if strings.EqualFold(t.Key, "Co-authored-by") {
			people = append(people, ParsePerson(t.Value))
		}
	}
	for _, p := range people {
		if r, evidence := s.byPerson(p); r != nil {
			add(r, evidence)
		}
	}
	for i := range s.agents {
		r := &s.agents[i]
		for _, t := range trailers {
			if slices.ContainsFunc(r.Trailers, func(key string) bool { return strings.EqualFold(key, t.Key) }) {
				add(r, "trailer "+t.Key)
			}
		}
		if len(r.subjects) > 0 {
			subject, _, _ := strings.Cut(visible(c.Message), "\n")
			for _, re := range r.subjects {
				if re.MatchString(subject) {
					add(r, "commit subject "+re.FindString(subject))
				}
			}
		}
	}
	return hits
}

// noreply is GitHub's address of an account: ID+LOGIN@users.noreply.github.com.
var noreply = regexp.MustCompile(`^(?:(\d+)\+)?([^@+]+)@users\.noreply\.github\.com$`)

// byPerson finds the agent behind a commit's author, committer or co-author.
func (s *Set) byPerson(p Person) (*agentRecord, string) {
	if p.Account.Type == "Bot" {
		if r := s.byAccount(p.Account.Login, p.Account.ID); r != nil {
			return r, "commit by " + p.Account.Login
		}
		return &agentRecord{Name: p.Account.Login, Kind: CodingAgent}, "commit by the bot " + p.Account.Login
	}
	email := strings.ToLower(visible(p.Email))
	if login, id := NoreplyAccount(email); login != "" {
		return s.byNoreply(login, id, email)
	}
	for i := range s.agents {
		r := &s.agents[i]
		if email != "" && slices.Contains(r.Emails, email) {
			return r, "commit by " + email
		}
		for _, re := range r.names {
			if re.MatchString(visible(p.Name)) {
				return r, "commit by " + p.Name
			}
		}
	}
	return nil, ""
}

func (s *Set) byNoreply(login string, id int64, email string) (*agentRecord, string) {
	if strings.HasSuffix(login, "[bot]") {
		if r := s.byAccount(login, id); r != nil {
			return r, "commit by " + email
		}
		return &agentRecord{Name: login, Kind: CodingAgent}, "commit by the bot " + email
	}
	// Without [bot] only the id distinguishes a bot from a person of that name.
	if r := s.byAccount("", id); r != nil {
		return r, "commit by " + email
	}
	return nil, ""
}

// requesters are the people whom signals name as those who asked for the
// change.
func (s *Set) requesters(signals Signals) []string {
	named := map[string]bool{}
	body := visible(signals.Title + "\n" + signals.Body)
	for i := range s.agents {
		for _, re := range s.agents[i].requester {
			for _, m := range re.FindAllStringSubmatch(body, -1) {
				named[strings.ToLower(m[1])] = true
			}
		}
	}
	if signals.Author.Type == "Bot" {
		for _, a := range signals.Assignees {
			if a.Type == "User" {
				named[strings.ToLower(a.Login)] = true
			}
		}
		for _, c := range signals.Commits {
			for _, login := range s.coAuthors(c) {
				named[login] = true
			}
		}
	}
	var out []string
	for login := range named {
		out = append(out, login)
	}
	slices.Sort(out)
	return out
}

// coAuthors are the logins of the people who are a commit's co-authors, as far
// as GitHub or the addresses tell them. Addresses of agents belong to accounts
// of people's kind too.
func (s *Set) coAuthors(c Commit) []string {
	people := slices.Clone(c.CoAuthors)
	for _, t := range Trailers(c.Message) {
		if strings.EqualFold(t.Key, "Co-authored-by") {
			people = append(people, ParsePerson(t.Value))
		}
	}
	var out []string
	for _, p := range people {
		if r, _ := s.byPerson(p); r != nil {
			continue
		}
		login := p.Account.Login
		if login == "" {
			login, _ = NoreplyAccount(p.Email)
		}
		if login != "" {
			out = append(out, strings.ToLower(login))
		}
	}
	return out
}

// WebFlow is GitHub's own committer for what is done in the browser or by an
// app (user id of web-flow).
const WebFlow = 19864447

// visible takes out characters that do not show: zero-width and other default
// ignorable ones, by which marks are hidden from patterns.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return r
	}, text)
}

// NoreplyAccount reads GitHub's own address of an account: its login in lower
// case and, in addresses made since 2017, its id.
func NoreplyAccount(email string) (login string, id int64) {
	m := noreply.FindStringSubmatch(strings.ToLower(email))
	if m == nil {
		return "", 0
	}
	if n, err := strconv.ParseInt(m[1], 10, 64); err == nil {
		id = n
	}
	return m[2], id
}
