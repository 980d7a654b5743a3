package review

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Random histories of pushes, reviews, dismissals, labels, retargets, moved
// bases, lost, late and repeated deliveries. Three things must be true of all:
//
//  1. Success never stands for findings that no allowed person released on
//     that head and base, by a model that knows what every person saw
//     (truth_test.go).
//  2. What was released beyond doubt is not held.
//  3. What deliveries are waiting, and in which order and how often they
//     arrive, makes no difference to the verdict in the end.
func TestRandomHistories(t *testing.T) {
	set := loadSet(t)
	histories := 200
	if testing.Short() {
		histories = 100
	}
	shown := map[string]int{}
	for seed := range uint64(histories) {
		h := &history{world: newWorld(set), rand: rand.New(rand.NewPCG(seed, 7)), truth: newTruth(histSettings[seed%uint64(len(histSettings))])}
		h.settings = h.truth.rules.text
		h.run(t, seed)
		for what, n := range h.truth.shown {
			shown[what] += n
		}
		if t.Failed() {
			return
		}
	}
	for _, what := range []string{"approved", "overridden", "second person", "doubts met", "doubts", "number", "objection", "sibling holds",
		"head came back", "listed again"} {
		if shown[what] < histories/50 {
			t.Errorf("%s is shown %d times in %d histories: the test shows nothing of it", what, shown[what], histories)
		}
	}
}

var histSettings = []histRules{
	{text: "", number: 1},
	{text: "version: 1\nunknown_requester: accept\nchecks:\n  - {name: all, bases: [\"**\"]}\n", number: 1},
	{text: "version: 1\nunknown_requester: accept\napprovals:\n  - {roles: [write], number: 2}\n", number: 2},
	{text: "version: 1\nunknown_requester: accept\noverride: {label: holdpoint-override, second: true}\n", number: 1, second: true},
	{text: "version: 1\napprovals:\n  - {users: [bob, mallory]}\n", number: 1, users: []string{"bob", "mallory"}},
}

type history struct {
	*world
	rand  *rand.Rand
	truth *truth
	log   []string
}

var histPeople = []string{"alice", "bob", "carol", "dave", "erin", "devin", "mallory"}

func (h *history) run(t *testing.T, seed uint64) {
	heads := []string{"a", "b", "c"}
	objects := []string{"aws_db_instance.x", "aws_s3_bucket.y", "aws_lb.z"}
	for _, head := range heads {
		h.destroys[head] = h.some(objects)
		h.destroys[head+"@main1"] = h.some(objects)
	}
	for n := 1; n <= 2; n++ {
		p := &pull{number: n, base: "main", branch: fmt.Sprint("topic-", n), author: []string{"devin", "alice"}[h.rand.IntN(2)], open: true,
			opened: h.now}
		if p.author == "devin" {
			p.body = "Requested by: @erin"
		}
		h.pulls[n] = p
		head := heads[n-1]
		if h.rand.IntN(4) == 0 {
			head = heads[0]
		}
		h.push(p, head, h.who(p.author), nil)
		h.truth.pushed(p, h.now)
	}
	h.published = func(p *pull, rep Report, d Decision) {
		if wrong := h.truth.judge(h.world, p, rep, d); wrong != "" {
			t.Errorf("seed %d: #%d on %s against %s: %s\n%s\n%s %s\n%s", seed, p.number, p.head, p.base, wrong, strings.Join(h.log, "\n"), d.Basis,
				d.Why, d.Ledger)
		}
	}
	for range 60 {
		h.tick()
		h.step(heads)
		if t.Failed() {
			return
		}
	}
	h.orderMakesNoDifference(t, seed)
}

func (h *history) some(objects []string) []string {
	var out []string
	for _, o := range objects {
		if h.rand.IntN(2) == 0 {
			out = append(out, o)
		}
	}
	return out
}

// weights say how often each act is done.
var weights = []struct {
	act  string
	much int
}{
	{"evaluate", 30}, {"approve", 26}, {"approve elsewhere", 4}, {"object", 3}, {"dismiss", 4}, {"label", 9}, {"unlabel", 3},
	{"rename", 2}, {"ask", 2}, {"push", 12}, {"push and evaluate", 4}, {"forget", 3}, {"retarget", 4}, {"base", 3}, {"role", 2},
}

func (h *history) pick() string {
	total := 0
	for _, w := range weights {
		total += w.much
	}
	n := h.rand.IntN(total)
	for _, w := range weights {
		if n -= w.much; n < 0 {
			return w.act
		}
	}
	return ""
}

func (h *history) step(heads []string) {
	p := h.pulls[1+h.rand.IntN(2)]
	who := histPeople[h.rand.IntN(len(histPeople))]
	lost := h.rand.IntN(3) == 0
	act := h.pick()
	detail := ""
	switch act {
	case "evaluate":
		defer h.settle(p.number)
	case "approve":
		h.review(p, h.who(who), Approved, p.head, lost)
		h.truth.did(p, act, who, p.head, lost, h.now)
	case "approve elsewhere":
		commit := heads[h.rand.IntN(len(heads))]
		h.review(p, h.who(who), Approved, commit, lost)
		h.truth.did(p, "approve", who, commit, lost, h.now)
		detail = commit
	case "object":
		h.review(p, h.who(who), ChangesRequested, p.head, lost)
		h.truth.did(p, act, who, p.head, lost, h.now)
	case "dismiss":
		if len(p.reviews) > 0 {
			r := &p.reviews[h.rand.IntN(len(p.reviews))]
			r.State, r.Objection, detail = Dismissed, r.Objection || r.State == ChangesRequested, "of "+r.By.Login
		}
	case "label":
		if !slices.ContainsFunc(p.labels, func(l Label) bool { return l.Name == "holdpoint-override" }) {
			h.label(p, "holdpoint-override", 7, h.who(who), lost)
			h.truth.did(p, act, who, p.head, lost, h.now)
		}
	case "unlabel":
		h.unlabel(p, "holdpoint-override", h.who(who))
	case "rename":
		h.rename(p, lost)
	case "ask":
		p.requests = append(p.requests, ReviewRequest{h.who(who), h.now})
	case "push", "push and evaluate":
		head := heads[h.rand.IntN(len(heads))]
		if head == p.head {
			break
		}
		options := map[string]string{}
		if option := []string{"unlogged", "unmapped"}[h.rand.IntN(2)]; h.rand.IntN(8) == 0 && h.truth.logged(p) {
			options[option] = "yes" // the log lags behind by one push at most
		}
		if h.rand.IntN(6) == 0 {
			options["author"] = histPeople[h.rand.IntN(len(histPeople))]
		}
		h.push(p, head, h.who(who), options)
		h.truth.pushed(p, h.now)
		detail = fmt.Sprint(head, options)
		if h.rand.IntN(3) == 0 { // GitHub may bind old reviews to a head that is pushed by force
			detail += ", reviews bound to it"
			for i := range p.reviews {
				p.reviews[i].Commit = p.head
			}
		}
		if act == "push and evaluate" {
			defer h.settle(p.number)
		}
	case "forget":
		p.commits, p.pushes = nil, nil
	case "retarget":
		h.retarget(p, []string{"main", "dev"}[h.rand.IntN(2)])
		detail = p.base
	case "base":
		h.bases["main"] = h.rand.IntN(2)
		detail = fmt.Sprint(h.bases["main"])
	case "role":
		if who == "bob" || who == "carol" {
			h.people[who].role = []string{"read", "write", "maintain"}[h.rand.IntN(3)]
			detail = h.people[who].role
		}
	}
	h.log = append(h.log, fmt.Sprintf("%s #%d: %s by %s, lost %v %s", h.now.Format("15:04"), p.number, act, who, lost, detail))
}

// rename gives a harmless label that a person set the override's name: the
// timeline then shows it under the new one.
func (h *history) rename(p *pull, told bool) {
	if slices.ContainsFunc(p.labels, func(l Label) bool { return l.Name == "holdpoint-override" }) {
		return
	}
	h.label(p, "holdpoint-override", 9, h.who("carol"), true)
	h.truth.did(p, "renamed", "carol", p.head, true, h.now)
	if told {
		h.deliver(p, Delivery{Kind: LabelChanged, By: h.who("mallory"), Label: "holdpoint-override"}, false)
		h.truth.voided[p.number] = h.now
	}
}

// orderMakesNoDifference ends the history many times over: the deliveries that
// are still waiting arrive in another order, some of them again, evaluated
// together or one by one.
func (h *history) orderMakesNoDifference(t *testing.T, seed uint64) {
	h.tick()
	h.published = nil
	var want string
	for try := range 5 {
		verdict := h.ending(rand.New(rand.NewPCG(seed, uint64(try)+100)))
		if try == 0 {
			want = verdict
		} else if verdict != want {
			t.Errorf("seed %d: in another order it ends\n%s\ninstead of\n%s\nafter\n%s", seed, verdict, want, strings.Join(h.log, "\n"))
			return
		}
	}
}

// ending replays the end on a copy and returns all verdicts.
func (h *history) ending(r *rand.Rand) string {
	w := *h.world
	w.pulls, w.checks = map[int]*pull{}, map[string]*checkRun{}
	for n, p := range h.pulls {
		c := *p
		c.labels, c.labelEvents, c.reviews = slices.Clone(p.labels), slices.Clone(p.labelEvents), slices.Clone(p.reviews)
		w.pulls[n] = &c
	}
	for k, c := range h.checks {
		copied := *c
		w.checks[k] = &copied
	}
	type arrival struct {
		number    int
		delivered []Delivery
	}
	var queue []arrival
	for n, p := range w.pulls {
		pending := p.deliveries
		p.deliveries = nil
		for _, d := range pending {
			queue = append(queue, arrival{n, []Delivery{d}})
			if r.IntN(2) == 0 {
				queue = append(queue, arrival{n, []Delivery{d}}) // again
			}
		}
		for _, d := range p.history { // old ones may be sent again at any time
			if r.IntN(6) == 0 && slices.ContainsFunc(w.pulls[n].seenHeads(), func(head string) bool { return head == d.Head }) && h.evaluated(p, d) {
				queue = append(queue, arrival{n, []Delivery{d}})
			}
		}
		queue = append(queue, arrival{n, nil})
	}
	r.Shuffle(len(queue), func(i, j int) { queue[i], queue[j] = queue[j], queue[i] })
	for _, a := range queue {
		w.pulls[a.number].deliveries = append(w.pulls[a.number].deliveries, a.delivered...)
		if r.IntN(3) > 0 {
			w.settle(a.number)
		}
	}
	for _, n := range []int{1, 2, 1, 2} {
		w.settle(n)
	}
	return fmt.Sprintf("#1 %s, #2 %s", w.verdict(w.pulls[1]), w.verdict(w.pulls[2]))
}

func (p *pull) seenHeads() []string { return p.heads }

// evaluated reports whether a delivery has been taken in by a review already:
// one that was lost for good may not come back in the copy.
func (h *history) evaluated(p *pull, d Delivery) bool { return !slices.Contains(p.deliveries, d) }
