package diff

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// assumed is what a service fills in for an optional and computed attribute
// that was never configured, where that is sure enough to compare with; NilVal
// where it is not. path is dotted, with indexes.
//
// Flags are off unless someone turns them on, and generated names have no
// prefix of the user's; everything else needs a row.
func assumed(resourceType, path string, a *plan.AttrFacts, s shape) cty.Value {
	if !a.Optional {
		return cty.NilVal
	}
	if text, ok := serviceDefault(resourceType, withoutIndexes(path)); ok {
		return asType(cty.StringVal(text), s)
	}
	if s.holds != single || s.nested || a.Force == plan.ForceNever {
		return cty.NilVal
	}
	switch {
	case s.elem == cty.Bool:
		return cty.False
	case s.elem == cty.String && strings.HasSuffix(path, "_prefix"):
		return cty.StringVal("")
	}
	return cty.NilVal
}

// serviceDefault are rows by type and attribute, each with its documentation.
func serviceDefault(resourceType, path string) (string, bool) {
	switch resourceType + "." + path {
	case "google_container_cluster.private_cluster_config.master_ipv4_cidr_block", "google_container_cluster.private_cluster_config.private_endpoint_subnetwork":
		return "", true // docs container_cluster: private_cluster_config left out is a public cluster, which has no range of its own
	case "google_compute_firewall.direction":
		return "INGRESS", true // docs compute_firewall: direction, default INGRESS
	case "random_string.numeric", "random_string.number", "random_password.numeric", "random_password.number":
		return "true", true // docs random_password: numeric, default true
	case "aws_eks_node_group.capacity_type":
		return "ON_DEMAND", true // EKS API CreateNodegroup: capacityType
	case "aws_elasticache_replication_group.at_rest_encryption_enabled":
		return "false", true // docs elasticache_replication_group: default false
	case "aws_instance.tenancy", "aws_launch_configuration.placement_tenancy":
		return "default", true // docs instance: tenancy
	case "aws_elasticache_cluster.transit_encryption_enabled", "aws_elasticache_replication_group.transit_encryption_enabled":
		return "false", true
	}
	return "", false
}

func withoutIndexes(path string) string {
	var out []string
	for _, step := range strings.Split(path, ".") {
		if !isDigits(step) {
			out = append(out, step)
		}
	}
	return strings.Join(out, ".")
}
