package facts

import "github.com/holdpoint-dev/holdpoint/internal/plan"

const builtin = "builtin/terraform"

// builtinTypes are the types of the provider that Terraform brings along
// (terraform 1.11 internal/builtin/providers/terraform/resource_data.go).
func builtinTypes(name string) *plan.TypeFacts {
	if name != "terraform_data" {
		return nil
	}
	return &plan.TypeFacts{
		Provider: "builtin/terraform", Type: name, Framework: true,
		Attributes: map[string]*plan.AttrFacts{
			"id":               {Type: "string", Computed: true},
			"input":            {Type: "dynamic", Optional: true},
			"output":           {Type: "dynamic", Computed: true},
			"triggers_replace": {Type: "dynamic", Optional: true, Force: plan.ForceAlways},
		},
	}
}
