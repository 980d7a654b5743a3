package diff

import "strings"

// conditionsOf is the plan-time logic of a resource type, by hand.
func conditionsOf(resourceType string) []condition {
	provider, _, _ := strings.Cut(resourceType, "_")
	switch provider {
	case "aws":
		return awsConditions(resourceType)
	case "google":
		return googleConditions(resourceType)
	case "azurerm":
		return azureConditions(resourceType)
	case "kubernetes":
		return kubernetesConditions(resourceType)
	}
	return otherConditions(resourceType)
}

// providerConditions hold for attributes of every type of a provider.
func providerConditions(provider string) []condition {
	switch provider {
	case "aws":
		return awsProviderConditions()
	case "random", "null":
		return keeperConditions()
	}
	return nil
}

// Condition names attributes whose change is decided by plan-time logic that
// is modelled by hand, and where that logic stands.
type Condition struct {
	// Paths are without indexes: `settings.disk_size`.
	Paths  []string
	Source string
}

// Conditions lists the modelled plan-time logic of a resource type.
func Conditions(resourceType string) []Condition {
	var out []Condition
	for _, c := range conditionsOf(resourceType) {
		out = append(out, Condition{Paths: c.paths, Source: c.source})
	}
	return out
}
