package kube

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// hunk is one place where the text of a file changed. Lines count from 1; a
// side of which nothing is part has an end before its start.
type hunk struct {
	file                  string
	from, to              int // before
	newFrom, newTo        int // after
	removed, added        []string
	goneFile, createdFile bool
}

// at is the range of the hunk: where lines went away on the before side, else
// on the after side.
func (h hunk) at() plan.Range {
	if h.to >= h.from {
		return plan.Range{File: h.file, Line: h.from, EndLine: h.to, Side: plan.Before}
	}
	return plan.Range{File: h.file, Line: h.newFrom, EndLine: h.newTo, Side: plan.After}
}

// touches reports whether lines of one side, both ends included, are part of
// the hunk. A pure insertion touches the line it stands before and after.
func (h hunk) touches(side plan.Side, from, to int) bool {
	if side == plan.Before {
		if h.to < h.from {
			return h.from > from && h.from <= to
		}
		return h.from <= to && from <= h.to
	}
	if h.newTo < h.newFrom {
		return h.newFrom > from && h.newFrom <= to
	}
	return h.newFrom <= to && from <= h.newTo
}

// maxEdits bounds the work of a comparison; beyond it the lines between the
// common start and end are one hunk.
const maxEdits = 400

// diff compares two texts by lines (Myers, An O(ND) Difference Algorithm,
// 1986).
func diff(file, before, after string) []hunk {
	a, b := splitLines(before), splitLines(after)
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
	keep := matches(a[start:endA], b[start:endB])
	var out []hunk
	i, j := start, start
	emit := func(toA, toB int) {
		if toA > i || toB > j {
			out = append(out, apart(hunk{file: file, from: i + 1, to: toA, newFrom: j + 1, newTo: toB, removed: a[i:toA], added: b[j:toB]})...)
		}
	}
	for _, m := range keep {
		emit(start+m[0], start+m[1])
		i, j = start+m[0]+1, start+m[1]+1
	}
	emit(endA, endB)
	return out
}

// apart makes a hunk of each line where every line only changes the value of
// its key: neighbours in a file of values have nothing to do with each other.
func apart(h hunk) []hunk {
	if len(h.removed) != len(h.added) {
		return []hunk{h}
	}
	out := make([]hunk, len(h.removed))
	for i := range h.removed {
		if key := yamlKey.FindString(h.removed[i]); key == "" || key != yamlKey.FindString(h.added[i]) {
			return []hunk{h}
		}
		out[i] = hunk{file: h.file, from: h.from + i, to: h.from + i, newFrom: h.newFrom + i, newTo: h.newFrom + i, removed: h.removed[i : i+1], added: h.added[i : i+1]}
	}
	return out
}

func splitLines(s string) []string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, "\r")
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
		trace = append(trace, append([]int(nil), v...))
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
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}
