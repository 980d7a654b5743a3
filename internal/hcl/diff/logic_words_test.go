package diff

import (
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Every word with a change that it means, one that it does not, and one that it
// cannot decide.
func TestWords(t *testing.T) {
	text, null := cty.StringVal, cty.NullVal(cty.String)
	pending := cty.UnknownVal(cty.String).Mark(value.Pending{})
	hidden := cty.UnknownVal(cty.String).Mark(value.Symbol{ID: "x"})
	list := func(vals ...cty.Value) cty.Value { return cty.TupleVal(vals) }
	tiers := []string{"basic", "premium"}
	for _, row := range []struct {
		logic    plan.Logic
		old, new cty.Value
		want     decision
	}{
		{plan.Logic{Rule: plan.LogicAlways}, text("a"), text("b"), replaces},
		{plan.Logic{Rule: plan.LogicNever}, text("a"), text("b"), inPlace},
		{plan.Logic{Rule: plan.LogicLowered}, text("2"), text("1"), replaces},
		{plan.Logic{Rule: plan.LogicLowered}, text("1"), text("2"), inPlace},
		{plan.Logic{Rule: plan.LogicLowered}, text("1"), hidden, open},
		{plan.Logic{Rule: plan.LogicLowered}, text("1"), pending, replaces}, // 0 to code at plan time
		{plan.Logic{Rule: plan.LogicLowered, Order: tiers}, text("premium"), text("basic"), replaces},
		{plan.Logic{Rule: plan.LogicLowered, Order: tiers}, text("basic"), text("premium"), inPlace},
		{plan.Logic{Rule: plan.LogicRemoved}, text("a"), null, replaces},
		{plan.Logic{Rule: plan.LogicRemoved}, null, text("a"), inPlace},
		{plan.Logic{Rule: plan.LogicRemoved}, text("a"), text("b"), inPlace},
		{plan.Logic{Rule: plan.LogicRemoved}, text("a"), pending, replaces},
		{plan.Logic{Rule: plan.LogicRemoved}, text("a"), hidden, open},
		{plan.Logic{Rule: plan.LogicToggled}, null, text("a"), replaces},
		{plan.Logic{Rule: plan.LogicToggled}, text("a"), text("b"), inPlace},
		{plan.Logic{Rule: plan.LogicToggled}, text("a"), hidden, open},
		{plan.Logic{Rule: plan.LogicDowngraded}, text("6.2"), text("6.0"), replaces},
		{plan.Logic{Rule: plan.LogicDowngraded}, text("6.2"), text("6.10"), inPlace},
		{plan.Logic{Rule: plan.LogicDowngraded}, text("6.2"), text("6.x"), inPlace},
		{plan.Logic{Rule: plan.LogicNarrowed}, text("10.0.0.0/8"), text("10.0.0.0/9"), replaces},
		{plan.Logic{Rule: plan.LogicNarrowed}, text("10.0.0.0/8"), text("11.0.0.0/8"), replaces},
		{plan.Logic{Rule: plan.LogicNarrowed}, text("10.0.0.0/9"), text("10.0.0.0/8"), inPlace},
		{plan.Logic{Rule: plan.LogicLeaves}, list(text("a"), text("b")), list(text("b")), replaces},
		{plan.Logic{Rule: plan.LogicLeaves}, list(text("a")), list(text("b"), text("a")), inPlace},
		{plan.Logic{Rule: plan.LogicLeaves}, list(text("a")), list(hidden), open},
		{plan.Logic{Rule: plan.LogicDisabled}, cty.True, cty.False, replaces},
		{plan.Logic{Rule: plan.LogicDisabled}, cty.False, cty.True, inPlace},
		{plan.Logic{Rule: plan.LogicUnset, From: []string{"HS*"}}, text("HS_1"), text("GP_1"), replaces},
		{plan.Logic{Rule: plan.LogicUnset, From: []string{"HS*"}}, text("HS_1"), text("HS_2"), inPlace},
		{plan.Logic{Rule: plan.LogicUnset, From: []string{"HS*"}}, text("GP_1"), text("HS_1"), inPlace},
		{plan.Logic{Rule: plan.LogicCrossed, Among: []string{"*V2*"}}, text("StandardV2_1"), text("Standard_1"), replaces},
		{plan.Logic{Rule: plan.LogicCrossed, Among: []string{"*V2*"}}, text("StandardV2_1"), text("BasicV2_1"), inPlace},
		{plan.Logic{Rule: plan.LogicOnly, Transitions: []string{"a>b", "*>c"}}, text("a"), text("b"), replaces},
		{plan.Logic{Rule: plan.LogicOnly, Transitions: []string{"a>b", "*>c"}}, text("b"), text("a"), inPlace},
		{plan.Logic{Rule: plan.LogicExcept, Transitions: []string{">*"}}, text("a"), text("b"), replaces},
		{plan.Logic{Rule: plan.LogicExcept, Transitions: []string{">*"}}, null, text("b"), inPlace},
		{plan.Logic{Rule: plan.LogicBlockRemoved}, list(cty.EmptyObjectVal), list(), replaces},
		{plan.Logic{Rule: plan.LogicBlockRemoved}, list(), list(cty.EmptyObjectVal), inPlace},
		{plan.Logic{Rule: plan.LogicBlockAdded}, list(), list(cty.EmptyObjectVal), replaces},
		{plan.Logic{Rule: plan.LogicBlockAdded}, list(cty.EmptyObjectVal), list(), inPlace},
		{plan.Logic{Rule: plan.LogicBlockCount}, list(), list(cty.EmptyObjectVal), replaces},
		{plan.Logic{Rule: plan.LogicBlockCount}, list(cty.EmptyObjectVal), list(cty.EmptyObjectVal), inPlace},
		{plan.Logic{Rule: plan.LogicCheck, Check: "none of this name"}, text("a"), text("b"), open},
	} {
		if got := (change{}).decision(row.logic, hit{path: plan.Path{"a"}, old: row.old, new: row.new}); got != row.want {
			t.Errorf("%s %v: %#v to %#v: got %d, want %d", row.logic.Rule, row.logic.Transitions, row.old, row.new, got, row.want)
		}
	}
}

// Conditions on other attributes: all must hold, and one that does not is enough
// for an update, whatever the others are.
func TestConditionsOfRows(t *testing.T) {
	hidden := cty.UnknownVal(cty.String).Mark(value.Symbol{ID: "x"})
	attrs := map[string]cty.Value{"engine": cty.StringVal("aurora-mysql"), "mode": hidden}
	c := change{prior: attrs, planned: attrs}
	in := func(path string, values ...string) map[string][]string { return map[string][]string{path: values} }
	for _, row := range []struct {
		name  string
		logic plan.Logic
		want  decision
	}{
		{"holds", plan.Logic{Where: in("engine", "mysql", "aurora*")}, replaces},
		{"does not hold", plan.Logic{Where: in("engine", "mysql")}, inPlace},
		{"is not known", plan.Logic{Where: in("mode", "a")}, open},
		{"none", plan.Logic{Where: in("name", "")}, replaces},
		{"before", plan.Logic{Was: in("engine", "aurora*")}, replaces},
		{"sleeps", plan.Logic{Unless: in("engine", "aurora*")}, inPlace},
		{"does not sleep", plan.Logic{Unless: in("engine", "mysql")}, replaces},
		{"one fails beside one that is not known", plan.Logic{Where: in("mode", "a"), Was: in("engine", "mysql")}, inPlace},
	} {
		row.logic.Rule = plan.LogicAlways
		if got := c.decision(row.logic, hit{path: plan.Path{"a"}, old: cty.StringVal("a"), new: cty.StringVal("b")}); got != row.want {
			t.Errorf("%s: got %d, want %d", row.name, got, row.want)
		}
	}
}
