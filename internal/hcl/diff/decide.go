package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// decide asks the rows of the type's logic about the attributes that change, and
// leaves open what is decided at plan time and has none.
func (c change) decide(hits []hit) []hit {
	out := make([]hit, 0, len(hits))
	for _, h := range hits {
		row, ok := decidingRow(c.typ, h.path)
		switch {
		case ok:
			switch c.decision(row, h) {
			case nothing:
				continue
			case inPlace:
				h.force = plan.ForceNever
			case replaces:
				h.force = plan.ForceAlways
				out = append(out, instead(c.typ.Type, h)...)
				continue
			default:
				h = undecided(h)
			}
		case h.force == plan.ForceIf:
			h = undecided(h)
		}
		out = append(out, h)
	}
	return out
}

// instead is the hit under the paths that the provider names, where these lie
// deeper than the attribute.
func instead(resourceType string, h hit) []hit {
	if resourceType != "kubernetes_manifest" {
		return []hit{h}
	}
	var out []hit
	for _, p := range identity(h) {
		h.path = p
		out = append(out, h)
	}
	return out
}

func undecided(h hit) hit {
	h.force = plan.ForceIf
	if h.why == "" {
		h.why = dotted(h.path) + " forces replacement under conditions that only the provider evaluates, at plan time"
	}
	return h
}

// decision is what a row makes of a change: what its rule says, where its
// conditions hold as well.
func (c change) decision(r plan.Logic, h hit) decision {
	d := c.byRule(r, h)
	if d == inPlace || d == nothing {
		return d
	}
	switch c.meets(r, h) {
	case forms.Never:
		return inPlace
	case forms.Unsure:
		return open
	}
	return d
}

// meets asks the conditions of a row on other attributes.
func (c change) meets(r plan.Logic, h hit) forms.Answer {
	out := forms.Holds
	if r.Whole {
		// diff.GetRawConfig().GetAttr(…).IsWhollyKnown()
		if k, _ := value.KnowWithin(c.config[h.path[0].(string)]); k == value.IsPending {
			return forms.Never
		}
	}
	for _, conditions := range []struct {
		attrs map[string]cty.Value
		want  map[string][]string
		holds bool
	}{{c.prior, r.Was, true}, {c.planned, r.Where, true}, {c.planned, r.Unless, false}} {
		for path, values := range conditions.want {
			switch text, ok := textAt(conditions.attrs, path); {
			case !ok:
				out = min(out, forms.Unsure)
			case matchesOne(values, text) != conditions.holds:
				return forms.Never
			}
		}
	}
	return out
}

// byRule is what the word of a row says, or the function that it names. Each
// answers open where it would need a value that is not known.
func (c change) byRule(r plan.Logic, h hit) decision {
	switch r.Rule {
	case plan.LogicAlways:
		return replaces
	case plan.LogicNever:
		return inPlace
	case plan.LogicRemoved:
		return removed(h)
	case plan.LogicToggled:
		return toggled(h)
	case plan.LogicLeaves:
		return leaves(h)
	case plan.LogicBlockRemoved:
		return byLengths(h, func(old, new int) bool { return old > 0 && new == 0 })
	case plan.LogicBlockAdded:
		return byLengths(h, func(old, new int) bool { return old == 0 && new > 0 })
	case plan.LogicBlockCount:
		return byLengths(h, func(old, new int) bool { return old != new })
	case plan.LogicCheck:
		if check, ok := checks[r.Check]; ok {
			return check(c, h)
		}
		return open
	}
	return byTexts(h, func(old, new string) bool { return textRule(r, old, new) })
}

// textRule answers the rules about two texts; "" is null.
func textRule(r plan.Logic, old, new string) bool {
	switch r.Rule {
	case plan.LogicLowered:
		return lowered(r.Order, old, new)
	case plan.LogicDowngraded:
		return old != "" && new != "" && versionLess(new, old)
	case plan.LogicNarrowed:
		return narrowed(old, new)
	case plan.LogicDisabled:
		return old == "true" && (new == "false" || new == "")
	case plan.LogicUnset:
		return matchesOne(r.From, old) && !matchesOne(r.From, new)
	case plan.LogicCrossed:
		return matchesOne(r.Among, old) != matchesOne(r.Among, new)
	case plan.LogicOnly:
		return inTransitions(r.Transitions, old, new)
	case plan.LogicExcept:
		return !inTransitions(r.Transitions, old, new)
	}
	return true // a rule that is not known counts as the worst
}

// checks are what rows name where no word of theirs says it: a decision about one
// changed attribute, by the provider's code at plan time.
var checks = map[string]func(change, hit) decision{
	// AWS
	"allGo":                allGo,
	"awsRegion":            awsRegion,
	"batchFixed":           batchFixed,
	"batchNetwork":         batchNetwork,
	"capacityProviders":    capacityProviders,
	"issuedNames":          issuedNames,
	"lustreCapacity":       lustreCapacity,
	"mappings":             mappings,
	"noMore":               noMore,
	"oldRedisOnly":         oldRedisOnly,
	"otherArchitecture":    otherArchitecture,
	"otherFirst":           otherFirst,
	"otherTemplateVersion": otherTemplateVersion,
	"searchEncryption":     searchEncryption,
	"searchVersion":        searchVersion,
	// Google
	"bigQuerySchema":    bigQuerySchema,
	"networkIP":         networkIP,
	"redisDowngrade":    redisDowngrade,
	"rewritten":         rewritten,
	"sqlDiskSize":       sqlDiskSize,
	"startupScript":     startupScript,
	"undecidedParams":   undecidedParams,
	"workbenchMetadata": workbenchMetadata,
	// Azure
	"aksPlugin":        aksPlugin,
	"aksPoolName":      aksPoolName,
	"exceptBlockComes": exceptBlockComes,
	"exceptFirst":      exceptFirst,
	"exceptOverlay":    exceptOverlay,
	"zoneRedundancy":   zoneRedundancy,
	// Kubernetes
	"otherManifest":  otherManifest,
	"otherObject":    otherObject,
	"storageShrinks": storageShrinks,
	// random and null
	"keepers":      keepers,
	"setOrChanged": setOrChanged,
}
