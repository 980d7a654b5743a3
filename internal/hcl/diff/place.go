package diff

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// placeAttrs are the attributes of a Google resource that the provider's
// configuration fills in.
var placeAttrs = []string{"project", "region", "zone"}

// Placed completes the configuration of an instance with what the provider
// plans from its own one, an object of attribute values: all labels together,
// and the place. applied is for the configuration that an object was made
// from. An object that exists keeps its place: at plan time the provider is
// asked only where the resource names "" (google/tpgresource/utils.go
// GetProjectFromDiff, which takes a value in the state for the resource's).
func Placed(t *plan.TypeFacts, provider, config cty.Value, applied bool) cty.Value {
	if !isGoogle(t) || !config.IsKnown() || config.IsNull() || !config.Type().IsObjectType() {
		return config
	}
	un, marks := config.Unmark()
	attrs := maps.Clone(un.AsValueMap())
	if attrs == nil {
		attrs = map[string]cty.Value{}
	}
	for _, name := range placeAttrs {
		own := providerAttr(un, name)
		asks := own.IsNull() && applied || isEmptyString(own) && (applied || plansPlace(t, name))
		if v := providerAttr(provider, name); asks && inPlaceOf(t, name) && !isNull(v) {
			attrs[name] = v
		}
	}
	for _, name := range []string{"labels", "resource_labels"} {
		if t.Attributes[name] != nil && t.Attributes["effective_labels"] != nil {
			attrs["effective_labels"] = allLabels(providerAttr(provider, "default_labels"), providerAttr(un, name))
		}
	}
	return cty.ObjectVal(attrs).WithMarks(marks)
}

// PlaceNew completes a planned instance that is made anew, from the
// configuration config, with the place that its plan shows.
func PlaceNew(t *plan.TypeFacts, provider, config, planned cty.Value) cty.Value {
	if !isGoogle(t) || !planned.Type().IsObjectType() || !planned.IsKnown() {
		return planned
	}
	un, marks := planned.Unmark()
	attrs := maps.Clone(un.AsValueMap())
	for _, name := range placeAttrs {
		v := providerAttr(provider, name)
		if inPlaceOf(t, name) && plansPlace(t, name) && isNull(providerAttr(config, name)) && !isNull(v) {
			attrs[name] = v
		}
	}
	return cty.ObjectVal(attrs).WithMarks(marks)
}

func isNull(v cty.Value) bool { return v.IsKnown() && v.IsNull() }

// allLabels are the provider's labels and the resource's over them
// (google/tpgresource/labels.go setLabelsFields).
func allLabels(provider, own cty.Value) cty.Value {
	p, pm := provider.Unmark()
	o, om := own.Unmark()
	if !p.IsKnown() || !o.IsKnown() {
		return cty.UnknownVal(cty.Map(cty.String)).WithMarks(pm, om)
	}
	all := map[string]cty.Value{}
	for _, v := range []cty.Value{p, o} {
		if !v.IsNull() && isKeyed(v) {
			maps.Copy(all, v.AsValueMap())
		}
	}
	return cty.ObjectVal(all).WithMarks(pm, om)
}

func isGoogle(t *plan.TypeFacts) bool { return t != nil && providerName(t) == "google" }

func inPlaceOf(t *plan.TypeFacts, name string) bool {
	a := t.Attributes[name]
	return a != nil && a.Optional && a.Computed && a.Force == plan.ForceAlways
}

// plansPlace: DefaultProviderProject, DefaultProviderRegion and
// DefaultProviderZone (google/tpgresource/utils.go) are part of the plan-time
// logic of nearly all types; the others keep the place that they were made in.
func plansPlace(t *plan.TypeFacts, name string) bool {
	return t.PlanLogic && !slices.Contains(placeKept[name], t.Type)
}

// placeKept are the types with plan-time logic that does not look at the
// attribute (CustomizeDiff in google/services, 2026-08-21).
var placeKept = map[string][]string{
	"project": {
		"google_bigtable_gc_policy", "google_container_cluster", "google_dataflow_job", "google_endpoints_service",
		"google_gke_hub_feature_membership", "google_logging_project_sink", "google_secret_manager_secret_version", "google_storage_bucket",
	},
	"region": {
		"google_composer_user_workloads_config_map", "google_compute_address", "google_compute_forwarding_rule", "google_compute_ha_vpn_gateway",
		"google_compute_instance_template", "google_compute_network_attachment", "google_compute_node_template", "google_compute_region_commitment",
		"google_compute_region_disk", "google_compute_region_disk_resource_policy_attachment", "google_compute_region_health_check",
		"google_compute_region_instant_snapshot", "google_compute_region_network_firewall_policy", "google_compute_region_network_firewall_policy_association",
		"google_compute_region_network_firewall_policy_with_rules", "google_compute_region_resize_request", "google_compute_region_security_policy",
		"google_compute_region_ssl_certificate", "google_compute_region_ssl_policy", "google_compute_region_target_http_proxy",
		"google_compute_region_target_https_proxy", "google_compute_region_target_tcp_proxy", "google_compute_router", "google_compute_router_named_set",
		"google_compute_router_nat", "google_compute_router_nat_address", "google_compute_router_peer", "google_compute_router_route_policy",
		"google_compute_subnetwork", "google_compute_vpn_gateway", "google_compute_vpn_tunnel", "google_data_catalog_taxonomy",
		"google_iap_tunnel_dest_group", "google_looker_instance", "google_memcache_instance", "google_redis_instance", "google_sql_database_instance",
		"google_sql_source_representation_instance", "google_vertex_ai_dataset", "google_vertex_ai_feature_group", "google_vertex_ai_feature_online_store",
		"google_vertex_ai_feature_online_store_featureview", "google_vertex_ai_featurestore", "google_vertex_ai_index_endpoint_deployed_index",
		"google_vertex_ai_rag_engine_config", "google_vertex_ai_semantic_governance_policy_engine", "google_vertex_ai_tensorboard", "google_vpc_access_connector",
	},
	"zone": {
		"google_compute_bulk_per_instance_config", "google_compute_disk", "google_compute_instance_from_template", "google_compute_instant_snapshot",
		"google_compute_resize_request", "google_compute_snapshot", "google_compute_target_instance", "google_data_fusion_instance", "google_filestore_instance",
	},
}
