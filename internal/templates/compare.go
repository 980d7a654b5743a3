package templates

import (
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Outcome is what a new version of a template does to one of its resources.
type Outcome struct {
	// ID is its name in the template.
	ID     string
	Type   string
	Action plan.Action
	Effect plan.Effect
	Reason plan.Reason
	// Because are the properties that force a replacement.
	Because []plan.Path
	Certain bool
	// Line is where it stands, on the side that has it last.
	Line int
}

// Compare says what deploying after does to what before made, in the order of
// names.
func Compare(before, after Template) []Outcome {
	var out []Outcome
	for _, id := range slices.Sorted(maps.Keys(before)) {
		old := before[id]
		now, there := after[id]
		o := Outcome{ID: strings.TrimPrefix(id, old.Type+" "), Type: old.Type, Certain: true, Line: now.Line}
		switch {
		case !there:
			if keeps(old.Deletion) {
				continue
			}
			o.Action, o.Reason, o.Line = plan.Delete, plan.LeavesTemplate, old.Line
		case old.Type != now.Type:
			o.Action, o.Reason, o.Certain = plan.Replace, plan.CannotUpdate, false
			o.Because = []plan.Path{{"Type"}}
		default:
			o.inPlace(old, now)
		}
		if o.Action != "" {
			out = append(out, o)
		}
	}
	return out
}

func (o *Outcome) inPlace(old, now Resource) {
	forced, certain := replacing(old, now)
	switch {
	case now.Condition != "" && now.Condition != old.Condition && !keeps(old.Deletion):
		o.Action, o.Reason, o.Certain = plan.Delete, plan.LeavesTemplate, false
	case len(forced) > 0 && !keeps(now.Replacement):
		o.Action, o.Reason, o.Certain = plan.Replace, plan.CannotUpdate, certain
		for _, name := range forced {
			o.Because = append(o.Because, plan.Path{name})
		}
	case disarmed(old, now):
		o.Action, o.Effect, o.Reason = plan.Update, plan.Disarm, plan.PolicyRemoved
	}
}

// keeps: the resource stays when it leaves the template.
func keeps(policy string) bool { return policy == "Retain" || policy == "RetainExceptOnCreate" }

// safe: a policy that keeps the resource or its data.
func safe(policy string) bool { return keeps(policy) || policy == "Snapshot" }

// protections are properties that keep a resource from being deleted.
var protections = []string{"DeletionProtection", "DeletionProtectionEnabled", "DeletionProtectionCheck", "EnableTerminationProtection",
	"DisableApiTermination", "ForceDeleteProtection", "DeletionProtectionConfig"}

func disarmed(old, now Resource) bool {
	if safe(old.Deletion) && !safe(now.Deletion) || safe(old.Replacement) && !safe(now.Replacement) {
		return true
	}
	return slices.ContainsFunc(protections, func(name string) bool {
		return on(old.Properties[name]) && !on(now.Properties[name])
	})
}

func on(v any) bool {
	s := strings.ToLower(word(v))
	return s == "true" || s == "active" || s == "enabled"
}

// replacing are the properties whose change replaces the resource. Of types that
// the table does not hold only the name of the object is known to.
func replacing(old, now Resource) (forced []string, certain bool) {
	names, known := replacements[old.Type]
	if !known {
		last := old.Type[strings.LastIndexByte(old.Type, ':')+1:]
		names = []string{last + "Name", "Name"}
	}
	for _, name := range names {
		b, a := old.Properties[name], now.Properties[name]
		if written(b) != written(a) {
			forced = append(forced, name)
		}
	}
	return forced, known
}
