// Package hunks finds where the text of two trees differs, and says in a few
// words what changed there. It looks at lines, never at what they mean.
package hunks

import (
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/linediff"
)

// Hunk is one place where the text of a file changed. Lines count from 1; a
// side of which nothing is part has an end before its start.
type Hunk struct {
	File           string
	From, To       int // before
	NewFrom, NewTo int // after
	Removed, Added []string
	// FileRemoved and FileAdded: the file is there on one side alone.
	FileRemoved, FileAdded bool
}

// Range is where lines went away on the before side, else where lines came on
// the after side.
func (h Hunk) Range() plan.Range {
	if h.To >= h.From {
		return plan.Range{File: h.File, Line: h.From, EndLine: h.To, Side: plan.Before}
	}
	return plan.Range{File: h.File, Line: h.NewFrom, EndLine: h.NewTo, Side: plan.After}
}

// Touches reports whether lines of one side, both ends included, are part of
// the hunk. A pure insertion touches the line it stands before and after.
func (h Hunk) Touches(side plan.Side, from, to int) bool {
	if side == plan.Before {
		return overlap(h.From, h.To, from, to)
	}
	return overlap(h.NewFrom, h.NewTo, from, to)
}

// overlap reports whether lines are among those from start to end, or stand on
// both sides of start where end comes before it.
func overlap(start, end, from, to int) bool {
	if end < start {
		return start > from && start <= to
	}
	return start <= to && from <= end
}

// maxLines is how many lines of either side ChangedText takes.
const maxLines = 400

// ChangedText is what went and what came, as far as it is worth searching.
func (h Hunk) ChangedText() string {
	lines := append(slices.Clone(h.Removed[:min(maxLines, len(h.Removed))]), h.Added[:min(maxLines, len(h.Added))]...)
	return strings.Join(lines, "\n")
}

// diff compares two texts of a file by lines.
func diff(file, before, after string) []Hunk {
	var out []Hunk
	for _, d := range linediff.Diff(before, after) {
		h := Hunk{File: file, From: d.From, To: d.To, NewFrom: d.NewFrom, NewTo: d.NewTo, Removed: d.Removed, Added: d.Added}
		out = append(out, splitValues(h)...)
	}
	return out
}

// yamlKey is the key at the start of a line.
var yamlKey = regexp.MustCompile(`(?m)^[\s-]*([A-Za-z_][\w-]*):(?:\s|$)`)

// splitValues makes a hunk of each line where every line only changes the value
// of its key: neighbours in a file of values have nothing to do with each other.
func splitValues(h Hunk) []Hunk {
	if len(h.Removed) != len(h.Added) {
		return []Hunk{h}
	}
	out := make([]Hunk, len(h.Removed))
	for i := range h.Removed {
		if key := yamlKey.FindString(h.Removed[i]); key == "" || key != yamlKey.FindString(h.Added[i]) {
			return []Hunk{h}
		}
		from, to := h.From+i, h.NewFrom+i
		out[i] = Hunk{File: h.File, From: from, To: from, NewFrom: to, NewTo: to, Removed: h.Removed[i : i+1], Added: h.Added[i : i+1]}
	}
	return out
}
