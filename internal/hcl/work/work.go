// Package work counts what a prediction does. A unit is about one value that is
// visited or made, or sixteen bytes of text: it depends on the input alone, so
// that what ends at a limit ends there on every machine, however busy it is.
package work

import "fmt"

// Meter counts units up to a limit. The zero Meter has none to give; nil gives
// without end and counts nothing.
type Meter struct {
	of      *Meter // counts along
	what    string // for whom, in the error
	most    int
	used    int
	refused int
	err     error
}

// New is a meter of most units for what, such as `this root`.
func New(what string, most int) *Meter { return &Meter{what: what, most: most} }

// Part is a meter of most units for what, a part of m: what it counts counts in
// m too, and it ends where m ends.
func (m *Meter) Part(what string, most int) *Meter { return &Meter{of: m, what: what, most: most} }

// Spend takes n units. Where so many are not left it takes none, fails with a
// sentence that says whose limit it is, and gives nothing ever after: what ends
// at a limit must not go on in pieces that are small enough.
func (m *Meter) Spend(n int) error {
	if m == nil {
		return nil
	}
	if m.err == nil && n > m.most-m.used {
		m.err = fmt.Errorf("evaluating %s takes more than %d steps", m.what, m.most)
	}
	if m.err == nil {
		m.err = m.of.Spend(n)
	}
	if m.err != nil {
		m.refused++
		return m.err
	}
	m.used += n
	return nil
}

// Used is how many units were taken so far.
func (m *Meter) Used() int {
	if m == nil {
		return 0
	}
	return m.used
}

// Refused is how often units were asked for that were not there: what goes on
// asking after its limit goes on working, too.
func (m *Meter) Refused() int {
	if m == nil {
		return 0
	}
	return m.refused
}

// Err says which limit was reached, nil for none.
func (m *Meter) Err() error {
	if m == nil {
		return nil
	}
	return m.err
}
