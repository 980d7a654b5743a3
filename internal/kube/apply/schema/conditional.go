package schema

import (
	"maps"
	"math"
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
	up := map[string]any{"stabilizationWindowSeconds": int64(0), "selectPolicy": "Max",
		"policies": []any{policy("Pods", 4), policy("Percent", 100)}}
	down := map[string]any{"selectPolicy": "Max", "policies": []any{policy("Percent", 100)}}
	maps.Copy(up, part(behavior, "scaleUp"))
	maps.Copy(down, part(behavior, "scaleDown"))
	behavior["scaleUp"], behavior["scaleDown"] = up, down
	m["behavior"] = behavior
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
