package diff

import "github.com/holdpoint-dev/holdpoint/internal/plan"

// awsRecomputed are the computed attributes that hashicorp/aws makes unknown in
// an update (SetNewComputed, ComputedIf). Sources are files of internal/service
// in its repository, versions 5.46 and 6.58.
func awsRecomputed(t *plan.TypeFacts) []recomputed {
	switch t.Type {
	case "aws_launch_template":
		return []recomputed{
			{attrs: []string{"latest_version"}, except: []string{"name", "name_prefix", "description", "default_version", "update_default_version"}, source: "aws ec2/ec2_launch_template.go ComputedIf(latest_version)"},
			{attrs: []string{"default_version"}, except: []string{"name", "name_prefix", "description"}, only: flag("update_default_version"), source: "aws ec2/ec2_launch_template.go ComputedIf(default_version)"},
		}
	case "aws_lambda_function":
		return []recomputed{
			{attrs: []string{"version", "qualified_arn", "qualified_invoke_arn"}, except: lambdaAside, only: flag("publish"), source: "aws lambda/function.go updateComputedAttributesOnPublish"},
			{attrs: []string{"last_modified"}, except: lambdaAside, source: "aws lambda/function.go updateComputedAttributesOnPublish"},
		}
	case "aws_ssm_parameter":
		return []recomputed{
			{attrs: []string{"version"}, changed: []string{"value", "insecure_value"}, source: "aws ssm/parameter.go ComputedIf(version)"},
			{attrs: []string{"insecure_value"}, changed: []string{"value"}, source: "aws ssm/parameter.go ComputedIf(insecure_value)"},
			{attrs: []string{"value"}, changed: []string{"insecure_value"}, source: "aws ssm/parameter.go ComputedIf(value)"},
		}
	case "aws_s3_object", "aws_s3_bucket_object":
		return []recomputed{
			{attrs: []string{"version_id"}, changed: []string{"bucket_key_enabled", "cache_control", "content_base64", "content_disposition", "content_encoding", "content_language", "content_type", "content", "etag", "kms_key_id", "metadata", "server_side_encryption", "source", "source_hash", "storage_class", "website_redirect"}, source: "aws s3/object.go resourceObjectCustomizeDiff"},
			{attrs: []string{"etag"}, changed: []string{"source_hash"}, source: "aws s3/object.go resourceObjectCustomizeDiff"},
		}
	case "aws_batch_job_definition":
		return []recomputed{{attrs: []string{"arn", "revision"}, except: []string{"tags", "tags_all"}, source: "aws batch/job_definition.go jobDefinitionCustomizeDiff"}}
	case "aws_cloudformation_stack":
		return []recomputed{{attrs: []string{"outputs"}, changed: []string{"template_body", "template_url", "parameters", "capabilities", "policy_body", "policy_url"}, source: "aws cloudformation/stack.go ComputedIf(outputs)"}}
	case "aws_elasticache_replication_group":
		return []recomputed{{attrs: []string{"member_clusters"}, changed: []string{"num_cache_clusters", "num_node_groups", "replicas_per_node_group"}, source: "aws elasticache/replication_group.go ComputedIf(member_clusters)"}}
	case "aws_dynamodb_table":
		return []recomputed{{attrs: []string{"stream_arn"}, changed: streamSettings(t), source: "aws dynamodb/table.go SetNewComputed(stream_arn)"}}
	case "aws_vpc":
		return []recomputed{{attrs: []string{"ipv6_association_id", "ipv6_cidr_block"}, changed: []string{"assign_generated_ipv6_cidr_block"}, source: "aws ec2/vpc_.go resourceVPCCustomizeDiff"}}
	case "aws_ec2_managed_prefix_list":
		return []recomputed{{attrs: []string{"version"}, changed: []string{"entry"}, source: "aws ec2/vpc_managed_prefix_list.go ComputedIf(version)"}}
	case "aws_lb", "aws_alb":
		return []recomputed{
			{attrs: []string{"subnets"}, changed: []string{"subnet_mapping"}, source: "aws elbv2/load_balancer.go customizeDiffLoadBalancerALB, …NLB"},
			{attrs: []string{"subnet_mapping"}, changed: []string{"subnets"}, source: "aws elbv2/load_balancer.go customizeDiffLoadBalancerALB, …NLB"},
		}
	case "aws_sfn_state_machine":
		return []recomputed{{attrs: []string{"revision_id", "state_machine_version_arn"}, only: flag("publish"), source: "aws sfn/state_machine.go stateMachineUpdateComputedAttributesOnPublish"}}
	}
	return awsSmallRecomputed(t.Type)
}

// awsSmallRecomputed are types of which the change of some attributes makes
// others unknown, without any other condition.
func awsSmallRecomputed(resourceType string) []recomputed {
	when := func(changed, attrs []string, source string) []recomputed {
		return []recomputed{{attrs: attrs, changed: changed, source: source}}
	}
	switch resourceType {
	case "aws_api_gateway_resource":
		return when([]string{"path_part"}, []string{"path"}, "aws apigateway/resource.go ComputedIf(path)")
	case "aws_iam_group":
		return when([]string{"name", "path"}, []string{"arn"}, "aws iam/group.go SetNewComputed(arn)")
	case "aws_msk_configuration":
		return when([]string{"server_properties"}, []string{"latest_revision"}, "aws kafka/configuration.go ComputedIf(latest_revision)")
	case "aws_mq_configuration":
		return when([]string{"description", "data"}, []string{"latest_revision"}, "aws mq/configuration.go SetNewComputed(latest_revision)")
	case "aws_ssm_document":
		return when([]string{"content"}, []string{"default_version", "document_version", "hash", "latest_version", "parameter"}, "aws ssm/document.go SetNewComputed")
	case "aws_networkfirewall_firewall":
		return when([]string{"subnet_mapping"}, []string{"firewall_status"}, "aws networkfirewall/firewall.go ComputedIf(firewall_status)")
	case "aws_servicecatalog_provisioned_product":
		return when([]string{"provisioning_parameters", "provisioning_artifact_id", "provisioning_artifact_name"}, []string{"outputs"}, "aws servicecatalog/provisioned_product.go refreshOutputsDiff")
	case "aws_cloudcontrolapi_resource":
		return when([]string{"desired_state"}, []string{"properties"}, "aws cloudcontrol/resource.go ComputedIf(properties)")
	case "aws_elasticache_global_replication_group":
		return when([]string{"num_node_groups"}, []string{"global_node_groups"}, "aws elasticache/global_replication_group.go ComputedIf(global_node_groups)")
	}
	return nil
}

// streamSettings: before 6.0 another view of the same stream keeps its name in
// the plan.
func streamSettings(t *plan.TypeFacts) []string {
	if major(t.Version) < 6 {
		return []string{"stream_enabled"}
	}
	return []string{"stream_enabled", "stream_view_type"}
}

// lambdaAside are attributes of a function that are neither its code nor its
// configuration (aws lambda/function.go needsFunctionConfigUpdate and
// needsFunctionCodeUpdate).
var lambdaAside = []string{
	"tags", "tags_all", "reserved_concurrent_executions", "code_signing_config_arn", "publish",
	"skip_destroy", "replace_security_groups_on_destroy", "replacement_security_group_ids",
}
