// Package linediff compares two texts by lines.
package linediff

import (
	"slices"
	"strings"
)

// Hunk is one place where a text changed. Lines count from 1; a side of which
// nothing is part has an end before its start.
type Hunk struct {
	From, To       int // before
	NewFrom, NewTo int // after
	Removed, Added []string
}

// maxEdits bounds the work of a comparison; beyond it the lines between the
// common start and end are one hunk.
const maxEdits = 400

// Diff compares two texts (Myers, An O(ND) Difference Algorithm, 1986). Line
// ends do not count as part of a line.
func Diff(before, after string) []Hunk {
	a, b := Split(before), Split(after)
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	endA, endB := len(a), len(b)
	for endA > start && endB > start && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
	}
	if start == endA && start == endB {
		return nil
	}
	var out []Hunk
	i, j := start, start
	emit := func(toA, toB int) {
		if toA > i || toB > j {
			out = append(out, Hunk{From: i + 1, To: toA, NewFrom: j + 1, NewTo: toB, Removed: a[i:toA], Added: b[j:toB]})
		}
	}
	for _, m := range matches(a[start:endA], b[start:endB]) {
		emit(start+m[0], start+m[1])
		i, j = start+m[0]+1, start+m[1]+1
	}
	emit(endA, endB)
	return out
}

// Split cuts a text into lines without their ends. A text that ends in a line
// break has an empty last line.
func Split(s string) []string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSuffix(l, "\r")
	}
	return lines
}

// matches are the pairs of equal lines of a shortest edit, in order; nil where
// it would take too long.
func matches(a, b []string) [][2]int {
	n, m := len(a), len(b)
	limit := min(n+m, maxEdits)
	offset := limit + 1
	v := make([]int, 2*offset+1)
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, slices.Clone(v))
		for k := -d; k <= d; k += 2 {
			x := v[offset+k-1] + 1
			if k == -d || k != d && v[offset+k-1] < v[offset+k+1] {
				x = v[offset+k+1]
			}
			y := x - k
			for x < n && y < m && a[x] == b[y] {
				x, y = x+1, y+1
			}
			v[offset+k] = x
			if x >= n && y >= m {
				return backtrack(trace, offset, n, m)
			}
		}
	}
	return nil
}

// backtrack walks the trace of furthest points back to the start.
func backtrack(trace [][]int, offset, x, y int) [][2]int {
	var out [][2]int
	for d := len(trace) - 1; d >= 0; d-- {
		v, k := trace[d], x-y
		prev := k - 1
		if k == -d || k != d && v[offset+k-1] < v[offset+k+1] {
			prev = k + 1
		}
		px := v[offset+prev]
		py := px - prev
		if d == 0 {
			px, py = 0, 0
		}
		for x > px && y > py && x > 0 && y > 0 {
			x, y = x-1, y-1
			out = append(out, [2]int{x, y})
		}
		x, y = px, py
	}
	slices.Reverse(out)
	return out
}
