package apply

import (
	"maps"
	"reflect"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// betaClassKey is the annotation that was used before storageClassName.
const betaClassKey = "volume.beta.kubernetes.io/storage-class"

// liveClaim reports whether the manifest before says how the claim is, and
// not only how it should be: a status with a phase, as a cluster prints it.
func (u *update) liveClaim() (phase string, known bool) {
	phase = object.TextAt(u.before.Value, "status", "phase")
	return phase, phase != ""
}

// claimStrategy fills in the one of two fields for the source of the data that
// is not given, and drops a source that is neither a claim nor a snapshot
// (pkg/api/persistentvolumeclaim/util.go, NormalizeDataSources and
// EnforceDataSourceBackwardsCompatibility).
func claimStrategy(u *update) {
	old, next := object.MapAt(u.live, "spec"), maps.Clone(object.MapAt(u.wanted, "spec"))
	if next == nil {
		return
	}
	kind := object.TextAt(next, "dataSource", "kind")
	understood := kind == "PersistentVolumeClaim" || kind == "VolumeSnapshot"
	if old["dataSource"] == nil && next["dataSourceRef"] == nil && !understood {
		delete(next, "dataSource")
	}
	u.live, u.wanted = maps.Clone(u.live), maps.Clone(u.wanted)
	u.live["spec"], u.wanted["spec"] = withSources(old), withSources(next)
}

func withSources(spec map[string]any) map[string]any {
	spec = maps.Clone(spec)
	switch ref := object.MapAt(spec, "dataSourceRef"); {
	case spec["dataSource"] != nil && ref == nil:
		spec["dataSourceRef"] = spec["dataSource"]
	case ref != nil && spec["dataSource"] == nil && object.TextAt(ref, "namespace") == "":
		spec["dataSource"] = spec["dataSourceRef"]
	}
	return spec
}

// claim: everything but the size and the attributes class of a bound claim.
func claim(u *update, f field) {
	phase, known := u.liveClaim()
	old, next := maps.Clone(object.MapAt(u.old, "spec")), maps.Clone(object.MapAt(u.next, "spec"))
	if object.TextAt(old, "volumeName") == "" {
		delete(old, "volumeName")
		delete(next, "volumeName")
	}
	u.claimClass(f, old, next, known)
	if phase == "Bound" || !known {
		dropSize(old)
		dropSize(next)
		delete(old, "volumeAttributesClassName")
		delete(next, "volumeAttributesClassName")
	}
	if !reflect.DeepEqual(old, next) {
		u.deny(f, u.paths("spec"), "spec is immutable after creation, except resources.requests of a bound claim")
		return
	}
	u.claimReplaced(f, known)
}

// claimClass: a class may be named once where there was none. Most clusters
// fill in their default class when a claim is created.
func (u *update) claimClass(f field, old, next map[string]any, known bool) {
	_, had := old["storageClassName"]
	after, has := next["storageClassName"]
	beta := object.TextAt(u.old, "metadata", "annotations", betaClassKey)
	if had || !has || beta != "" && after != beta {
		return
	}
	delete(next, "storageClassName")
	if !known && beta == "" {
		u.doubt(f, []plan.Path{{"spec", "storageClassName"}},
			"spec.storageClassName: field is immutable, unless it is the class that the cluster set when the claim was created")
	}
}

// dropSize removes the requested size, wherever the rest is compared.
func dropSize(spec map[string]any) {
	resources := maps.Clone(object.MapAt(spec, "resources"))
	requests := maps.Clone(object.MapAt(resources, "requests"))
	if requests == nil {
		return
	}
	delete(requests, "storage")
	delete(resources, "requests")
	if len(requests) > 0 {
		resources["requests"] = requests
	}
	delete(spec, "resources")
	if len(resources) > 0 {
		spec["resources"] = resources
	}
}

// claimReplaced: a replace drops what the binder and the admission plug-in
// filled in.
func (u *update) claimReplaced(f field, known bool) {
	if u.family != Put || known {
		return
	}
	for _, field := range []string{"volumeName", "storageClassName"} {
		if object.TextAt(u.old, "spec", field) == "" && object.TextAt(u.next, "spec", field) == "" {
			u.doubt(f, u.paths(), "a replace removes spec."+field+" that the cluster set, and the field is immutable once set")
			return
		}
	}
}

// claimSize: never less, and more only where the class allows it.
func claimSize(u *update, f field) {
	old, _ := get(u.old, f.path)
	next, _ := get(u.next, f.path)
	if old == nil {
		return
	}
	c, ok := schema.CompareQuantities(orZero(next), old)
	if !ok || c == 0 {
		return
	}
	if c < 0 {
		capacity, _ := get(u.before.Value, plan.Path{"status", "capacity", "storage"})
		if over, ok := schema.CompareQuantities(orZero(next), orZero(capacity)); ok && capacity != nil && over > 0 {
			return // after an expansion that failed
		}
		u.deny(f, u.paths(f.path...), "field can not be less than status.capacity")
		return
	}
	u.claimGrows(f)
}

func (u *update) claimGrows(f field) {
	name := object.TextAt(u.next, "spec", "storageClassName")
	class, ok := u.cluster.Class(name)
	switch {
	case !ok:
		u.note(Depends, f.path, "a claim can be expanded only if it is bound and its StorageClass has allowVolumeExpansion")
	case !object.BoolAt(class.Value, "allowVolumeExpansion"):
		f.Source = "plugin/pkg/admission/storage/persistentvolume/resize/admission.go"
		u.deny(f, u.paths(f.path...), "StorageClass "+name+" does not allow expansion (allowVolumeExpansion)")
	default:
		u.note(Depends, f.path, "a claim can be expanded only while it is bound, and cannot shrink again")
	}
}

func orZero(v any) any {
	if v == nil {
		return "0"
	}
	return v
}

// claimAttributes: not removed once it took effect.
func claimAttributes(u *update, f field) {
	next := object.TextAt(u.next, "spec", "volumeAttributesClassName")
	old := object.TextAt(u.old, "spec", "volumeAttributesClassName")
	if next != "" || old == "" {
		return
	}
	if object.TextAt(u.before.Value, "status", "currentVolumeAttributesClassName") != "" {
		u.deny(f, u.paths(f.path...), "spec.volumeAttributesClassName cannot be removed once it is in effect")
	} else if _, known := u.liveClaim(); !known {
		u.doubt(f, u.paths(f.path...), "spec.volumeAttributesClassName can be removed only before it is in effect")
	}
}

// betaClass: the annotation is fixed, except that the field takes its place.
func betaClass(u *update, f field) {
	old := object.TextAt(u.old, "metadata", "annotations", betaClassKey)
	next := object.TextAt(u.next, "metadata", "annotations", betaClassKey)
	if old == next {
		return
	}
	class := object.TextAt(u.next, "spec", "storageClassName")
	if _, had := get(u.old, plan.Path{"spec", "storageClassName"}); !had && next == "" && class == old {
		return
	}
	u.deny(f, u.paths("metadata", "annotations"), "annotation "+betaClassKey+": field is immutable")
}

// claimedFields are the parts of a volume that are not its source
// (k8s.io/api v0.37.2 core/v1 PersistentVolumeSpec).
var claimedFields = []string{"accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity",
	"persistentVolumeReclaimPolicy", "storageClassName", "volumeAttributesClassName", "volumeMode"}

// volumeSource: where the data is.
func volumeSource(u *update, f field) {
	old, next := maps.Clone(object.MapAt(u.old, "spec")), maps.Clone(object.MapAt(u.next, "spec"))
	for _, not := range claimedFields {
		delete(old, not)
		delete(next, not)
	}
	const secret = "controllerExpandSecretRef"
	if csi := object.MapAt(old, "csi"); csi != nil && csi[secret] == nil && object.MapAt(next, "csi") != nil {
		c := maps.Clone(object.MapAt(next, "csi"))
		delete(c, secret)
		next["csi"] = c
	}
	if reflect.DeepEqual(old, next) {
		return
	}
	var paths []plan.Path
	for _, d := range u.below(plan.Path{"spec"}) {
		if len(d.Path) > 1 && (old[d.Path[1].(string)] != nil || next[d.Path[1].(string)] != nil) {
			paths = append(paths, d.Path)
		}
	}
	u.deny(f, paths, "spec.persistentvolumesource is immutable after creation")
}

// betaTopology are the node labels that were renamed when they became stable
// (getMaskNodeSelectorLabelChangeEqualities, pkg/apis/core/validation).
var betaTopology = map[string]string{
	"failure-domain.beta.kubernetes.io/zone":   "topology.kubernetes.io/zone",
	"failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
	"beta.kubernetes.io/os":                    "kubernetes.io/os",
	"beta.kubernetes.io/arch":                  "kubernetes.io/arch",
	"beta.kubernetes.io/instance-type":         "node.kubernetes.io/instance-type",
}

// volumeAffinity: fixed once set, renamed labels apart.
func volumeAffinity(u *update, f field) {
	old, had := get(u.old, f.path)
	if !had || u.same(f.path...) {
		return
	}
	next, _ := get(u.next, f.path)
	if !reflect.DeepEqual(renamed(old), next) {
		u.deny(f, u.paths(f.path...), "spec.nodeAffinity: field is immutable once set")
	}
}

func renamed(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[k] = renamed(e)
			if s, ok := e.(string); ok && k == "key" && betaTopology[s] != "" {
				out[k] = betaTopology[s]
			}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = renamed(e)
		}
		return out
	}
	return v
}
