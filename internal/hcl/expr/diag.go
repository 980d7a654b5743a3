package expr

import (
	"errors"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Summaries of diagnostics that are not Terraform's own, by which a reader of
// diagnostics knows them.
const (
	LimitReached = "Evaluation limit reached"
	NotReadable  = "File not available"
	NotModelled  = "Not modelled"
)

// Errors of functions that are not the configuration's fault: try does not
// pass over them, and a limit ends the evaluation.
var (
	ErrLimit       = errors.New("limit reached")
	ErrNotReadable = errors.New("content not available")
)

// ours turns the errors of a function that are not the configuration's fault
// into diagnostics of their own.
func ours(diags hcl.Diagnostics, at hcl.Range) hcl.Diagnostics {
	for i, d := range diags {
		extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
		if !ok {
			continue
		}
		switch err := extra.FunctionCallError(); {
		case errors.Is(err, ErrLimit):
			panic(exhausted{Errorf(at, LimitReached, "%s", err)})
		case errors.Is(err, ErrNotReadable):
			diags[i] = Errorf(at, NotReadable, "%s", err)[0]
		}
	}
	return diags
}

// AsError is what a function returns for the diagnostics of something it
// evaluated, nil where there are no errors.
func AsError(diags hcl.Diagnostics) error {
	if !diags.HasErrors() {
		return nil
	}
	for _, d := range lasts(diags) {
		switch d.Summary {
		case LimitReached:
			return fmt.Errorf("%w: %s", ErrLimit, d.Detail)
		case NotReadable:
			return fmt.Errorf("%w: %s", ErrNotReadable, d.Detail)
		}
	}
	return diags
}

// Errorf is a diagnostic as HCL makes them.
func Errorf(at hcl.Range, summary, format string, args ...any) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &at}}
}

// LimitIn is the diagnostic of a limit among diags, nil for none.
func LimitIn(diags hcl.Diagnostics) *hcl.Diagnostic {
	for _, d := range diags {
		if d.Summary == LimitReached {
			return d
		}
	}
	return nil
}

// lasts picks the diagnostics that are ours and not the expression's fault:
// try must not hide them.
func lasts(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range diags {
		if d.Summary == LimitReached || d.Summary == NotReadable || d.Summary == NotModelled {
			return hcl.Diagnostics{d}
		}
	}
	return nil
}

// exhausted unwinds an evaluation: HCL's loops go on after a failed element,
// and would go on for ever.
type exhausted struct{ diags hcl.Diagnostics }
