package main

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// with is a part of the template as CloudFormation sees it once a condition has
// its value: the others stay as they are.
func with(v any, condition string, holds bool) any {
	switch v := v.(type) {
	case []any:
		var out []any
		for _, item := range v {
			if got := with(item, condition, holds); !reflect.DeepEqual(got, map[string]any{"Ref": "AWS::NoValue"}) {
				out = append(out, got)
			}
		}
		return out
	case map[string]any:
		if branches, _ := v["Fn::If"].([]any); len(branches) == 3 && branches[0] == condition {
			if holds {
				return with(branches[1], condition, holds)
			}
			return with(branches[2], condition, holds)
		}
		out := map[string]any{}
		for key, inner := range v {
			if at(inner, "Condition") != condition || holds {
				out[key] = with(inner, condition, holds)
			}
		}
		return out
	}
	return v
}

// TestTemplateWithoutSources: where nothing is fetched there is nothing that
// fetches, and nothing speaks of it; where it is, nothing is missing.
func TestTemplateWithoutSources(t *testing.T) {
	tm := readTemplate(t)
	resources := map[bool]map[string]any{}
	for _, fetches := range []bool{true, false} {
		left := with(tm.whole, "FetchesSources", fetches)
		resources[fetches] = at(left, "Resources").(map[string]any)
		for _, part := range []string{"Resources", "Outputs"} {
			for _, r := range references(at(left, part)) {
				if name, _ := resource(r); tm.Resources[name] != nil && resources[fetches][name] == nil {
					t.Errorf("FetchSources %t: %s is referred to and not made", fetches, r)
				}
			}
		}
	}
	var gone []string
	for name := range resources[true] {
		if resources[false][name] == nil {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	want := []string{"Sources", "SourcesBucket", "SourcesBucketTls", "SourcesErrorsAlarm", "SourcesLog", "SourcesRole",
		"SourcesThrottlesAlarm"}
	if !slices.Equal(gone, want) {
		t.Errorf("without sources there are no %v, want %v", gone, want)
	}
	if text := fmt.Sprint(resources[false]["WorkRole"]); strings.Contains(text, "s3:") || strings.Contains(text, "lambda:Invoke") {
		t.Errorf("without sources work may %s", text)
	}
	set := at(resources[false]["Work"], "Properties", "Environment", "Variables").(map[string]any)
	if set[sourcesFunction] != "" || set[sourcesBucket] != "" {
		t.Errorf("without sources work is told of %v", set)
	}
}

// TestTemplateSourcesHaveNoSecret: the function that reads what strangers serve
// knows nothing of the App, and its role reaches its bucket and its log alone.
func TestTemplateSourcesHaveNoSecret(t *testing.T) {
	tm := readTemplate(t)
	about := slices.Concat(references(tm.Resources["Sources"]), references(tm.Resources["SourcesRole"]))
	slices.Sort(about)
	want := []string{"LogLevel", "SourceHosts", "SourceMirrors", "SourcesBucket", "SourcesBucket.Arn", "SourcesBucket.Arn", "SourcesLog",
		"SourcesLog.Arn", "SourcesRole.Arn"}
	if !slices.Equal(about, want) {
		t.Errorf("the function and its role refer to %v, want %v", about, want)
	}
	if got := tm.allowed(t, "Sources"); !slices.Equal(got, []string{"logs:CreateLogStream", "logs:PutLogEvents", "s3:GetObject",
		"s3:ListBucket", "s3:PutObject"}) {
		t.Errorf("its role allows %v", got)
	}
	if at(tm.Resources["Sources"], "Properties", "Events") != nil || at(tm.Resources["Sources"], "Properties", "FunctionUrlConfig") != nil {
		t.Error("something else than work can call it")
	}
}

// TestTemplateRefusesHosts: what the function would not start with is refused
// at the deployment. A pattern is matched against all of a value.
func TestTemplateRefusesHosts(t *testing.T) {
	tm := readTemplate(t)
	pattern := func(parameter string) *regexp.Regexp {
		return regexp.MustCompile("^(?:" + at(tm.Parameters[parameter], "AllowedPattern").(string) + ")$")
	}
	hosts, mirrors := pattern("SourceHosts"), pattern("SourceMirrors")
	for _, c := range []struct {
		hosts, mirrors string
		fine           bool
	}{
		{"", "", true},
		{"charts.acme.com *.acme.dev", "registry.terraform.io=https://mirror.acme.com/terraform ghcr.io=https://mirror.acme.com", true},
		{"charts.acme.com, a.dev", "a.dev=https://b.dev", true},
		{"https://charts.acme.com", "", false},
		{"Charts.acme.com", "", false},
		{"charts.acme.com:8443", "", false},
		{"acme.*", "", false},
		{"", "mirror.acme.com", false},
		{"", "ghcr.io=http://mirror.acme.com", false},
		{"", "ghcr.io=https://mirror.acme.com:8443", false},
		{"", "ghcr.io=https://me@mirror.acme.com", false},
		{"", "ghcr.io=https://mirror.acme.com/?a=b", false},
	} {
		set := map[string]string{"HOLDPOINT_ROLE": "sources", sourcesBucket: bucketName, "HOLDPOINT_SOURCES_HOSTS": c.hosts,
			"HOLDPOINT_SOURCES_MIRRORS": c.mirrors}
		_, err := readConfig(func(name string) (string, bool) { v, ok := set[name]; return v, ok })
		if deployed := hosts.MatchString(c.hosts) && mirrors.MatchString(c.mirrors); deployed != c.fine || (err == nil) != c.fine {
			t.Errorf("hosts %q, mirrors %q: deployed %t, error %v; want fine %t", c.hosts, c.mirrors, deployed, err, c.fine)
		}
	}
}

// TestTemplateBucket: what is fetched is encrypted, nobody's else, read over TLS
// alone, forgotten after a time, and removed with the stack.
func TestTemplateBucket(t *testing.T) {
	tm := readTemplate(t)
	guarded := map[string]bool{}
	for name, r := range tm.Resources {
		if at(r, "Type") != "AWS::S3::BucketPolicy" {
			continue
		}
		bucket := references(at(r, "Properties", "Bucket"))[0]
		for _, s := range at(r, "Properties", "PolicyDocument", "Statement").([]any) {
			covered := at(s, "Resource")
			both := []any{map[string]any{"Fn::GetAtt": []any{bucket, "Arn"}}, map[string]any{"Fn::Sub": "${" + bucket + ".Arn}/*"}}
			denied := at(s, "Effect") == "Deny" && at(s, "Principal") == "*" && at(s, "Action") == "s3:*"
			if !reflect.DeepEqual(covered, both) {
				t.Errorf("%s speaks of %v, want the bucket and what is in it", name, covered)
			}
			guarded[bucket] = guarded[bucket] || denied && at(s, "Condition", "Bool", "aws:SecureTransport") == "false"
		}
	}
	for name, r := range tm.Resources {
		if at(r, "Type") != "AWS::S3::Bucket" {
			continue
		}
		if !guarded[name] {
			t.Errorf("%s may be used without TLS", name)
		}
		p := at(r, "Properties")
		const encrypted = "[map[ServerSideEncryptionByDefault:map[SSEAlgorithm:AES256]]]"
		if fmt.Sprint(at(p, "BucketEncryption", "ServerSideEncryptionConfiguration")) != encrypted {
			t.Errorf("%s is not encrypted", name)
		}
		closed, _ := at(p, "PublicAccessBlockConfiguration").(map[string]any)
		if len(closed) != 4 || slices.ContainsFunc(slices.Collect(maps.Values(closed)), func(v any) bool { return v != true }) {
			t.Errorf("%s may become public: %v", name, closed)
		}
		rules, _ := at(p, "LifecycleConfiguration", "Rules").([]any)
		if len(rules) != 1 || at(rules[0], "Status") != "Enabled" || at(rules[0], "ExpirationInDays") != 30 || at(rules[0], "Prefix") != nil {
			t.Errorf("%s is kept for ever: %v", name, rules)
		}
		if at(p, "VersioningConfiguration") != nil {
			t.Errorf("%s keeps what was forgotten", name)
		}
		if at(r, "DeletionPolicy") != "Delete" || at(r, "UpdateReplacePolicy") != "Delete" {
			t.Errorf("%s outlives its stack", name)
		}
	}
	if len(guarded) == 0 {
		t.Error("there is no bucket")
	}
}
