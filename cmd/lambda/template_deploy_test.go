package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"
)

// What no schema says and a deployment refuses, or what it accepts and does
// not work.

// attributes are what Fn::GetAtt gives of a resource (AWS CloudFormation
// Template Reference, "Return values" of each type).
var attributes = map[any][]string{
	"AWS::SQS::Queue":           {"Arn", "QueueName", "QueueUrl"},
	"AWS::IAM::Role":            {"Arn", "RoleId"},
	"AWS::Logs::LogGroup":       {"Arn"},
	"AWS::S3::Bucket":           {"Arn", "DomainName", "RegionalDomainName"},
	"AWS::Serverless::Function": {"Arn"}, // of the AWS::Lambda::Function that SAM makes
}

var substituted = regexp.MustCompile(`\$\{([^}]+)\}`)

// references lists what a value refers to, as "Resource" or
// "Resource.Attribute".
func references(v any) []string {
	var found []string
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			found = append(found, references(item)...)
		}
	case map[string]any:
		for key, inner := range v {
			switch key {
			case "Ref":
				found = append(found, inner.(string))
			case "Fn::GetAtt":
				pair := inner.([]any)
				found = append(found, fmt.Sprint(pair[0], ".", pair[1]))
			case "Fn::Sub":
				for _, m := range substituted.FindAllStringSubmatch(inner.(string), -1) {
					found = append(found, m[1])
				}
			case "DependsOn":
				found = append(found, fmt.Sprint(inner))
			default:
				found = append(found, references(inner)...)
			}
		}
	}
	return found
}

// resource splits a reference.
func resource(reference string) (name, attribute string) {
	for i := range reference {
		if reference[i] == '.' {
			return reference[:i], reference[i+1:]
		}
	}
	return reference, ""
}

func TestTemplateAttributesExist(t *testing.T) {
	tm := readTemplate(t)
	for _, r := range references(tm.whole) {
		name, attribute := resource(r)
		if attribute == "" || name == "ReceiveUrl" || name == "AWS" {
			continue // a Ref; SAM makes an AWS::Lambda::Url of FunctionUrlConfig
		}
		if kind := at(tm.Resources[name], "Type"); !slices.Contains(attributes[kind], attribute) {
			t.Errorf("%s: a %v has no attribute %s", r, kind, attribute)
		}
	}
}

// TestTemplateHasNoCircle: CloudFormation refuses resources that wait for each
// other.
func TestTemplateHasNoCircle(t *testing.T) {
	tm := readTemplate(t)
	done, under := map[string]bool{}, map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if under[name] {
			t.Errorf("%s depends on itself", name)
		}
		if done[name] || tm.Resources[name] == nil {
			return
		}
		done[name], under[name] = true, true
		for _, r := range references(tm.Resources[name]) {
			to, _ := resource(r)
			visit(to)
		}
		under[name] = false
	}
	for _, name := range slices.Sorted(maps.Keys(tm.Resources)) {
		visit(name)
	}
}

// TestTemplateQueues: SQS refuses a policy statement about more than one
// queue; Lambda takes no batching window for FIFO queues, ten messages of them
// at most, and a maximum concurrency of at least two.
func TestTemplateQueues(t *testing.T) {
	tm := readTemplate(t)
	guarded := map[string]bool{}
	for name, r := range tm.Resources {
		if at(r, "Type") != "AWS::SQS::QueuePolicy" {
			continue
		}
		queues := references(at(r, "Properties", "Queues"))
		if len(queues) != 1 {
			t.Errorf("%s is for the queues %v, want one", name, queues)
			continue
		}
		guarded[queues[0]] = true
		for _, s := range at(r, "Properties", "PolicyDocument", "Statement").([]any) {
			if about := references(at(s, "Resource")); !slices.Equal(about, []string{queues[0] + ".Arn"}) {
				t.Errorf("%s speaks of %v, want its queue %s alone", name, about, queues[0])
			}
		}
	}
	for name, r := range tm.Resources {
		if at(r, "Type") == "AWS::SQS::Queue" && !guarded[name] {
			t.Errorf("%s may be used without TLS", name)
		}
	}
	source := at(tm.Resources["Work"], "Properties", "Events", "Queue", "Properties")
	if at(source, "MaximumBatchingWindowInSeconds") != nil {
		t.Error("a FIFO queue has no batching window")
	}
	if size, _ := at(source, "BatchSize").(int); size < 1 || size > 10 {
		t.Errorf("batches of %d from a FIFO queue", size)
	}
	if fmt.Sprint(at(source, "FunctionResponseTypes")) != "[ReportBatchItemFailures]" {
		t.Error("failures of single messages are not reported")
	}
	limit := references(at(source, "ScalingConfig", "MaximumConcurrency"))
	if least, _ := at(tm.Parameters[limit[0]], "MinValue").(int); least < 2 {
		t.Errorf("%s may be %d", limit[0], least)
	}
}

// TestTemplateURL: SAM adds the two permissions that a public function URL
// needs (lambda:InvokeFunctionUrl and lambda:InvokeFunction) only where the
// authorisation is written out as NONE; an answer of 503 is no error of the
// function, so it has an alarm of its own.
func TestTemplateURL(t *testing.T) {
	tm := readTemplate(t)
	if at(tm.Resources["Receive"], "Properties", "FunctionUrlConfig", "AuthType") != "NONE" {
		t.Error("GitHub cannot reach the function URL")
	}
	found := false
	for _, r := range tm.Resources {
		p := at(r, "Properties")
		found = found || at(p, "MetricName") == "Url5xxCount" && slices.Contains(references(at(p, "Dimensions")), "Receive")
	}
	if !found {
		t.Error("no alarm tells of events that are answered 503")
	}
}
