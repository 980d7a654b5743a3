package address

import (
	"errors"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// short writes an address in one line.
func short(a Address, err error) string {
	if err != nil {
		var why *plan.SourceError
		if !errors.As(err, &why) {
			return "UNTYPED " + err.Error()
		}
		return "no: " + string(why.Why)
	}
	out := string(a.Kind) + " " + a.Host + "/" + a.Path
	if a.URL != "" {
		out = string(a.Kind) + " " + a.URL
	}
	if a.Name != "" {
		out += " " + a.Name
	}
	if a.Dir != "." {
		out += " dir=" + a.Dir
	}
	if a.Ref.Text != "" {
		out += " " + string(a.Ref.Kind) + "=" + a.Ref.Text
	}
	if a.Format != "" {
		out += " " + a.Format
	}
	if a.Or != nil {
		out += " or " + short(*a.Or, nil)
	}
	return out
}

func TestModules(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"terraform-aws-modules/vpc/aws", "registry registry.terraform.io/terraform-aws-modules/vpc/aws"},
		{"terraform-aws-modules/iam/aws//modules/iam-user", "registry registry.terraform.io/terraform-aws-modules/iam/aws dir=modules/iam-user"},
		{"app.terraform.io/acme/vpc/aws", "registry app.terraform.io/acme/vpc/aws"},
		{"App.Terraform.IO/acme/vpc/aws", "registry app.terraform.io/acme/vpc/aws"},
		{"registry.example.com:8443/acme/vpc/aws", "no: not-listed"},
		{"gitlab.com/acme/vpc/aws", "registry gitlab.com/acme/vpc/aws"},
		{"github.com/Acme/vpc", "github github.com/acme/vpc"},
		{"github.com/acme/vpc.git", "github github.com/acme/vpc"},
		{"github.com/acme/vpc//sub", "github github.com/acme/vpc dir=sub"},
		{"github.com/acme/vpc/aws/x", "github github.com/acme/vpc dir=aws/x"},
		{"github.com/acme/vpc?ref=v1.2.0", "github github.com/acme/vpc any=v1.2.0"},
		{"github.com/acme/vpc//sub/dir?ref=v1.2.0", "github github.com/acme/vpc dir=sub/dir any=v1.2.0"},
		{"git::https://github.com/acme/vpc.git?ref=feature/x", "github github.com/acme/vpc any=feature/x"},
		{"git::https://github.com/acme/vpc.git?ref=v1&depth=1", "github github.com/acme/vpc any=v1"},
		{"git::https://token@github.com/acme/vpc.git", "github github.com/acme/vpc"},
		{"git::https://x-access-token:abc@github.com/acme/vpc.git", "github github.com/acme/vpc"},
		{"git::ssh://git@github.com/acme/vpc.git//a?ref=v1", "github github.com/acme/vpc dir=a any=v1"},
		{"git::ssh://git@ssh.github.com:443/acme/vpc.git", "github github.com/acme/vpc"},
		{"git::git@github.com:acme/vpc.git?ref=v1", "github github.com/acme/vpc any=v1"},
		{"git@github.com:acme/vpc.git//modules/a?ref=v1", "github github.com/acme/vpc dir=modules/a any=v1"},
		{"git::github.com/acme/vpc", "github github.com/acme/vpc"},
		{"git::https://gitlab.com/acme/vpc.git", "no: unsupported"},
		{"git::https://github.com.evil.net/acme/vpc.git", "no: unsupported"},
		{"git::https://github.com:8443/acme/vpc.git", "no: unsupported"},
		{"git@evil.net:acme/vpc.git", "no: unsupported"},
		{"git::https://github.com/acme/vpc.git?ref=HEAD~1", "no: unsupported"},
		{"git::https://github.com/acme/vpc.git?ref=--upload-pack=x", "no: unsupported"},
		{"git::https://github.com/acme/vpc.git?x=y", "no: unsupported"},
		{"git::https://github.com/acme/../vpc.git", "no: invalid"},
		{"git::https://github.com/acme", "no: invalid"},
		{"git::https://github.com/acme/vpc//../x", "no: invalid"},
		{"https://example.com/vpc.zip", "archive https://example.com/vpc.zip zip"},
		{"https://example.com/vpc.tar.gz//sub", "archive https://example.com/vpc.tar.gz dir=sub tar.gz"},
		{"https://example.com/vpc?archive=zip&x=y", "archive https://example.com/vpc?x=y zip"},
		{"https://example.com/vpc?archive=rar", "no: invalid"},
		{"https://example.com/vpc", "no: unsupported"},
		{"http://example.com/vpc.zip", "no: not-listed"},
		{"s3::https://s3-eu-west-1.amazonaws.com/bucket/vpc.zip", "no: unsupported"},
		{"bucket.s3-eu-west-1.amazonaws.com/vpc.zip", "no: unsupported"},
		{"gcs::https://www.googleapis.com/storage/v1/modules/foomodule.zip", "no: unsupported"},
		{"hg::http://example.com/vpc.hg", "no: unsupported"},
		{"bitbucket.org/acme/vpc", "no: unsupported"},
		{"./modules/vpc", "no: invalid"},
		{"/opt/modules/vpc", "no: unsupported"},
		{"vpc", "no: invalid"},
		{"oci://ghcr.io/acme/vpc", "no: invalid"},
		{"${var.source}", "no: invalid"},
		{"a\nb/c/d", "no: invalid"},
		{strings.Repeat("a", 5000), "no: invalid"},
	} {
		got := short(Parse(plan.Source{Kind: plan.ModuleSource, Address: c.source, Side: plan.After}))
		if got != c.want {
			t.Errorf("%.100s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

func TestOpenTofuModules(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	for _, c := range []struct{ source, want string }{
		{"terraform-aws-modules/vpc/aws", "registry registry.opentofu.org/terraform-aws-modules/vpc/aws"},
		{"registry.terraform.io/terraform-aws-modules/vpc/aws", "registry registry.terraform.io/terraform-aws-modules/vpc/aws"},
		{"oci://ghcr.io/acme/vpc", "oci ghcr.io/acme/vpc tag=latest"},
		{"oci://ghcr.io/acme/vpc?tag=1.0", "oci ghcr.io/acme/vpc tag=1.0"},
		{"oci://ghcr.io/acme/vpc//sub?digest=" + digest, "oci ghcr.io/acme/vpc dir=sub digest=" + digest},
		{"oci://ghcr.io/acme/vpc?tag=1&digest=" + digest, "no: invalid"},
		{"oci://ghcr.io/acme/vpc?tag=", "no: invalid"},
		{"oci://ghcr.io/acme/vpc?digest=sha256:1", "no: invalid"},
		{"oci://ghcr.io/acme/vpc?x=1", "no: invalid"},
		{"oci://ghcr.io/Acme/vpc", "no: invalid"},
		{"oci://ghcr.io:5000/acme/vpc", "no: not-listed"},
		{"oci://docker.io/acme/vpc", "oci registry-1.docker.io/acme/vpc tag=latest"},
	} {
		got := short(Parse(plan.Source{Kind: plan.ModuleSource, Address: c.source, OpenTofu: true, Side: plan.After}))
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
	if got := short(Parse(plan.Source{Kind: plan.ModuleSource, Address: "github.com/a/b",
		Ref: plan.Ref{Kind: plan.RefVersion, Text: "1"}})); got != "no: invalid" {
		t.Errorf("a constraint on a repository: %s", got)
	}
}

func TestBases(t *testing.T) {
	for _, c := range []struct{ entry, want string }{
		{"github.com/acme/app", "github github.com/acme/app"},
		{"github.com/acme/app/base?ref=v1", "github github.com/acme/app dir=base any=v1"},
		{"https://github.com/acme/app//base?ref=v1", "github github.com/acme/app dir=base any=v1"},
		{"https://github.com/acme/app.git/base?version=v1", "github github.com/acme/app dir=base any=v1"},
		{"https://github.com/acme/app?version=v1&ref=v2", "github github.com/acme/app any=v2"},
		{"git::https://github.com/acme/app//base", "github github.com/acme/app dir=base"},
		{"git@github.com:acme/app.git//base?ref=main", "github github.com/acme/app dir=base any=main"},
		{"org-123@github.com:acme/app", "github github.com/acme/app"},
		{"ssh://git@github.com/acme/app//x", "github github.com/acme/app dir=x"},
		{"GitHub.com:acme/app", "github github.com/acme/app"},
		{"https://gitlab.com/acme/app//base", "file https://gitlab.com/acme/app//base dir=base"},
		{"git@gitlab.com:acme/app//base", "no: unsupported"},
		{"https://raw.githubusercontent.com/acme/app/v1/x.yaml", "file https://raw.githubusercontent.com/acme/app/v1/x.yaml dir=x.yaml"},
		{"https://github.com/acme/app/releases/download/v1/x.yaml",
			"file https://github.com/acme/app/releases/download/v1/x.yaml dir=x.yaml or github github.com/acme/app dir=releases/download/v1/x.yaml"},
		{"https://github.com/acme/app/releases/latest/download/x.yaml",
			"file https://github.com/acme/app/releases/latest/download/x.yaml dir=x.yaml or github github.com/acme/app dir=releases/latest/download/x.yaml"},
		{"http://example.com/x.yaml", "no: not-listed"},
		{"file:///srv/app", "no: unsupported"},
		{"https://github.com/acme/app//../../x", "no: invalid"},
		{"../../base", "no: invalid"},
		{"base", "no: invalid"},
		{"/srv", "no: invalid"},
	} {
		if got := short(Parse(plan.Source{Kind: plan.BaseSource, Address: c.entry})); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.entry, got, c.want)
		}
	}
}

func TestChartsAndRepositories(t *testing.T) {
	version := plan.Ref{Kind: plan.RefVersion, Text: "^1.0"}
	for _, c := range []struct {
		source plan.Source
		want   string
	}{
		{plan.Source{Kind: plan.ChartSource, Address: "https://charts.example.com/", Name: "redis", Ref: version},
			"repository https://charts.example.com redis version=^1.0"},
		{plan.Source{Kind: plan.ChartSource, Address: "oci://ghcr.io/acme/charts", Name: "redis", Ref: version},
			"oci ghcr.io/acme/charts/redis version=^1.0"},
		{plan.Source{Kind: plan.ChartSource, Address: "oci://ghcr.io/acme/charts/redis", Ref: version},
			"oci ghcr.io/acme/charts/redis version=^1.0"},
		{plan.Source{Kind: plan.ChartSource, Address: "oci://ghcr.io/acme/charts/redis:1.0.0"}, "oci ghcr.io/acme/charts/redis tag=1.0.0"},
		{plan.Source{Kind: plan.ChartSource, Address: "ghcr.io/acme/charts", Name: "redis"}, "oci ghcr.io/acme/charts/redis"},
		{plan.Source{Kind: plan.ChartSource, Address: "https://example.com/redis-1.0.0.tgz"}, "archive https://example.com/redis-1.0.0.tgz tgz"},
		{plan.Source{Kind: plan.ChartSource, Address: "https://user:pw@charts.example.com", Name: "redis"},
			"repository https://user:pw@charts.example.com redis"},
		{plan.Source{Kind: plan.ChartSource, Address: "http://charts.example.com", Name: "redis"}, "no: not-listed"},
		{plan.Source{Kind: plan.ChartSource, Address: "@bitnami", Name: "redis"}, "no: unsupported"},
		{plan.Source{Kind: plan.ChartSource, Address: "file://../redis", Name: "redis"}, "no: unsupported"},
		{plan.Source{Kind: plan.ChartSource, Address: "s3://bucket", Name: "redis"}, "no: unsupported"},
		{plan.Source{Kind: plan.ChartSource, Address: "https://charts.example.com", Name: "../x"}, "no: invalid"},
		{plan.Source{Kind: plan.ArtifactSource, Address: "oci://ghcr.io/acme/manifests"}, "oci ghcr.io/acme/manifests tag=latest"},
		{plan.Source{Kind: plan.ArtifactSource, Address: "ghcr.io/acme/manifests"}, "no: invalid"},
		{plan.Source{Kind: plan.RepositorySource, Address: "https://github.com/acme/app", Ref: plan.Ref{Kind: plan.RefBranch, Text: "main"}},
			"github github.com/acme/app branch=main"},
		{plan.Source{Kind: plan.RepositorySource, Address: "ssh://git@github.com/acme/app.git"}, "github github.com/acme/app"},
		{plan.Source{Kind: plan.RepositorySource, Address: "git@github.com:acme/app.git"}, "github github.com/acme/app"},
		{plan.Source{Kind: plan.RepositorySource, Address: "https://gitlab.com/acme/app"}, "no: unsupported"},
		{plan.Source{Kind: plan.RepositorySource, Address: "https://github.com/acme/app", Ref: plan.Ref{Kind: plan.RefCommit, Text: "main"}},
			"no: invalid"},
		{plan.Source{Kind: plan.BucketSource, Address: "minio.example.com"}, "no: unsupported"},
		{plan.Source{Kind: "x", Address: "minio.example.com"}, "no: invalid"},
	} {
		if got := short(Parse(c.source)); got != c.want {
			t.Errorf("%v\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}
