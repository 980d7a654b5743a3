package equal

import (
	"sort"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// compareSets compares without order. Elements that are unknown have lost
// their symbols to the set, so these are compared as a whole.
func compareSets(old, new cty.Value) Verdict {
	if k, _ := value.KnowWithin(new); k == value.IsPending {
		return Differs
	}
	oldKnown, oldOpen := Split(old)
	newKnown, newOpen := Split(new)
	_, oldIDs := value.KnowWithin(old)
	_, newIDs := value.KnowWithin(new)
	if oldOpen == 0 && newOpen == 0 {
		if sameElements(oldKnown, newKnown) {
			return Same
		}
		return Differs
	}
	if oldOpen == newOpen && oldIDs == newIDs && sameElements(oldKnown, newKnown) {
		return Same
	}
	if oldOpen != newOpen && (subset(oldIDs, newIDs) || subset(newIDs, oldIDs)) {
		// One more object or one less: two symbols in one set stand for two
		// values.
		return Differs
	}
	// Each known element without a counterpart needs an unknown one to be it.
	if Missing(oldKnown, newKnown) > newOpen || Missing(newKnown, oldKnown) > oldOpen {
		return Differs
	}
	return Maybe
}

func subset(ids, of string) bool {
	return ids == "" || Missing(strings.Split(ids, "\x00"), strings.Split(of, "\x00")) == 0
}

// Split separates the elements of a collection: those that are known, as
// canonical texts in order and each once, and how many are not.
func Split(v cty.Value) (known []string, open int) {
	un, _ := v.Unmark()
	seen := map[string]bool{}
	for _, e := range un.AsValueSlice() {
		if !e.IsWhollyKnown() {
			open++
			continue
		}
		if c := Canonical(e); !seen[c] {
			seen[c] = true
			known = append(known, c)
		}
	}
	sort.Strings(known)
	return known, open
}

func sameElements(a, b []string) bool { return Missing(a, b) == 0 && Missing(b, a) == 0 }

// Missing counts the elements of a that b does not have.
func Missing(a, b []string) int {
	in := map[string]bool{}
	for _, e := range b {
		in[e] = true
	}
	n := 0
	for _, e := range a {
		if !in[e] {
			n++
		}
	}
	return n
}
