// Package check finds what the tool refuses to plan: by reading alone, in moved,
// import and removed blocks, and in what evaluates to an error or to a condition that
// is not met. What the before side has as well is no news, and left out.
package check

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// Problem is one reason why the tool would refuse to plan the after side, which the
// before side does not have.
type Problem struct {
	At      hcl.Range
	Subject string // what it is about, as an address
	Why     string // `summary: detail`
	// Diag, where set, is the error of an evaluation behind it. It may be a limit of
	// the evaluation instead of a fault of the configuration.
	Diag *hcl.Diagnostic
}

// Errors are the errors among diags as problems of a subject; one without a place is
// at the default place.
func Errors(subject string, diags hcl.Diagnostics, place hcl.Range) []Problem {
	var out []Problem
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		at := place
		if d.Subject != nil {
			at = *d.Subject
		}
		out = append(out, Problem{At: at, Subject: subject, Why: d.Summary + ": " + d.Detail, Diag: d})
	}
	return out
}

// Added are the diagnostics that were not there before.
func Added(diags, before hcl.Diagnostics) hcl.Diagnostics {
	return slices.DeleteFunc(slices.Clone(diags), func(d *hcl.Diagnostic) bool {
		return slices.ContainsFunc(before, func(o *hcl.Diagnostic) bool { return o.Summary == d.Summary && o.Detail == d.Detail })
	})
}
