package schema

import (
	"encoding/base64"
	"maps"
	"math"
	"strings"
)

// conditional are the defaults that depend on other fields, by type without
// version. Each fills in a structure that is its own copy; parts below it are
// shared and must be copied before they are changed. The names of the
// functions they follow are SetDefaults_<Type> in k8s.io/kubernetes v1.37.2,
// pkg/apis/<group>/v1/defaults.go.
var conditional = map[string]func(map[string]any){
	"discovery.Endpoint":                         withoutTopology,
	"core.ServiceAccount":                        secretNames,
	"core.NodeSpec":                              podRanges,
	"core.Secret":                                secretData,
	"apps.StatefulSetSpec":                       claimTemplates,
	"core.Volume":                                volume,
	"core.Container":                             pullPolicy,
	"core.EphemeralContainer":                    pullPolicy,
	"core.ServiceSpec":                           service,
	"core.ServicePort":                           targetPort,
	"core.Pod":                                   pod,
	"core.PodSpec":                               serviceAccount,
	"core.Namespace":                             namespaceLabel,
	"core.LimitRangeItem":                        limitRangeItem,
	"core.ReplicationController":                 replicationController,
	"core.ResourceRequirements":                  roundResources,
	"apps.DeploymentStrategy":                    rollingUpdate("25%", "25%"),
	"apps.DaemonSetUpdateStrategy":               rollingUpdate(int64(1), int64(0)),
	"apps.StatefulSetUpdateStrategy":             statefulStrategy,
	"autoscaling.HorizontalPodAutoscalerSpec":    autoscaler,
	"batch.Job":                                  job,
	"networking.NetworkPolicySpec":               networkPolicy,
	"rbac.Subject":                               subject,
	"resource.ExactDeviceRequest":                deviceCount,
	"resource.DeviceSubRequest":                  deviceCount,
	"resource.DeviceRequest":                     deviceRequest,
	"apiextensions.CustomResourceDefinitionSpec": definition,
}

func set(m map[string]any, field string, v any) {
	if x, ok := m[field]; !ok || x == "" {
		m[field] = v
	}
}

func part(m map[string]any, field string) map[string]any {
	p, _ := m[field].(map[string]any)
	return p
}

func text(m map[string]any, field string) string {
	s, _ := m[field].(string)
	return s
}

// volume: one without a source is an emptyDir.
func volume(m map[string]any) {
	for k := range m {
		if k != "name" {
			return
		}
	}
	m["emptyDir"] = map[string]any{}
}

// pullPolicy: Always for the tag latest, which an image without tag and
// digest has too.
func pullPolicy(m map[string]any) {
	image := text(m, "image")
	if text(m, "imagePullPolicy") != "" {
		return
	}
	m["imagePullPolicy"] = "IfNotPresent"
	name, _, digest := strings.Cut(image, "@")
	_, tag, tagged := strings.Cut(name[strings.LastIndexByte(name, '/')+1:], ":")
	if tag == "latest" || !tagged && !digest && image != "" {
		m["imagePullPolicy"] = "Always"
	}
}

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

func serviceAccount(m map[string]any) {
	set(m, "serviceAccountName", text(m, "serviceAccount"))
	if name := text(m, "serviceAccountName"); name != "" {
		m["serviceAccount"] = name
	} else {
		delete(m, "serviceAccountName")
	}
}

// pod: defaults of pods that templates do not get.
func pod(m map[string]any) {
	spec := maps.Clone(part(m, "spec"))
	if spec == nil {
		return
	}
	m["spec"] = spec
	if spec["enableServiceLinks"] == nil {
		spec["enableServiceLinks"] = true
	}
	host, _ := spec["hostNetwork"].(bool)
	for _, field := range []string{"containers", "initContainers"} {
		list, _ := spec[field].([]any)
		out := make([]any, len(list))
		for i, c := range list {
			out[i] = podContainer(c, host)
		}
		if list != nil {
			spec[field] = out
		}
	}
}

func podContainer(v any, host bool) any {
	c, ok := v.(map[string]any)
	if !ok {
		return v
	}
	c = maps.Clone(c)
	resources := part(c, "resources")
	if limits := part(resources, "limits"); limits != nil {
		requests := maps.Clone(limits)
		maps.Copy(requests, part(resources, "requests"))
		resources = maps.Clone(resources)
		resources["requests"] = requests
		c["resources"] = resources
	}
	ports, ok := c["ports"].([]any)
	if !host || !ok {
		return c
	}
	out := make([]any, len(ports))
	for i, p := range ports {
		out[i] = p
		if port, ok := p.(map[string]any); ok && (port["hostPort"] == nil || port["hostPort"] == int64(0)) {
			port = maps.Clone(port)
			port["hostPort"] = port["containerPort"]
			out[i] = port
		}
	}
	c["ports"] = out
	return c
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

func limitRangeItem(m map[string]any) {
	if text(m, "type") != "Container" {
		return
	}
	fill := func(field string, from map[string]any) {
		to := maps.Clone(from)
		if to == nil {
			to = map[string]any{}
		}
		maps.Copy(to, part(m, field))
		m[field] = to
	}
	fill("default", part(m, "max"))
	fill("defaultRequest", part(m, "min"))
	fill("defaultRequest", part(m, "default"))
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

func ownLabels(m, labels map[string]any) {
	if meta := part(m, "metadata"); labels != nil && len(part(meta, "labels")) == 0 {
		meta = maps.Clone(meta)
		if meta == nil {
			meta = map[string]any{}
		}
		meta["labels"] = labels
		m["metadata"] = meta
	}
}

func orNil(m map[string]any, field string, v any) {
	if m[field] == nil {
		m[field] = v
	}
}

// job: the template of a CronJob gets none of these.
func job(whole map[string]any) {
	ownLabels(whole, part(part(part(part(whole, "spec"), "template"), "metadata"), "labels"))
	m := maps.Clone(part(whole, "spec"))
	if m == nil {
		return
	}
	whole["spec"] = m
	if m["completions"] == nil && m["parallelism"] == nil {
		m["completions"] = int64(1)
	}
	orNil(m, "parallelism", int64(1))
	if m["backoffLimitPerIndex"] != nil {
		orNil(m, "backoffLimit", int64(math.MaxInt32))
	}
	orNil(m, "backoffLimit", int64(6))
	orNil(m, "completionMode", "NonIndexed")
	orNil(m, "suspend", false)
	if m["podFailurePolicy"] != nil {
		orNil(m, "podReplacementPolicy", "Failed")
	}
	orNil(m, "podReplacementPolicy", "TerminatingOrFailed")
	orNil(m, "manualSelector", false)
}

// rollingUpdate fills in the strategy of a Deployment or DaemonSet.
func rollingUpdate(unavailable, surge any) func(map[string]any) {
	return func(m map[string]any) {
		if text(m, "type") != "RollingUpdate" {
			return
		}
		r := maps.Clone(part(m, "rollingUpdate"))
		if r == nil {
			r = map[string]any{}
		}
		orNil(r, "maxUnavailable", unavailable)
		orNil(r, "maxSurge", surge)
		m["rollingUpdate"] = r
	}
}

func statefulStrategy(m map[string]any) {
	if text(m, "type") == "" {
		m["type"] = "RollingUpdate"
		orNil(m, "rollingUpdate", map[string]any{})
	}
	if r := part(m, "rollingUpdate"); r != nil && text(m, "type") == "RollingUpdate" {
		r = maps.Clone(r)
		orNil(r, "partition", int64(0))
		orNil(r, "maxUnavailable", int64(1))
		m["rollingUpdate"] = r
	}
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

func autoscaler(m map[string]any) {
	if _, v1 := m["targetCPUUtilizationPercentage"]; !v1 && text(part(m, "scaleTargetRef"), "name") != "" {
		if metrics, _ := m["metrics"].([]any); len(metrics) == 0 {
			m["metrics"] = []any{map[string]any{"type": "Resource", "resource": map[string]any{
				"name": "cpu", "target": map[string]any{"type": "Utilization", "averageUtilization": int64(80)}}}}
		}
	}
	behavior := maps.Clone(part(m, "behavior"))
	if behavior == nil {
		return
	}
	policy := func(kind string, value int64) any {
		return map[string]any{"type": kind, "value": value, "periodSeconds": int64(15)}
	}
	up := map[string]any{"stabilizationWindowSeconds": int64(0), "selectPolicy": "Max", "policies": []any{policy("Pods", 4), policy("Percent", 100)}}
	down := map[string]any{"selectPolicy": "Max", "policies": []any{policy("Percent", 100)}}
	maps.Copy(up, part(behavior, "scaleUp"))
	maps.Copy(down, part(behavior, "scaleDown"))
	behavior["scaleUp"], behavior["scaleDown"] = up, down
	m["behavior"] = behavior
}

// roundResources: amounts are kept to the thousandth (SetDefaults_ResourceList).
func roundResources(m map[string]any) {
	for _, field := range []string{"limits", "requests"} {
		list := part(m, field)
		if list == nil {
			continue
		}
		out := make(map[string]any, len(list))
		for k, v := range list {
			out[k] = v
			if q, ok := quantity(v); ok && !q.RoundUp(-3) {
				out[k] = q.String()
			}
		}
		m[field] = out
	}
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

// claimTemplates: kind, version and status of a template are not kept
// (pkg/apis/apps/v1/conversion.go).
func claimTemplates(m map[string]any) {
	list, ok := m["volumeClaimTemplates"].([]any)
	if !ok {
		return
	}
	out := make([]any, len(list))
	for i, item := range list {
		out[i] = item
		if t, ok := item.(map[string]any); ok {
			t = maps.Clone(t)
			for _, drop := range []string{"apiVersion", "kind", "status"} {
				delete(t, drop)
			}
			out[i] = t
		}
	}
	m["volumeClaimTemplates"] = out
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
