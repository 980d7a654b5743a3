package main

import "strings"

// known are differences that are the other side's, each with its reason. One
// that no longer occurs is reported, so that the list stays short.
var known = []struct{ kind, edit, why string }{
	{"PodGroup", "spec.disruptionMode added map[] (0)", "the three-way patch does not carry an empty disruptionMode; which is invalid by itself"},
	{"CompositePodGroup", "spec.disruptionMode added map[] (0)", "as above"},
	{"", "ports copy of item added", "strategic merge tells ports apart by number alone, server-side apply by number and protocol; we follow the latter"},
}

// explained finds the reason of a disagreement, or "".
func explained(kind, edit string, seen map[int]bool) string {
	for i, k := range known {
		if (k.kind == "" || k.kind == kind) && strings.HasSuffix(edit, k.edit) {
			seen[i] = true
			return k.why
		}
	}
	return ""
}
