package crd_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/crd"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// TestTransition holds rules against pairs of specs, as the API server reads
// them (k8s.io/apiextensions-apiserver pkg/apiserver/schema/cel).
func TestTransition(t *testing.T) {
	for _, c := range []struct {
		name, schema, before, after string
		// want is "" where all rules hold, else part of the finding.
		want string
	}{
		{"times are compared as times", `{type: string, format: date-time, x-kubernetes-validations: [{rule: "self >= oldSelf"}]}`,
			`"2024-01-01T10:00:00Z"`, `"2024-01-01T09:30:00-01:00"`, ""},
		{"durations", `{type: string, format: duration, x-kubernetes-validations: [{rule: "self >= oldSelf", message: shorter}]}`, `90s`, `1m`,
			"shorter"},
		{"a set has no order", `{type: array, x-kubernetes-list-type: set, items: {type: string}, x-kubernetes-validations: [{rule: self == oldSelf}]}`, `[a, b]`, `[b, a]`, ""},
		{"an atomic list has", `{type: array, items: {type: string}, x-kubernetes-validations: [{rule: self == oldSelf}]}`, `[a, b]`, `[b, a]`,
			"self == oldSelf"},
		{"rules below an atomic list sleep", `{type: array, items: {type: string, x-kubernetes-validations: [{rule: self == oldSelf}]}}`, `[a]`,
			`[b]`, ""},
		{"names are escaped", `{type: object, properties: {namespace: {type: string}, a-b: {type: string}}, x-kubernetes-validations: [{rule: "self.__namespace__ == oldSelf.__namespace__ && self.a__dash__b == oldSelf.a__dash__b"}]}`,
			`{namespace: x, a-b: y}`, `{namespace: x, a-b: z}`, "a__dash__b"},
		{"numbers compare across types", `{type: number, x-kubernetes-validations: [{rule: "self > oldSelf"}]}`, `1`, `1.5`, ""},
		{"a new value has no old one", `{type: string, x-kubernetes-validations: [{rule: self == oldSelf}]}`, ``, `a`, ""},
		{"unless the rule asks for it", `{type: string, x-kubernetes-validations: [{rule: "oldSelf.hasValue() || self != 'a'", optionalOldSelf: true}]}`, ``, `a`, "hasValue"},
		{"too dear", `{type: array, items: {type: string}, x-kubernetes-validations: [{rule: "self.all(a, self.all(b, self.all(c, self.all(d, a + b + c + d != oldSelf[0]))))"}]}`,
			"[" + strings.Repeat("a,", 60) + "b]", "[" + strings.Repeat("a,", 60) + "c]", "cost"},
		{"other rules are not ours", `{type: string, x-kubernetes-validations: [{rule: "self == 'a'"}]}`, `b`, `c`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := definition(t, c.schema)
			found := d.Of("v1").Transition(resource(t, c.before), resource(t, c.after))
			text := fmt.Sprint(found)
			if (len(found) == 0) != (c.want == "") || !strings.Contains(text, c.want) {
				t.Errorf("got %s, want %q", text, c.want)
			}
		})
	}
}

func definition(t *testing.T, spec string) *crd.Definition {
	t.Helper()
	f, err := object.Parse("crd.yaml", []byte(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: foos.example.com}
spec:
  group: example.com
  names: {plural: foos, kind: Foo}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: `+spec+`}}}}]
`), object.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := crd.Read(f.Objects[0])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func resource(t *testing.T, spec string) map[string]any {
	t.Helper()
	text := "apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: f}\n"
	if spec != "" {
		text += "spec: " + spec + "\n"
	}
	f, err := object.Parse("foo.yaml", []byte(text), object.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f.Objects[0].Value
}
