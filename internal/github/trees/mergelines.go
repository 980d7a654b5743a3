package trees

import (
	"bytes"
	"slices"
)

// span is the part of a file that one side changed, from the first line that
// differs to behind the last, and what stands there instead.
type span struct {
	from, to int
	lines    [][]byte
}

// mergeLines merges two changes of a file where they are so far apart that every
// way to compare lines merges them alike; ok is false where they are not. Between
// them stands a line that neither has, so that no reading of one change can lie
// on the other side of the other.
func mergeLines(base, ours, theirs []byte) (merged []byte, ok bool) {
	lines := split(base)
	a, b := changedIn(lines, split(ours)), changedIn(lines, split(theirs))
	if a.from > b.from {
		a, b = b, a
	}
	if a.to >= b.from || bytes.IndexByte(slices.Concat(base, ours, theirs), 0) >= 0 {
		return nil, false // side by side, or binary
	}
	has := func(s span, line []byte) bool {
		same := func(l []byte) bool { return bytes.Equal(l, line) }
		return slices.ContainsFunc(s.lines, same) || slices.ContainsFunc(lines[s.from:s.to], same)
	}
	if !slices.ContainsFunc(lines[a.to:b.from], func(l []byte) bool { return !has(a, l) && !has(b, l) }) {
		return nil, false
	}
	return bytes.Join(slices.Concat(lines[:a.from], a.lines, lines[a.to:b.from], b.lines, lines[b.to:]), nil), true
}

func split(text []byte) [][]byte { return slices.Collect(bytes.Lines(text)) }

// changedIn is the part of a file that differs.
func changedIn(lines, now [][]byte) span {
	from := 0
	for from < min(len(lines), len(now)) && bytes.Equal(lines[from], now[from]) {
		from++
	}
	to, end := len(lines), len(now)
	for to > from && end > from && bytes.Equal(lines[to-1], now[end-1]) {
		to, end = to-1, end-1
	}
	return span{from, to, now[from:end]}
}
