package service

// Stats are those of this moment, and the most there ever was.
func (i *Intake) Stats() (now, most IntakeStats) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return IntakeStats{len(i.guests), i.bytes}, i.most
}
