package review

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// What cannot be recorded holds: the next review could not read who released it.
func TestRecordThatDoesNotFit(t *testing.T) {
	for base, want := range map[string]Basis{"main": Clear, strings.Repeat("x", LedgerLimit): Broken} {
		d := Decide(Report{Settings: rules.Strict()}, Request{Ref: Ref{Number: 1, BaseRef: base, HeadSHA: "head"}})
		if d.Basis != want || d.Holds() != (want == Broken) || (d.Ledger == "") != (want == Broken) {
			t.Errorf("a base of %d characters: %s, %s", len(base), d.Basis, cut(d.Why, 200))
		}
	}
}

// A group is let through with a set of findings that a member was released
// with, though the record had room for nothing but its digest.
func TestReleasedByItsDigest(t *testing.T) {
	finding := func(i int) rules.Finding {
		return rules.Finding{Fingerprint: hash(0, i), Severity: rules.Hold, Holds: true}
	}
	set := digestOf(sorted([]string{prefix(hash(0, 1)), prefix(hash(0, 2))}))
	for what, c := range map[string]struct {
		holding []rules.Finding
		want    Basis
	}{
		"the very set": {[]rules.Finding{finding(2), finding(1)}, Released},
		"one of it":    {[]rules.Finding{finding(1)}, Held},
		"one more":     {[]rules.Finding{finding(1), finding(2), finding(3)}, Held},
		"nothing":      {nil, Clear},
	} {
		if d := (Decision{}).byReleases(c.holding, knownSets{{digest: set, count: 2}}); d.Basis != c.want || d.Holds() != (c.want == Held) {
			t.Errorf("%s: %s, want %s", what, d.Basis, c.want)
		}
	}
}
