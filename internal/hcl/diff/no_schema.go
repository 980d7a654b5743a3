package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// A type without facts is compared as it is written: a difference may do
// anything, so it is a possible replacement.

func stateWithoutSchema(id string, config cty.Value) cty.Value {
	return withID(config, value.OpaqueAttribute(id, "id", cty.String))
}

func createWithoutSchema(config cty.Value) cty.Value {
	return withID(config, value.PendingAttribute("id", cty.String))
}

func withID(config, id cty.Value) cty.Value {
	un, _ := config.Unmark()
	attrs := map[string]cty.Value{"id": id}
	if un.IsKnown() && !un.IsNull() && un.Type().IsObjectType() {
		for name, v := range un.AsValueMap() {
			if isNull := v.IsKnown() && v.IsNull(); !isNull && !meta(name) {
				attrs[name] = v
			}
		}
	}
	return cty.ObjectVal(attrs)
}

func planWithoutSchema(prior, config cty.Value) Result {
	prior, _ = prior.Unmark()
	next := withID(config, prior.GetAttr("id"))
	olds, news := prior.AsValueMap(), next.AsValueMap()
	var changed []plan.Path
	for _, name := range unionKeys(olds, news) {
		o, n := orNull(olds[name], schema.Shape{}), orNull(news[name], schema.Shape{})
		if equal.Loosely(o, n) != equal.Same {
			changed = append(changed, plan.Path{name})
		}
	}
	if len(changed) == 0 {
		return Result{Action: plan.None, Certain: true, Planned: next}
	}
	news["id"] = maybeOther(olds["id"])
	return Result{
		Action: plan.Replace, Paths: changed, Planned: cty.ObjectVal(news),
		Why: "no schema is known for this resource type, so a change of " + dotted(changed[0]) + " may replace it",
	}
}
