package diff

import (
	"math/big"
	"net/netip"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// The words that conditions are made of. Each answers open where it would need
// a value that is not known.

func always(change, hit) decision { return replaces }

// onTexts makes a decision from both values as text; "" is null, and what is
// known only after apply: that is how ResourceDiff.GetChange gives it to
// plan-time code (helper/schema/resource_diff.go).
func onTexts(forces func(old, new string) bool) func(change, hit) decision {
	return func(_ change, h hit) decision {
		old, new, ok := h.texts()
		if !ok {
			return open
		}
		return decide(forces(old, new))
	}
}

func decide(forces bool) decision {
	if forces {
		return replaces
	}
	return inPlace
}

// shrinks: a smaller number than before.
func shrinks() func(change, hit) decision {
	return onTexts(func(old, new string) bool {
		a, okOld := amount(old)
		b, okNew := amount(new)
		return okOld && okNew && b < a
	})
}

func amount(s string) (float64, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

// cleared: a value goes, none comes. To code at plan time a value known only
// after apply is none.
func cleared(_ change, h hit) decision {
	k, _ := value.Know(h.new)
	switch {
	case isZero(h.old):
		return inPlace
	case k == value.IsOpaque:
		return open
	}
	return decide(isZero(h.new) || k == value.IsPending)
}

// setOrCleared: between some value and none, either way. To code at plan time
// a value known only after apply is none.
func setOrCleared(_ change, h hit) decision {
	if k, _ := value.Know(h.new); k == value.IsPending && h.old.IsKnown() {
		return decide(!isZero(h.old))
	} else if k == value.IsPending && definitelyNotNull(unmarked(h.old)) {
		return replaces
	}
	if !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	return decide(isZero(h.old) != isZero(h.new))
}

// between: only these transitions, written `old>new` with * for any value,
// force replacement.
func between(transitions ...string) func(change, hit) decision {
	return onTexts(func(old, new string) bool { return inTransitions(transitions, old, new) })
}

// exceptBetween: all but these transitions force replacement.
func exceptBetween(transitions ...string) func(change, hit) decision {
	return onTexts(func(old, new string) bool { return !inTransitions(transitions, old, new) })
}

func inTransitions(transitions []string, old, new string) bool {
	for _, t := range transitions {
		from, to, _ := strings.Cut(t, ">")
		if (from == "*" || from == old) && (to == "*" || to == new) {
			return true
		}
	}
	return false
}

// where asks next only if another attribute has one of the values; else the
// change is an update.
func where(path string, values []string, next func(change, hit) decision) func(change, hit) decision {
	return func(c change, h hit) decision {
		text, ok := c.becomes(path)
		if !ok {
			return open
		}
		for _, v := range values {
			if text == v {
				return next(c, h)
			}
		}
		return inPlace
	}
}

// downgrades: a lower version than before.
func downgrades() func(change, hit) decision {
	return onTexts(func(old, new string) bool {
		return old != "" && new != "" && versionLess(new, old)
	})
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

// narrows: the new address range does not contain the old one.
func narrows() func(change, hit) decision {
	return onTexts(func(old, new string) bool {
		o, errOld := netip.ParsePrefix(old)
		n, errNew := netip.ParsePrefix(new)
		return errOld == nil && errNew == nil && (n.Bits() > o.Bits() || !n.Contains(o.Addr()))
	})
}

// loses: an element of the set or list goes. Elements that are not known may
// be the same.
func loses(_ change, h hit) decision {
	if !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	if k, _ := value.KnowWithin(h.new); k == value.IsPending {
		return replaces
	}
	olds, oldOpen := elementTexts(h.old)
	news, newOpen := elementTexts(h.new)
	gone := missing(olds, news)
	switch {
	case gone > newOpen-oldOpen && gone > 0 && newOpen <= oldOpen, gone > newOpen:
		return replaces
	case oldOpen == 0 && gone == 0:
		return inPlace
	case length(unmarked(h.new)) < length(unmarked(h.old)):
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
	if missing(olds, news) > 0 || newOpen < oldOpen {
		return replaces
	}
	return inPlace
}

func unmarked(v cty.Value) cty.Value {
	v, _ = v.Unmark()
	return v
}

func elementTexts(v cty.Value) ([]string, int) {
	un := unmarked(v)
	if un.IsNull() || !un.CanIterateElements() {
		return nil, 0
	}
	return split(v)
}

// wholly asks next only about a configuration without anything that is known
// after apply; with that, the change is an update
// (diff.GetRawConfig().GetAttr(…).IsWhollyKnown()).
func wholly(next func(change, hit) decision) func(change, hit) decision {
	return func(c change, h hit) decision {
		if k, _ := value.KnowWithin(c.config[h.path[0].(string)]); k == value.IsPending {
			return inPlace
		}
		return next(c, h)
	}
}

// turnedOff: true becomes false.
func turnedOff() func(change, hit) decision { return between("true>false", "true>") }

// blockGoes: a block is taken away.
func blockGoes(_ change, h hit) decision {
	old, new, ok := h.lengths()
	if !ok {
		return open
	}
	return decide(old > 0 && new == 0)
}

// blockComes: a block is added where none was.
func blockComes(_ change, h hit) decision {
	old, new, ok := h.lengths()
	if !ok {
		return open
	}
	return decide(old == 0 && new > 0)
}
