package diff_test

import (
	"slices"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// What others see of an instance: what is known after apply, what stays.
func TestPlanned(t *testing.T) {
	known := facts.Load()
	for _, row := range []struct {
		name, typ, version, before, after string
		pending, kept                     []string
	}{
		{"a launch template gets a version", "aws_launch_template", "5.46.0", `image_id = "a"`, `image_id = "b"`, []string{"latest_version"},
			[]string{"id", "arn", "default_version"}},
		{"its description does not make one", "aws_launch_template", "5.46.0", `description = "a"`, `description = "b"`, nil,
			[]string{"latest_version"}},
		{"a published function gets a version", "aws_lambda_function", "5.46.0", "publish = true\ns3_key = \"a\"",
			"publish = true\ns3_key = \"b\"", []string{"version", "qualified_arn"}, []string{"arn", "id"}},
		{"another does not", "aws_lambda_function", "5.46.0", `s3_key = "a"`, `s3_key = "b"`, []string{"last_modified"},
			[]string{"version", "arn"}},
		{"nor do tags", "aws_lambda_function", "5.46.0", "publish = true\ntags = { a = \"1\" }", "publish = true\ntags = { a = \"2\" }", nil,
			[]string{"version"}},
		{"a parameter's version", "aws_ssm_parameter", "5.46.0", `value = "a"`, `value = "b"`, []string{"version"}, []string{"arn"}},
		{"a rotation that moves", "time_rotating", "", `rotation_days = 1`, `rotation_days = 2`, []string{"rotation_rfc3339"},
			[]string{"id", "rfc3339"}},
		{"tags", "aws_instance", "5.46.0", `tags = { a = "1" }`, `tags = { a = "2" }`, nil, []string{"id", "private_ip"}},
		{"a replacement", "aws_instance", "5.46.0", `ami = "a"`, `ami = "b"`, []string{"id", "arn", "private_ip", "subnet_id"}, nil},
		{"nothing", "aws_instance", "5.46.0", `ami = "a"`, `ami = "a"`, nil, []string{"id", "arn", "private_ip", "subnet_id"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			provider, _, _ := splitType(row.typ)
			f := known("hashicorp/"+provider, row.version, row.typ)
			state := diff.State(f, "x", parseBody(t, row.before))
			got := diff.Plan(f, state, parseBody(t, row.after)).Planned
			for _, name := range row.pending {
				if !isPendingValue(got.GetAttr(name)) {
					t.Errorf("%s: %#v, want it known after apply", name, got.GetAttr(name))
				}
			}
			for _, name := range row.kept {
				if !got.GetAttr(name).RawEquals(state.GetAttr(name)) {
					t.Errorf("%s: %#v, was %#v", name, got.GetAttr(name), state.GetAttr(name))
				}
			}
		})
	}
}

func isPendingValue(v cty.Value) bool {
	_, marked := v.Marks()[value.Pending{}]
	return !v.IsKnown() && marked
}

// An id that is a name is known of an object that exists, and of no other.
func TestIdentity(t *testing.T) {
	bucket := facts.Load()("aws", "5.46.0", "aws_s3_bucket")
	config := parseBody(t, `bucket = "a"`)
	if id := diff.State(bucket, "x", config).GetAttr("id"); !id.RawEquals(cty.StringVal("a")) {
		t.Errorf("id of an existing bucket: %#v", id)
	}
	if id := diff.Create(bucket, config).Planned.GetAttr("id"); !isPendingValue(id) {
		t.Errorf("id of a bucket to be made: %#v", id)
	}
	if id := diff.Plan(bucket, diff.State(bucket, "x", config), parseBody(t, `bucket = "b"`)).Planned.GetAttr("id"); !isPendingValue(id) {
		t.Errorf("id of a bucket to be replaced: %#v", id)
	}
}

// The domain names of a certificate's validation options are known before it
// exists, so that for_each over them plans.
func TestCertificateOptions(t *testing.T) {
	cert := facts.Load()("aws", "5.46.0", "aws_acm_certificate")
	config := parseBody(t, "domain_name = \"example.com\"\nsubject_alternative_names = [\"*.example.com\"]\nvalidation_method = \"DNS\"")
	options := diff.Create(cert, config).Planned.GetAttr("domain_validation_options")
	var names []string
	for _, o := range options.AsValueSlice() {
		names = append(names, o.GetAttr("domain_name").AsString())
		if !isPendingValue(o.GetAttr("resource_record_value")) {
			t.Errorf("record: %#v", o)
		}
	}
	slices.Sort(names)
	if want := []string{"*.example.com", "example.com"}; !slices.Equal(names, want) {
		t.Errorf("names %v, want %v", names, want)
	}
}
