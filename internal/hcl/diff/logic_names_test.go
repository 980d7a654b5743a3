package diff

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts/logic"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Every function that a row names is there, and every one that is there is named.
func TestNamedChecks(t *testing.T) {
	named := map[string]bool{}
	for _, f := range logic.Files() {
		sections, err := f.Sections()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sections {
			for _, r := range s.Rows {
				_, isCheck := checks[r.Check]
				_, isHash := hashes[r.Check]
				if r.Check != "" && isCheck != (r.Rule == plan.LogicCheck) || r.Check != "" && isHash != (r.Rule == plan.LogicHash) {
					t.Errorf("%s: %v: no check %s for rule %s", f.Name(), s.Names, r.Check, r.Rule)
				}
				named[r.Check] = true
			}
		}
	}
	for name := range checks {
		if !named[name] {
			t.Errorf("no row names the check %s", name)
		}
	}
	for name := range hashes {
		if !named[name] {
			t.Errorf("no row names the hash %s", name)
		}
	}
}
