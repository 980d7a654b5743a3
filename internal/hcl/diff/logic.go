package diff

import (
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// decidingRow is the first row that decides about an attribute.
func decidingRow(t *plan.TypeFacts, path plan.Path) (plan.Logic, bool) {
	name := names(path)
	for _, r := range t.Logic {
		if r.Rule.Decides() && slices.ContainsFunc(r.Paths, func(p string) bool { return fitsPath(p, name) }) {
			return r, true
		}
	}
	return plan.Logic{}, false
}

// rowOf is the row of a rule about exactly this attribute.
func rowOf(t *plan.TypeFacts, rule plan.LogicRule, name string) (plan.Logic, bool) {
	for _, r := range t.Logic {
		if r.Rule == rule && slices.Contains(r.Paths, name) {
			return r, true
		}
	}
	return plan.Logic{}, false
}

// fitsPath: `a.**` fits what is below a.
func fitsPath(pattern, name string) bool {
	prefix, below := strings.CutSuffix(pattern, "**")
	return pattern == name || below && strings.HasPrefix(name, prefix)
}

// matchesOne: `*` at the ends of a pattern stands for any text.
func matchesOne(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, text) })
}

func matches(pattern, text string) bool {
	start, anyStart := strings.CutPrefix(pattern, "*")
	part, anyEnd := strings.CutSuffix(start, "*")
	switch {
	case pattern == "*":
		return true
	case anyStart && anyEnd:
		return strings.Contains(text, part)
	case anyStart:
		return strings.HasSuffix(text, part)
	case anyEnd:
		return strings.HasPrefix(text, part)
	}
	return pattern == text
}

func inTransitions(transitions []string, old, new string) bool {
	for _, t := range transitions {
		from, to, _ := strings.Cut(t, ">")
		if matches(from, old) && matches(to, new) {
			return true
		}
	}
	return false
}

// byTexts makes a decision from both values as text; "" is null, and what is
// known only after apply: that is how ResourceDiff.GetChange gives it to
// plan-time code (helper/schema/resource_diff.go).
func byTexts(h hit, forces func(old, new string) bool) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	return replacesIf(forces(old, new))
}

func replacesIf(forces bool) decision {
	if forces {
		return replaces
	}
	return inPlace
}

func byLengths(h hit, forces func(old, new int) bool) decision {
	old, new, ok := h.lengths()
	if !ok {
		return open
	}
	return replacesIf(forces(old, new))
}

// lowered: a smaller number than before, or a value that comes earlier in an
// order.
func lowered(order []string, old, new string) bool {
	if len(order) > 0 {
		return new != "" && slices.Index(order, new) < slices.Index(order, old)
	}
	a, okOld := amount(old)
	b, okNew := amount(new)
	return okOld && okNew && b < a
}

func amount(s string) (float64, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

// removed: a value goes, none comes. To code at plan time a value known only
// after apply is none.
func removed(h hit) decision {
	k, _ := value.Know(h.new)
	switch {
	case equal.IsZero(h.old):
		return inPlace
	case k == value.IsOpaque:
		return open
	}
	return replacesIf(equal.IsZero(h.new) || k == value.IsPending)
}

// toggled: between some value and none, either way. To code at plan time a value
// known only after apply is none.
func toggled(h hit) decision {
	if k, _ := value.Know(h.new); k == value.IsPending && h.old.IsKnown() {
		return replacesIf(!equal.IsZero(h.old))
	} else if k == value.IsPending && equal.DefinitelyNotNull(equal.Unmarked(h.old)) {
		return replaces
	}
	if !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	return replacesIf(equal.IsZero(h.old) != equal.IsZero(h.new))
}

// versionLess compares the numbers in two versions, whatever stands between
// them: `6.x`, `REDIS_7_0`, `OpenSearch_2.11`. A missing or wild part is not
// compared.
func versionLess(a, b string) bool {
	x, y := versionParts(a), versionParts(b)
	for i := range min(len(x), len(y)) {
		if c := x[i].Cmp(y[i]); c != 0 {
			return c < 0
		}
	}
	return false
}

func versionParts(s string) []*big.Int {
	var out []*big.Int
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, ok := new(big.Int).SetString(p, 10); ok {
			out = append(out, n)
		}
	}
	return out
}

// narrowed: the new address range does not contain the old one.
func narrowed(old, new string) bool {
	o, errOld := netip.ParsePrefix(old)
	n, errNew := netip.ParsePrefix(new)
	return errOld == nil && errNew == nil && (n.Bits() > o.Bits() || !n.Contains(o.Addr()))
}

// leaves: an element of the set or list goes. Elements that are not known may
// be the same.
func leaves(h hit) decision {
	if !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	if k, _ := value.KnowWithin(h.new); k == value.IsPending {
		return replaces
	}
	olds, oldOpen := elementTexts(h.old)
	news, newOpen := elementTexts(h.new)
	gone := equal.Missing(olds, news)
	switch {
	case gone > newOpen-oldOpen && gone > 0 && newOpen <= oldOpen, gone > newOpen:
		return replaces
	case oldOpen == 0 && gone == 0:
		return inPlace
	case equal.Length(equal.Unmarked(h.new)) < equal.Length(equal.Unmarked(h.old)):
		return replaces
	case oldOpen > 0 || gone > 0:
		return openSets(h, olds, news, oldOpen, newOpen)
	}
	return inPlace
}

// openSets: symbols of the old set that are all in the new one stay.
func openSets(h hit, olds, news []string, oldOpen, newOpen int) decision {
	_, oldIDs := value.KnowWithin(h.old)
	_, newIDs := value.KnowWithin(h.new)
	in := map[string]bool{}
	for _, id := range strings.Split(newIDs, "\x00") {
		in[id] = true
	}
	for _, id := range strings.Split(oldIDs, "\x00") {
		if !in[id] {
			return open
		}
	}
	if equal.Missing(olds, news) > 0 || newOpen < oldOpen {
		return replaces
	}
	return inPlace
}

func elementTexts(v cty.Value) ([]string, int) {
	un := equal.Unmarked(v)
	if un.IsNull() || !un.CanIterateElements() {
		return nil, 0
	}
	return equal.Split(v)
}
