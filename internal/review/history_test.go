package review

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Random histories of pushes, reviews, dismissals, labels, retargets, moved
// bases, lost, late and repeated deliveries. Two things must be true of all:
//
//  1. Success never stands for findings that no allowed person released on
//     that head and base, by a model that knows what every person saw.
//  2. What deliveries are waiting, and in which order and how often they
//     arrive, makes no difference to the verdict in the end.
func TestRandomHistories(t *testing.T) {
	set := loadSet(t)
	histories := 200
	if testing.Short() {
		histories = 60
	}
	released := 0
	for seed := range uint64(histories) {
		h := &history{world: newWorld(set), rand: rand.New(rand.NewPCG(seed, 7)), saw: map[int64]saw{}}
		h.settings = histSettings[seed%uint64(len(histSettings))]
		h.run(t, seed)
		released += h.successes
	}
	if released < histories/4 {
		t.Errorf("only %d of %d histories ever released findings: the test shows nothing", released, histories)
	}
}

var histSettings = []string{
	"",
	"version: 1\nunknown_requester: accept\nchecks:\n  - {name: all, bases: [\"**\"]}\n",
	"version: 1\nunknown_requester: accept\napprovals:\n  - {roles: [write], number: 2}\n",
	"version: 1\nunknown_requester: accept\noverride: {label: holdpoint-override, second: true}\n",
}

// saw is what stood in the check when a person acted: the model's own record,
// apart from the ledger.
type saw struct {
	head, base string
	findings   []string
	login      string
	label      bool
	at         time.Time
	// live: an evaluation had published on this head and base by then.
	live bool
}

type history struct {
	*world
	rand      *rand.Rand
	saw       map[int64]saw
	overrides []saw
	log       []string
	successes int
}

var histPeople = []string{"alice", "bob", "carol", "dave", "devin", "mallory"}

func (h *history) run(t *testing.T, seed uint64) {
	heads := []string{"a", "b", "c"}
	objects := []string{"aws_db_instance.x", "aws_s3_bucket.y", "aws_lb.z"}
	for _, head := range heads {
		h.destroys[head] = h.some(objects)
		h.destroys[head+"@main1"] = h.some(objects)
	}
	for n := 1; n <= 2; n++ {
		p := &pull{number: n, base: "main", branch: fmt.Sprint("topic-", n), author: []string{"devin", "alice"}[h.rand.IntN(2)], open: true, opened: h.now, body: "Requested by: @erin"}
		h.pulls[n] = p
		head := heads[n-1]
		if h.rand.IntN(4) == 0 {
			head = heads[0]
		}
		h.push(p, head, h.who(p.author), nil)
	}
	h.published = func(p *pull, d Decision) { h.inspect(t, seed, p, d) }
	for range 40 {
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

func (h *history) step(heads []string) {
	p := h.pulls[1+h.rand.IntN(2)]
	who := histPeople[h.rand.IntN(len(histPeople))]
	lost := h.rand.IntN(4) == 0
	note := func(format string, args ...any) {
		h.log = append(h.log, fmt.Sprintf("%s #%d: ", h.now.Format("15:04"), p.number)+fmt.Sprintf(format, args...))
	}
	if h.rand.IntN(3) == 0 {
		note("evaluate")
		h.settle(p.number)
		return
	}
	if h.rand.IntN(2) == 0 {
		who = histPeople[h.rand.IntN(3)]
	}
	switch h.rand.IntN(24) {
	case 0:
		head := heads[h.rand.IntN(len(heads))]
		note("push %s by %s", head, who)
		h.push(p, head, h.who(who), nil)
	case 1, 2, 3, 4:
		commit := p.head
		if h.rand.IntN(5) == 0 {
			commit = heads[h.rand.IntN(len(heads))]
		}
		h.review(p, h.who(who), Approved, commit, lost)
		h.remember(p, who, commit)
		note("approve %s by %s, lost %v", commit, who, lost)
	case 5:
		note("object by %s", who)
		h.review(p, h.who(who), ChangesRequested, p.head, lost)
	case 6:
		if len(p.reviews) > 0 {
			i := h.rand.IntN(len(p.reviews))
			note("dismiss the review by %s", p.reviews[i].By.Login)
			p.reviews[i].State = Dismissed
		}
	case 7:
		note("GitHub binds all reviews to %s", p.head)
		for i := range p.reviews {
			p.reviews[i].Commit = p.head
		}
	case 8, 9:
		note("label by %s, lost %v", who, lost)
		if !slices.ContainsFunc(p.labels, func(l Label) bool { return l.Name == "holdpoint-override" }) {
			h.label(p, "holdpoint-override", 7, h.who(who), lost)
			s := h.seen(p, who)
			s.label = true
			h.overrides = append(h.overrides, s)
		}
	case 10:
		note("unlabel by %s", who)
		h.unlabel(p, "holdpoint-override", h.who(who))
	case 11:
		h.retarget(p, []string{"main", "dev"}[h.rand.IntN(2)])
		note("retarget to %s", p.base)
	case 12:
		h.bases["main"] = h.rand.IntN(2)
		note("main is at %d", h.bases["main"])
	default:
		h.review(p, h.who(who), Approved, p.head, lost)
		h.remember(p, who, p.head)
		note("approve %s by %s, lost %v", p.head, who, lost)
	}
}

// seen is what the check that stands on this pull request lists.
func (h *history) seen(p *pull, login string) saw {
	s := saw{head: p.head, base: p.base, login: login, at: h.now}
	if c := h.check(p); c != nil {
		led, err := decodeLedger(c.text)
		if err != nil {
			return s
		}
		if e := led.of(p.number, p.base); e != nil {
			s.live = true
			for _, l := range e.listed {
				s.findings = append(s.findings, l.prints...)
			}
		}
	}
	return s
}

func (h *history) remember(p *pull, login, commit string) {
	s := h.seen(p, login)
	if commit != p.head {
		s.live = false
	}
	h.saw[p.reviews[len(p.reviews)-1].ID] = s
}

// inspect checks that a success is one the model agrees with, at the moment
// it is published.
func (h *history) inspect(t *testing.T, seed uint64, p *pull, d Decision) {
	if d.Conclusion != Success {
		if d.Conclusion != Failure || d.Why == "" || d.Title == "" {
			t.Errorf("seed %d: a decision that does not hold as GitHub understands it: %+v", seed, d)
		}
		return
	}
	led, err := decodeLedger(d.Ledger)
	if err != nil {
		t.Fatalf("seed %d: a success whose record cannot be read: %v", seed, err)
	}
	e := led.of(p.number, p.base)
	if e == nil || len(e.listed) == 0 {
		return
	}
	h.successes = 1
	var listed []string
	for _, l := range e.listed {
		listed = append(listed, l.prints...)
	}
	if !h.allowedBySomebody(p, listed) {
		t.Errorf("seed %d: #%d on %s against %s is let through, and nobody who may released it:\n%s\n%s", seed, p.number, p.head, p.base, strings.Join(h.log, "\n"), d.Ledger)
	}
}

// allowedBySomebody is the model: somebody with the right, who did not push or
// open it, acted on this head and base while the check listed all of it.
func (h *history) allowedBySomebody(p *pull, listed []string) bool {
	part := func(login string) bool {
		return login == p.author || slices.ContainsFunc(p.pushes, func(q Push) bool { return q.By.ID == h.who(login).ID })
	}
	fits := func(s saw) bool {
		return s.live && s.head == p.head && s.base == p.base && !part(s.login) && h.who(s.login).Type == "User" &&
			!slices.ContainsFunc(listed, func(f string) bool { return !slices.Contains(s.findings, f) })
	}
	for _, r := range p.reviews {
		s, ok := h.saw[r.ID]
		if ok && fits(s) && slices.Contains([]string{"write", "maintain", "admin"}, h.people[s.login].role) {
			return true
		}
	}
	return slices.ContainsFunc(h.overrides, func(s saw) bool {
		return fits(s) && slices.Contains([]string{"maintain", "admin"}, h.people[s.login].role)
	})
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

// largeRequest is a head with 500 findings, 200 reviews and 20 pull requests.
func largeRequest(t testing.TB, set *rules.Set) (Report, Request) {
	w := newWorld(set)
	w.settings = "version: 1\nunknown_requester: accept\nchecks:\n  - {name: all, bases: [\"**\"]}\napprovals:\n  - {roles: [write], number: 2}\n"
	var targets []string
	for i := range 500 {
		targets = append(targets, fmt.Sprintf("aws_db_instance.database_%d", i))
	}
	for i := range 200 {
		login := fmt.Sprintf("reviewer-%d", i)
		w.people[login] = &member{rules.Account{ID: int64(10_000 + i), Login: login, Type: "User"}, "write", nil}
	}
	for n := 1; n <= 20; n++ {
		p := &pull{number: n, base: fmt.Sprintf("release/%d", n), branch: fmt.Sprint("topic-", n), author: "devin", open: true, opened: w.now, body: "Requested by: @erin"}
		w.pulls[n] = p
		w.destroys["head@"+p.base] = targets
		w.push(p, "head", w.who("devin"), nil)
		w.evaluate(n)
		w.tick()
	}
	for i := range 200 {
		w.review(w.pulls[1], w.who(fmt.Sprintf("reviewer-%d", i)), Approved, "head", false)
	}
	for n := 2; n <= 20; n++ {
		for i := range 2 {
			w.review(w.pulls[n], w.who(fmt.Sprintf("reviewer-%d", i)), Approved, "head", false)
		}
		w.evaluate(n)
	}
	w.tick()
	req := w.request(w.pulls[1])
	return Run(req, set, []Predictor{w.predictor(w.pulls[1])}), req
}

// 500 findings, 200 reviews and 20 pull requests on one head fit the check
// run, and the record says all of it afterwards.
func TestLedgerFits(t *testing.T) {
	rep, req := largeRequest(t, loadSet(t))
	d := Decide(rep, req)
	if len(d.Ledger) > LedgerLimit {
		t.Fatalf("the record takes %d characters", len(d.Ledger))
	}
	if d.Conclusion != Success || d.Counts.Holding < 500 {
		t.Errorf("%s: %s, %d findings", d.Conclusion, d.Why, d.Counts.Holding)
	}
	led, err := decodeLedger(d.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	if len(led.entries) != 20 {
		t.Errorf("%d pull requests are left", len(led.entries))
	}
	if e := led.of(1, "release/1"); len(e.shown) != 200 || len(e.listed) == 0 || len(e.listed[0].prints) < 500 {
		t.Errorf("of the pull request itself %d reviews and %d lists are left", len(e.shown), len(e.listed))
	}
	t.Logf("%d characters", len(d.Ledger))
}

func BenchmarkDecide(b *testing.B) {
	rep, req := largeRequest(b, loadSet(b))
	for b.Loop() {
		if d := Decide(rep, req); d.Conclusion != Success {
			b.Fatal(d.Why)
		}
	}
}
