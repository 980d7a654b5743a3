package diff

import (
	"maps"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// locationAttributes are the attributes of a Google resource that the provider's
// configuration fills in.
var locationAttributes = []string{"project", "region", "zone"}

// Placed completes the configuration of an instance with what the provider
// plans from its own one, an object of attribute values: all labels together,
// and the place. applied is for the configuration that an object was made
// from. An object that exists keeps its place: at plan time the provider is
// asked only where the resource names "" (google/tpgresource/utils.go
// GetProjectFromDiff, which takes a value in the state for the resource's).
func Placed(t *plan.TypeFacts, provider, config cty.Value, applied bool) cty.Value {
	if !isGoogle(t) || !config.IsKnown() || config.IsNull() || !config.Type().IsObjectType() {
		return config
	}
	un, marks := config.Unmark()
	attrs := maps.Clone(un.AsValueMap())
	if attrs == nil {
		attrs = map[string]cty.Value{}
	}
	for _, name := range locationAttributes {
		own := providerAttr(un, name)
		asks := own.IsNull() && applied || isEmptyString(own) && (applied || planShowsLocation(t, name))
		if v := providerAttr(provider, name); asks && takesFromProvider(t, name) && !isNull(v) {
			attrs[name] = v
		}
	}
	for _, name := range []string{"labels", "resource_labels"} {
		if t.Attributes[name] != nil && t.Attributes["effective_labels"] != nil {
			attrs["effective_labels"] = allLabels(providerAttr(provider, "default_labels"), providerAttr(un, name))
		}
	}
	return cty.ObjectVal(attrs).WithMarks(marks)
}

// PlaceNew completes a planned instance that is made anew, from the
// configuration config, with the place that its plan shows.
func PlaceNew(t *plan.TypeFacts, provider, config, planned cty.Value) cty.Value {
	if !isGoogle(t) || !planned.Type().IsObjectType() || !planned.IsKnown() {
		return planned
	}
	un, marks := planned.Unmark()
	attrs := maps.Clone(un.AsValueMap())
	for _, name := range locationAttributes {
		v := providerAttr(provider, name)
		if takesFromProvider(t, name) && planShowsLocation(t, name) && isNull(providerAttr(config, name)) && !isNull(v) {
			attrs[name] = v
		}
	}
	return cty.ObjectVal(attrs).WithMarks(marks)
}

// allLabels are the provider's labels and the resource's over them
// (google/tpgresource/labels.go setLabelsFields).
func allLabels(provider, own cty.Value) cty.Value {
	p, pm := provider.Unmark()
	o, om := own.Unmark()
	if !p.IsKnown() || !o.IsKnown() {
		return cty.UnknownVal(cty.Map(cty.String)).WithMarks(pm, om)
	}
	all := map[string]cty.Value{}
	for _, v := range []cty.Value{p, o} {
		if !v.IsNull() && equal.IsKeyed(v) {
			maps.Copy(all, v.AsValueMap())
		}
	}
	return cty.ObjectVal(all).WithMarks(pm, om)
}

func isGoogle(t *plan.TypeFacts) bool { return t != nil && t.ProviderName() == "google" }

func takesFromProvider(t *plan.TypeFacts, name string) bool {
	a := t.Attributes[name]
	return a != nil && a.Optional && a.Computed && a.Force == plan.ForceAlways
}

// planShowsLocation: DefaultProviderProject, DefaultProviderRegion and
// DefaultProviderZone (google/tpgresource/utils.go) are part of the plan-time
// logic of nearly all types; the others keep the place that they were made in.
func planShowsLocation(t *plan.TypeFacts, name string) bool {
	_, kept := rowOf(t, plan.LogicKept, name)
	return t.PlanLogic && !kept
}
