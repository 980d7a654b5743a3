package diff

import "github.com/zclconf/go-cty/cty"

// renaming is an attribute that a provider gave another name. It reads the
// object back under the new name before it plans, so that writing what was under
// that name plans nothing.
type renaming struct {
	from, to string
	// as is the old value in the new form, nil where it is the same.
	as func(cty.Value) cty.Value
}

// renamings are by resource type (azurerm 4.0 and AWS 5.0 upgrade guides, and
// Read of the resources).
var renamings = map[string][]renaming{
	"azurerm_cosmosdb_sql_container": {{"partition_key_path", "partition_key_paths", listed}},
	"azurerm_kubernetes_cluster_node_pool": {{"enable_node_public_ip", "node_public_ip_enabled", nil},
		{"enable_host_encryption", "host_encryption_enabled", nil}, {"enable_auto_scaling", "auto_scaling_enabled", nil}},
	"azurerm_servicebus_queue": {{"enable_partitioning", "partitioning_enabled", nil}, {"enable_express", "express_enabled", nil},
		{"enable_batched_operations", "batched_operations_enabled", nil}},
	"azurerm_servicebus_topic": {{"enable_partitioning", "partitioning_enabled", nil}, {"enable_express", "express_enabled", nil},
		{"enable_batched_operations", "batched_operations_enabled", nil}},
	"azurerm_network_interface": {{"enable_ip_forwarding", "ip_forwarding_enabled", nil},
		{"enable_accelerated_networking", "accelerated_networking_enabled", nil}},
	"azurerm_storage_account": {{"enable_https_traffic_only", "https_traffic_only_enabled", nil}},
	"azurerm_redis_cache":     {{"enable_non_ssl_port", "non_ssl_port_enabled", nil}},
	"aws_db_instance":         {{"name", "db_name", nil}},
	"aws_elasticache_replication_group": {{"replication_group_description", "description", nil},
		{"number_cache_clusters", "num_cache_clusters", nil}, {"availability_zones", "preferred_cache_cluster_azs", nil}},
}

func listed(v cty.Value) cty.Value { return cty.ListVal([]cty.Value{v}) }

// Renamed is the state of an instance with what was written under old names of
// attributes also under those that are written now.
func Renamed(resourceType string, state, old, now cty.Value) cty.Value {
	rows := renamings[resourceType]
	plain, marks := state.Unmark()
	if len(rows) == 0 || !plain.IsKnown() || plain.IsNull() {
		return state
	}
	values, was, is := plain.AsValueMap(), unmarked(old).AsValueMap(), unmarked(now).AsValueMap()
	for _, r := range rows {
		if !given(was, r.from) || given(was, r.to) || given(is, r.from) || !given(is, r.to) {
			continue
		}
		values[r.to], values[r.from] = was[r.from], cty.NullVal(cty.DynamicPseudoType)
		if r.as != nil {
			values[r.to] = r.as(was[r.from])
		}
	}
	return cty.ObjectVal(values).WithMarks(marks)
}

func given(values map[string]cty.Value, name string) bool {
	v, ok := values[name]
	return ok && (!v.IsKnown() || !v.IsNull())
}
