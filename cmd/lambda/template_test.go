package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// samSchema is the schema of AWS SAM (aws/serverless-application-model,
// samtranslator/schema, 2026-05), reduced to functions, HTTP APIs and plain
// CloudFormation resources, without descriptions. The one pattern that looks
// ahead, which Go's regexp does not, is written as its negation.
//
//go:embed testdata/sam.schema.json.gz
var samSchema []byte

// template is template.yaml with the short forms (!Ref) written out.
type template struct {
	Parameters map[string]any
	Conditions map[string]any
	Globals    map[string]any
	Resources  map[string]any
	Outputs    map[string]any
	whole      any
}

func readTemplate(t *testing.T) template {
	t.Helper()
	raw, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	whole := value(t, doc.Content[0])
	part := func(name string) map[string]any { m, _ := at(whole, name).(map[string]any); return m }
	return template{part("Parameters"), part("Conditions"), part("Globals"), part("Resources"), part("Outputs"), whole}
}

// value turns a node into plain values. CloudFormation itself reads neither
// aliases nor merge keys (User Guide, "CloudFormation template formats").
func value(t *testing.T, n *yaml.Node) any {
	t.Helper()
	if name, short := strings.CutPrefix(n.Tag, "!"); short && !strings.HasPrefix(n.Tag, "!!") {
		inner := *n
		inner.Tag = ""
		long := "Fn::" + name
		v := value(t, &inner)
		switch name {
		case "Ref", "Condition":
			long = name
		case "GetAtt":
			first, rest, _ := strings.Cut(v.(string), ".")
			v = []any{first, rest}
		}
		return map[string]any{long: v}
	}
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := m[key]; twice || key == "<<" {
				t.Errorf("line %d: key %q", n.Line, key)
			}
			m[key] = value(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, value(t, item))
		}
		return list
	case yaml.ScalarNode:
		var v any
		if err := n.Decode(&v); err != nil {
			t.Errorf("line %d: %v", n.Line, err)
		}
		return v
	default:
		t.Errorf("line %d: CloudFormation does not read this kind of node", n.Line)
		return nil
	}
}

// at goes down a path of keys; it is nil where the path ends.
func at(v any, path ...string) any {
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// functions are the names of the functions with the role of each.
func (tm template) functions(t *testing.T) map[string]role {
	t.Helper()
	found := map[string]role{}
	for name, r := range tm.Resources {
		if at(r, "Type") == "AWS::Serverless::Function" {
			found[name] = role(fmt.Sprint(at(r, "Properties", "Environment", "Variables", "HOLDPOINT_ROLE")))
		}
	}
	if len(found) != 4 {
		t.Fatalf("functions %v, want one for each role", found)
	}
	return found
}

func compileSAM(t *testing.T) *jsonschema.Schema {
	t.Helper()
	unpacked, err := gzip.NewReader(bytes.NewReader(samSchema))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sam.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sam.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestTemplateIsValid(t *testing.T) {
	schema := compileSAM(t)
	tm := readTemplate(t)
	if err := schema.Validate(tm.whole); err != nil {
		t.Errorf("template.yaml: %v", err)
	}
	// The check itself must be able to fail.
	work := at(tm.Resources["Work"], "Properties").(map[string]any)
	work["Memory"] = 128
	if schema.Validate(tm.whole) == nil {
		t.Error("a property that does not exist is found valid")
	}
}

// TestTemplateNamesExist: what is referred to is declared, what is declared is
// used.
func TestTemplateNamesExist(t *testing.T) {
	tm := readTemplate(t)
	used := map[string]bool{}
	var walk func(v any)
	use := func(name string) {
		first, _, _ := strings.Cut(name, ".")
		used[first] = true
		implicit := first == "ReceiveUrl" // SAM makes it for FunctionUrlConfig
		if tm.Parameters[first] == nil && tm.Resources[first] == nil && !strings.HasPrefix(first, "AWS::") && !implicit {
			t.Errorf("%s is referred to and not declared", first)
		}
	}
	on := func(condition string) {
		if used[condition] = true; tm.Conditions[condition] == nil {
			t.Errorf("condition %s is not declared", condition)
		}
	}
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for key, inner := range v {
				switch key {
				case "Ref":
					use(inner.(string))
				case "Fn::GetAtt":
					use(inner.([]any)[0].(string))
				case "Fn::Sub":
					for _, m := range substituted.FindAllStringSubmatch(inner.(string), -1) {
						use(m[1])
					}
				case "Fn::If":
					on(inner.([]any)[0].(string))
				case "Condition":
					if name, ofResource := inner.(string); ofResource { // that of a statement is a map
						on(name)
					}
				}
				walk(inner)
			}
		}
	}
	walk(tm.whole)
	for _, name := range slices.Concat(slices.Collect(maps.Keys(tm.Parameters)), slices.Collect(maps.Keys(tm.Conditions))) {
		if !used[name] {
			t.Errorf("%s is declared and not used", name)
		}
	}
	for name, p := range tm.Parameters {
		if text, _ := at(p, "Description").(string); len(text) < 20 {
			t.Errorf("parameter %s has no description", name)
		}
	}
	if at(tm.Outputs["WebhookUrl"], "Value") == nil {
		t.Error("the webhook URL is not among the outputs")
	}
}

// TestTemplateSetsWhatIsRead: the variables that the code of a role reads are
// those that its function sets.
func TestTemplateSetsWhatIsRead(t *testing.T) {
	tm := readTemplate(t)
	for name, r := range tm.functions(t) {
		read := map[string]bool{}
		_, _ = readConfig(func(variable string) (string, bool) {
			read[variable] = true
			if variable == "HOLDPOINT_ROLE" {
				return string(r), true
			}
			return "", false
		})
		set, _ := at(tm.Resources[name], "Properties", "Environment", "Variables").(map[string]any)
		if want, got := slices.Sorted(maps.Keys(read)), slices.Sorted(maps.Keys(set)); !slices.Equal(want, got) {
			t.Errorf("%s sets %v, the code reads %v", name, got, want)
		}
	}
}

func number(t *testing.T, tm template, path ...string) time.Duration {
	t.Helper()
	n, ok := at(tm.Resources[path[0]], path[1:]...).(int)
	if !ok {
		t.Fatalf("%v is not a number", path)
	}
	return time.Duration(n) * time.Second
}

// TestTemplateTimes: how the times of queue, function and try must fit.
func TestTemplateTimes(t *testing.T) {
	tm := readTemplate(t)
	visible := number(t, tm, "Queue", "Properties", "VisibilityTimeout")
	timeout := number(t, tm, "Work", "Properties", "Timeout")
	set := at(tm.Resources["Work"], "Properties", "Environment", "Variables").(map[string]any)
	config, _ := readConfig(func(name string) (string, bool) { v, ok := set[name].(string); return v, ok })
	if visible < 6*timeout {
		t.Errorf("visibility timeout %s, want six times the function's %s", visible, timeout)
	}
	// A batch has one message: a try, and the time to write down what became of it.
	if at(tm.Resources["Work"], "Properties", "Events", "Queue", "Properties", "BatchSize") != 1 {
		t.Error("the times are reckoned for batches of one")
	}
	if timeout < config.Budget+lastMoment+visibleMargin {
		t.Errorf("function timeout %s leaves no room for a try of %s", timeout, config.Budget)
	}
	if delay := service.LongestDelay(config.Budget); delay > time.Minute {
		t.Errorf("a poisoned job delays its repository by %s", delay)
	}
	// Lambda gives a webhook its answer before GitHub stops waiting
	// (docs.github.com, "Best practices for using webhooks": 10 seconds).
	if number(t, tm, "Receive", "Properties", "Timeout") >= 10*time.Second {
		t.Error("receive may take longer than GitHub waits")
	}
	receives := at(tm.Resources["Queue"], "Properties", "RedrivePolicy", "maxReceiveCount")
	if want := service.Interruptions + 3; receives != want {
		t.Errorf("maxReceiveCount %v, want %d: the tries that are cut off, the giving up and one wait", receives, want)
	}
	if number(t, tm, "DeadLetters", "Properties", "MessageRetentionPeriod") < 14*24*time.Hour {
		t.Error("dead letters are not kept for as long as can be")
	}
}

// allowed is what the role of a function may do, one entry for each value that
// a condition can give.
func (tm template) allowed(t *testing.T, function string) []string {
	t.Helper()
	name := at(tm.Resources[function], "Properties", "Role", "Fn::GetAtt").([]any)[0].(string)
	var actions []string
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case string:
			actions = append(actions, v)
		case []any:
			for _, item := range v {
				collect(item)
			}
		case map[string]any:
			for _, branch := range at(v, "Fn::If").([]any)[1:] {
				collect(branch)
			}
		}
	}
	for _, p := range at(tm.Resources[name], "Properties", "Policies").([]any) {
		for _, s := range at(p, "PolicyDocument", "Statement").([]any) {
			if branches, conditional := at(s, "Fn::If").([]any); conditional {
				s = branches[1]
			}
			collect(at(s, "Action"))
			if resource := at(s, "Resource"); resource == "*" || resource == nil {
				t.Errorf("%s allows %v on everything", name, at(s, "Action"))
			}
		}
	}
	for _, a := range actions {
		if strings.Contains(a, "*") {
			t.Errorf("%s allows %s", name, a)
		}
	}
	slices.Sort(actions)
	return actions
}

// TestTemplateOperations: everything is encrypted, logged for a set time, and
// has its alarms.
func TestTemplateOperations(t *testing.T) {
	tm := readTemplate(t)
	alarmed := map[string]bool{}
	for name, r := range tm.Resources {
		switch at(r, "Type") {
		case "AWS::CloudWatch::Alarm":
			p := at(r, "Properties")
			d := at(p, "Dimensions").([]any)[0]
			of := at(d, "Value", "Ref")
			if of == nil {
				of = at(d, "Value", "Fn::GetAtt").([]any)[0]
			}
			alarmed[fmt.Sprint(of, " ", at(p, "MetricName"))] = true
			if at(p, "AlarmActions") == nil || at(p, "AlarmDescription") == nil {
				t.Errorf("%s tells nobody, or nothing", name)
			}
		case "AWS::SQS::Queue":
			if at(r, "Properties", "SqsManagedSseEnabled") != true || at(r, "Properties", "FifoQueue") != true {
				t.Errorf("%s is not an encrypted FIFO queue", name)
			}
		case "AWS::Logs::LogGroup":
			if at(r, "Properties", "RetentionInDays") == nil {
				t.Errorf("%s is kept for ever", name)
			}
		}
	}
	want := []string{"DeadLetters ApproximateNumberOfMessagesVisible", "Queue ApproximateAgeOfOldestMessage"}
	for name := range tm.functions(t) {
		want = append(want, name+" Errors", name+" Throttles")
		if at(tm.Resources[name], "Properties", "LoggingConfig", "LogGroup") == nil {
			t.Errorf("%s has no log group of its own", name)
		}
	}
	for _, w := range want {
		if !alarmed[w] {
			t.Errorf("there is no alarm for %s", w)
		}
	}
	global := at(tm.Globals, "Function").(map[string]any)
	if global["Runtime"] != "provided.al2023" || fmt.Sprint(global["Architectures"]) != "[arm64]" {
		t.Errorf("functions run on %v, %v", global["Runtime"], global["Architectures"])
	}
}
