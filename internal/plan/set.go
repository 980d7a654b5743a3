package plan

import (
	"cmp"
	"slices"
)

// Plan is what an apply would do, and what could not be determined.
type Plan struct {
	Changes []Change
	Gaps    []Gap
	// Objects are how many objects each root had before the change, by an
	// address of engine and root alone. A root is absent where that is not
	// known.
	Objects map[Address]int
}

// Join unites plans of different engines, roots or comparisons.
func Join(plans ...Plan) Plan {
	var all Plan
	for _, p := range plans {
		all.Changes = append(all.Changes, p.Changes...)
		all.Gaps = append(all.Gaps, p.Gaps...)
		for root, n := range p.Objects {
			if all.Objects == nil {
				all.Objects = map[Address]int{}
			}
			all.Objects[root] = max(all.Objects[root], n) // variants of one root
		}
	}
	return all
}

// Sort puts changes and gaps into one stable order: by place in the tree of
// roots, then address, then variant.
func (p Plan) Sort() {
	slices.SortStableFunc(p.Changes, func(a, b Change) int {
		return cmp.Or(a.Address.Compare(b.Address), cmp.Compare(a.Variant, b.Variant),
			cmp.Compare(a.Action, b.Action), cmp.Compare(a.Effect, b.Effect), cmp.Compare(a.Reason, b.Reason))
	})
	slices.SortStableFunc(p.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Root, b.Root), cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line),
			cmp.Compare(a.At.Side, b.At.Side), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Why, b.Why), cmp.Compare(a.Variant, b.Variant))
	})
}
