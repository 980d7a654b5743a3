package publish

import "github.com/holdpoint-dev/holdpoint/internal/plan"

// Suggestion is an edit of the after side that makes one finding go away. It
// has been tried: with it, the prediction no longer has the finding.
type Suggestion struct {
	// Fingerprint is the finding it clears.
	Fingerprint string
	// Also are the other findings that are gone with it.
	Also []string
	// What says in fixed words what it does.
	What string
	Edit Edit
}

// Edit replaces the lines Start to End (from 1, both included) of a file of
// the after side by New.
type Edit struct {
	Path       string
	Start, End int
	New        []string
}

// at is the place of the edit.
func (e Edit) at() plan.Range {
	return plan.Range{File: e.Path, Line: e.Start, EndLine: e.End, Side: plan.After}
}
