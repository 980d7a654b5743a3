package apply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// remark notes what is odd about the new object by itself, and what the server
// does without a word.
func (u *update) remark() {
	u.remarkTypes()
	switch u.kind() {
	case "apps/Deployment":
		u.remarkRecreate()
		u.remarkShares("spec", "strategy", "rollingUpdate")
	case "apps/DaemonSet":
		u.remarkShares("spec", "updateStrategy", "rollingUpdate")
	case "policy/PodDisruptionBudget":
		u.remarkShares("spec")
	case "core/Service":
		u.remarkHeadless()
		u.remarkPorts()
	}
	if object.TextAt(u.after.Value, "metadata", "resourceVersion") != "" {
		u.note(Invalid, plan.Path{"metadata", "resourceVersion"},
			"metadata.resourceVersion in a manifest conflicts with the live object as soon as it changes")
	}
}

// remarkTypes: labels and annotations are strings; anything else is refused.
func (u *update) remarkTypes() {
	for _, field := range []string{"labels", "annotations"} {
		for k, v := range object.MapAt(u.after.Value, "metadata", field) {
			if _, ok := v.(string); !ok && v != nil {
				u.note(Invalid, plan.Path{"metadata", field, k}, "a value of metadata."+field+" is not a string")
			}
		}
	}
}

// remarkShares: a number of pods in quotes is neither a number nor a
// percentage (IsValidPercent, k8s.io/apimachinery pkg/util/validation).
func (u *update) remarkShares(path ...any) {
	for _, f := range []string{"maxSurge", "maxUnavailable", "minAvailable"} {
		if s := object.TextAt(object.MapAt(u.next, path...), f); s != "" && !strings.HasSuffix(s, "%") {
			u.note(Invalid, append(slices.Clone(path), f), fmt.Sprintf("%s %q is neither a number nor a percentage", f, s))
		}
	}
}

// remarkPorts: a port in quotes is a name, which holds a letter
// (IsValidPortName, k8s.io/apimachinery pkg/util/validation).
func (u *update) remarkPorts() {
	for i, p := range object.ListAt(u.next, "spec", "ports") {
		if s := object.TextAt(p, "targetPort"); s != "" && strings.Trim(s, "0123456789") == "" {
			u.note(Invalid, plan.Path{"spec", "ports", i, "targetPort"},
				fmt.Sprintf("targetPort %q is the name of a port, and a name holds a letter", s))
		}
	}
}

// remarkRecreate: Recreate has no rolling update. kubectl apply drops the one
// that the server filled in (patch strategy retainKeys), server-side apply
// does not (validateDeploymentStrategy, pkg/apis/apps/validation/validation.go).
func (u *update) remarkRecreate() {
	path := plan.Path{"spec", "strategy", "rollingUpdate"}
	if object.TextAt(u.next, "spec", "strategy", "type") != "Recreate" {
		return
	}
	if _, has := get(u.next, path); has {
		u.note(Invalid, path, "spec.strategy.rollingUpdate may not be given with the type Recreate")
		return
	}
	_, live := get(u.old, path)
	_, written := get(u.before.Value, path)
	if u.family == Patch && live && !written {
		f := field{Path: dotted(path), As: dotted(path), Source: "ValidateDeploymentStrategy, pkg/apis/apps/validation/validation.go"}
		u.doubt(f, []plan.Path{{"spec", "strategy", "type"}},
			"server-side apply keeps the spec.strategy.rollingUpdate that the API server set, which is rejected with the type Recreate; "+
				"kubectl apply drops it")
	}
}

// remarkHeadless: an address cannot be taken away by leaving it out.
func (u *update) remarkHeadless() {
	path := plan.Path{"spec", "clusterIP"}
	if object.TextAt(u.before.Value, path...) != "" && object.TextAt(u.after.Value, path...) == "" && object.TextAt(u.next, path...) != "" {
		u.note(Ignored, path, "the Service keeps spec.clusterIP "+object.TextAt(u.next, path...)+", which cannot be removed by leaving it out")
	}
}
