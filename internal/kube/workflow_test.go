package kube

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// TestWorkflowCode: what a template of a workflow does to objects, as a command.
func TestWorkflowCode(t *testing.T) {
	for template, want := range map[string]string{
		"resource: {action: delete, manifest: 'kind: A'}":               "kubectl delete -f - <<'EOF'\nkind: A\nEOF",
		"resource: {action: delete, flags: [pvc, my data]}":             "kubectl delete pvc 'my data' -f - <<'EOF'\n\nEOF",
		"resource: {action: patch, manifest: 'a: b'}":                   "kubectl patch -p 'a: b'",
		"resource: {action: apply, manifest: 'kind: A'}":                "",
		"resource: {action: get, manifest: 'kind: A'}":                  "",
		"resource: {action: apply, flags: [--prune], manifest: a}":      "kubectl apply --prune -f - <<'EOF'\na\nEOF",
		"template: {k8s: {operation: delete, source: {resource: {}}}}":  "kubectl delete -f - <<'EOF'\n{}\nEOF",
		"container: {command: [kubectl], args: [delete, pvc, my-data]}": "",
	} {
		file, err := object.Parse("a.yaml", []byte("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\n"+
			"spec: {templates: [{"+template+"}], triggers: []}\n"), object.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range codeOf(file.Objects[0]) {
			got += c.text
		}
		if got != want {
			t.Errorf("%s: %q, want %q", template, got, want)
		}
	}
}
