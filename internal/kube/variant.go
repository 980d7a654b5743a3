package kube

import (
	"fmt"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// variantsOf are the variants of a root that were compared.
func variantsOf(units []*pair, root string) []string {
	var out []string
	for _, r := range units {
		if u := r.either(); u.Home() == root && r.known() && !slices.Contains(out, u.Variant) {
			out = append(out, u.Variant)
		}
	}
	return out
}

// joinVariants makes one change of those that hold under every variant of
// their root.
func joinVariants(changes []plan.Change, units []*pair) []plan.Change {
	type same struct {
		address plan.Address
		action  plan.Action
		effect  plan.Effect
		reason  plan.Reason
		because string
	}
	groups := map[same][]int{}
	key := func(c plan.Change) same {
		return same{c.Address, c.Action, c.Effect, c.Reason, fmt.Sprint(c.Because)}
	}
	for i, c := range changes {
		groups[key(c)] = append(groups[key(c)], i)
	}
	var out []plan.Change
	for i, c := range changes {
		group := groups[key(c)]
		seen := map[string]bool{}
		for _, j := range group {
			seen[changes[j].Variant] = true
		}
		if all := variantsOf(units, c.Address.Root); len(seen) >= len(all) && len(all) > 0 {
			if group[0] != i {
				continue
			}
			c.Variant = ""
		}
		out = append(out, c)
	}
	return out
}

// distinct drops gaps that say the same of the same place.
func distinct(gaps []plan.Gap) []plan.Gap {
	type same struct {
		at        plan.Range
		root      string
		kind      plan.GapKind
		text, why string
	}
	seen := map[same]bool{}
	var out []plan.Gap
	for _, g := range gaps {
		k := same{g.At, g.Root, g.Kind, g.Subject, g.Why}
		if g.Source != "" {
			k.root = "" // one source, however many build on it
		}
		if !seen[k] {
			seen[k] = true
			out = append(out, g)
		}
	}
	return out
}
