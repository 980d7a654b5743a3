package fix

import (
	"cmp"
	"slices"
)

// offer proves a candidate and keeps it. A candidate is tried once.
func (p *proposer) offer(c candidate) bool {
	slices.SortStableFunc(c.edits, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Start, b.Start))
	})
	key := c.key()
	if p.tried[key] || p.budget == 0 || !p.safe(c.edits) {
		return false
	}
	p.tried[key] = true
	f, ok := p.prove(c)
	if !ok {
		return false
	}
	if f.Kind != Revert {
		for _, id := range f.Clears {
			p.cleared[id] = true
		}
	}
	p.out = append(p.out, f)
	return true
}
