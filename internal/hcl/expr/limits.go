package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

const (
	// maxText is the longest text a template or function may produce.
	maxText = 4 << 20
	// textPerUnit is how many bytes of text count as one unit of work.
	textPerUnit = 16
	// maxProduct caps results that are larger than their arguments.
	maxProduct = 100_000
	// elementUnits is the work that one element of a result counts for,
	// failureUnits an element that could not be computed.
	elementUnits = 8
	failureUnits = 200
	// maxDigits is the longest text that is read as a number.
	maxDigits = 2000
)

// isKnown reports whether an unmarked value is there, and of a type.
func isKnown(v cty.Value, ty cty.Type) bool {
	return v != cty.NilVal && v.IsKnown() && !v.IsNull() && v.Type() == ty
}

func stringLength(v cty.Value) int {
	v, _ = v.Unmark()
	if !isKnown(v, cty.String) {
		return 8
	}
	return len(v.AsString())
}

// textWithin is the length of all text directly in v or in its elements.
func textWithin(v cty.Value) int {
	v, _ = v.Unmark()
	if v == cty.NilVal || v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		return stringLength(v)
	}
	n := 0
	for _, child := range value.Elements(v) {
		n += stringLength(child)
	}
	return n
}

// checkText refuses a text of size bytes that is too long, and pays for it.
func checkText(ctx *hcl.EvalContext, size int, at hcl.Range) hcl.Diagnostics {
	if size > maxText {
		return Errorf(at, LimitReached, "a text of %d bytes would be made here, the limit is %d", size, maxText)
	}
	return spend(ctx, 1+size/textPerUnit, at)
}

// plainText is a known text, marks aside; empty for anything else.
func plainText(v cty.Value) string {
	v, _ = v.Unmark()
	if !isKnown(v, cty.String) {
		return ""
	}
	return v.AsString()
}

// made pays for what a function returned, and refuses numbers beyond reason.
func made(ctx *hcl.EvalContext, v cty.Value, at hcl.Range) hcl.Diagnostics {
	if value.Length(v) == 0 {
		if diags := checkNumber(v, at); diags != nil {
			return diags
		}
	}
	units := elementUnits
	if plain, _ := v.Unmark(); plain.Type().IsSetType() {
		units = value.SetUnits
	}
	return spend(ctx, units*value.Length(v)+textWithin(v)/textPerUnit, at)
}

// checkNumber refuses a number anywhere in v which has too many digits to be
// written out.
func checkNumber(v cty.Value, at hcl.Range) hcl.Diagnostics {
	if value.HasHugeNumber(v) {
		return hugeNumber(at)
	}
	return nil
}

// checkRead is checkNumber of what is about to be read as a number: a text that
// is one counts too.
func checkRead(v cty.Value, at hcl.Range) hcl.Diagnostics {
	if value.HasHugeText(v) {
		return hugeNumber(at)
	}
	return nil
}

func hugeNumber(at hcl.Range) hcl.Diagnostics {
	return Errorf(at, LimitReached, "a number of more than %d binary digits", value.MaxExponent)
}
