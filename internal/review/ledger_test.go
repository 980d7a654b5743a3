package review

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

func hash(i, j int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d", i, j))
	return hex.EncodeToString(sum[:])
}

// filled is a ledger of several pull requests with findings of their own.
func filled(pulls, findings int) *ledger {
	l := &ledger{}
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for n := 1; n <= pulls; n++ {
		e := l.ensure(n, fmt.Sprintf("release/%d", n))
		var holding []string
		for i := range findings {
			holding = append(holding, hash(n, i))
		}
		slices.Sort(holding)
		e.list(holding, at)
		e.basis, e.passed = Released, true
		e.addShown(shownReview{int64(n), person{7, `al"ice` + "\n\u202e"}, at, prefix(hash(n, n)), e.baseRef})
		e.addLabel(shownLabel{7, "holdpoint-override", person{8, "carol"}, at, true})
		e.addPusher(person{9, "devin[bot]"})
		e.voided = at
		e.releases = []Release{{Login: "alice", ID: 7, Right: "team acme/dba", What: "approval", At: at}}
	}
	return l
}

func TestLedgerRoundTrip(t *testing.T) {
	l := filled(3, 40)
	text, err := l.encode(l.entries[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range text {
		if r > 126 || r < ' ' && r != '\n' {
			t.Fatalf("the text holds %q", r)
		}
	}
	back, err := decodeLedger(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.encode(back.entries[0])
	if err != nil || again != text {
		t.Errorf("read and written again (%v) it is\n%s\ninstead of\n%s", err, again, text)
	}
	if crlf, err := decodeLedger(strings.ReplaceAll(text, "\n", "\r\n")); err != nil || len(crlf.entries) != 3 {
		t.Errorf("with other line ends it reads %v", err)
	}
}

// Every kind of damage is an error that is one.
func TestF36LedgerDamage(t *testing.T) {
	l := filled(2, 5)
	text, err := l.encode(l.entries[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decodeLedger(text); err != nil {
		t.Fatal(err) // the twin
	}
	for name, damaged := range map[string]string{
		"cut":             text[:len(text)-40],
		"half":            text[:len(text)/2],
		"one letter":      strings.Replace(text, "success", "succesS", 1),
		"turned":          strings.Replace(text, "failure", "success", 1) + " ",
		"another version": strings.Replace(text, "ledger 1", "ledger 2", 1),
		"words in front":  "hello\n" + text,
		"words behind":    text + "hello\n",
		"something else":  "All good!",
		"twice":           text + text,
	} {
		if _, err := decodeLedger(damaged); !errors.Is(err, errLedger) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where it does not fit, the lists of other pull requests go first, and what
// has no list counts as new: never as released.
func TestLedgerSheds(t *testing.T) {
	l := filled(20, 500)
	own := l.entries[4]
	text, err := l.encode(own)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > LedgerLimit {
		t.Fatalf("%d characters", len(text))
	}
	back, err := decodeLedger(text)
	if err != nil {
		t.Fatal(err)
	}
	if e := back.of(own.number, own.baseRef); len(e.listed) != 1 || len(e.listed[0].prints) != 500 {
		t.Fatal("the own list is gone")
	}
	shed := 0
	for _, e := range back.entries {
		var holding []string
		for i := range 500 {
			holding = append(holding, hash(e.number, i))
		}
		slices.Sort(holding)
		later := e.listedAt().Add(time.Hour)
		whole := len(e.listed[0].prints) > 0
		if !whole {
			shed++
			if got := e.since(holding); len(got) != 500 {
				t.Errorf("#%d: the very set of the digest is not known again", e.number)
			}
		}
		more := slices.Sorted(slices.Values(append(holding, hash(99, 99))))
		e.list(more, later)
		if e.listedAt().Before(later) {
			t.Errorf("#%d: a new finding counts as listed", e.number)
		}
	}
	if shed == 0 {
		t.Error("nothing was shed: the test shows nothing")
	}
}

// What deliveries show of the label counts where a person set this very label
// on this head and base.
func TestDeliveriesOfTheLabel(t *testing.T) {
	set := Delivery{Kind: LabelAdded, By: rules.Account{ID: 102, Login: "carol", Type: "User"}, Head: "head", BaseRef: "main",
		Label: "Release-It", LabelID: 7}
	for what, c := range map[string]struct {
		change     func(*Delivery)
		kept, fits bool
	}{
		"this label":      {func(*Delivery) {}, true, true},
		"another label":   {func(d *Delivery) { d.Label = "harmless" }, false, false},
		"through an app":  {func(d *Delivery) { d.By.App = "devin" }, false, false},
		"by a bot":        {func(d *Delivery) { d.By.Type = "Bot" }, false, false},
		"on another head": {func(d *Delivery) { d.Head = "other" }, true, false},
		"on another base": {func(d *Delivery) { d.BaseRef = "dev" }, true, false},
		"taken off":       {func(d *Delivery) { d.Kind = LabelRemoved }, false, false},
	} {
		d := set
		c.change(&d)
		e := &entry{}
		e.observe(Request{Ref: Ref{HeadSHA: "head", BaseRef: "main"}, Evidence: Evidence{Deliveries: []Delivery{d, d}}}, "release-it")
		if len(e.labels) != number(c.kept) || c.kept && e.labels[0].fits != c.fits {
			t.Errorf("%s: %+v", what, e.labels)
		}
	}
}

// Two deliveries that disagree on where a review was given show it nowhere.
func TestDeliveriesThatDisagree(t *testing.T) {
	for what, c := range map[string]struct {
		again shownReview
		want  string
	}{
		"the same":     {shownReview{id: 1, head: "a", base: "main"}, "a"},
		"another head": {shownReview{id: 1, head: "b", base: "main"}, nowhere},
		"another base": {shownReview{id: 1, head: "a", base: "dev"}, nowhere},
		"another one":  {shownReview{id: 2, head: "b", base: "dev"}, "a"},
	} {
		e := &entry{}
		e.addShown(shownReview{id: 1, head: "a", base: "main"})
		e.addShown(c.again)
		if e.shown[0].head != c.want || len(e.shown) != int(c.again.id) {
			t.Errorf("%s: %+v", what, e.shown)
		}
	}
}

// Told are findings that would hold if somebody else had made the change:
// neither those that hold, which have to be released, nor warnings.
func TestTold(t *testing.T) {
	e := &entry{}
	e.keepUnenforced([]rules.Finding{
		{Fingerprint: hash(0, 1), Severity: rules.Hold}, {Fingerprint: hash(0, 2), Severity: rules.Hold, Holds: true}, {Fingerprint: hash(0, 3),
			Severity: rules.Warn},
	})
	if !slices.Equal(e.unenforced.prints, []string{prefix(hash(0, 1))}) {
		t.Errorf("%q", e.unenforced.prints)
	}
}

// FuzzLedger: whatever stands in the check run, reading it ends in a ledger
// that is written the same again, or in an error.
func FuzzLedger(f *testing.F) {
	text, err := filled(2, 3).encode(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add("")
	f.Add("holdpoint ledger 1\nend 00")
	f.Fuzz(func(t *testing.T, body string) {
		if !strings.HasPrefix(body, "holdpoint") {
			body = ledgerHead + "\n" + body
		}
		if !strings.HasSuffix(body, "\n") {
			body += "\n"
		}
		sum := sha256.Sum256([]byte(body))
		l, err := decodeLedger(body + "end " + hex.EncodeToString(sum[:16]) + "\n") // a sum that fits, to get past it
		if err != nil {
			if !errors.Is(err, errLedger) {
				t.Fatal(err)
			}
			return
		}
		text, err := l.encode(nil)
		if err != nil {
			return
		}
		back, err := decodeLedger(text)
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		if again, err := back.encode(nil); err != nil || again != text {
			t.Fatalf("%v: %q and %q", err, text, again)
		}
	})
}
