package diff

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// kubernetesConditions is the plan-time logic of hashicorp/kubernetes 3.2.1 by
// resource type; names with and without a version suffix are the same types.
// Sources are files of its repository.
func kubernetesConditions(resourceType string) []condition {
	switch base := strings.TrimSuffix(resourceType, "_v1"); base {
	case "kubernetes_config_map", "kubernetes_secret":
		return []condition{{[]string{"data", "binary_data", "immutable"}, wasImmutable, "kubernetes/resource_kubernetes_config_map_v1.go CustomizeDiff"}}
	case "kubernetes_persistent_volume":
		return []condition{{[]string{"spec.persistent_volume_source.*"}, always, "kubernetes/resource_kubernetes_persistent_volume_v1.go CustomizeDiff"}}
	case "kubernetes_persistent_volume_claim":
		return []condition{
			{[]string{"spec.resources.requests"}, storageShrinks, "kubernetes/resource_kubernetes_persistent_volume_claim_v1.go CustomizeDiff"},
			{[]string{"spec.resources.limits"}, always, "kubernetes/resource_kubernetes_persistent_volume_claim_v1.go CustomizeDiff"},
		}
	case "kubernetes_manifest":
		return []condition{{[]string{"manifest"}, otherObject, "manifest/provider/plan.go RequiresReplace: apiVersion, kind, metadata.name, metadata.namespace"}}
	}
	return nil
}

func wasImmutable(c change, _ hit) decision {
	text, ok := c.was("immutable")
	if !ok {
		return open
	}
	return decide(text == "true")
}

func storageShrinks(_ change, h hit) decision {
	o, n := unmarked(h.old), unmarked(h.new)
	if !o.IsKnown() || !n.IsKnown() {
		return open
	}
	old, okOld := entryOf(o, "storage")
	new, okNew := entryOf(n, "storage")
	if !okOld || !okNew {
		return open
	}
	a, validOld := quantity(old)
	b, validNew := quantity(new)
	if !validOld || !validNew {
		return open
	}
	return decide(b.Cmp(a) < 0)
}

func entryOf(v cty.Value, key string) (string, bool) {
	if v.IsNull() || !isKeyed(v) {
		return "", false
	}
	e, ok := v.AsValueMap()[key]
	if !ok {
		return "", false
	}
	return valueText(e)
}

// otherObject: the identity of the object changes.
func otherObject(_ change, h hit) decision {
	o, n := unmarked(h.old), unmarked(h.new)
	if !o.IsKnown() || !n.IsKnown() || o.IsNull() || n.IsNull() || !isKeyed(o) || !isKeyed(n) {
		return open
	}
	result := inPlace
	for _, path := range identityPaths {
		switch identityVerdict(o, n, path) {
		case differs:
			return replaces
		case maybe:
			result = open
		}
	}
	return result
}

var identityPaths = []string{"apiVersion", "kind", "metadata.name", "metadata.namespace"}

func identityVerdict(o, n cty.Value, path string) verdict {
	a, okOld := textAt(o.AsValueMap(), path)
	b, okNew := textAt(n.AsValueMap(), path)
	switch {
	case okOld && okNew && a == b:
		return same
	case okOld && okNew:
		return differs
	}
	return compareLeaf(at(o.AsValueMap(), path), at(n.AsValueMap(), path))
}

// identity names the parts of the object's identity that change.
func identity(h hit) []plan.Path {
	var out []plan.Path
	for _, path := range identityPaths {
		if identityVerdict(unmarked(h.old), unmarked(h.new), path) == differs {
			p := plan.Path{"manifest"}
			for _, name := range strings.Split(path, ".") {
				p = append(p, name)
			}
			out = append(out, p)
		}
	}
	return out
}

// keeperConditions: random and null compare their maps without the keys whose
// value is null (random 3.9 internal/planmodifiers/map
// RequiresReplaceIfValuesNotNull).
func keeperConditions() []condition {
	return []condition{
		{[]string{"keepers", "triggers"}, keepers, "internal/planmodifiers/map: RequiresReplaceIfValuesNotNull"},
		{[]string{"override_special"}, setOrChanged, "internal/planmodifiers/string: RequiresReplaceUnlessEmptyStringToNull"},
	}
}

func keepers(_ change, h hit) decision {
	if k, _ := value.KnowWithin(h.new); k == value.IsPending {
		return replaces
	}
	switch compareMaps(false, cty.ObjectVal(notNull(h.old)), cty.ObjectVal(notNull(h.new))) {
	case same:
		return inPlace
	case maybe:
		return open
	}
	return replaces
}

func notNull(v cty.Value) map[string]cty.Value {
	un := unmarked(v)
	out := map[string]cty.Value{}
	if !un.IsKnown() || un.IsNull() || !isKeyed(un) {
		return out
	}
	for k, e := range un.AsValueMap() {
		if !e.IsNull() {
			out[k] = e
		}
	}
	return out
}

// setOrChanged: only from "" to null, and to what is known after apply, is an
// update.
func setOrChanged(_ change, h hit) decision {
	switch k, _ := value.Know(h.new); {
	case k == value.IsPending:
		return inPlace
	case k == value.IsOpaque || !h.old.IsKnown():
		return open
	}
	return decide(!unmarked(h.new).IsNull() || !isZero(h.old))
}

// otherConditions are types of small providers.
func otherConditions(resourceType string) []condition {
	switch resourceType {
	case "tls_cert_request", "tls_self_signed_cert", "tls_locally_signed_cert":
		return []condition{{
			[]string{"private_key_pem", "ca_private_key_pem", "ca_cert_pem", "cert_request_pem"}, ifDiffers,
			"tls 4.2.1 internal/provider/attribute_plan_modifier: RequireReplaceIfStateContainsPEMString",
		}}
	case "kubectl_manifest":
		return []condition{{[]string{"yaml_body"}, otherManifest,
			"gavinbunney/kubectl 1.19 kubernetes/resource_kubectl_manifest.go CustomizeDiff: api_version, kind, name, namespace, force_new"}}
	case "time_rotating":
		return []condition{{[]string{"rotation_rfc3339"}, ifDiffers, "time 0.14 internal/provider/resource_time_rotating.go"}}
	}
	return nil
}

// ifDiffers is what an unconditional force-new would do.
func ifDiffers(_ change, h hit) decision { return h.decided() }
