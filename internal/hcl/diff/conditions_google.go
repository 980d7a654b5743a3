package diff

import (
	"regexp"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// googleConditions is the plan-time logic of hashicorp/google by resource
// type. Sources are files of google/services in its repository, 8.0
// (2026-08-21).
func googleConditions(resourceType string) []condition {
	switch resourceType {
	case "google_sql_database_instance":
		return []condition{
			{[]string{"settings.disk_size"}, sqlDiskSize, "sql/resource_sql_database_instance.go diskSizeCutomizeDiff"},
			{[]string{"settings.ip_configuration.private_network"}, cleared, "sql/resource_sql_database_instance.go privateNetworkCustomizeDiff"},
			{[]string{"settings.auto_upgrade_enabled"}, turnedOff(), "sql/resource_sql_database_instance.go autoUpgradeEnabledCustomizeDiff"},
			{[]string{"master_instance_name", "replica_configuration.cascadable_replica"}, always, "sql/resource_sql_database_instance.go ForceNewIf(master_instance_name): all but a switchover"},
		}
	case "google_bigquery_table":
		return []condition{{[]string{"schema"}, bigQuerySchema, "bigquery/resource_bigquery_table.go resourceBigQueryTableSchemaIsChangeable"}}
	case "google_spanner_database":
		return []condition{
			{[]string{"ddl"}, rewritten, "spanner/resource_spanner_database.go resourceSpannerDBDdlCustomDiffFunc: statements may only be appended"},
			{[]string{"encryption_config.kms_key_names"}, always, "spanner/resource_spanner_database.go resourceSpannerEncryptionConfigCustomDiffFunc"},
		}
	case "google_compute_disk", "google_compute_region_disk":
		return []condition{
			{[]string{"size"}, shrinks(), "compute/resource_compute_disk.go IsDiskShrinkage"},
			{[]string{"provisioned_iops"}, notHyperdisk, "compute/resource_compute_disk.go hyperDiskIopsUpdateDiffSuppress"},
		}
	case "google_bigtable_instance":
		return []condition{{[]string{"cluster.zone", "cluster.storage_type", "cluster.kms_key_name", "cluster.node_scaling_factor"}, always, "bigtable/resource_bigtable_instance.go resourceBigtableInstanceClusterReorderTypeListFunc"}}
	case "google_dataflow_job":
		return []condition{
			{[]string{"on_delete"}, inPlaceAlways, "dataflow/resource_dataflow_job.go resourceDataflowJobTypeCustomizeDiff"},
			{[]string{"*"}, streamingOnly, "dataflow/resource_dataflow_job.go resourceDataflowJobTypeCustomizeDiff: a batch job is replaced, a streaming one is updated"},
		}
	case "google_compute_instance":
		return []condition{
			{[]string{"network_interface.network_ip"}, networkIP, "compute/resource_compute_instance.go forceNewIfNetworkIPNotUpdatable"},
			{[]string{"metadata_startup_script"}, startupScript, "compute/resource_compute_instance.go isGracefulMetadataStartupSwitch"},
		}
	case "google_compute_subnetwork":
		return []condition{{[]string{"ip_cidr_range"}, narrows(), "compute/resource_compute_subnetwork.go IsShrinkageIpCidr"}}
	case "google_container_cluster":
		return []condition{
			{[]string{"enable_l4_ilb_subsetting", "enable_fqdn_network_policy"}, turnedOff(), "container/resource_container_cluster.go isBeenEnabled"},
			{[]string{"enable_k8s_beta_apis.enabled_apis"}, loses, "container/resource_container_cluster.go containerClusterEnableK8sBetaApisCustomizeDiffFunc"},
			{[]string{"dns_config.additive_vpc_scope_dns_domain"}, where("enable_autopilot", []string{"true"}, always), "container/resource_container_cluster.go containerClusterAutopilotCustomizeDiff"},
		}
	case "google_redis_instance":
		return []condition{{[]string{"redis_version"}, redisDowngrade(), "redis/resource_redis_instance.go isRedisVersionDecreasing"}}
	case "google_storage_bucket":
		return []condition{{[]string{"retention_policy.is_locked"}, turnedOff(), "storage/resource_storage_bucket.go isPolicyLocked"}}
	case "google_secret_manager_secret":
		return []condition{{[]string{"replication.auto", "replication.automatic"}, always, "secretmanager/resource_secret_manager_secret.go secretManagerSecretAutoCustomizeDiff"}}
	case "google_compute_forwarding_rule":
		return []condition{
			{[]string{"allow_global_access"}, where("load_balancing_scheme", []string{"INTERNAL_MANAGED"}, always), "compute/resource_compute_forwarding_rule.go forwardingRuleCustomizeDiff"},
			{[]string{"target"}, serviceAttachments, "compute/resource_compute_forwarding_rule.go forwardingRuleCustomizeDiff"},
		}
	case "google_vpc_access_connector":
		return []condition{{[]string{"min_instances", "max_instances"}, shrinks(), "vpcaccess/resource_vpc_access_connector.go isInstanceShrinkage"}}
	case "google_data_loss_prevention_stored_info_type":
		return []condition{{[]string{"dictionary", "regex", "large_custom_dictionary"}, blockGoes, "datalossprevention/resource_data_loss_prevention_stored_info_type.go"}}
	case "google_compute_instance_group_manager", "google_compute_region_instance_group_manager":
		return []condition{{[]string{"resource_policies.workload_policy"}, cleared, "compute/resource_compute_instance_group_manager.go"}}
	case "google_deployment_manager_deployment":
		return []condition{{[]string{"preview", "target", "labels"}, where("preview", []string{"true"}, always), "deploymentmanager/resource_deployment_manager_deployment.go"}}
	case "google_bigquery_data_transfer_config":
		return []condition{{[]string{"params"}, undecidedParams, "bigquerydatatransfer/resource_bigquery_data_transfer_config.go ParamsCustomizeDiffFunc"}}
	case "google_agent_identity_auth_provider":
		return []condition{{[]string{"auth_provider_type_params.api_key", "auth_provider_type_params.two_legged_oauth", "auth_provider_type_params.three_legged_oauth"}, blockGoes, "agentidentity/resource_agent_identity_auth_provider.go agentIdentityAuthProviderCustomizeDiffFunc"}}
	case "google_workbench_instance":
		return []condition{{[]string{"gce_setup.metadata"}, workbenchMetadata, "workbench/resource_workbench_instance.go workbenchMetadataCustomizeDiff"}}
	case "google_composer_environment":
		return []condition{{[]string{"config.node_config.network", "config.node_config.subnetwork"}, composerNetwork, "composer/resource_composer_environment.go forceNewIfNotComposer3CustomDiff"}}
	}
	return nil
}

// sqlDiskSize: a smaller size is not even a change where the disk grows by
// itself.
func sqlDiskSize(c change, h hit) decision {
	if d := shrinks()(c, h); d != replaces {
		return d
	}
	switch text, ok := c.becomes("settings.disk_autoresize"); {
	case !ok:
		return open
	case text == "" || text == "true":
		return nothing
	}
	return replaces
}

// startupScript: only the same script under metadata's key is an update.
func startupScript(c change, h hit) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	was, okOld := c.was("metadata.startup-script")
	is, okNew := c.becomes("metadata.startup-script")
	if !okOld || !okNew {
		return open
	}
	return decide((old != "" || was == "" || new != was) && (new != "" || is == "" || old != is))
}

func notHyperdisk(c change, _ hit) decision {
	kind, ok := c.becomes("type")
	if !ok {
		return open
	}
	return decide(!strings.Contains(kind, "hyperdisk"))
}

func inPlaceAlways(change, hit) decision { return inPlace }

// streamingOnly: the type of a job is known to the service alone.
func streamingOnly(_ change, h hit) decision {
	if h.force == plan.ForceAlways {
		return replaces
	}
	return open
}

// undecidedParams: the paths and tables that a transfer reads and writes are
// parameters that force replacement, by data source.
func undecidedParams(c change, h hit) decision {
	source, ok := c.becomes("data_source_id")
	keys := map[string][]string{
		"google_cloud_storage": {"data_path_template", "destination_table_name_template"},
		"amazon_s3":            {"data_path", "destination_table_name_template"},
	}[source]
	worst := inPlace
	for _, k := range keys {
		old, okOld := entryOf(unmarked(h.old), k)
		new, okNew := entryOf(unmarked(h.new), k)
		if okOld && okNew && old != new {
			worst = replaces
		}
	}
	if !ok || !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	return worst
}

var redisVersion = regexp.MustCompile(`^REDIS_\d+_\d+$`)

// redisDowngrade: `REDIS_6_X` is no version to compare with.
func redisDowngrade() func(change, hit) decision {
	return onTexts(func(old, new string) bool {
		return redisVersion.MatchString(old) && redisVersion.MatchString(new) && versionLess(new, old)
	})
}

// workbenchMetadata: these keys may go, but neither come nor change.
func workbenchMetadata(c change, h hit) decision {
	keys := []string{"install-monitoring-agent", "install-nvidia-driver", "serial-port-logging-enable", "report-notebook-metrics"}
	if euc, ok := c.becomes("enable_managed_euc"); ok && euc == "true" {
		keys = append(keys, "post-startup-script", "post-startup-script-behavior")
	}
	o, n := unmarked(h.old), unmarked(h.new)
	if !o.IsKnown() || !n.IsKnown() {
		return open
	}
	worst := inPlace
	for _, k := range keys {
		old, okOld := entryOf(o, k)
		new, okNew := entryOf(n, k)
		if okNew && (!okOld || old != new) {
			worst = replaces
		}
	}
	return worst
}

// networkIP: another address in the same subnetwork needs another machine; a
// move to another subnetwork takes the address along.
func networkIP(c change, h hit) decision {
	oldCount, newCount := length(unmarked(c.prior["network_interface"])), length(unmarked(c.planned["network_interface"]))
	if _, new, ok := h.texts(); oldCount != newCount || ok && new == "" {
		return inPlace
	}
	m := meaning{provider: "google"}
	worst := same
	for _, name := range []string{"network_interface.network", "network_interface.subnetwork"} {
		o, n := at(c.prior, name), at(c.planned, name)
		if v := compare(shape{holds: single}, true, o, n); v == differs {
			worst = max(worst, m.compare(o, n))
		} else {
			worst = max(worst, v)
		}
	}
	switch worst {
	case differs:
		return inPlace
	case maybe:
		return open
	}
	return replaces
}

// rewritten: an element that was there is gone or another.
func rewritten(_ change, h hit) decision {
	if !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	o, n := unmarked(h.old), unmarked(h.new)
	if length(n) < length(o) {
		return replaces
	}
	if length(o) == 0 {
		return inPlace
	}
	olds, news := o.AsValueSlice(), n.AsValueSlice()
	worst := same
	for i := range olds {
		worst = max(worst, compare(shape{holds: single}, true, olds[i], news[i]))
	}
	switch worst {
	case same:
		return inPlace
	case maybe:
		return open
	}
	return replaces
}

func serviceAttachments(_ change, h hit) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	const part = "/serviceAttachments/"
	return decide(strings.Contains(old, part) && strings.Contains(new, part))
}

func composerNetwork(c change, _ hit) decision {
	version, ok := c.becomes("config.software_config.image_version")
	if !ok {
		return open
	}
	return decide(!strings.HasPrefix(version, "composer-3"))
}
