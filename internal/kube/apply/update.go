package apply

import (
	"reflect"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/crd"
	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// update is one simulated update while it is being judged.
type update struct {
	before, after object.Object
	family        Family
	cluster       Cluster
	definition    *crd.Definition
	typ           *schema.Type
	known         bool
	// live and wanted are what is stored before and after, defaults filled
	// in; old and next are the same in normal form.
	live, wanted map[string]any
	old, next    map[string]any
	changed      []schema.Difference
	refused      []Refusal
	notes        []Note
}

// paths lists where two values below a prefix differ, for a refusal.
func (u *update) paths(prefix ...any) []plan.Path {
	var out []plan.Path
	for _, d := range u.below(prefix) {
		out = append(out, d.Path)
	}
	return out
}

func (u *update) deny(f field, paths []plan.Path, why string) {
	u.refused = append(u.refused, Refusal{Paths: paths, Field: f.As, Why: why, Source: sourced(f.Source), Certain: true})
}

// doubt adds a refusal that depends on what the manifests do not tell.
func (u *update) doubt(f field, paths []plan.Path, why string) {
	u.refused = append(u.refused, Refusal{Paths: paths, Field: f.As, Why: why, Source: sourced(f.Source)})
}

func (u *update) note(kind NoteKind, path plan.Path, text string) {
	u.notes = append(u.notes, Note{kind, path, text})
}

// kind is the type as immutable.yaml writes it: core/Pod.
func (u *update) kind() string { return u.after.Key().GroupKind() }

// same reports whether the values at a path are equal before and after.
func (u *update) same(path ...any) bool {
	a, _ := get(u.old, path)
	b, _ := get(u.next, path)
	return reflect.DeepEqual(a, b)
}

// below is what differs at or below a path, or at a part of it.
func (u *update) below(path plan.Path) []schema.Difference {
	var out []schema.Difference
	for _, d := range u.changed {
		if under(d.Path, path) || under(path, d.Path) {
			if old, next := at(d, path, u.old), at(d, path, u.next); !reflect.DeepEqual(old, next) {
				out = append(out, d)
			}
		}
	}
	return out
}

// at is the value at path where the difference is above it, else something
// that differs anyway.
func at(d schema.Difference, path plan.Path, root map[string]any) any {
	if len(d.Path) >= len(path) {
		return root
	}
	v, _ := get(root, path)
	return v
}

// under reports whether path is prefix or leads below it; `*` in prefix stands
// for any step.
func under(path, prefix plan.Path) bool {
	if len(path) < len(prefix) {
		return false
	}
	for i, s := range prefix {
		if s != "*" && s != path[i] {
			return false
		}
	}
	return true
}
