package diff_test

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
)

func TestProviderConfiguration(t *testing.T) {
	known := facts.Load()
	for _, row := range []struct{ name, typ, version, before, after, config, want string }{
		{"another region, 5.x", "aws_instance", "5.46.0", `region = "eu-west-1"`, `region = "eu-west-2"`, ``, "orphan"},
		{"another region, 6.x", "aws_instance", "6.58.0", `region = "eu-west-1"`, `region = "eu-west-2"`, ``, "replace"},
		{"another region, 6.x, the resource has its own", "aws_instance", "6.58.0", `region = "eu-west-1"`, `region = "eu-west-2"`,
			`region = "eu-west-1"`, "none"},
		{"another region, a global service", "aws_iam_role", "5.46.0", `region = "eu-west-1"`, `region = "eu-west-2"`, ``, "none"},
		{"another region, a global service, 6.x", "aws_iam_role", "6.58.0", `region = "eu-west-1"`, `region = "eu-west-2"`, ``, "none"},
		{"a region that is not known", "aws_instance", "6.58.0", `region = opaque("a")`, `region = opaque("b")`, ``, "maybe replace"},
		{"another role of the same account", "aws_instance", "6.58.0", `assume_role { role_arn = "arn:aws:iam::1:role/a" }`,
			`assume_role { role_arn = "arn:aws:iam::1:role/b" }`, ``, "none"},
		{"a role of another account", "aws_instance", "6.58.0", `assume_role { role_arn = "arn:aws:iam::1:role/a" }`,
			`assume_role { role_arn = "arn:aws:iam::2:role/a" }`, ``, "maybe orphan"},
		{"default tags", "aws_instance", "5.46.0", ``, `default_tags { tags = { team = "a" } }`, ``, "update"},
		{"default tags, a type without tags", "aws_iam_role_policy", "5.46.0", ``, `default_tags { tags = { team = "a" } }`, ``, "none"},
		{"another project", "google_storage_bucket", "8.0.0", `project = "a"`, `project = "b"`, ``, "none"},
		{"another project, the resource has its own", "google_storage_bucket", "8.0.0", `project = "a"`, `project = "b"`, `project = "a"`,
			"none"},
		{"another zone", "google_compute_instance", "8.0.0", `zone = "europe-west1-b"`, `zone = "europe-west1-c"`, ``, "none"},
		{"default labels that force", "google_compute_instance_template", "8.0.0", ``, `default_labels = { team = "a" }`, ``, "replace"},
		{"other credentials", "google_storage_bucket", "8.0.0", `credentials = "a"`, `credentials = "b"`, ``, "none"},
		{"default labels", "google_storage_bucket", "8.0.0", ``, `default_labels = { team = "a" }`, ``, "update"},
		{"another subscription", "azurerm_resource_group", "5.2.0", `subscription_id = "a"`, `subscription_id = "b"`, ``, "maybe orphan"},
		{"features", "azurerm_resource_group", "5.2.0", ``, `features {}`, ``, "none"},
		{"another cluster", "kubernetes_namespace_v1", "3.2.1", `config_context = "a"`, `config_context = "b"`, ``, "maybe orphan"},
	} {
		t.Run(row.name, func(t *testing.T) {
			provider, _, _ := splitType(row.typ)
			f := known("hashicorp/"+provider, row.version, row.typ)
			if f == nil {
				t.Fatal("no facts")
			}
			got := diff.Provider(f, parseBody(t, row.before), parseBody(t, row.after), parseBody(t, row.config))
			if describeResult(got) != row.want {
				t.Errorf("got %s (%s), want %s", describeResult(got), got.Why, row.want)
			}
			if !got.Certain && got.Why == "" {
				t.Error("not certain, and no reason")
			}
		})
	}
}

// A provider without facts: only what names a place matters.
func TestProviderWithoutFacts(t *testing.T) {
	for _, row := range []struct{ before, after, want string }{
		{`token = "a"`, `token = "b"`, "none"},
		{`organization = "a"`, `organization = "b"`, "maybe orphan"},
	} {
		if got := describeResult(diff.Provider(nil, parseBody(t, row.before), parseBody(t, row.after), parseBody(t, ""))); got != row.want {
			t.Errorf("%s to %s: got %s, want %s", row.before, row.after, got, row.want)
		}
	}
}
