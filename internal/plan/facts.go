package plan

import "strings"

// Facts finds what is known of a Terraform resource type. Provider is the
// source address (`registry.terraform.io/hashicorp/aws`), version the one in
// the lock file or empty where there is none; the nearest version known
// answers. It returns nil where the type is not known.
//
// A Facts is safe for concurrent use, and what it returns is never changed.
type Facts func(provider, version, resourceType string) *TypeFacts

// TypeFacts is the schema of one resource type as far as a plan depends on it.
type TypeFacts struct {
	Provider, Version string
	Type              string
	Attributes        map[string]*AttrFacts
	// PlanLogic: the type computes part of its plan in code (CustomizeDiff,
	// ModifyPlan). By itself it says little; what that code can force is
	// marked ForceIf.
	PlanLogic bool
	// Framework: Plugin Framework, else Plugin SDK v2.
	Framework bool
	// Logic is what that code does, as far as it is known: rows about this type
	// in this version. Of several that decide on one attribute the first counts.
	Logic []Logic
}

// ProviderName is the provider's name without its namespace: `aws`.
func (t *TypeFacts) ProviderName() string {
	return t.Provider[strings.LastIndexByte(t.Provider, '/')+1:]
}

// Force says when a change of an attribute forces replacement.
type Force string

const (
	ForceNever      Force = ""
	ForceAlways     Force = "always"
	ForceIf         Force = "if"         // decided by provider code at plan time
	ForceConfigured Force = "configured" // only where configured (RequiresReplaceIfConfigured)
)

// AttrFacts is one attribute or nested block.
type AttrFacts struct {
	// Type is the type in the notation of the facts: `string`, `set:string`,
	// `list:block:1`, `singlenested` and so on; see rules/facts.
	Type     string
	Required bool
	Optional bool
	Computed bool
	Force    Force
	// Default is the provider's default: nil where it has none.
	Default any
	// Keeps: a computed attribute that is not configured stays what it is when
	// something else changes (framework UseStateForUnknown).
	Keeps bool
	// Normalised: compared by provider code (DiffSuppressFunc, StateFunc, a plan
	// modifier of its own), so that two different texts may be equal. Semantic
	// equality of framework types is none: it is not applied to plans.
	Normalised bool
	// Compare says when, where that is known: two different values are equal
	// if one of the comparisons says so. Without any a Normalised attribute is
	// compared by code that is not known.
	Compare []Comparison
	Nested  map[string]*AttrFacts
}
