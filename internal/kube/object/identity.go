package object

import "strings"

// Identity names an object. The version is part of how it is written, not of
// what it is: two identities are the same object when their keys are equal.
type Identity struct {
	Group, Version, Kind string
	// Namespace is as written, empty where the text has none.
	Namespace, Name string
}

// Key is what makes an object the same object for the API server.
type Key struct{ Group, Kind, Namespace, Name string }

// Key drops the version and follows the group moves under which stored
// objects stayed the same.
func (id Identity) Key() Key {
	return Key{CanonicalGroup(id.Group, id.Kind), id.Kind, id.Namespace, id.Name}
}

// In is the key with the namespace that an apply into ns gives it: none for a
// kind known to be cluster-scoped, ns for a namespaced or unknown kind that
// names none.
func (id Identity) In(ns string) Key {
	k := id.Key()
	switch ScopeOf(k.Group, k.Kind) {
	case ClusterScope:
		k.Namespace = ""
	default:
		if k.Namespace == "" {
			k.Namespace = ns
		}
	}
	return k
}

// APIVersion is group and version as a manifest writes them.
func (id Identity) APIVersion() string {
	if id.Group == "" {
		return id.Version
	}
	return id.Group + "/" + id.Version
}

// GroupKind writes the type as [plan.Address] does: `apps/Deployment`, with
// `core` for the empty group.
func (k Key) GroupKind() string {
	if k.Group == "" {
		return "core/" + k.Kind
	}
	return k.Group + "/" + k.Kind
}

// CanonicalGroup is the group under which a kind lives now. Objects of the
// old group are the same stored objects (Kubernetes deprecation guide, 1.16
// and 1.22; Event in 1.19).
func CanonicalGroup(group, kind string) string {
	switch {
	case group == "extensions" && kind == "PodSecurityPolicy":
		return "policy"
	case group == "extensions" && (kind == "Ingress" || kind == "NetworkPolicy"):
		return "networking.k8s.io"
	case group == "extensions" && (kind == "Deployment" || kind == "DaemonSet" || kind == "ReplicaSet"):
		return "apps"
	case group == "events.k8s.io" && kind == "Event":
		return ""
	}
	return group
}

// splitAPIVersion is the group and version of `apps/v1` or `v1`.
func splitAPIVersion(s string) (group, version string) {
	if g, v, ok := strings.Cut(s, "/"); ok {
		return g, v
	}
	return "", s
}

// Scope says whether objects of a kind live in a namespace. The zero value
// means that it is not known.
type Scope string

const (
	ClusterScope   Scope = "Cluster"
	NamespaceScope Scope = "Namespaced"
)

// ScopeOf is the scope of a kind built into Kubernetes, or "" for another
// (k8s.io/api v0.37.2: types marked +genclient:nonNamespaced).
func ScopeOf(group, kind string) Scope {
	group = CanonicalGroup(group, kind)
	if clusterKinds[group+"/"+kind] {
		return ClusterScope
	}
	if builtinGroups[group] {
		return NamespaceScope
	}
	return ""
}

var clusterKinds = map[string]bool{
	"/ComponentStatus": true, "/Namespace": true, "/Node": true, "/PersistentVolume": true,
	"admissionregistration.k8s.io/MutatingAdmissionPolicy":          true,
	"admissionregistration.k8s.io/MutatingAdmissionPolicyBinding":   true,
	"admissionregistration.k8s.io/MutatingWebhookConfiguration":     true,
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy":        true,
	"admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": true,
	"admissionregistration.k8s.io/ValidatingWebhookConfiguration":   true,
	"apiextensions.k8s.io/CustomResourceDefinition":                 true,
	"apiregistration.k8s.io/APIService":                             true,
	"authentication.k8s.io/SelfSubjectReview":                       true,
	"authentication.k8s.io/TokenReview":                             true,
	"authorization.k8s.io/SelfSubjectAccessReview":                  true,
	"authorization.k8s.io/SelfSubjectRulesReview":                   true,
	"authorization.k8s.io/SubjectAccessReview":                      true,
	"certificates.k8s.io/CertificateSigningRequest":                 true,
	"certificates.k8s.io/ClusterTrustBundle":                        true,
	"flowcontrol.apiserver.k8s.io/FlowSchema":                       true,
	"flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration":       true,
	"internal.apiserver.k8s.io/StorageVersion":                      true,
	"networking.k8s.io/IPAddress":                                   true,
	"networking.k8s.io/IngressClass":                                true,
	"networking.k8s.io/ServiceCIDR":                                 true,
	"node.k8s.io/RuntimeClass":                                      true,
	"policy/PodSecurityPolicy":                                      true,
	"rbac.authorization.k8s.io/ClusterRole":                         true,
	"rbac.authorization.k8s.io/ClusterRoleBinding":                  true,
	"resource.k8s.io/DeviceClass":                                   true,
	"resource.k8s.io/DeviceTaintRule":                               true,
	"resource.k8s.io/ResourceSlice":                                 true,
	"scheduling.k8s.io/PriorityClass":                               true,
	"storage.k8s.io/CSIDriver":                                      true,
	"storage.k8s.io/CSINode":                                        true,
	"storage.k8s.io/StorageClass":                                   true,
	"storage.k8s.io/VolumeAttachment":                               true,
	"storage.k8s.io/VolumeAttributesClass":                          true,
	"storagemigration.k8s.io/StorageVersionMigration":               true,
}

// builtinGroups are the groups of k8s.io/api, whose other kinds are namespaced.
var builtinGroups = map[string]bool{
	"": true, "admissionregistration.k8s.io": true, "apps": true, "authentication.k8s.io": true,
	"authorization.k8s.io": true, "autoscaling": true, "batch": true, "certificates.k8s.io": true,
	"coordination.k8s.io": true, "discovery.k8s.io": true, "extensions": true,
	"flowcontrol.apiserver.k8s.io": true, "networking.k8s.io": true, "node.k8s.io": true,
	"policy": true, "rbac.authorization.k8s.io": true, "resource.k8s.io": true,
	"scheduling.k8s.io": true, "storage.k8s.io": true, "storagemigration.k8s.io": true,
}
