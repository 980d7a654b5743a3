package kube

import (
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/linediff"
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

// maxSpoken is how many lines of a hunk are looked through for what they name.
const maxSpoken = 400

// spoken is the changed text, as far as it is looked through.
func (h hunk) spoken() string {
	lines := append(slices.Clone(h.removed[:min(maxSpoken, len(h.removed))]), h.added[:min(maxSpoken, len(h.added))]...)
	return strings.Join(lines, "\n")
}

// diff compares two texts by lines.
func diff(file, before, after string) []hunk {
	var out []hunk
	for _, d := range linediff.Diff(before, after) {
		out = append(out, apart(hunk{file: file, from: d.From, to: d.To, newFrom: d.NewFrom, newTo: d.NewTo, removed: d.Removed, added: d.Added})...)
	}
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
