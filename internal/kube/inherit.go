package kube

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// causesOfOwners starts the chains that begin with no changed line where the
// owner's does: what goes with its owner goes by the same line.
func (p *prediction) causesOfOwners(changes []plan.Change) []plan.Change {
	out := slices.Clone(changes)
	first := map[string]plan.Cause{}
	for _, c := range out {
		if len(c.Causes) > 0 && p.diff.Touch(c.Causes[0].Range) {
			first[named(c.Address)] = c.Causes[0]
		}
	}
	owners := ownersByAddress(p.sorted())
	untilStable(maxWaves, func() bool {
		found := false
		for i, c := range out {
			if len(c.Causes) == 0 || p.diff.Touch(c.Causes[0].Range) {
				continue
			}
			if cause, ok := first[owners[c.Address]]; ok {
				out[i].Causes = append([]plan.Cause{cause}, c.Causes...)
				first[named(c.Address)] = cause
				found = true
			}
		}
		return found
	})
	return out
}

// named is an object by its type, namespace and name, wherever it is applied.
func named(a plan.Address) string { return a.Type + " " + a.Module + " " + a.Name }

// ownersByAddress names the owner of each object that units apply.
func ownersByAddress(units []*pair) map[plan.Address]string {
	out := map[plan.Address]string{}
	for _, r := range units {
		for _, c := range r.sides() {
			if by := c.unit.Owner; by.Object != "" {
				for _, e := range c.entries {
					out[address(e)] = by.Type() + " " + by.Namespace + " " + by.Name
				}
			}
		}
	}
	return out
}
