package kube

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// workflows are the kinds whose templates Argo Workflows runs, with where they
// stand; Argo Events acts by triggers in the same way.
var workflows = map[string]plan.Path{
	"argoproj.io/Workflow":                {"spec", "templates"},
	"argoproj.io/WorkflowTemplate":        {"spec", "templates"},
	"argoproj.io/ClusterWorkflowTemplate": {"spec", "templates"},
	"argoproj.io/CronWorkflow":            {"spec", "workflowSpec", "templates"},
	"argoproj.io/Sensor":                  {"spec", "triggers"},
}

// workflowCode is what a workflow does to objects of the cluster, and, of a hook,
// what its containers and scripts run.
func workflowCode(o object.Object, hook bool) []podCode {
	at, ok := workflows[o.Group+"/"+o.Kind]
	if !ok {
		return nil
	}
	var out []podCode
	for i, template := range object.ListAt(o.Value, at...) {
		path := append(slices.Clone(at), i)
		add := func(text string, below ...any) {
			out = append(out, podCode{append(slices.Clone(path), below...), text})
		}
		add(resourceText(object.MapAt(template, "resource"), "action", "manifest"), "resource")
		add(resourceText(object.MapAt(template, "template", "k8s"), "operation", "source"), "template", "k8s")
		if !hook {
			continue
		}
		add(shellText(object.MapAt(template, "container")), "container")
		add(scriptText(object.MapAt(template, "script")), "script")
		for _, list := range []plan.Path{{"initContainers"}, {"sidecars"}, {"containerSet", "containers"}} {
			for j, c := range object.ListAt(template, list...) {
				add(shellText(object.MapAt(c)), append(slices.Clone(list), j)...)
			}
		}
	}
	return out
}

// resourceText is the command that does to an object what a template says of one
// (argo-workflows workflow/executor/resource.go, getKubectlArguments), "" for one
// that only reads or makes it.
func resourceText(said map[string]any, action, manifest string) string {
	do := object.TextAt(said, action)
	words := []string{"kubectl", quoted(do)}
	for _, flag := range object.ListAt(said, "flags") {
		words = append(words, quoted(fmt.Sprint(flag)))
	}
	if do == "" || slices.Contains([]string{"get", "create", "apply"}, do) && len(words) == 2 {
		return ""
	}
	text := object.TextAt(said, manifest)
	if inline := object.MapAt(said, manifest, "resource"); inline != nil {
		text = string(object.JSON(inline))
	}
	if do == "patch" {
		return strings.Join(append(words, "-p", quoted(text)), " ")
	}
	return strings.Join(words, " ") + " -f - <<'EOF'\n" + text + "\nEOF"
}

// scriptText is a script with the command that runs it.
func scriptText(said map[string]any) string {
	source := object.TextAt(said, "source")
	if source == "" {
		return ""
	}
	return strings.TrimSpace(shellText(said) + " <<'EOF'\n" + source + "\nEOF")
}
