package apply

import (
	"maps"
	"reflect"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// except compares two objects without some of their fields.
func except(a, b map[string]any, fields ...string) bool {
	x, y := maps.Clone(a), maps.Clone(b)
	for _, f := range fields {
		delete(x, f)
		delete(y, f)
	}
	return reflect.DeepEqual(x, y)
}

// cidrs: one range may become two, the first unchanged.
func cidrs(u *update, f field) {
	old, next := object.ListAt(u.old, "spec", "cidrs"), object.ListAt(u.next, "spec", "cidrs")
	if len(old) == 1 && len(next) == 2 && old[0] == next[0] || reflect.DeepEqual(old, next) {
		return
	}
	u.deny(f, u.paths("spec", "cidrs"), "spec.cidrs: field is immutable, except that a second range may be added")
}

// nodeDrivers: an entry that stays may not change, its allocatable apart.
func nodeDrivers(u *update, f field) {
	for _, o := range object.ListAt(u.old, "spec", "drivers") {
		for _, n := range object.ListAt(u.next, "spec", "drivers") {
			if object.MapAt(o)["name"] == object.MapAt(n)["name"] && !except(object.MapAt(o), object.MapAt(n), "allocatable") {
				u.deny(f, u.paths("spec", "drivers"), "an entry of spec.drivers is immutable, except its allocatable")
				return
			}
		}
	}
}

// storedVersions: a version that objects are stored in may not go. Which these
// are stands in status alone: the storage version is one, others may be.
func storedVersions(u *update, f field) {
	served := func(list []any) []string {
		var names []string
		for _, v := range list {
			names = append(names, object.TextAt(v, "name"))
		}
		return names
	}
	next := served(object.ListAt(u.next, "spec", "versions"))
	stored := map[string]bool{}
	for _, v := range object.ListAt(u.before.Value, "status", "storedVersions") {
		if s, ok := v.(string); ok {
			stored[s] = true
		}
	}
	for _, v := range object.ListAt(u.old, "spec", "versions") {
		name := object.TextAt(v, "name")
		path := []plan.Path{{"spec", "versions"}}
		switch {
		case slices.Contains(next, name):
		case object.BoolAt(v, "storage") || stored[name]:
			u.deny(f, path, "version "+name+" cannot be removed from spec.versions: objects are stored in it (status.storedVersions)")
		case len(stored) == 0:
			u.doubt(f, path, "version "+name+" can be removed from spec.versions only if no object was ever stored in it (status.storedVersions)")
		}
	}
}

// without copies a list of objects and leaves out a field of each.
func without(list []any, field string) []any {
	out := make([]any, len(list))
	for i, item := range list {
		m := maps.Clone(object.MapAt(item))
		delete(m, field)
		out[i] = m
	}
	return out
}
