package review

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Each file of testdata/decisions is one way past the check and its innocent
// twin: the script `held` must end held, the script `passes` must end in
// success. The files' names start with the ids of docs/security.md.
func TestDecisions(t *testing.T) {
	files, err := filepath.Glob("testdata/decisions/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	set := loadSet(t)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		archive := txtar.Parse(data)
		settings, org := section(archive, "settings"), section(archive, "organisation")
		for _, end := range []string{"held", "passes"} {
			t.Run(name+"/"+end, func(t *testing.T) {
				script := section(archive, end)
				if script == "" {
					t.Fatalf("%s has no section %s", file, end)
				}
				w := newWorld(set)
				w.settings, w.org = settings, org
				if own := section(archive, end+".settings"); own != "" {
					w.settings = own
				}
				s := &scripted{world: w, t: t, archive: archive}
				s.run(script)
				want := Failure
				if end == "passes" {
					want = Success
				}
				if s.last != want {
					t.Errorf("it ends in %q, want %q: %s", s.last, want, s.why)
				}
			})
		}
	}
}

func loadSet(t testing.TB) *rules.Set {
	t.Helper()
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// scripted runs a script line by line; every line is one act, a minute apart.
type scripted struct {
	*world
	t        *testing.T
	archive  *txtar.Archive
	last     Conclusion
	why      string
	decision Decision
}

var scriptWord = regexp.MustCompile(`(?:[^\s"]|"[^"]*")+`)

func (s *scripted) run(script string) {
	for number, line := range strings.Split(script, "\n") {
		line, _, _ = strings.Cut(line, "# ")
		words := scriptWord.FindAllString(line, -1)
		if len(words) == 0 {
			continue
		}
		for i := range words {
			words[i] = strings.ReplaceAll(words[i], `"`, "")
		}
		s.tick()
		if err := s.act(words[0], words[1:]); err != nil {
			s.t.Fatalf("line %d, %s: %v", number+1, line, err)
		}
	}
}

// split takes the options out of the words: `by=alice`, or `lost` alone.
func split(words []string) (plain []string, options map[string]string) {
	options = map[string]string{}
	flags := []string{"lost", "unmapped", "unlogged", "verified", "unverified", "web", "date"}
	for _, w := range words {
		key, value, found := strings.Cut(w, "=")
		switch {
		case found:
			options[key] = value
		case slices.Contains(flags, w):
			options[w] = "yes"
		default:
			plain = append(plain, w)
		}
	}
	return plain, options
}

func (s *scripted) act(verb string, words []string) error {
	plain, o := split(words)
	if verb == "want" {
		return s.want(plain)
	}
	if act, ok := acts[verb]; ok {
		act(s, plain, o)
		return nil
	}
	if list, ok := decided[verb]; ok {
		s.same(verb, list(s.decision), plain)
		return nil
	}
	return fmt.Errorf("%s is no act", verb)
}

func (s *scripted) want(words []string) error {
	want := map[string]Conclusion{"held": Failure, "success": Success}[words[0]]
	if s.last != want {
		return fmt.Errorf("it is %q: %s", s.last, s.why)
	}
	if len(words) > 1 && !strings.Contains(s.why, words[1]) {
		return fmt.Errorf("it says %q", s.why)
	}
	return nil
}

func (s *scripted) conclude(d Decision) {
	s.last, s.why, s.decision = d.Conclusion, d.Why, d
	for _, c := range d.Discounted {
		s.why += " [" + c.Login + " " + c.What + ": " + c.Why + "]"
	}
}

var acts = map[string]func(*scripted, []string, map[string]string){
	// open NUMBER head=H base=B by=WHO
	"open": func(s *scripted, a []string, o map[string]string) {
		n, err := strconv.Atoi(a[0])
		if err != nil {
			s.t.Fatal(err)
		}
		by := o["by"]
		if by == "" {
			by = "devin"
		}
		base := o["base"]
		if base == "" {
			base = "main"
		}
		branch := o["branch"]
		if branch == "" {
			branch = "topic-" + a[0]
		}
		p := &pull{number: n, base: base, branch: branch, author: by, open: true, opened: s.now, title: "Clean up", body: o["body"]}
		if by == "devin" && o["body"] == "" {
			p.body = "Requested by: @erin"
		}
		s.pulls[n] = p
		pusher := by
		if o["pushed"] != "" {
			pusher = o["pushed"]
		}
		s.push(p, o["head"], s.who(pusher), o)
	},
	"body": func(s *scripted, a []string, o map[string]string) { s.pull(a[0]).body = a[1] },
	"assign": func(s *scripted, a []string, o map[string]string) {
		p := s.pull(a[0])
		p.assignees = append(p.assignees, s.who(a[1]))
	},
	"destroys": func(s *scripted, a []string, o map[string]string) { s.destroys[a[0]] = a[1:] },
	"changes": func(s *scripted, a []string, o map[string]string) {
		for _, name := range a[1:] {
			from, to, renamed := strings.Cut(name, ">")
			f := plan.File{Path: name, From: name, Status: plan.Modified, BeforeMode: 0o644, AfterMode: 0o644}
			if renamed {
				f.Path, f.From, f.Status = to, from, plan.Renamed
			}
			s.files[a[0]] = append(s.files[a[0]], f)
		}
	},
	"push": func(s *scripted, a []string, o map[string]string) {
		by := o["by"]
		if by == "" {
			by = "devin"
		}
		s.push(s.pull(a[0]), a[1], s.who(by), o)
	},
	"unlogged":   func(s *scripted, a []string, o map[string]string) { s.pull(a[0]).pushesUnknown = true },
	"incomplete": func(s *scripted, a []string, o map[string]string) { s.pull(a[0]).incomplete = true },
	"move":       func(s *scripted, a []string, o map[string]string) { s.bases[a[0]]++ },
	"check": func(s *scripted, a []string, o map[string]string) {
		p := s.pull(a[0])
		s.settle(p.number)
		c := s.check(p)
		s.conclude(c.decision)
	},
	// look takes the verdict that stands, without a new evaluation.
	"look": func(s *scripted, a []string, o map[string]string) {
		p := s.pull(a[0])
		s.last, s.why = s.verdict(p), "no check run stands on this head"
		if c := s.check(p); c != nil {
			s.conclude(c.decision)
		}
	},
	"approve": func(s *scripted, a []string, o map[string]string) {
		p, commit := s.pull(a[0]), o["commit"]
		if commit == "" {
			commit = p.head
		}
		s.review(p, s.who(a[1]), Approved, commit, o["lost"] != "")
	},
	"object": func(s *scripted, a []string, o map[string]string) {
		p := s.pull(a[0])
		s.review(p, s.who(a[1]), ChangesRequested, p.head, false)
	},
	"comment": func(s *scripted, a []string, o map[string]string) {
		p := s.pull(a[0])
		s.review(p, s.who(a[1]), Commented, p.head, false)
	},
	// begin: a review that was not submitted yet.
	"begin": func(s *scripted, a []string, o map[string]string) {
		p := s.pull(a[0])
		s.review(p, s.who(a[1]), Pending, p.head, true)
	},
	"dismiss": func(s *scripted, a []string, o map[string]string) {
		p, by := s.pull(a[0]), s.who(a[1])
		for i := range p.reviews {
			if r := &p.reviews[len(p.reviews)-1-i]; r.By.ID == by.ID && r.State != Commented {
				r.State, r.Objection = Dismissed, r.State == ChangesRequested
				return
			}
		}
	},
	// rebind: GitHub shows an old review on a new commit.
	"rebind": func(s *scripted, a []string, o map[string]string) {
		p, by := s.pull(a[0]), s.who(a[1])
		for i := range p.reviews {
			if p.reviews[i].By.ID == by.ID {
				p.reviews[i].Commit = p.head
			}
		}
	},
	"ask": func(s *scripted, a []string, o map[string]string) {
		p := s.pull(a[0])
		p.requests = append(p.requests, ReviewRequest{s.who(a[1]), s.now})
	},
	"label": func(s *scripted, a []string, o map[string]string) {
		id := int64(7)
		if o["id"] != "" {
			id, _ = strconv.ParseInt(o["id"], 10, 64)
		}
		by := s.who(o["by"])
		by.App = o["app"]
		s.label(s.pull(a[0]), a[1], id, by, o["lost"] != "")
	},
	"unlabel": func(s *scripted, a []string, o map[string]string) { s.unlabel(s.pull(a[0]), a[1], s.who(o["by"])) },
	// rename: the label that stands gets another name, without a labeled event.
	"rename": func(s *scripted, a []string, o map[string]string) {
		p := s.pull(a[0])
		for i := range p.labels {
			if p.labels[i].Name == a[1] {
				p.labels[i].Name = a[2]
			}
		}
		if o["told"] != "no" {
			s.deliver(p, Delivery{Kind: LabelChanged, By: s.who(o["by"]), Label: a[2]}, false)
		}
		if o["timeline"] == "new" {
			for i := range p.labelEvents {
				if p.labelEvents[i].Name == a[1] {
					p.labelEvents[i].Name = a[2]
				}
			}
		}
	},
	"retarget": func(s *scripted, a []string, o map[string]string) { s.retarget(s.pull(a[0]), a[1]) },
	"close":    func(s *scripted, a []string, o map[string]string) { s.pull(a[0]).open = false },
	"reopen":   func(s *scripted, a []string, o map[string]string) { s.pull(a[0]).open = true },
	"role": func(s *scripted, a []string, o map[string]string) {
		s.people[a[0]].role, s.people[a[0]].base = a[1], o["base"]
	},
	"team": func(s *scripted, a []string, o map[string]string) { s.people[a[0]].teams = a[1:] },
	"login": func(s *scripted, a []string, o map[string]string) {
		m := s.people[a[0]]
		m.Login = a[1]
		s.people[a[1]] = m
		delete(s.people, a[0])
	},
	"person": func(s *scripted, a []string, o map[string]string) {
		id, _ := strconv.ParseInt(o["id"], 10, 64)
		s.people[a[0]] = &member{Account: rules.Account{ID: id, Login: a[0], Type: "User"}, role: o["role"], base: o["base"]}
	},
	"bot": func(s *scripted, a []string, o map[string]string) {
		id, _ := strconv.ParseInt(o["id"], 10, 64)
		s.people[a[0]] = &member{Account: rules.Account{ID: id, Login: a[0], Type: "Bot"}, role: o["role"], base: o["base"]}
	},
	// evaluate reviews once and no more.
	"evaluate": func(s *scripted, a []string, o map[string]string) { s.conclude(s.evaluate(s.pull(a[0]).number)) },
	"gap":      func(s *scripted, a []string, o map[string]string) { p := s.pull(a[0]); p.gaps = append(p.gaps, a[1]) },
	"disarms":  func(s *scripted, a []string, o map[string]string) { s.disarms[a[0]] = a[1:] },
	// forget: the commits and pushes of earlier heads are gone from GitHub.
	"forget": func(s *scripted, a []string, o map[string]string) { p := s.pull(a[0]); p.commits, p.pushes = nil, nil },
	"title": func(s *scripted, a []string, o map[string]string) {
		if !strings.Contains(s.decision.Title, a[0]) {
			s.t.Errorf("the title is %q, want %q in it", s.decision.Title, a[0])
		}
	},
	"right": func(s *scripted, a []string, o map[string]string) {
		if !slices.ContainsFunc(s.decision.Releases, func(r Release) bool { return r.Right == a[0] }) {
			s.t.Errorf("released by %v, want %q", s.decision.Releases, a[0])
		}
	},
	// settings: the section of this name is in force from now on.
	"settings": func(s *scripted, a []string, o map[string]string) { s.settings = section(s.archive, a[0]) },
	"lose":     func(s *scripted, a []string, o map[string]string) { s.lostTeams = a },
	// damage: somebody else's text stands in the check run.
	"damage": func(s *scripted, a []string, o map[string]string) {
		c := s.check(s.pull(a[0]))
		switch a[1] {
		case "cut":
			c.text = c.text[:len(c.text)/2]
		case "version":
			c.text = strings.Replace(c.text, ledgerHead, "holdpoint ledger 2", 1)
		case "edit":
			c.text = strings.Replace(c.text, "failure", "success", 1)
		}
	},
	// branch NAME settings=SECTION, unbranch NAME, many NUMBER
	"branch": func(s *scripted, a []string, o map[string]string) {
		own := "settings"
		if o["settings"] != "" {
			own = o["settings"]
		}
		s.branches[a[0]] = section(s.archive, own)
	},
	"unbranch": func(s *scripted, a []string, o map[string]string) { delete(s.branches, a[0]) },
	"many":     func(s *scripted, a []string, o map[string]string) { s.many, _ = strconv.Atoi(a[0]) },
	// group PULLS base=B destroys=a,b doubt=text
	"group": func(s *scripted, a []string, o map[string]string) {
		var numbers []int
		for _, n := range a {
			numbers = append(numbers, s.pull(n).number)
		}
		var destroys []string
		if o["destroys"] != "" {
			destroys = strings.Split(o["destroys"], ",")
		}
		base := o["base"]
		if base == "" {
			base = "main"
		}
		s.conclude(s.group(numbers, base, destroys, o["doubt"]))
	},
}
