package planner

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// InstanceChange is what is planned for one instance of the after side.
type InstanceChange struct {
	target
	outcome
	// Cycle is set, and nothing else, where the instance depends on itself.
	Cycle hcl.Diagnostics
}

// target is the instance itself.
type target struct {
	Inst  *eval.Instance
	Prior *pair.Object // nil for a new instance
	// Config is the configuration as it was evaluated.
	Config cty.Value
}

// outcome is what the stages make.
type outcome struct {
	diff.Result
	// Trigger is the entry of replace_triggered_by that applies.
	Trigger *hcl.Range
	// ProviderKnown says that what the provider's new configuration does to the
	// object is known, and part of the result.
	ProviderKnown bool
	Diags         hcl.Diagnostics
}

// replaces reports whether the object is replaced for certain.
func (o outcome) replaces() bool { return o.Action == plan.Replace && o.Certain }

// maybeReplaces reports whether a replacement is possible, and not certain.
func (o outcome) maybeReplaces() bool { return o.Action == plan.Replace && !o.Certain }

// subject is one existing object whose change is planned: what the stages read. No
// stage changes it.
type subject struct {
	target
	facts *plan.TypeFacts // nil for a type without facts
	// state is what an apply of the before side left, in the form of the type that
	// the object has now.
	state cty.Value
	// old is the configuration before.
	old cty.Value
	// config is the configuration now, with what functions give anew at each plan
	// pending.
	config cty.Value
	// merged is config with the values of before where ignore_changes covers them,
	// and with what the provider's configuration adds.
	merged  cty.Value
	ignores bool // whether ignore_changes covers anything
	// everyPlan says that both configurations hold what is new at each plan.
	everyPlan bool
	provider  cty.Value // the provider's configuration now, NilVal where none is written
}

// nothing is the state of an object that does not exist.
var nothing = cty.NullVal(cty.DynamicPseudoType)

// Answer says whether something holds.
type Answer int

const (
	No Answer = iota + 1
	Maybe
	Yes
)

// pending says whether the instance has a change to come.
func (c *InstanceChange) pending() Answer {
	switch {
	case c.Action == plan.None:
		return No
	case c.Certain:
		return Yes
	}
	return Maybe
}

// changes says whether what is planned changes the part of the instance that rest
// names. Creations says whether a new instance counts.
func (c *InstanceChange) changes(rest hcl.Traversal, creations bool) Answer {
	switch {
	case c.Action == plan.Update || c.Action == plan.Replace:
	case c.Action == plan.Create && creations:
	default:
		return No
	}
	changes := Maybe
	if c.Certain {
		changes = Yes
	}
	if len(rest) == 0 || c.Prior == nil {
		return changes
	}
	state, _ := c.Prior.Inst.Value()
	was, diags := expr.Follow(state, rest)
	is, more := expr.Follow(c.Planned, rest)
	switch {
	case diags.HasErrors() && more.HasErrors():
		return No
	case diags.HasErrors() || more.HasErrors():
		return changes
	case value.KnownAfterApply(is):
		return changes
	case value.Fingerprint(was) == value.Fingerprint(is):
		return No
	case was.IsWhollyKnown() && is.IsWhollyKnown():
		return changes
	}
	return Maybe
}
