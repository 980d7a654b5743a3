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
