package diff

import (
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// derive fills what a provider computes from the configuration. with makes the
// values that are not known; applied says that the object exists: only then is
// what the service answers known, while a plan shows it as unknown.
func derive(t *plan.TypeFacts, conformed, object map[string]cty.Value, applied bool, with func(path string) cty.Value) {
	if t.Type == "aws_acm_certificate" {
		certificateOptions(object, with)
	}
	if t.Type == "time_static" {
		calendar(object, "rfc3339")
	}
	if applied {
		generatedNames(t, conformed, object)
		ownIdentity(t, conformed, object)
		ownLinks(t, object)
	}
}

// calendar: the parts of an instant that is configured are known at plan time
// (time internal/provider/resource_time_static.go ModifyPlan).
func calendar(object map[string]cty.Value, of string) {
	text, known := valueText(object[of])
	at, err := time.Parse(time.RFC3339, text)
	if !known || err != nil {
		return
	}
	_, marks := object[of].Unmark()
	for name, n := range map[string]int64{
		"year": int64(at.Year()), "month": int64(at.Month()), "day": int64(at.Day()),
		"hour": int64(at.Hour()), "minute": int64(at.Minute()), "second": int64(at.Second()), "unix": at.Unix(),
	} {
		object[name] = cty.NumberIntVal(n).WithMarks(marks)
	}
	object["id"] = object[of]
}

// generatedNames: a name made from a prefix begins with it (aws
// internal/create/naming.go; without a prefix it is "terraform-"). That is
// enough to tell it from most names.
func generatedNames(t *plan.TypeFacts, conformed, object map[string]cty.Value) {
	if providerName(t) != "aws" {
		return
	}
	for name := range t.Attributes {
		base, ok := strings.CutSuffix(name, "_prefix")
		v, exists := object[base]
		if own, set := conformed[base]; set && !own.IsNull() {
			continue
		}
		if !ok || !exists || !isOpaqueValue(v) || v.Type() != cty.String {
			continue
		}
		prefix, known := textAt(object, name)
		if !known {
			continue
		}
		if prefix == "" {
			prefix = "terraform-"
		}
		un, marks := v.Unmark()
		object[base] = un.Refine().NotNull().StringPrefixFull(prefix).NewValue().WithMarks(marks)
	}
}

// ownIdentity: the id of an object is one of its other attributes.
func ownIdentity(t *plan.TypeFacts, conformed, object map[string]cty.Value) {
	if own, set := conformed["id"]; set && !own.IsNull() {
		return
	}
	name := identityAttr(t.Type)
	if v, ok := object[name]; ok && name != "" && !v.IsNull() {
		object["id"] = v
	}
}

// ownLinks: the id and the link of a Compute Engine object are paths that end
// with its name (SetId and selfLink in google/services/compute). What stands
// between is the project's and the place's.
func ownLinks(t *plan.TypeFacts, object map[string]cty.Value) {
	name, known := textAt(object, "name")
	if !strings.HasPrefix(t.Type, "google_compute_") || t.Attributes["self_link"] == nil || !known || name == "" {
		return
	}
	_, id := value.Know(object["id"])
	path := "projects/" + value.Token(id) + "/" + name
	for attr, host := range map[string]string{"id": "", "self_link": "https://www.googleapis.com/compute/v1/"} {
		if v := object[attr]; isOpaqueValue(v) && v.Type() == cty.String {
			un, marks := v.Unmark()
			object[attr] = un.Refine().NotNull().StringPrefixFull(host + "projects/").NewValue().WithMarks(marks).Mark(value.Text{S: host + path})
		}
	}
}

// identityAttr names the attribute that is also the id, by the SetId calls of
// the provider's create functions.
func identityAttr(resourceType string) string {
	switch resourceType {
	case "aws_s3_bucket", "aws_s3_bucket_policy", "aws_s3_bucket_public_access_block", "aws_s3_bucket_ownership_controls", "aws_s3_bucket_notification":
		return "bucket"
	case "aws_iam_role", "aws_iam_user", "aws_iam_group", "aws_iam_instance_profile", "aws_dynamodb_table", "aws_kms_alias",
		"aws_cloudwatch_log_group", "aws_ecr_repository", "aws_db_subnet_group", "aws_elasticache_subnet_group", "aws_eks_cluster",
		"aws_autoscaling_group", "aws_launch_configuration", "aws_ssm_parameter", "aws_db_parameter_group", "aws_rds_cluster_parameter_group",
		"aws_db_option_group", "aws_elasticache_parameter_group", "aws_placement_group", "aws_redshift_subnet_group":
		return "name"
	case "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster", "aws_redshift_cluster":
		return "cluster_identifier"
	case "aws_rds_cluster_instance", "aws_docdb_cluster_instance", "aws_neptune_cluster_instance":
		return "identifier"
	case "aws_elasticache_cluster":
		return "cluster_id"
	case "aws_elasticache_replication_group":
		return "replication_group_id"
	case "aws_lambda_function":
		return "function_name"
	case "aws_cloudwatch_metric_alarm":
		return "alarm_name"
	case "aws_key_pair":
		return "key_name"
	case "aws_ecs_task_definition":
		return "family"
	case "aws_lb", "aws_alb", "aws_lb_listener", "aws_alb_listener", "aws_lb_listener_rule", "aws_lb_target_group", "aws_alb_target_group",
		"aws_sns_topic", "aws_sns_topic_subscription", "aws_kinesis_stream", "aws_ecs_cluster", "aws_acm_certificate",
		"aws_secretsmanager_secret", "aws_iam_policy", "aws_sfn_state_machine", "aws_msk_cluster", "aws_iam_openid_connect_provider",
		"aws_opensearch_domain", "aws_elasticsearch_domain", "aws_kinesis_firehose_delivery_stream":
		return "arn"
	case "aws_route53_zone":
		return "zone_id"
	case "aws_sqs_queue":
		return "url"
	case "random_string", "random_uuid", "random_uuid4", "random_uuid7", "random_integer":
		return "result"
	case "random_id":
		return "b64_url"
	}
	return ""
}
