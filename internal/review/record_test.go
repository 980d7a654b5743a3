package review

import (
	"strings"
	"testing"
)

// recordOf is a text in which pull requests passed against a base.
func recordOf(t *testing.T, run Conclusion, base string, numbers ...int) string {
	t.Helper()
	l := &ledger{run: run}
	for _, n := range numbers {
		l.entries = append(l.entries, &entry{number: n, baseRef: base, basis: Released, passed: true,
			releases: []Release{{Login: "alice", ID: 100, Right: "role write", What: "approval"}}})
	}
	text, err := l.encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A verdict is believed where the run says what the text says. Records of
// before runs were written down are believed where the run passed.
func TestRunAndTextAgree(t *testing.T) {
	for _, c := range []struct {
		run, concluded Conclusion
		believed       bool
	}{
		{Success, Success, true}, {Failure, Failure, true}, {Success, Failure, false}, {Failure, Success, false},
		{"", Success, true}, {"", Failure, false}, {Success, "", false},
	} {
		led, err := Record{recordOf(t, c.run, "main", 1), c.concluded}.read()
		if err != nil {
			t.Fatal(err)
		}
		if e := led.of(1, "main"); e.reviewed() != c.believed || e.passed != c.believed || len(e.releases) > 0 != c.believed {
			t.Errorf("the text says %q and the run %q: %+v, want it believed: %t", c.run, c.concluded, e, c.believed)
		}
	}
}

// What is withdrawn is the verdict on one pull request against one base; the
// record says whether the run is about it.
func TestWithdraw(t *testing.T) {
	for what, c := range map[string]struct {
		text  string
		tells bool
		left  bool // the verdict on #2 against main
	}{
		"of the two":               {recordOf(t, Success, "main", 1, 2), true, true},
		"of the other alone":       {recordOf(t, Success, "main", 2), true, true},
		"of another base":          {recordOf(t, Success, "dev", 1), true, false},
		"of another base's others": {recordOf(t, Success, "dev", 1, 2), false, false},
		"of nothing":               {"", false, false},
		"that is damaged":          {"damaged", false, false},
	} {
		text, tells := Record{c.text, Success}.Withdraw(1, "main", Broken)
		led, err := Record{text, Failure}.read()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if e := led.of(1, "main"); tells != c.tells || e == nil || e.passed || e.basis != Broken {
			t.Errorf("a record %s: tells %t, and of it %+v", what, tells, e)
		}
		if led.of(2, "main").reviewed() != c.left {
			t.Errorf("a record %s: the other's is gone, or made up", what)
		}
	}
	if text, tells := (Record{}).Withdraw(1, strings.Repeat("x", LedgerLimit), Broken); text != "" || tells {
		t.Errorf("what does not fit is %d characters", len(text))
	}
}
