package apply

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"

	"maps"
	"reflect"
)

// completions: free only for an Indexed Job, together with parallelism.
func completions(u *update, f field) {
	if u.same("spec", "completions") {
		return
	}
	if object.TextAt(u.next, "spec", "completionMode") != "Indexed" {
		u.deny(f, u.paths("spec", "completions"), "spec.completions: field is immutable")
		return
	}
	c, ok := object.IntAt(u.next, "spec", "completions")
	p, _ := object.IntAt(u.next, "spec", "parallelism")
	if ok && c != p {
		u.deny(f, u.paths("spec", "completions"),
			"spec.completions of an Indexed Job can change only together with spec.parallelism, to the same number")
	}
}

// jobTemplate: fixed, unless the Job is suspended and has no pods; then how
// and where its pods are scheduled and their resources may change
// (MutableSchedulingDirectivesForSuspendedJobs and
// MutablePodResourcesForSuspendedJobs, on by default since 1.36).
func jobTemplate(u *update, f field) {
	old, next := object.MapAt(u.old, "spec", "template"), object.MapAt(u.next, "spec", "template")
	if !object.BoolAt(u.old, "spec", "suspend") || !u.neverRan() {
		if !reflect.DeepEqual(old, next) {
			u.deny(f, u.paths("spec", "template"), "spec.template: field is immutable")
		}
		return
	}
	if !reflect.DeepEqual(frozenTemplate(old), frozenTemplate(next)) {
		f.As = "spec.template.spec"
		u.deny(f, u.paths("spec", "template"),
			"of the spec.template of a suspended Job only labels, annotations, scheduling and resources can change")
		return
	}
	if !reflect.DeepEqual(old, next) {
		u.note(Depends, f.path,
			"the template of a suspended Job can change only while it has no pods, and its resources only since Kubernetes 1.36")
	}
}

// neverRan: status says that the Job has no pods, or there is no status.
func (u *update) neverRan() bool {
	status := object.MapAt(u.before.Value, "status")
	active, _ := object.IntAt(status, "active")
	suspended := false
	for _, c := range object.ListAt(status, "conditions") {
		suspended = suspended || object.TextAt(c, "type") == "Suspended" && object.TextAt(c, "status") == "True"
	}
	return (status["startTime"] == nil || suspended) && active == 0
}

// frozenTemplate is a template without what a suspended Job may change.
func frozenTemplate(t map[string]any) map[string]any {
	t = maps.Clone(t)
	delete(t, "metadata")
	spec := maps.Clone(object.MapAt(t, "spec"))
	for _, free := range []string{"nodeSelector", "tolerations", "schedulingGates"} {
		delete(spec, free)
	}
	if affinity := maps.Clone(object.MapAt(spec, "affinity")); affinity != nil {
		delete(affinity, "nodeAffinity")
		delete(spec, "affinity")
		if len(affinity) > 0 {
			spec["affinity"] = affinity
		}
	}
	for _, list := range []string{"containers", "initContainers"} {
		if containers := object.ListAt(spec, list); containers != nil {
			spec[list] = without(containers, "resources")
		}
	}
	t["spec"] = spec
	return t
}

// generatedSelector: the server gives a Job a selector and labels when it is
// created. A replace with a manifest that does not have them changes them.
func generatedSelector(u *update, f field) {
	if u.family != Put || object.BoolAt(u.next, "spec", "manualSelector") {
		return
	}
	_, before := get(u.old, f.path)
	_, after := get(u.next, f.path)
	if !before && !after {
		u.deny(f, u.paths("spec"), "a replace removes spec.selector that the server generated when the Job was created")
	}
}
