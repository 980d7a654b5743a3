package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// adapt changes a conformed configuration where a provider plans other values
// than were written.
func adapt(t *plan.TypeFacts, conformed map[string]cty.Value) {
	if t.Type == "aws_acm_certificate" {
		certificateNames(conformed)
	}
}

// certificateNames: the domain itself is one of the alternative names of a
// certificate, written or not (aws internal/service/acm/certificate.go,
// CustomizeDiff).
func certificateNames(conformed map[string]cty.Value) {
	names, ok := conformed["subject_alternative_names"]
	domain, okDomain := conformed["domain_name"]
	if !ok || !okDomain || names.IsKnown() && names.IsNull() {
		return
	}
	un, marks := names.Unmark()
	if !un.IsKnown() || !un.CanIterateElements() {
		return
	}
	d, domainMarks := domain.Unmark()
	if d.IsKnown() && d.IsNull() {
		return
	}
	conformed["subject_alternative_names"] = cty.SetVal(append(un.AsValueSlice(), d)).WithMarks(marks, domainMarks)
}

// certificateOptions: for validation by DNS there is one option per name, and
// the names are known (aws internal/service/acm/certificate.go, CustomizeDiff).
func certificateOptions(object map[string]cty.Value, with func(path string) cty.Value) {
	domain := object["domain_name"]
	if text, ok := equal.Text(domain); !ok || text == "" {
		return
	}
	if k, _ := value.Know(object["subject_alternative_names"]); k != value.IsKnown {
		un, marks := domain.Unmark()
		object["subject_alternative_names"] = cty.SetVal([]cty.Value{un}).WithMarks(marks)
	}
	if text, ok := textAt(object, "validation_method"); !ok || text != "DNS" {
		return
	}
	var options []cty.Value
	for _, name := range elements(object["subject_alternative_names"]) {
		text, ok := equal.Text(name)
		if !ok {
			return
		}
		at := "domain_validation_options." + text + "."
		options = append(options, cty.ObjectVal(map[string]cty.Value{
			"domain_name":           cty.StringVal(text),
			"resource_record_name":  with(at + "resource_record_name"),
			"resource_record_type":  with(at + "resource_record_type"),
			"resource_record_value": with(at + "resource_record_value"),
		}))
	}
	object["domain_validation_options"] = cty.TupleVal(options)
}
