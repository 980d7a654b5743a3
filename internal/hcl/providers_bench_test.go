package hcl_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// forty are bodies of AWS resource types, each with a few arguments and a
// block; %d is the number of the instance, %s what the change touches.
var forty = map[string]string{
	"aws_instance":                      "ami = \"ami-1\"\n instance_type = \"t3.small\"\n tags = { n = \"%d\", v = \"%s\" }\n root_block_device {\n volume_size = 20\n }",
	"aws_ebs_volume":                    "availability_zone = \"eu-west-1a\"\n size = 10\n tags = { n = \"%d\", v = \"%s\" }",
	"aws_db_instance":                   "identifier = \"d%d\"\n instance_class = \"db.t4g.small\"\n engine = \"postgres\"\n tags = { v = \"%s\" }",
	"aws_rds_cluster":                   "cluster_identifier = \"c%d\"\n engine = \"aurora-mysql\"\n tags = { v = \"%s\" }",
	"aws_elasticache_replication_group": "replication_group_id = \"r%d\"\n description = \"%s\"",
	"aws_elasticache_cluster":           "cluster_id = \"c%d\"\n engine = \"redis\"\n tags = { v = \"%s\" }",
	"aws_dynamodb_table":                "name = \"t%d\"\n hash_key = \"id\"\n attribute {\n name = \"id\"\n type = \"S\"\n }\n tags = { v = \"%s\" }",
	"aws_s3_bucket":                     "bucket = \"b%d\"\n tags = { v = \"%s\" }",
	"aws_s3_bucket_versioning":          "bucket = \"b%d-%s\"\n versioning_configuration {\n status = \"Enabled\"\n }",
	"aws_sqs_queue":                     "name = \"q%d\"\n tags = { v = \"%s\" }",
	"aws_sns_topic":                     "name = \"t%d\"\n display_name = \"%s\"",
	"aws_kinesis_stream":                "name = \"s%d\"\n shard_count = 1\n tags = { v = \"%s\" }",
	"aws_lambda_function":               "function_name = \"f%d\"\n role = \"r\"\n s3_bucket = \"b\"\n s3_key = \"%s\"\n environment {\n variables = { A = \"1\" }\n }",
	"aws_iam_role":                      "name = \"r%d\"\n assume_role_policy = jsonencode({ Version = \"2012-10-17\", Statement = [] })\n description = \"%s\"",
	"aws_iam_policy":                    "name = \"p%d\"\n policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"%s\", Resource = \"*\" }] })",
	"aws_iam_user":                      "name = \"u%d\"\n tags = { v = \"%s\" }",
	"aws_kms_key":                       "description = \"k%d %s\"",
	"aws_kms_alias":                     "name = \"alias/a%d\"\n target_key_id = \"%s\"",
	"aws_security_group":                "name = \"g%d\"\n ingress {\n from_port = 80\n to_port = 80\n protocol = \"tcp\"\n cidr_blocks = [\"10.0.0.0/8\"]\n }\n tags = { v = \"%s\" }",
	"aws_security_group_rule":           "type = \"ingress\"\n from_port = %d\n to_port = 90\n protocol = \"tcp\"\n cidr_blocks = [\"10.0.0.0/8\"]\n description = \"%s\"\n security_group_id = \"sg\"",
	"aws_vpc":                           "cidr_block = \"10.0.0.0/16\"\n tags = { n = \"%d\", v = \"%s\" }",
	"aws_subnet":                        "vpc_id = \"v\"\n cidr_block = \"10.0.0.0/24\"\n tags = { n = \"%d\", v = \"%s\" }",
	"aws_route_table":                   "vpc_id = \"v\"\n tags = { n = \"%d\", v = \"%s\" }",
	"aws_nat_gateway":                   "subnet_id = \"s%d\"\n tags = { v = \"%s\" }",
	"aws_eip":                           "tags = { n = \"%d\", v = \"%s\" }",
	"aws_lb":                            "name = \"l%d\"\n subnets = [\"a\", \"b\"]\n tags = { v = \"%s\" }",
	"aws_lb_target_group":               "name = \"t%d\"\n port = 80\n vpc_id = \"v\"\n tags = { v = \"%s\" }",
	"aws_lb_listener":                   "load_balancer_arn = \"l%d\"\n port = 80\n default_action {\n type = \"forward\"\n target_group_arn = \"%s\"\n }",
	"aws_ecs_cluster":                   "name = \"c%d\"\n tags = { v = \"%s\" }",
	"aws_ecs_service":                   "name = \"s%d\"\n task_definition = \"%s\"\n desired_count = 1",
	"aws_ecs_task_definition":           "family = \"f%d\"\n container_definitions = jsonencode([{ name = \"a\", image = \"%s\" }])",
	"aws_eks_cluster":                   "name = \"k%d\"\n role_arn = \"r\"\n vpc_config {\n subnet_ids = [\"a\", \"b\"]\n }\n tags = { v = \"%s\" }",
	"aws_eks_node_group":                "cluster_name = \"k%d\"\n node_role_arn = \"r\"\n subnet_ids = [\"a\"]\n scaling_config {\n min_size = 1\n max_size = 2\n desired_size = 1\n }\n labels = { v = \"%s\" }",
	"aws_launch_template":               "name = \"t%d\"\n image_id = \"%s\"",
	"aws_autoscaling_group":             "name = \"g%d\"\n min_size = 1\n max_size = 2\n tag {\n key = \"v\"\n value = \"%s\"\n propagate_at_launch = true\n }",
	"aws_cloudwatch_log_group":          "name = \"l%d\"\n tags = { v = \"%s\" }",
	"aws_cloudwatch_metric_alarm":       "alarm_name = \"a%d\"\n comparison_operator = \"GreaterThanThreshold\"\n evaluation_periods = 1\n alarm_description = \"%s\"",
	"aws_route53_record":                "zone_id = \"z\"\n name = \"n%d\"\n type = \"A\"\n ttl = 60\n records = [\"%s\"]",
	"aws_secretsmanager_secret":         "name = \"s%d\"\n description = \"%s\"",
	"aws_ssm_parameter":                 "name = \"p%d\"\n type = \"String\"\n value = \"%s\"",
}

// A root of 1,000 AWS instances of 40 types, all of which change, with nothing
// loaded yet: the facts of the types are part of the cost.
func BenchmarkAWSInstances(b *testing.B) {
	const instances = 1000
	var before, after strings.Builder
	names := make([]string, 0, len(forty))
	for name := range forty {
		names = append(names, name)
	}
	for i := range instances {
		name := names[i%len(names)]
		fmt.Fprintf(&before, "resource %q \"r%d\" {\n "+forty[name]+"\n}\n", name, i, i, "old")
		fmt.Fprintf(&after, "resource %q \"r%d\" {\n "+forty[name]+"\n}\n", name, i, i, "new")
	}
	old := plantest.Tree(map[string]string{"main.tf": before.String()})
	now := plantest.Tree(map[string]string{"main.tf": after.String()})
	var most uint64
	b.ReportAllocs()
	started, runs := processorTime(), 0
	for b.Loop() {
		p := hcl.Predict(old, now, facts.Load(), hcl.Options{})
		if len(p.Gaps) > 0 || len(p.Changes) < instances*9/10 {
			b.Fatalf("%d changes, %d gaps: %v", len(p.Changes), len(p.Gaps), p.Gaps)
		}
		b.StopTimer()
		runs++
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapInuse)
		b.StartTimer()
	}
	b.ReportMetric(float64(most)/(1<<20), "MiB-heap")
	b.ReportMetric(float64((processorTime()-started).Milliseconds())/float64(runs), "cpu-ms/op")
}
