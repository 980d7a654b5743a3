package apply

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"

	"maps"
	"reflect"
	"slices"
)

// pod: of a Pod's spec only images, the deadline (down), tolerations (more),
// scheduling gates (fewer) may change; of a gated pod also where it goes.
func pod(u *update, f field) {
	old, next := object.MapAt(u.old, "spec"), object.MapAt(u.next, "spec")
	if reflect.DeepEqual(old, next) {
		return
	}
	u.podDeadline(f, old, next)
	u.podTolerations(f, old, next)
	u.podGates(f, old, next)
	o, n := frozenPod(old), frozenPod(next)
	if len(object.ListAt(old, "schedulingGates")) > 0 {
		u.gatedPod(f, o, n)
		for _, m := range []map[string]any{o, n} {
			delete(m, "nodeSelector")
			dropNodeAffinity(m)
		}
	}
	if !reflect.DeepEqual(o, n) {
		u.deny(f, u.paths("spec"), "pod updates may not change fields other than images, activeDeadlineSeconds, added tolerations and removed scheduling gates")
	}
}

// frozenPod is a Pod's spec without what may change.
func frozenPod(spec map[string]any) map[string]any {
	spec = maps.Clone(spec)
	for _, free := range []string{"activeDeadlineSeconds", "tolerations", "schedulingGates"} {
		delete(spec, free)
	}
	for _, list := range []string{"containers", "initContainers"} {
		if containers := object.ListAt(spec, list); containers != nil {
			spec[list] = without(containers, "image")
		}
	}
	return spec
}

func dropNodeAffinity(spec map[string]any) {
	affinity := maps.Clone(object.MapAt(spec, "affinity"))
	delete(affinity, "nodeAffinity")
	delete(spec, "affinity")
	if len(affinity) > 0 {
		spec["affinity"] = affinity
	}
}

func (u *update) podDeadline(f field, old, next map[string]any) {
	before, had := object.IntAt(old, "activeDeadlineSeconds")
	after, has := object.IntAt(next, "activeDeadlineSeconds")
	if had && (!has || after > before) {
		f.As = "spec.activeDeadlineSeconds"
		u.deny(f, u.paths("spec", "activeDeadlineSeconds"), "spec.activeDeadlineSeconds of a Pod can only be lowered")
	}
}

func (u *update) podTolerations(f field, old, next map[string]any) {
	for _, o := range object.ListAt(old, "tolerations") {
		kept := slices.ContainsFunc(object.ListAt(next, "tolerations"), func(n any) bool {
			return except(object.MapAt(o), object.MapAt(n), "tolerationSeconds")
		})
		if !kept {
			f.As = "spec.tolerations"
			u.deny(f, u.paths("spec", "tolerations"), "tolerations of a Pod can only be added")
			return
		}
	}
}

func (u *update) podGates(f field, old, next map[string]any) {
	for _, n := range object.ListAt(next, "schedulingGates") {
		if !slices.ContainsFunc(object.ListAt(old, "schedulingGates"), func(o any) bool { return reflect.DeepEqual(o, n) }) {
			f.As = "spec.schedulingGates"
			u.deny(f, u.paths("spec", "schedulingGates"), "scheduling gates of a Pod can only be removed")
			return
		}
	}
}

// gatedPod: a pod that waits may be narrowed, never widened.
func (u *update) gatedPod(f field, old, next map[string]any) {
	for k, v := range object.MapAt(old, "nodeSelector") {
		if object.MapAt(next, "nodeSelector")[k] != v {
			f.As = "spec.nodeSelector"
			u.deny(f, u.paths("spec", "nodeSelector"), "spec.nodeSelector of a gated Pod can only be extended")
			break
		}
	}
	before := object.MapAt(old, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
	after := object.MapAt(next, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
	if before == nil || reflect.DeepEqual(before, after) {
		return
	}
	f.As = "spec.affinity.nodeAffinity"
	if !narrower(object.ListAt(before, "nodeSelectorTerms"), object.ListAt(after, "nodeSelectorTerms")) {
		u.deny(f, u.paths("spec", "affinity"), "the required node affinity of a gated Pod can only become stricter")
	}
}

// narrower: the same terms, each with all its old expressions and perhaps more.
func narrower(old, next []any) bool {
	if len(old) != len(next) {
		return false
	}
	for i := range old {
		for _, part := range []string{"matchExpressions", "matchFields"} {
			for _, e := range object.ListAt(old[i], part) {
				if !slices.ContainsFunc(object.ListAt(next[i], part), func(n any) bool { return reflect.DeepEqual(e, n) }) {
					return false
				}
			}
		}
	}
	return true
}
