package main

import "strings"

// known are differences that are the other side's, each with its reason and a
// part of the names of its edits. One that no longer occurs is reported, so
// that the list stays short.
var known = []struct{ kind, edit, why string }{
	{"PodGroup", "spec.disruptionMode added map[] (0)", "the three-way patch does not carry an empty disruptionMode; which is invalid by itself"},
	{"CompositePodGroup", "spec.disruptionMode added map[] (0)", "as above"},
	{"", "ports copy of item added", "strategic merge tells ports apart by number alone, server-side apply by number and protocol; we follow the latter"},
	{"DaemonSet", "v1beta2 to v1: ", "the seed has no templateGeneration, which old versions keep in a field and new ones in an annotation of the server's"},
	{"StatefulSet", "v1beta1 to v1: ", "v1beta1 fills the labels of the object from its template"},
	{"HorizontalPodAutoscaler", "v1 to v2: ", "v1 as the server writes it keeps what it has no field for in annotations of the server's"},
	{"ResourceSlice", "v1beta1 to v1: ", "what is invalid by itself is named in the fields of another version, so that it looks as if the change did it"},
	{"RuntimeClass", "v1alpha1 to v1: ", "a three-way patch takes away only what stands at the same path in both versions, server-side apply translates; we follow the latter"},
	{"PriorityLevelConfiguration", "v1beta1 to v1: ", "as above"},
	{"PriorityLevelConfiguration", "v1beta2 to v1: ", "as above"},
}

// explained finds the reason of a disagreement, or "".
func explained(kind, edit string, seen map[int]bool) string {
	for i, k := range known {
		if (k.kind == "" || k.kind == kind) && strings.Contains(edit, k.edit) {
			seen[i] = true
			return k.why
		}
	}
	return ""
}
