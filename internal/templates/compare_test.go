package templates

import (
	"fmt"
	"strings"
	"testing"
)

// What a new version of a template does to each of its resources.
func TestCompare(t *testing.T) {
	const bucket, table = "Type: AWS::S3::Bucket", "Type: AWS::DynamoDB::Table"
	for name, c := range map[string]struct{ before, after, want string }{
		"unchanged":                  {"{A: {" + bucket + "}}", "{A: {" + bucket + "}}", ""},
		"made":                       {"{}", "{A: {" + bucket + "}}", ""},
		"leaves":                     {"{A: {" + bucket + "}}", "{}", "A delete  true"},
		"leaves, and is retained":    {"{A: {" + bucket + ", DeletionPolicy: Retain}}", "{}", ""},
		"leaves, and has a snapshot": {"{A: {" + bucket + ", DeletionPolicy: Snapshot}}", "{}", "A delete  true"},
		"another name": {"{A: {" + bucket + ", Properties: {BucketName: a}}}",
			"{A: {" + bucket + ", Properties: {BucketName: b}}}", "A replace  true"},
		"a property that is updated": {"{A: {" + bucket + ", Properties: {Tags: a}}}", "{A: {" + bucket + ", Properties: {Tags: b}}}", ""},
		"a name of an unknown type": {"{A: {Type: X::Y::Z, Properties: {ZName: a}}}", "{A: {Type: X::Y::Z, Properties: {ZName: b}}}",
			"A replace  false"},
		"a protection goes": {"{A: {" + table + ", Properties: {DeletionProtectionEnabled: true}}}", "{A: {" + table + "}}",
			"A update disarm true"},
		"a protection comes":         {"{A: {" + table + "}}", "{A: {" + table + ", Properties: {DeletionProtectionEnabled: true}}}", ""},
		"a retained one is not so":   {"{A: {" + table + ", DeletionPolicy: Retain}}", "{A: {" + table + "}}", "A update disarm true"},
		"a snapshot instead of it":   {"{A: {" + table + ", DeletionPolicy: Retain}}", "{A: {" + table + ", DeletionPolicy: Snapshot}}", ""},
		"comes under a condition":    {"{A: {" + bucket + "}}", "{A: {" + bucket + ", Condition: Off}}", "A delete  false"},
		"under the condition it had": {"{A: {" + bucket + ", Condition: Off}}", "{A: {" + bucket + ", Condition: Off}}", ""},
		"retained under a condition": {"{A: {" + bucket + ", DeletionPolicy: Retain}}",
			"{A: {" + bucket + ", DeletionPolicy: Retain, Condition: Off}}", ""},
		"of two, the one that leaves": {"{A: {" + bucket + "}, B: {" + bucket + "}}", "{B: {" + bucket + "}}", "A delete  true"},
	} {
		var got []string
		for _, o := range Compare(parsed(t, c.before), parsed(t, c.after)) {
			got = append(got, fmt.Sprintf("%s %s %s %t", o.ID, o.Action, o.Effect, o.Certain))
		}
		if text := strings.Join(got, "\n"); text != c.want {
			t.Errorf("%s: %q, want %q", name, text, c.want)
		}
	}
}

// parsed is a template with these resources, and one more that stays.
func parsed(t *testing.T, resources string) Template {
	t.Helper()
	resources = strings.TrimSuffix(resources, "}")
	if resources != "{" {
		resources += ", "
	}
	text := "AWSTemplateFormatVersion: \"2010-09-09\"\nResources: " + resources + "Stays: {Type: AWS::SNS::Topic}}\n"
	template, err := CloudFormation(text, nil)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return template
}
