package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// terraform_data is planned by Terraform itself (terraform 1.5
// internal/builtin/providers/terraform/resource_data.go): all its attributes
// but id have their type from the value.

// IsTerraformData reports whether a resource type is terraform_data.
func IsTerraformData(ty string) bool { return ty == "terraform_data" }

func isTerraformData(t *plan.TypeFacts) bool { return t != nil && IsTerraformData(t.Type) }

func dataAttr(config cty.Value, name string) cty.Value {
	config, _ = config.Unmark()
	if config.IsKnown() && !config.IsNull() && config.Type().IsObjectType() && config.Type().HasAttribute(name) {
		return config.GetAttr(name)
	}
	return cty.NullVal(cty.DynamicPseudoType)
}

func dataObject(id, input, output, triggers cty.Value) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"id": id, "input": input, "output": output, "triggers_replace": triggers})
}

// terraformDataState: after apply, output mirrors input.
func terraformDataState(id string, config cty.Value) cty.Value {
	input := dataAttr(config, "input")
	return dataObject(value.OpaqueAttribute(id, "id", cty.String), input, input, dataAttr(config, "triggers_replace"))
}

func terraformDataCreate(config cty.Value) cty.Value {
	input := dataAttr(config, "input")
	output := input
	if isNull := input.IsKnown() && input.IsNull(); !isNull {
		output = outputOf(input)
	}
	return dataObject(value.PendingAttribute("id", cty.String), input, output, dataAttr(config, "triggers_replace"))
}

func outputOf(input cty.Value) cty.Value {
	return cty.UnknownVal(input.Type()).Mark(value.Pending{})
}

func terraformDataPlan(prior, config cty.Value) Result {
	prior, _ = prior.Unmark()
	input, triggers := dataAttr(config, "input"), dataAttr(config, "triggers_replace")
	problems := terraformDataProblems(config)
	path := []plan.Path{{"triggers_replace"}}
	switch equal.Dynamic(prior.GetAttr("triggers_replace"), triggers) {
	case equal.Differs:
		return Result{Action: plan.Replace, Paths: path, Certain: true, Planned: terraformDataCreate(config), Problems: problems}
	case equal.Maybe:
		planned := dataObject(
			maybeOther(prior.GetAttr("id")), input, maybeOther(prior.GetAttr("output")), triggers)
		return Result{
			Action: plan.Replace, Paths: path, Planned: planned, Problems: problems,
			Why: "triggers_replace may or may not change: its value is not in the configuration",
		}
	}
	id := prior.GetAttr("id")
	switch equal.Dynamic(prior.GetAttr("input"), input) {
	case equal.Differs:
		return Result{Action: plan.Update, Certain: true, Planned: dataObject(id, input, outputOf(input), triggers), Problems: problems}
	case equal.Maybe:
		return Result{
			Action: plan.Update, Planned: dataObject(id, input, maybeOther(prior.GetAttr("output")), triggers), Problems: problems,
			Why: "input may or may not change: its value is not in the configuration",
		}
	}
	return Result{Action: plan.None, Certain: true, Planned: dataObject(id, input, prior.GetAttr("output"), triggers), Problems: problems}
}

func terraformDataProblems(config cty.Value) []string {
	un, _ := config.Unmark()
	if !un.IsKnown() || un.IsNull() || !un.Type().IsObjectType() {
		return nil
	}
	var out []string
	for _, name := range attributeNames(un) {
		switch name {
		case "input", "triggers_replace":
		case "id", "output":
			out = append(out, name+" cannot be configured")
		default:
			if !meta(name) {
				out = append(out, name+" is not in the provider's schema")
			}
		}
	}
	return out
}
