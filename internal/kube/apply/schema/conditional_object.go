package schema

import (
	"encoding/base64"
	"maps"
	"strings"
)

func service(m map[string]any) {
	kind := text(m, "type")
	switch text(m, "sessionAffinity") {
	case "None":
		delete(m, "sessionAffinityConfig")
	case "ClientIP":
		if part(part(m, "sessionAffinityConfig"), "clientIP")["timeoutSeconds"] == nil {
			m["sessionAffinityConfig"] = map[string]any{"clientIP": map[string]any{"timeoutSeconds": int64(10800)}}
		}
	}
	external, _ := m["externalIPs"].([]any)
	if kind == "LoadBalancer" || kind == "NodePort" || kind == "ClusterIP" && len(external) > 0 {
		set(m, "externalTrafficPolicy", "Cluster")
	}
	if kind != "ExternalName" && m["internalTrafficPolicy"] == nil {
		m["internalTrafficPolicy"] = "Cluster"
	}
	if kind == "LoadBalancer" && m["allocateLoadBalancerNodePorts"] == nil {
		m["allocateLoadBalancerNodePorts"] = true
	}
}

func targetPort(m map[string]any) {
	if t := m["targetPort"]; t == nil || t == "" || t == int64(0) {
		if p, ok := m["port"]; ok {
			m["targetPort"] = p
		}
	}
}

func namespaceLabel(m map[string]any) {
	meta := maps.Clone(part(m, "metadata"))
	name := text(meta, "name")
	if name == "" {
		return
	}
	labels := maps.Clone(part(meta, "labels"))
	if labels == nil {
		labels = map[string]any{}
	}
	labels["kubernetes.io/metadata.name"] = name
	meta["labels"] = labels
	m["metadata"] = meta
}

func replicationController(m map[string]any) {
	spec := maps.Clone(part(m, "spec"))
	labels := part(part(part(spec, "template"), "metadata"), "labels")
	if labels == nil {
		return
	}
	if len(part(spec, "selector")) == 0 {
		spec["selector"] = labels
		m["spec"] = spec
	}
	ownLabels(m, labels)
}

func networkPolicy(m map[string]any) {
	if types, _ := m["policyTypes"].([]any); len(types) > 0 {
		return
	}
	types := []any{"Ingress"}
	if egress, _ := m["egress"].([]any); len(egress) > 0 {
		types = append(types, "Egress")
	}
	m["policyTypes"] = types
}

func subject(m map[string]any) {
	if kind := text(m, "kind"); kind == "User" || kind == "Group" {
		set(m, "apiGroup", "rbac.authorization.k8s.io")
	}
}

func deviceCount(m map[string]any) {
	if text(m, "allocationMode") == "ExactCount" && (m["count"] == nil || m["count"] == int64(0)) {
		m["count"] = int64(1)
	}
}

func deviceRequest(m map[string]any) {
	if text(m, "deviceClassName") == "" {
		return // v1 keeps the request in `exactly`
	}
	set(m, "allocationMode", "ExactCount")
	deviceCount(m)
}

func definition(m map[string]any) {
	names := maps.Clone(part(m, "names"))
	if kind := text(names, "kind"); kind != "" {
		set(names, "singular", strings.ToLower(kind))
		set(names, "listKind", kind+"List")
		m["names"] = names
	}
	orNil(m, "conversion", map[string]any{"strategy": "None"})
}

// secretData: what is given as text is stored as bytes.
func secretData(m map[string]any) {
	given := part(m, "stringData")
	if given == nil {
		return
	}
	data := maps.Clone(part(m, "data"))
	if data == nil {
		data = map[string]any{}
	}
	for k, v := range given {
		if s, ok := v.(string); ok {
			data[k] = base64.StdEncoding.EncodeToString([]byte(s))
		}
	}
	m["data"] = data
	delete(m, "stringData")
}

// podRanges: the single range is the first of the list
// (pkg/apis/core/v1/conversion.go).
func podRanges(m map[string]any) {
	one := text(m, "podCIDR")
	list, _ := m["podCIDRs"].([]any)
	if one != "" && (len(list) == 0 || list[0] != one) {
		m["podCIDRs"] = []any{one}
	}
	delete(m, "podCIDR")
	delete(m, "configSource") // dropped since 1.24
}

// secretNames: of a reference only the name is kept (cleanSecretReferences in
// pkg/registry/core/serviceaccount/strategy.go).
func secretNames(m map[string]any) {
	list, ok := m["secrets"].([]any)
	if !ok {
		return
	}
	out := make([]any, len(list))
	for i, item := range list {
		ref, _ := item.(map[string]any)
		out[i] = map[string]any{"name": ref["name"]}
	}
	m["secrets"] = out
}

// withoutTopology: v1 does not write the field (pkg/registry/discovery
// /endpointslice/strategy.go, dropTopologyOnV1).
func withoutTopology(m map[string]any) { delete(m, "deprecatedTopology") }
