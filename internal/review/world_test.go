package review

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// world is a small GitHub for decisions: pull requests, people, reviews,
// labels, pushes, the deliveries that tell of them, and our check runs.
type world struct {
	set      *rules.Set
	settings string
	org      string
	now      time.Time
	people   map[string]*member
	pulls    map[int]*pull
	disarms  map[string][]string
	// destroys says what each head destroys, by head and by head@base.
	destroys  map[string][]string
	files     map[string][]plan.File
	bases     map[string]int
	checks    map[string]*checkRun
	lostTeams []string
	// branches exist beside those of pull requests, each with its settings;
	// many is how many there are, where they are not judged.
	branches map[string]string
	many     int
	// published is called for every decision that is published.
	published func(*pull, Report, Decision)
}

type member struct {
	rules.Account
	role string
	// base is the permission behind a custom role.
	base  string
	teams []string
}

type pull struct {
	number              int
	head, base, branch  string
	author              string
	title, body         string
	open                bool
	opened              time.Time
	commits             []rules.Commit
	pushes              []Push
	pushesUnknown       bool
	incomplete          bool
	gaps                []string
	reviews             []PullReview
	requests            []ReviewRequest
	labels              []Label
	labelEvents         []LabelEvent
	assignees           []rules.Account
	deliveries, history []Delivery
	heads               []string
	retargets           []Retarget
	nextReview          int64
}

type checkRun struct {
	head, name string
	text       string
	conclusion Conclusion
	decision   Decision
}

func newWorld(set *rules.Set) *world {
	w := &world{
		set: set, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
		people: map[string]*member{}, pulls: map[int]*pull{}, destroys: map[string][]string{}, disarms: map[string][]string{},
		files: map[string][]plan.File{},
		bases: map[string]int{}, branches: map[string]string{}, checks: map[string]*checkRun{},
	}
	for i, line := range []string{"alice write", "bob write", "carol maintain", "dave read", "erin write", "root admin", "tess triage",
		"mallory write"} {
		login, role, _ := strings.Cut(line, " ")
		w.people[login] = &member{Account: rules.Account{ID: int64(100 + i), Login: login, Type: "User"}, role: role}
	}
	w.people["devin-ai-integration[bot]"] = &member{Account: rules.Account{ID: 158243242, Login: "devin-ai-integration[bot]", Type: "Bot"},
		role: "write"}
	w.people["github-actions[bot]"] = &member{Account: rules.Account{ID: 41898282, Login: "github-actions[bot]", Type: "Bot"}, role: "write"}
	w.people["web-flow"] = &member{Account: rules.Account{ID: rules.WebFlow, Login: "web-flow", Type: "User"}, role: "none"}
	return w
}

// who finds an account; `devin` is short for the bot.
func (w *world) who(login string) rules.Account {
	if login == "devin" {
		login = "devin-ai-integration[bot]"
	}
	m, ok := w.people[login]
	if !ok {
		panic("nobody is called " + login)
	}
	return m.Account
}

func (w *world) pull(text string) *pull {
	n, err := strconv.Atoi(text)
	if err != nil || w.pulls[n] == nil {
		panic("there is no pull request " + text)
	}
	return w.pulls[n]
}

// tick lets a minute pass, so that no two acts are in one second.
func (w *world) tick() { w.now = w.now.Add(time.Minute) }

func (w *world) push(p *pull, head string, by rules.Account, options map[string]string) {
	push := Push{By: by, Ref: p.branch, Before: p.head, After: head, At: w.now, Kind: "push"}
	if p.head == "" {
		push.Kind = branchCreation
	}
	if !slices.Contains(p.heads, head) {
		p.heads = append(p.heads, head)
	}
	p.head = head
	if options["unlogged"] == "" {
		p.pushes = append(p.pushes, push)
	}
	author := by
	if a := options["author"]; a != "" {
		author = w.who(a)
	}
	c := rules.Commit{SHA: head, Message: "change things\n", Verified: options["verified"] != ""}
	c.Author = rules.Person{Name: author.Login, Email: author.Login + "@example.com", Account: author}
	c.Committer = c.Author
	if options["unmapped"] != "" {
		c.Author = rules.Person{Name: "somebody", Email: "somebody@example.net"}
		c.Committer = c.Author
	}
	if by := options["committer"]; by != "" {
		c.Committer = rules.Person{Name: by, Email: by + "@example.com", Account: w.who(by)}
	}
	if options["web"] != "" {
		c.Committer, c.Verified = rules.Person{Name: "GitHub", Email: "noreply@github.com",
			Account: w.who("web-flow")}, options["unverified"] == ""
	}
	if co := options["co"]; co != "" {
		a := w.who(co)
		c.Message += fmt.Sprintf("\nCo-authored-by: %s <%d+%s@users.noreply.github.com>\n", co, a.ID, co)
	}
	if co := options["oldmail"]; co != "" { // the form of before the id was in it
		c.Message += fmt.Sprintf("\nCo-authored-by: %s <%s@users.noreply.github.com>\n", co, co)
	}
	if co := options["comail"]; co != "" { // GitHub knows whose address it is
		c.Message += fmt.Sprintf("\nCo-authored-by: %s <%s@example.com>\n", co, co)
		c.CoAuthors = append(c.CoAuthors, rules.Person{Name: co, Email: co + "@example.com", Account: w.who(co)})
	}
	if options["date"] != "" {
		c.Author.At = w.now.Add(-24 * time.Hour)
	}
	p.commits = append(p.commits, c)
}

func (w *world) review(p *pull, by rules.Account, state ReviewState, commit string, lost bool) {
	p.nextReview++
	r := PullReview{ID: int64(p.number)*1000 + p.nextReview, By: by, State: state, Commit: commit, Submitted: w.now,
		Own: by.Login == "holdpoint[bot]"}
	p.reviews = append(p.reviews, r)
	w.deliver(p, Delivery{Kind: ReviewSubmitted, By: by, Review: r.ID, Commit: commit}, lost)
}

func (w *world) deliver(p *pull, d Delivery, lost bool) {
	if lost {
		return
	}
	d.Head, d.BaseRef, d.At = p.head, p.base, w.now
	p.deliveries = append(p.deliveries, d)
	p.history = append(p.history, d)
}

func (w *world) label(p *pull, name string, id int64, by rules.Account, lost bool) {
	p.labels = append(p.labels, Label{ID: id, Name: name})
	p.labelEvents = append(p.labelEvents, LabelEvent{Added: true, Name: name, By: by, At: w.now})
	w.deliver(p, Delivery{Kind: LabelAdded, By: by, Label: name, LabelID: id}, lost)
}

func (w *world) unlabel(p *pull, name string, by rules.Account) {
	p.labels = slices.DeleteFunc(p.labels, func(l Label) bool { return sameLabel(l.Name, name) })
	p.labelEvents = append(p.labelEvents, LabelEvent{Name: name, By: by, At: w.now})
	w.deliver(p, Delivery{Kind: LabelRemoved, By: by, Label: name}, false)
}

func (w *world) retarget(p *pull, base string) {
	if base != p.base {
		p.retargets = append(p.retargets, Retarget{p.base, base, w.now})
		p.base = base
	}
}

// settingsTree is the tree of a base commit: its settings.
func settingsTree(settings string) fs.FS {
	if settings == "" {
		return plantest.Tree(map[string]string{"README": "x"})
	}
	return plantest.Tree(map[string]string{rules.SettingsPath: settings})
}

func (w *world) request(p *pull) Request {
	req := Request{
		Ref: Ref{Owner: "acme", Repo: "infra", Number: p.number, BaseRef: p.base, HeadRef: p.branch, HeadSHA: p.head,
			BaseSHA: fmt.Sprint(p.base, w.bases[p.base]), Title: p.title},
		Now: w.now, Base: settingsTree(w.settings),
		Signals: rules.Signals{
			Author: w.who(p.author), Branch: p.branch, Title: p.title, Body: p.body, Commits: p.commits,
			CommitsIncomplete: p.incomplete, Assignees: p.assignees,
		},
		Comparisons: []Comparison{{Name: "change", Before: emptied(w.changed(p)), After: emptied(w.changed(p)), Files: w.changed(p)}},
	}
	for _, why := range p.gaps {
		req.Gaps = append(req.Gaps, plan.Gap{Kind: plan.GapUnknown, Subject: "the test merge", Why: why})
	}
	if w.org != "" {
		req.Organisation = settingsTree(w.org)
	}
	req.Evidence = Evidence{
		OpenedAt: p.opened, Reviews: slices.Clone(p.reviews), Requests: p.requests, Labels: slices.Clone(p.labels),
		LabelEvents: slices.Clone(p.labelEvents),
		Pushes:      slices.Clone(p.pushes), PushesUnknown: p.pushesUnknown, Deliveries: p.deliveries, Retargets: slices.Clone(p.retargets),
		UnresolvedTeams: w.lostTeams,
	}
	settings := w.set.SettingsFor(req.Base, req.Organisation)
	name := settings.Names().Of(p.base)
	for key, c := range w.checks {
		switch {
		case key == p.head+" "+name:
			req.Evidence.Ledger = Record{c.text, c.conclusion}
		case slices.Contains(p.heads, c.head):
			req.Evidence.Earlier = append(req.Evidence.Earlier, c.text)
		}
	}
	for _, other := range w.pulls {
		if other != p && other.open && other.head == p.head {
			s := Sibling{Number: other.number, BaseRef: other.base}
			if c := w.checks[p.head+" "+settings.Names().Of(other.base)]; c != nil {
				s.Ledger = Record{c.text, c.conclusion}
			}
			req.Evidence.Siblings = append(req.Evidence.Siblings, s)
		}
	}
	w.readBranches(&req, func(base string) Predictor { return w.predictor(p.head, base) })
	req.Evidence.Permissions = w.permissions(LookupsFor(req, w.set))
	return req
}

func (w *world) permissions(want Lookups) []Permission {
	var out []Permission
	for _, m := range w.people {
		if !slices.ContainsFunc(want.People, func(a rules.Account) bool { return a.ID == m.ID }) {
			continue
		}
		s := Permission{Account: m.Account, Role: m.role, Base: m.base}
		for _, t := range m.teams {
			if slices.Contains(want.Teams, t) {
				s.Teams = append(s.Teams, t)
			}
		}
		out = append(out, s)
	}
	return out
}

func (w *world) changed(p *pull) []plan.File {
	files := []plan.File{{Path: "main.tf", From: "main.tf", Status: plan.Modified, BeforeMode: 0o644, AfterMode: 0o644}}
	return append(files, w.files[p.head]...)
}

// emptied is a tree that holds the files under both their names, without content.
func emptied(files []plan.File) fs.FS {
	names := map[string]string{}
	for _, f := range files {
		names[f.Path], names[f.From] = "", ""
	}
	delete(names, "")
	return plantest.Tree(names)
}

// predictor predicts what the script says of a head, and of a head on a base
// that has moved.
func (w *world) predictor(head, base string) Predictor {
	targets := slices.Concat(w.destroys[head], w.destroys[fmt.Sprintf("%s@%s%d", head, base, w.bases[base])])
	if on, ok := w.destroys[head+"@"+base]; ok {
		targets = on
	}
	disarmed := destroying(w.disarms[head])
	for i := range disarmed.Changes {
		disarmed.Changes[i].Action, disarmed.Changes[i].Effect = plan.Update, plan.Disarm
	}
	return func(fs.FS, fs.FS, rules.Settings, plan.Sources) plan.Plan {
		return plan.Join(destroying(targets), disarmed)
	}
}

// destroying is a plan that deletes addresses, written `root:type.name`.
func destroying(targets []string) plan.Plan {
	var p plan.Plan
	for _, target := range targets {
		root, address, found := strings.Cut(target, ":")
		if !found {
			root, address = ".", target
		}
		resourceType, name, _ := strings.Cut(address, ".")
		a := plan.Address{Engine: plan.Terraform, Root: root, Type: resourceType, Name: name}
		file := "main.tf"
		if root != "." {
			file = root + "/main.tf"
		}
		p.Changes = append(p.Changes, plan.Change{
			Address: a, Previous: a, Action: plan.Delete, Reason: plan.NoResourceConfig, Certain: true,
			At: plan.Range{File: file, Line: 1, EndLine: 3, Side: plan.Before},
		})
	}
	return p
}

// evaluate reviews one pull request as work does, and those it asks for.
func (w *world) evaluate(number int) Decision {
	p := w.pulls[number]
	req := w.request(p)
	rep := ran(req, w.set, []Predictor{w.predictor(p.head, p.base)})
	d := Decide(rep, req)
	p.deliveries = nil
	w.checks[p.head+" "+d.CheckName] = &checkRun{head: p.head, name: d.CheckName, text: d.Ledger, conclusion: d.Conclusion, decision: d}
	if d.RemoveLabel != "" {
		w.unlabelSilently(p, d.RemoveLabel)
	}
	if w.published != nil {
		w.published(p, rep, d)
	}
	return d
}

// unlabelSilently is our own app taking a label off.
func (w *world) unlabelSilently(p *pull, name string) {
	p.labels = slices.DeleteFunc(p.labels, func(l Label) bool { return sameLabel(l.Name, name) })
	p.labelEvents = append(p.labelEvents, LabelEvent{Name: name, By: rules.Account{ID: 1, Login: "holdpoint[bot]", Type: "Bot"}, At: w.now})
}

// settle evaluates a pull request and everything that asks to be evaluated,
// its siblings too, until nothing asks any more.
func (w *world) settle(number int) {
	queue := []int{number}
	for round := 0; len(queue) > 0 && round < 20; round++ {
		next := queue[0]
		queue = queue[1:]
		before := w.verdict(w.pulls[next])
		d := w.evaluate(next)
		queue = append(queue, d.Review...)
		if w.verdict(w.pulls[next]) != before {
			for _, other := range w.pulls {
				if other.number != next && other.open && other.head == w.pulls[next].head {
					queue = append(queue, other.number)
				}
			}
		}
	}
}

// check finds the check run that stands for a pull request.
func (w *world) check(p *pull) *checkRun {
	settings := w.set.SettingsFor(settingsTree(w.settings), nil)
	return w.checks[p.head+" "+settings.Names().Of(p.base)]
}

// verdict is what GitHub shows: no check run blocks as a failing one does.
func (w *world) verdict(p *pull) Conclusion {
	if c := w.check(p); c != nil {
		return c.conclusion
	}
	return Failure
}
