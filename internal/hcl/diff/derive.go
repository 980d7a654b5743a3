package diff

import (
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// derive fills what a provider computes from the configuration. with makes the
// values that are not known; applied says that the object exists: only then is
// what the service answers known, while a plan shows it as unknown.
func derive(t *plan.TypeFacts, conformed, object map[string]cty.Value, applied bool, with func(path string) cty.Value) {
	if t.Type == "aws_acm_certificate" {
		certificateOptions(object, with)
	}
	if t.Type == "time_static" {
		calendar(object, "rfc3339")
	}
	if applied {
		generatedNames(t, conformed, object)
		ownIdentity(t, conformed, object)
		ownLinks(t, object)
	}
}

// calendar: the parts of an instant that is configured are known at plan time
// (time internal/provider/resource_time_static.go ModifyPlan).
func calendar(object map[string]cty.Value, of string) {
	text, known := equal.Text(object[of])
	at, err := time.Parse(time.RFC3339, text)
	if !known || err != nil {
		return
	}
	_, marks := object[of].Unmark()
	for name, n := range map[string]int64{
		"year": int64(at.Year()), "month": int64(at.Month()), "day": int64(at.Day()),
		"hour": int64(at.Hour()), "minute": int64(at.Minute()), "second": int64(at.Second()), "unix": at.Unix(),
	} {
		object[name] = cty.NumberIntVal(n).WithMarks(marks)
	}
	object["id"] = object[of]
}

// generatedNames: a name made from a prefix begins with it (aws
// internal/create/naming.go; without a prefix it is "terraform-"). That is
// enough to tell it from most names.
func generatedNames(t *plan.TypeFacts, conformed, object map[string]cty.Value) {
	if t.ProviderName() != "aws" {
		return
	}
	for name := range t.Attributes {
		base, ok := strings.CutSuffix(name, "_prefix")
		v, exists := object[base]
		if own, set := conformed[base]; set && !own.IsNull() {
			continue
		}
		if !ok || !exists || !isOpaqueValue(v) || v.Type() != cty.String {
			continue
		}
		prefix, known := textAt(object, name)
		if !known {
			continue
		}
		if prefix == "" {
			prefix = "terraform-"
		}
		un, marks := v.Unmark()
		object[base] = un.Refine().NotNull().StringPrefixFull(prefix).NewValue().WithMarks(marks)
	}
}

// ownIdentity: the id of an object is one of its other attributes.
func ownIdentity(t *plan.TypeFacts, conformed, object map[string]cty.Value) {
	if own, set := conformed["id"]; set && !own.IsNull() {
		return
	}
	for _, r := range t.Logic {
		if v, ok := object[r.Paths[0]]; ok && r.Rule == plan.LogicIdentity && !v.IsNull() {
			object["id"] = v
		}
	}
}

// ownLinks: the id and the link of a Compute Engine object are paths that end
// with its name (SetId and selfLink in google/services/compute). What stands
// between is the project's and the place's.
func ownLinks(t *plan.TypeFacts, object map[string]cty.Value) {
	name, known := textAt(object, "name")
	if !strings.HasPrefix(t.Type, "google_compute_") || t.Attributes["self_link"] == nil || !known || name == "" {
		return
	}
	_, id := value.Know(object["id"])
	path := "projects/" + value.Token(id) + "/" + name
	for attr, host := range map[string]string{"id": "", "self_link": "https://www.googleapis.com/compute/v1/"} {
		if v := object[attr]; isOpaqueValue(v) && v.Type() == cty.String {
			un, marks := v.Unmark()
			object[attr] = un.Refine().NotNull().StringPrefixFull(host + "projects/").NewValue().WithMarks(marks).Mark(value.Text{S: host + path})
		}
	}
}

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
