package diff

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// awsConditions is the plan-time logic of hashicorp/aws by resource type.
// Sources are files of internal/service in its repository, versions 5.46 and
// 6.58.
func awsConditions(resourceType string) []condition {
	switch resourceType {
	case "aws_instance":
		return []condition{
			{[]string{"user_data", "user_data_base64"}, where("user_data_replace_on_change", []string{"true"}, always), "ec2/ec2_instance.go ForceNewIf(user_data)"},
			{[]string{"launch_template.version"}, otherTemplateVersion, "ec2/ec2_instance.go CustomizeDiff: not the version that the instance was launched from"},
			{[]string{"instance_type"}, otherArchitecture, "ec2/ec2_instance.go ForceNewIf(instance_type): no common processor architecture"},
		}
	case "aws_lb", "aws_alb":
		return []condition{
			{[]string{"subnets"}, where("load_balancer_type", []string{"network"}, wholly(noMore)), "elbv2/load_balancer.go customizeDiffLoadBalancerNLB"},
			{[]string{"subnet_mapping"}, where("load_balancer_type", []string{"network", "application"}, wholly(mappings)), "elbv2/load_balancer.go customizeDiffLoadBalancerNLB, …ALB"},
			{[]string{"security_groups"}, where("load_balancer_type", []string{"network"}, wholly(setOrCleared)), "elbv2/load_balancer.go customizeDiffLoadBalancerNLB"},
		}
	case "aws_subnet", "aws_vpc_endpoint":
		return []condition{{[]string{"ipv6_cidr_block", "private_dns_enabled"}, beforeVersion6, "no plan-time logic before 6.0 (5.46 ec2/vpc_subnet.go, ec2/vpc_endpoint.go)"}}
	case "aws_network_interface":
		return []condition{
			{[]string{"private_ips"}, where("private_ip_list_enabled", []string{"", "false"}, allGo), "ec2/vpc_network_interface.go ForceNewIf(private_ips): the primary address goes"},
			{[]string{"private_ip_list"}, where("private_ip_list_enabled", []string{"true"}, otherFirst), "ec2/vpc_network_interface.go ForceNewIf(private_ip_list)"},
		}
	case "aws_batch_compute_environment":
		return []condition{
			{[]string{"compute_resources.security_group_ids", "compute_resources.subnets"}, batchNetwork, "batch/compute_environment.go resourceComputeEnvironmentCustomizeDiff"},
			{[]string{"compute_resources.*"}, batchFixed, "batch/compute_environment.go resourceComputeEnvironmentCustomizeDiff"},
		}
	case "aws_acm_certificate":
		return []condition{{[]string{"domain_name", "subject_alternative_names"}, issuedNames, "ACM API: the names of an issued certificate are fixed, UpdateCertificateOptions does not have them"}}
	case "aws_db_instance":
		return nil // identifier, class, storage and versions are updates; the rest is in the schema
	case "aws_rds_cluster":
		return []condition{
			{[]string{"storage_type"}, auroraStorage, "rds/cluster.go ForceNewIf(storage_type): only Aurora changes it in place"},
		}
	case "aws_docdb_cluster":
		return []condition{{[]string{"serverless_v2_scaling_configuration"}, blockGoes, "docdb/cluster.go ForceNewIfChange"}}
	case "aws_elasticache_cluster":
		return []condition{
			{[]string{"engine_version"}, downgrades(), "elasticache/engine_version.go engineVersionForceNewOnDowngrade"},
			{[]string{"node_type"}, where("engine", []string{"memcached"}, always), "elasticache/cluster.go ForceNewIf(node_type)"},
		}
	case "aws_elasticache_replication_group", "aws_elasticache_global_replication_group":
		return []condition{
			{[]string{"engine_version"}, downgrades(), "elasticache/engine_version.go engineVersionForceNewOnDowngrade"},
			{[]string{"engine"}, exceptBetween("redis>valkey"), "elasticache/engine_version.go customizeDiffEngineForceNewOnDowngrade"},
			{[]string{"transit_encryption_enabled"}, oldRedisOnly, "elasticache/replication_group.go ForceNewIf(transit_encryption_enabled), 6.x: engines before 7.0.5"},
		}
	case "aws_eks_cluster":
		return []condition{
			{[]string{"encryption_config"}, blockGoes, "eks/cluster.go ForceNewIfChange(encryption_config)"},
			{[]string{"compute_config.node_role_arn"}, exceptBetween(">*"), "eks/cluster.go ForceNewIfChange(compute_config.0.node_role_arn)"},
		}
	case "aws_ecs_service":
		return []condition{
			{[]string{"capacity_provider_strategy"}, capacityProviders, "ecs/service.go capacityProviderStrategyCustomizeDiff"},
		}
	case "aws_dynamodb_table":
		return []condition{
			{[]string{"restore_source_name", "restore_source_table_arn", "restore_backup_arn"}, exceptBetween("*>"), "dynamodb/table.go ForceNewIfChange(restore_source_name): a cleared source is an update"},
		}
	case "aws_msk_cluster":
		return []condition{
			{[]string{"kafka_version"}, downgrades(), "kafka/cluster.go ForceNewIfChange(kafka_version)"},
			{[]string{"storage_mode"}, between("TIERED>LOCAL"), "kafka/cluster.go ForceNewIfChange(storage_mode)"},
		}
	case "aws_opensearch_domain", "aws_elasticsearch_domain":
		return []condition{
			{[]string{"engine_version", "elasticsearch_version"}, searchVersion, "opensearch/domain.go ForceNewIf(engine_version): GetCompatibleVersions decides"},
			{[]string{"encrypt_at_rest.enabled", "node_to_node_encryption.enabled"}, searchEncryption, "opensearch/domain.go ForceNewIf, inPlaceEncryptionEnableVersion: from 6.7 enabling is an update"},
			{[]string{"advanced_security_options.enabled"}, turnedOff(), "opensearch/domain.go ForceNewIf(advanced_security_options.0.enabled)"},
			{[]string{"ip_address_type"}, between("dualstack>*"), "opensearch/domain.go ForceNewIfChange(ip_address_type)"},
		}
	case "aws_ssm_parameter":
		return []condition{{[]string{"tier"}, between("Advanced>Standard"), "ssm/parameter.go ForceNewIfChange(tier)"}}
	case "aws_vpc":
		return []condition{{[]string{"instance_tenancy"}, exceptBetween("dedicated>default"), "ec2/vpc_.go resourceVPCCustomizeDiff"}}
	case "aws_sagemaker_notebook_instance":
		return []condition{{[]string{"volume_size"}, shrinks(), "sagemaker/notebook_instance.go ForceNewIfChange(volume_size)"}}
	case "aws_fsx_lustre_file_system":
		return []condition{
			{[]string{"storage_capacity"}, lustreCapacity, "fsx/lustre_file_system.go resourceLustreFileSystemStorageCapacityCustomizeDiff"},
		}
	}
	return awsSmallConditions(resourceType)
}

// awsSmallConditions are types of which one attribute has a simple condition.
func awsSmallConditions(resourceType string) []condition {
	simple := func(decide func(change, hit) decision, source string, paths ...string) []condition {
		return []condition{{paths, decide, source}}
	}
	switch resourceType {
	case "aws_prometheus_workspace":
		return simple(cleared, "amp/workspace.go ForceNewIfChange(alias)", "alias")
	case "aws_elb":
		return simple(allGo, "elb/load_balancer.go ForceNewIfChange(subnets): all current ones go", "subnets")
	case "aws_transfer_server":
		return simple(exceptBetween(">*"), "transfer/server.go ForceNewIfChange(endpoint_details.0.vpc_id)", "endpoint_details.vpc_id")
	case "aws_cognito_user_pool_domain":
		return simple(setOrCleared, "cognitoidp/user_pool_domain.go ForceNewIfChange(certificate_arn): another certificate is an update", "certificate_arn")
	case "aws_glue_classifier":
		return simple(countChanges, "glue/classifier.go CustomizeDiff: another type of classifier", "csv_classifier", "grok_classifier", "json_classifier", "xml_classifier")
	case "aws_kinesis_analytics_application":
		return simple(blockGoes, "kinesisanalytics/application.go ForceNewIfChange(inputs)", "inputs")
	case "aws_kinesisanalyticsv2_application":
		return simple(blockGoes, "kinesisanalyticsv2/application.go ForceNewIfChange", "application_configuration.sql_application_configuration.input")
	case "aws_route53_resolver_rule":
		return simple(cleared, "route53resolver/rule.go resourceRuleCustomizeDiff", "resolver_endpoint_id")
	case "aws_organizations_organization":
		return simple(between("ALL>CONSOLIDATED_BILLING"), "organizations/organization.go ForceNewIfChange(feature_set)", "feature_set")
	case "aws_lambda_invocation":
		return simple(where("lifecycle_scope", []string{"", "CREATE_ONLY"}, always), "lambda/invocation.go customizeDiffInputChangeWithCreateOnlyScope", "input")
	case "aws_mwaa_environment":
		return simple(downgrades(), "mwaa/environment.go ForceNewIf(airflow_version)", "airflow_version")
	case "aws_amplify_app":
		return simple(cleared, "amplify/app.go ForceNewIfChange", "description", "iam_service_role_arn")
	case "aws_kendra_experience":
		return simple(cleared, "kendra/experience.go ForceNewIfChange(description)", "description")
	case "aws_keyspaces_table":
		return simple(blockGoes, "keyspaces/table.go ForceNewIfChange(client_side_timestamps)", "client_side_timestamps")
	case "aws_storagegateway_gateway":
		return simple(blockGoes, "storagegateway/gateway.go ForceNewIfChange(smb_active_directory_settings)", "smb_active_directory_settings")
	case "aws_networkfirewall_firewall_policy":
		return simple(exceptBetween(">*"), "networkfirewall/firewall_policy.go ForceNewIfChange", "firewall_policy.stateful_engine_options.rule_order")
	case "aws_networkfirewall_rule_group":
		return simple(exceptBetween(">*"), "networkfirewall/rule_group.go ForceNewIfChange", "rule_group.stateful_rule_options.rule_order")
	case "aws_config_configuration_aggregator":
		return simple(blockComes, "configservice/configuration_aggregator.go ForceNewIfChange", "account_aggregation_source", "organization_aggregation_source")
	case "aws_ec2_transit_gateway":
		return simple(between("disable>enable"), "ec2/transitgateway_.go ForceNewIfChange", "default_route_table_association", "default_route_table_propagation")
	}
	return nil
}

// region of provider 6.x: a resource that moves to another region is another
// resource (internal/provider/region forceNewIfRegionChanges).
func awsProviderConditions() []condition {
	return []condition{{[]string{"region"}, awsRegion, "internal/provider/sdkv2/intercept region: ForceNewIfRegionChanges"}}
}

func awsRegion(_ change, h hit) decision {
	if h.force != plan.ForceIf {
		return byForce(h) // a region of the type's own
	}
	return h.decided()
}

// noMore: in place only where there are more subnets than before.
func noMore(_ change, h hit) decision {
	old, new, ok := h.lengths()
	if !ok {
		return open
	}
	return decide(new <= old)
}

// mappings: subnets may be added beside the ones that are there; an application
// load balancer may also lose some.
func mappings(c change, _ hit) decision {
	kind, known := c.becomes("load_balancer_type")
	prior, planned := c.prior["subnet_mapping"], c.planned["subnet_mapping"]
	if !known || !prior.IsKnown() || !planned.IsKnown() {
		return open
	}
	olds, news := mappingTexts(prior), mappingTexts(planned)
	switch {
	case len(news) == len(olds):
		return decide(missing(olds, news) > 0)
	case len(news) > len(olds):
		return decide(missing(olds, news) > 0)
	}
	return decide(kind == "network" || missing(news, olds) > 0)
}

func mappingTexts(v cty.Value) []string {
	var out []string
	for _, e := range elements(v) {
		attrs := map[string]cty.Value{}
		for name, a := range unmarked(e).AsValueMap() {
			if name != "outpost_id" && !isZero(a) { // computed, and not in the hash
				attrs[name] = a
			}
		}
		out = append(out, canonical(cty.ObjectVal(attrs)))
	}
	return out
}

func auroraStorage(c change, _ hit) decision {
	engine, ok := c.becomes("engine")
	if !ok {
		return open
	}
	return decide(!strings.HasPrefix(engine, "aurora"))
}

// oldRedisOnly: the schema of 5.x forces replacement always, 6.x only with
// engines that cannot switch.
func oldRedisOnly(c change, h hit) decision {
	if strings.HasPrefix(c.typ.Version, "5.") || strings.HasPrefix(c.typ.Version, "4.") {
		return replaces
	}
	engine, okEngine := c.becomes("engine")
	version, okVersion := c.becomes("engine_version")
	switch {
	case !okEngine || !okVersion || version == "":
		return open
	case engine == "valkey":
		return inPlace
	}
	return decide(versionLess(version, "7.0.5"))
}

func capacityProviders(c change, h hit) decision {
	if text, ok := c.becomes("force_new_deployment"); !ok {
		return open
	} else if text != "true" {
		return replaces
	}
	// The whole set counts: what changed may be one of its elements.
	old, okOld := occurrences(orNull(c.prior[h.path[0].(string)], shape{}))
	new, okNew := occurrences(orNull(c.config[h.path[0].(string)], shape{}))
	if !okOld || !okNew {
		return open
	}
	return decide(old == 0 || new == 0)
}

func searchVersion(c change, h hit) decision {
	old, new, ok := h.texts()
	switch {
	case !ok:
		return open
	case versionLess(new, old) && engineName(old) == engineName(new):
		return replaces
	case engineName(old) == engineName(new) && majorStep(old, new) <= 1:
		return inPlace
	}
	return open // the service lists the versions it upgrades to
}

func engineName(version string) string {
	name, _, _ := strings.Cut(version, "_")
	return name
}

func majorStep(old, new string) int64 {
	a, b := versionParts(old), versionParts(new)
	if len(a) == 0 || len(b) == 0 {
		return 99
	}
	return b[0].Int64() - a[0].Int64()
}

func searchEncryption(c change, h hit) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	if old == "true" && new != "true" {
		return replaces
	}
	version, known := c.becomes("engine_version")
	if v, ok := c.becomes("elasticsearch_version"); version == "" {
		version, known = v, ok
	}
	switch {
	case !known || version == "":
		return open
	case strings.HasPrefix(version, "OpenSearch"):
		return inPlace
	}
	return decide(versionLess(strings.TrimPrefix(version, "Elasticsearch_"), "6.7"))
}

func lustreCapacity(c change, h hit) decision {
	if d := shrinks()(c, h); d != inPlace {
		return d
	}
	deployment, ok := c.becomes("deployment_type")
	if !ok {
		return open
	}
	return decide(deployment == "" || deployment == "SCRATCH_1")
}

// otherArchitecture compares the processor architectures of two instance
// types, which their names tell: a `g` after the generation is Arm, as are a1
// and the Arm Macs.
func otherArchitecture(_ change, h hit) decision {
	old, new, ok := h.texts()
	if !ok || old == "" || new == "" {
		return open
	}
	a, b := architecture(old), architecture(new)
	if a == "" || b == "" {
		return open
	}
	return decide(a != b)
}

func architecture(instanceType string) string {
	family, _, ok := strings.Cut(instanceType, ".")
	if !ok {
		return ""
	}
	if strings.HasPrefix(family, "mac") {
		if family == "mac1" {
			return "x86_64_mac"
		}
		return "arm64_mac"
	}
	digits := strings.IndexAny(family, "0123456789")
	if digits < 0 {
		return ""
	}
	options := strings.TrimLeft(family[digits:], "0123456789")
	if family == "a1" || strings.Contains(options, "g") {
		return "arm64"
	}
	return "x86_64"
}
