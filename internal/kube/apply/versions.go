package apply

import (
	"maps"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// readAs is the version as whose type both objects are read: their own where
// they agree, else the newest.
func readAs(before, after object.Identity) object.Identity {
	if before.Version != after.Version || after.Kind == "HorizontalPodAutoscaler" {
		after.Version = ""
	}
	return after
}

// rewritten reports whether two versions differ in more than their name, and
// current does not translate between them.
func rewritten(before, after object.Identity) bool {
	return before.Version != after.Version && after.Group == "resource.k8s.io"
}

// current rewrites an object of an old version in the fields of the version
// that schema.Of reads it as. Most versions differ in name alone.
func current(id object.Identity, v map[string]any) map[string]any {
	switch {
	case id.Kind == "Ingress" && id.Version == "v1beta1":
		return currentIngress(v)
	case id.Kind == "HorizontalPodAutoscaler" && id.Group == "autoscaling" && id.Version == "v1":
		return currentAutoscaler(v)
	}
	return v
}

// currentIngress turns serviceName and servicePort into service.
// (k8s.io/kubernetes v1.21 pkg/apis/networking/v1beta1/conversion.go)
func currentIngress(v map[string]any) map[string]any {
	spec := maps.Clone(mapAt(v, "spec"))
	if spec == nil {
		return v
	}
	if b := mapAt(spec, "backend"); b != nil {
		spec["defaultBackend"] = currentBackend(b)
		delete(spec, "backend")
	}
	if rules := listAt(spec, "rules"); rules != nil {
		out := make([]any, len(rules))
		for i, r := range rules {
			out[i] = currentRule(asMap(r))
		}
		spec["rules"] = out
	}
	out := maps.Clone(v)
	out["spec"] = spec
	return out
}

func currentRule(r map[string]any) map[string]any {
	paths := listAt(r, "http", "paths")
	if paths == nil {
		return r
	}
	out := make([]any, len(paths))
	for i, p := range paths {
		path := maps.Clone(asMap(p))
		if path["pathType"] == nil && path != nil {
			path["pathType"] = "ImplementationSpecific"
		}
		if b := mapAt(path, "backend"); b != nil {
			path["backend"] = currentBackend(b)
		}
		out[i] = path
	}
	r = maps.Clone(r)
	r["http"] = map[string]any{"paths": out}
	return r
}

func currentBackend(b map[string]any) map[string]any {
	name, ok := b["serviceName"]
	if !ok {
		return b
	}
	port := map[string]any{"number": b["servicePort"]}
	if s, ok := b["servicePort"].(string); ok {
		port = map[string]any{"name": s}
	}
	return map[string]any{"service": map[string]any{"name": name, "port": port}}
}

// currentAutoscaler turns the one target of autoscaling/v1 into a metric
// (k8s.io/kubernetes v1.37.2 pkg/apis/autoscaling/v1/conversion.go).
func currentAutoscaler(v map[string]any) map[string]any {
	spec := maps.Clone(mapAt(v, "spec"))
	target, ok := spec["targetCPUUtilizationPercentage"]
	if spec == nil || !ok {
		return v
	}
	delete(spec, "targetCPUUtilizationPercentage")
	spec["metrics"] = []any{map[string]any{"type": "Resource", "resource": map[string]any{
		"name": "cpu", "target": map[string]any{"type": "Utilization", "averageUtilization": target}}}}
	out := maps.Clone(v)
	out["spec"] = spec
	return out
}
