package fix

// offer proves a candidate and keeps it. A candidate is tried once.
func (p *proposer) offer(c candidate) bool {
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
