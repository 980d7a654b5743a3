package command

// budget bounds what is read of one file, in characters.
type budget struct {
	left int
	// over: not everything was read.
	over bool
}

// newBudget lets a text be read, and what stands in quotes in it again.
func newBudget(text string) *budget { return &budget{left: 1<<20 + 12*len(text)} }

func (b *budget) step() bool {
	if b.left <= 0 {
		b.exceed()
		return false
	}
	b.left--
	return true
}

func (b *budget) exceed() { b.over = true }
