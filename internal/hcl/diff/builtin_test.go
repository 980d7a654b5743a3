package diff_test

import (
	"reflect"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

var data = &plan.TypeFacts{Provider: "terraform.io/builtin/terraform", Type: "terraform_data"}

func object(attrs map[string]cty.Value) cty.Value { return cty.ObjectVal(attrs) }

func symbol(id string) cty.Value { return cty.UnknownVal(cty.String).Mark(value.Symbol{ID: id}) }

// What terraform 1.11.4 plans; the rows with symbols follow from it.
func TestTerraformData(t *testing.T) {
	tuple, list := cty.TupleVal([]cty.Value{cty.StringVal("a")}), cty.ListVal([]cty.Value{cty.StringVal("a")})
	rows := []struct {
		name        string
		before, now map[string]cty.Value
		action      plan.Action
		certain     bool
		outputKnown bool
	}{
		{"same", map[string]cty.Value{"input": cty.StringVal("a")}, map[string]cty.Value{"input": cty.StringVal("a")}, plan.None, true, true},
		{"input changes", map[string]cty.Value{"input": cty.StringVal("a")}, map[string]cty.Value{"input": cty.StringVal("b")}, plan.Update, true,
			false},
		{"triggers change", map[string]cty.Value{"triggers_replace": cty.StringVal("a")},
			map[string]cty.Value{"triggers_replace": cty.StringVal("b")}, plan.Replace, true, true},
		{"tuple becomes list", map[string]cty.Value{"triggers_replace": tuple}, map[string]cty.Value{"triggers_replace": list}, plan.Replace,
			true, true},
		{"number becomes string", map[string]cty.Value{"triggers_replace": cty.NumberIntVal(1)},
			map[string]cty.Value{"triggers_replace": cty.StringVal("1")}, plan.Replace, true, true},
		{"triggers become unknown", map[string]cty.Value{"triggers_replace": cty.StringVal("a")},
			map[string]cty.Value{"triggers_replace": cty.UnknownVal(cty.String)}, plan.Replace, true, true},
		{"equal symbols", map[string]cty.Value{"triggers_replace": symbol("x")}, map[string]cty.Value{"triggers_replace": symbol("x")}, plan.None,
			true, true},
		{"other symbol", map[string]cty.Value{"triggers_replace": symbol("x")}, map[string]cty.Value{"triggers_replace": symbol("y")},
			plan.Replace, false, false},
		{"null and missing", map[string]cty.Value{"input": cty.NullVal(cty.DynamicPseudoType)}, map[string]cty.Value{}, plan.None, true, true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := diff.Plan(data, diff.State(data, "terraform_data.x", object(row.before)), object(row.now))
			if got.Action != row.action || got.Certain != row.certain {
				t.Errorf("got %s certain=%v (%s), want %s certain=%v", got.Action, got.Certain, got.Why, row.action, row.certain)
			}
			if known := got.Planned.GetAttr("output").IsKnown(); known != row.outputKnown {
				t.Errorf("output known: %v, want %v", known, row.outputKnown)
			}
			if row.action == plan.Replace && !reflect.DeepEqual(got.Paths, []plan.Path{{"triggers_replace"}}) {
				t.Errorf("paths %v", got.Paths)
			}
		})
	}
}
