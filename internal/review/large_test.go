package review

import (
	"fmt"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

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
		w.people[login] = &member{Account: rules.Account{ID: int64(10_000 + i), Login: login, Type: "User"}, role: "write"}
	}
	for n := 1; n <= 20; n++ {
		p := &pull{number: n, base: fmt.Sprintf("release/%d", n), branch: fmt.Sprint("topic-", n), author: "devin", open: true, opened: w.now,
			body: "Requested by: @erin"}
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
	return ran(req, set, []Predictor{w.predictor("head", "release/1")}), req
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
