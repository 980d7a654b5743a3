package diff

import (
	"slices"
	"strings"
)

// azureConditions is the plan-time logic of hashicorp/azurerm by resource
// type. Sources are files of internal/services in its repository, 5.2.0.
func azureConditions(resourceType string) []condition {
	switch resourceType {
	case "azurerm_kubernetes_cluster":
		return aksConditions()
	case "azurerm_kubernetes_cluster_node_pool":
		return []condition{
			{[]string{"os_sku"}, linuxSKU, "containers/kubernetes_cluster_node_pool_resource.go ForceNewIfChange(os_sku)"},
			{[]string{"upgrade_settings.drain_timeout_in_minutes", "upgrade_settings.undrainable_node_behavior"}, cleared, "containers/kubernetes_cluster_node_pool_resource.go"},
		}
	case "azurerm_postgresql_flexible_server":
		return []condition{
			{[]string{"version"}, downgrades(), "postgres/postgresql_flexible_server_resource.go"},
			{[]string{"storage_mb", "cluster.size"}, shrinks(), "postgres/postgresql_flexible_server_resource.go"},
			{[]string{"administrator_login"}, exceptBetween(">*"), "postgres/postgresql_flexible_server_resource.go"},
			{[]string{"identity.type"}, between("UserAssigned>SystemAssigned", "UserAssigned>", "SystemAssigned, UserAssigned>SystemAssigned", "SystemAssigned, UserAssigned>"), "postgres/postgresql_flexible_server_resource.go"},
		}
	case "azurerm_mysql_flexible_server":
		return []condition{{[]string{"storage.size_gb"}, shrinks(), "mysql/mysql_flexible_server_resource.go"}}
	case "azurerm_mssql_database":
		return []condition{
			{[]string{"sku_name"}, onTexts(func(old, new string) bool { return strings.HasPrefix(old, "HS") && !strings.HasPrefix(new, "HS") }), "mssql/mssql_database_resource.go ForceNewIfChange(sku_name): hyperscale stays hyperscale"},
			{[]string{"enclave_type"}, cleared, "mssql/mssql_database_resource.go"},
		}
	case "azurerm_mssql_elasticpool":
		return []condition{{[]string{"enclave_type"}, cleared, "mssql/mssql_elasticpool_resource.go"}}
	case "azurerm_storage_account":
		return []condition{
			{[]string{"account_kind"}, storageKind, "storage/storage_account_resource.go"},
			{[]string{"account_replication_type"}, zoneRedundancy, "storage/storage_account_resource.go ForceNewIfChange(account_replication_type)"},
			{[]string{"large_file_share_enabled"}, turnedOff(), "storage/storage_account_resource.go"},
			{[]string{"immutability_policy.state"}, between("Locked>*"), "storage/storage_account_resource.go"},
		}
	case "azurerm_cosmosdb_account":
		return []condition{
			{[]string{"backup.type"}, between("Continuous>Periodic"), "cosmos/cosmosdb_account_resource.go"},
			{[]string{"analytical_storage_enabled"}, turnedOff(), "cosmos/cosmosdb_account_resource.go"},
		}
	case "azurerm_cosmosdb_sql_container", "azurerm_cosmosdb_gremlin_graph":
		return []condition{{[]string{"analytical_storage_ttl"}, exceptBetween(">*", "0>*", "*>-1"), "cosmos/cosmosdb_sql_container_resource.go"}}
	case "azurerm_redis_cache":
		return []condition{{[]string{"sku_name"}, between("Premium>Standard", "Premium>Basic", "Standard>Basic"), "redis/redis_cache_resource.go"}}
	case "azurerm_eventhub_namespace":
		return []condition{{[]string{"sku"}, between("Premium>*", "*>Premium"), "eventhub/eventhub_namespace_resource.go"}}
	case "azurerm_servicebus_namespace":
		return []condition{
			{[]string{"sku"}, between("Premium>*", "*>Premium"), "servicebus/servicebus_namespace_resource.go"},
			{[]string{"customer_managed_key"}, blockGoes, "servicebus/servicebus_namespace_resource.go"},
		}
	case "azurerm_databricks_workspace":
		return []condition{
			{[]string{"sku"}, between("*>trial"), "databricks/databricks_workspace_resource.go"},
			{[]string{"enhanced_security_compliance.compliance_security_profile_enabled"}, turnedOff(), "databricks/databricks_workspace_resource.go"},
			{[]string{"enhanced_security_compliance.compliance_security_profile_standards"}, loses, "databricks/databricks_workspace_resource.go"},
		}
	case "azurerm_log_analytics_workspace":
		return []condition{{[]string{"sku"}, exceptBetween("LACluster>*", ">*", "CapacityReservation>PerGB2018", "PerGB2018>CapacityReservation"), "loganalytics/log_analytics_workspace_resource.go"}}
	case "azurerm_search_service":
		return []condition{{[]string{"sku"}, exceptBetween("basic>standard", "basic>standard2", "basic>standard3", "standard>standard2", "standard>standard3", "standard2>standard3"), "search/search_service_resource.go"}}
	case "azurerm_app_configuration":
		return []condition{{[]string{"sku"}, between("premium>developer", "standard>developer", "*>free"), "appconfiguration/app_configuration_resource.go ForceNewIfChange(sku)"}}
	case "azurerm_bastion_host":
		return []condition{{[]string{"sku"}, lowerIn("Developer", "Basic", "Standard", "Premium"), "network/bastion_host_resource.go ForceNewIfChange(sku)"}}
	case "azurerm_data_factory":
		return []condition{{[]string{"managed_virtual_network_enabled"}, turnedOff(), "datafactory/data_factory_resource.go"}}
	case "azurerm_virtual_network_gateway":
		return []condition{{[]string{"sku"}, where("type", []string{"ExpressRoute"}, onTexts(func(old, new string) bool {
			zoned := func(s string) bool { return strings.HasPrefix(s, "ErGw") }
			return zoned(old) != zoned(new)
		})), "network/virtual_network_gateway_resource.go: ExpressRoute in and out of the zoned SKUs"}}
	case "azurerm_service_plan":
		return []condition{{[]string{"zone_balancing_enabled"}, balancing, "appservice/service_plan_resource.go: turned on with fewer than two workers"}}
	case "azurerm_express_route_circuit":
		return []condition{{[]string{"bandwidth_in_mbps"}, shrinks(), "network/express_route_circuit_resource.go"}}
	case "azurerm_recovery_services_vault":
		return []condition{
			{[]string{"cross_region_restore_enabled"}, turnedOff(), "recoveryservices/recovery_services_vault_resource.go"},
			{[]string{"immutability"}, between("Locked>*"), "recoveryservices/recovery_services_vault_resource.go"},
		}
	case "azurerm_data_protection_backup_vault":
		return []condition{
			{[]string{"cross_region_restore_enabled"}, turnedOff(), "dataprotection/data_protection_backup_vault_resource.go"},
			{[]string{"immutability"}, between("Locked>*"), "dataprotection/data_protection_backup_vault_resource.go"},
			{[]string{"soft_delete"}, between("AlwaysOn>*"), "dataprotection/data_protection_backup_vault_resource.go"},
		}
	case "azurerm_api_management":
		return []condition{
			{[]string{"virtual_network_type"}, exceptBetween("None>Internal", "None>External"), "apimanagement/api_management_resource.go"},
			{[]string{"virtual_network_configuration"}, exceptBlockComes, "apimanagement/api_management_resource.go"},
			{[]string{"sku_name"}, onTexts(func(old, new string) bool { return strings.Contains(old, "V2") != strings.Contains(new, "V2") }), "apimanagement/api_management_resource.go ForceNewIfChange(sku_name)"},
		}
	case "azurerm_key_vault_key":
		return []condition{{[]string{"expiration_date"}, cleared, "keyvault/key_vault_key_resource.go"}}
	case "azurerm_managed_disk", "azurerm_snapshot":
		return []condition{{[]string{"encryption_settings"}, blockGoes, "compute/managed_disk_resource.go"}}
	case "azurerm_linux_virtual_machine_scale_set", "azurerm_windows_virtual_machine_scale_set", "azurerm_orchestrated_virtual_machine_scale_set":
		return []condition{{[]string{"zones"}, loses, "compute/linux_virtual_machine_scale_set_resource.go"}}
	case "azurerm_shared_image", "azurerm_shared_image_version", "azurerm_gallery_application_version":
		return []condition{{[]string{"end_of_life_date"}, cleared, "compute/shared_image_resource.go"}}
	case "azurerm_gallery_application":
		return []condition{{[]string{"end_of_life_date", "privacy_statement_uri", "release_note_uri"}, cleared, "compute/gallery_application_resource.go"}}
	}
	return nil
}

// lowerIn: a value that comes earlier in the order than the one before.
func lowerIn(order ...string) func(change, hit) decision {
	return onTexts(func(old, new string) bool {
		return new != "" && slices.Index(order, new) < slices.Index(order, old)
	})
}

// balancing over zones needs two workers.
func balancing(c change, h hit) decision {
	old, new, ok := h.texts()
	workers, known := c.becomes("worker_count")
	switch {
	case !ok:
		return open
	case old == "true" || new != "true":
		return inPlace
	case !known:
		return open
	}
	return decide(workers == "" || workers == "0" || workers == "1")
}

func exceptBlockComes(_ change, h hit) decision {
	old, new, ok := h.lengths()
	if !ok {
		return open
	}
	return decide(old != 0 || new == 0)
}

func aksConditions() []condition {
	const source = "containers/kubernetes_cluster_resource.go CustomizeDiff"
	return []condition{
		{[]string{
			"default_node_pool.upgrade_settings.drain_timeout_in_minutes",
			"default_node_pool.upgrade_settings.undrainable_node_behavior",
			"windows_profile.gmsa.dns_server", "windows_profile.gmsa.root_domain",
			"api_server_access_profile.subnet_id",
		}, cleared, source},
		{[]string{"oidc_issuer_enabled"}, turnedOff(), source},
		{[]string{"service_principal.client_id"}, between("msi>*", ">*"), source},
		{[]string{"windows_profile.gmsa"}, blockGoes, source},
		{[]string{"default_node_pool.name"}, aksPoolName, source},
		{[]string{"network_profile.network_data_plane"}, exceptBetween(">*", "azure>cilium"), source},
		{[]string{"network_profile.network_plugin"}, aksPlugin, source},
		{[]string{"network_profile.network_plugin_mode"}, onTexts(func(_, new string) bool { return !strings.EqualFold(new, "overlay") }), source},
		{[]string{"network_profile.network_policy"}, exceptBetween(">*", "azure>cilium", "calico>cilium"), source},
		{[]string{"network_profile.pod_cidr", "network_profile.pod_cidrs"}, exceptFirst, source},
	}
}

// aksPoolName: a pool that still has the name used while it is resized is
// resized again, not replaced.
func aksPoolName(c change, h hit) decision {
	old, _, ok := h.texts()
	temporary, known := c.becomes("default_node_pool.temporary_name_for_rotation")
	if !ok || !known {
		return open
	}
	return decide(old == "" || old != temporary)
}

func aksPlugin(c change, h hit) decision {
	old, new, ok := h.texts()
	mode, known := c.becomes("network_profile.network_plugin_mode")
	if !ok || !known {
		return open
	}
	return decide(old != "kubenet" || new != "azure" || !strings.EqualFold(mode, "overlay"))
}

// exceptFirst: a first value is an update, another one is not.
func exceptFirst(_ change, h hit) decision {
	if !h.old.IsKnown() {
		return open
	}
	return decide(!isZero(h.old))
}

func linuxSKU(_ change, h hit) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	movable := func(s string) bool { return strings.HasPrefix(s, "Ubuntu") || strings.HasPrefix(s, "AzureLinux") }
	return decide(!movable(old) || !movable(new))
}

func storageKind(_ change, h hit) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	return decide(old != "" && old != "Storage" && new != "StorageV2")
}

func zoneRedundancy(_ change, h hit) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	zoned := func(s string) bool { return strings.Contains(strings.ToUpper(s), "ZRS") }
	return decide(zoned(old) != zoned(new))
}
