package interp

// SetLimit is the step limit of a test.
func (in *Interp) SetLimit(n int) { in.limit = n }
