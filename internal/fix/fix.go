// Package fix finds edits of the after side of a change that make held findings
// go away, and proves each: the edit is applied in memory, predicted and judged
// again. What is not proved is not offered.
package fix

import (
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Kind says what a fix does. The zero value is invalid.
type Kind string

// The kinds of Terraform, of Kubernetes and of both.
const (
	Moved         Kind = "moved"             // a moved block keeps an object that has another address now
	ForEachByName Kind = "for-each-by-name"  // a shifted list with count becomes for_each
	RemovedBlock  Kind = "removed-block"     // Terraform forgets the object, which stays alive
	Attribute     Kind = "restore-attribute" // an attribute of the object is put back
	Value         Kind = "restore-value"     // a value elsewhere (variable, local, var-file, values file) is put back
	Guard         Kind = "restore-guard"     // a safeguard is put back

	Selectors       Kind = "include-selectors" // new labels stay out of selectors
	Field           Kind = "restore-field"     // a field of the object is put back
	Claim           Kind = "claim"             // the claim template is put back; the claim itself is grown
	Keep            Kind = "keep-annotation"   // the object gets, in a first step, the annotation that keeps it
	PruneProtection Kind = "prune-protection"  // what keeps from being pruned is put back
	Entry           Kind = "restore-entry"     // an object is put back into the list of what is applied
	Name            Kind = "restore-name"      // an object's name, prefix or namespace is put back

	Revert Kind = "revert" // the lines that cause it are put back, and nothing of the intent is left
)

// Fix is an edit of the after side that makes findings go away. It was tried:
// with it, nothing new appears, and what is in Clears is gone.
type Fix struct {
	Kind Kind
	// Title is one imperative sentence without a final stop. Names in it are the
	// pull request's: whoever prints it escapes it.
	Title string
	// Note says what the edit does not do or what has to follow; empty where there
	// is nothing to add. It is escaped like Title.
	Note  string
	Edits []Edit // sorted by file and line
	// Clears are the fingerprints of the held findings that are gone with it, sorted
	// as the report has them. A finding of the same cause that is not listed stays.
	Clears []string
	// Whole: with it the plan has no change left, or the trees are equal.
	Whole bool
	// Proved is true for all that Propose returns.
	Proved bool
}

// WayOut reports whether the fix keeps something of what the change wants: it is
// no plain revert.
func (f Fix) WayOut() bool { return f.Kind != Revert && !f.Whole }

// Single returns the edit of a fix that has just one, of lines that are there.
func (f Fix) Single() (Edit, bool) {
	if len(f.Edits) != 1 || f.Edits[0].Start == 0 {
		return Edit{}, false
	}
	return f.Edits[0], true
}

// Edit replaces the lines Start to End (from 1, both included) of a file of
// the after side by New. A Start of 0 makes a file that is not there.
type Edit struct {
	Path       string
	Start, End int
	New        []string
}

// At is the place of the edit.
func (e Edit) At() plan.Range {
	return plan.Range{File: e.Path, Line: e.Start, EndLine: e.End, Side: plan.After}
}

// Retry reviews the request again; review.Run with all else bound.
type Retry func(review.Request) (review.Report, error)
