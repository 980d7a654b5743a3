package apply

import (
	"fmt"
	"maps"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// prepare computes what is stored before and after.
func prepare(before, after object.Object, family Family, cluster Cluster) *update {
	u := &update{before: before, after: after, family: family, cluster: cluster, known: true}
	b, h := before.Value, after.Value
	if u.typ = schema.Of(readAs(before.Identity, after.Identity)); u.typ != nil {
		b, h = current(before.Identity, u.typ, b), current(after.Identity, u.typ, h)
	} else {
		u.definition = cluster.Definition(after.Group, after.Kind)
		u.typ, u.known = schema.Custom(nil), false
		if v := u.definition.Of(after.Version); v != nil {
			u.typ, u.known = v.Type, true
		}
	}
	b, h = withoutServerFields(b), withoutServerFields(h)
	u.live = object.MapAt(u.typ.Default(b))
	if family == Put {
		u.wanted = object.MapAt(u.typ.Default(h))
	} else {
		u.wanted = object.MapAt(u.typ.Default(u.typ.Merge(b, h, u.live)))
	}
	if strategy := strategies[u.kind()]; strategy != nil {
		strategy(u)
	}
	u.old, u.next = object.MapAt(u.typ.Normal(u.live)), object.MapAt(u.typ.Normal(u.wanted))
	u.compare()
	u.keepIgnored()
	return u
}

func (u *update) compare() {
	u.changed = slices.DeleteFunc(u.typ.Diff(u.old, u.next), func(d schema.Difference) bool {
		return len(d.Path) == 1 && d.Path[0] == "apiVersion"
	})
}

// keepIgnored undoes the changes that the server drops without an error.
func (u *update) keepIgnored() {
	for _, f := range table()[u.kind()] {
		if f.Rule != ignored || len(u.below(f.path)) == 0 {
			continue
		}
		old, _ := get(u.old, f.path)
		put(u.next, f.path, old)
		u.note(Ignored, f.path, fmt.Sprintf("the API server keeps the old %s without an error (%s)", f.Path, sourced(f.Source)))
		u.compare()
	}
}

// put sets the value at a path of a normal value, which is its own copy.
func put(m map[string]any, path plan.Path, v any) {
	for len(path) > 1 {
		key, _ := path[0].(string)
		child, ok := m[key].(map[string]any)
		if !ok {
			child = map[string]any{}
			m[key] = child
		}
		m, path = child, path[1:]
	}
	key, _ := path[0].(string)
	if v == nil {
		delete(m, key)
		return
	}
	m[key] = v
}

// serverFields of metadata are set by the server alone, or name the writer.
var serverFields = []string{"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation",
	"managedFields", "resourceVersion", "selfLink", "uid"}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// withoutServerFields drops status and what only the server writes.
func withoutServerFields(v map[string]any) map[string]any {
	out := maps.Clone(v)
	delete(out, "status")
	meta := maps.Clone(object.MapAt(out, "metadata"))
	if meta == nil {
		return out
	}
	for _, f := range serverFields {
		delete(meta, f)
	}
	if a := object.MapAt(meta, "annotations"); a[lastApplied] != nil {
		a = maps.Clone(a)
		delete(a, lastApplied)
		meta["annotations"] = a
	}
	out["metadata"] = meta
	return out
}

// strategies do what the registry does with an update before it is validated.
// They change u.wanted, whose parts are shared and copied first.
var strategies = map[string]func(*update){
	"core/Service":               serviceStrategy,
	"core/PersistentVolumeClaim": claimStrategy,
}
