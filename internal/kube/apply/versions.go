package apply

import (
	"maps"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
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
	return before.Version != after.Version && after.Group == "scheduling.k8s.io" && after.Kind != "PriorityClass"
}

// rewrite turns the fields of an old version into those of the newest.
type rewrite func(v map[string]any) map[string]any

// rewrites are the versions that differ from the newest in more than their
// name, by group/version/kind.
var rewrites = map[string]rewrite{
	"extensions/v1beta1/Ingress":                                      currentIngress,
	"networking.k8s.io/v1beta1/Ingress":                               currentIngress,
	"autoscaling/v1/HorizontalPodAutoscaler":                          currentAutoscaler,
	"node.k8s.io/v1alpha1/RuntimeClass":                               currentRuntime,
	"flowcontrol.apiserver.k8s.io/v1beta1/PriorityLevelConfiguration": currentPriority,
	"flowcontrol.apiserver.k8s.io/v1beta2/PriorityLevelConfiguration": currentPriority,
	"resource.k8s.io/v1beta1/ResourceClaim":                           currentClaim("spec"),
	"resource.k8s.io/v1beta1/ResourceClaimTemplate":                   currentClaim("spec", "spec"),
	"resource.k8s.io/v1beta1/ResourceSlice":                           currentSlice,
}

// current rewrites an object of an old version in the fields of typ, the type
// that it is read as: nothing is to do where that is its own.
func current(id object.Identity, typ *schema.Type, v map[string]any) map[string]any {
	if r := rewrites[id.Group+"/"+id.Version+"/"+id.Kind]; r != nil && (typ != schema.Of(id) || !schema.Has(id)) {
		return r(v)
	}
	return v
}

// currentIngress turns serviceName and servicePort into service.
// (k8s.io/kubernetes v1.21 pkg/apis/networking/v1beta1/conversion.go)
func currentIngress(v map[string]any) map[string]any {
	spec := maps.Clone(object.MapAt(v, "spec"))
	if spec == nil {
		return v
	}
	if b := object.MapAt(spec, "backend"); b != nil {
		spec["defaultBackend"] = currentBackend(b)
		delete(spec, "backend")
	}
	if rules := object.ListAt(spec, "rules"); rules != nil {
		out := make([]any, len(rules))
		for i, r := range rules {
			out[i] = currentRule(object.MapAt(r))
		}
		spec["rules"] = out
	}
	out := maps.Clone(v)
	out["spec"] = spec
	return out
}

func currentRule(r map[string]any) map[string]any {
	paths := object.ListAt(r, "http", "paths")
	if paths == nil {
		return r
	}
	out := make([]any, len(paths))
	for i, p := range paths {
		path := maps.Clone(object.MapAt(p))
		if path["pathType"] == nil && path != nil {
			path["pathType"] = "ImplementationSpecific"
		}
		if b := object.MapAt(path, "backend"); b != nil {
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
	spec := maps.Clone(object.MapAt(v, "spec"))
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

// currentRuntime moves what stood below spec to the top
// (k8s.io/kubernetes v1.37.2 pkg/apis/node/v1alpha1/conversion.go).
func currentRuntime(v map[string]any) map[string]any {
	spec := object.MapAt(v, "spec")
	out := maps.Clone(v)
	delete(out, "spec")
	for from, to := range map[string]string{"runtimeHandler": "handler", "overhead": "overhead", "scheduling": "scheduling"} {
		if value, ok := spec[from]; ok {
			out[to] = value
		}
	}
	return out
}

// currentPriority renames the shares
// (k8s.io/kubernetes v1.37.2 pkg/apis/flowcontrol/v1beta2/conversion.go).
func currentPriority(v map[string]any) map[string]any {
	limited := maps.Clone(object.MapAt(v, "spec", "limited"))
	shares, ok := limited["assuredConcurrencyShares"]
	if !ok {
		return v
	}
	delete(limited, "assuredConcurrencyShares")
	limited["nominalConcurrencyShares"] = shares
	spec := maps.Clone(object.MapAt(v, "spec"))
	spec["limited"] = limited
	out := maps.Clone(v)
	out["spec"] = spec
	return out
}

// currentClaim moves what a request asks for below `exactly`, unless it lists
// alternatives (k8s.io/kubernetes v1.37.2 pkg/apis/resource/v1beta1/conversion.go).
func currentClaim(spec ...any) rewrite {
	return func(v map[string]any) map[string]any {
		return atList(v, append(spec, "devices", "requests"), func(r map[string]any) map[string]any {
			if len(object.ListAt(r, "firstAvailable")) > 0 {
				return r
			}
			out, exactly := map[string]any{}, maps.Clone(r)
			delete(exactly, "name")
			delete(exactly, "firstAvailable")
			if r["name"] != nil {
				out["name"] = r["name"]
			}
			if len(exactly) > 0 {
				out["exactly"] = exactly
			}
			return out
		})
	}
}

// currentSlice lifts a device's fields out of `basic`
// (k8s.io/kubernetes v1.37.2 pkg/apis/resource/v1beta1/conversion.go).
func currentSlice(v map[string]any) map[string]any {
	return atList(v, []any{"spec", "devices"}, func(d map[string]any) map[string]any {
		out := maps.Clone(object.MapAt(d, "basic"))
		if out == nil {
			out = map[string]any{}
		}
		if d["name"] != nil {
			out["name"] = d["name"]
		}
		return out
	})
}

// atList is a copy in which each structure of a list is made anew.
func atList(v map[string]any, path []any, anew func(map[string]any) map[string]any) map[string]any {
	if len(path) == 0 {
		return v
	}
	key, _ := path[0].(string)
	out := maps.Clone(v)
	switch next := v[key].(type) {
	case map[string]any:
		out[key] = atList(next, path[1:], anew)
	case []any:
		list := make([]any, len(next))
		for i, item := range next {
			list[i] = item
			if m, ok := item.(map[string]any); ok && len(path) == 1 {
				list[i] = anew(m)
			}
		}
		out[key] = list
	}
	return out
}
