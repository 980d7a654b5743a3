package apply

import (
	"maps"
	"reflect"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// serviceStrategy gives back what the server allocated and drops what the new
// type does not use (patchAllocatedValues and normalizeClusterIPs in
// pkg/registry/core/service/storage, dropTypeDependentFields in strategy.go).
func serviceStrategy(u *update) {
	old := withClusterIPs(object.MapAt(u.live, "spec"))
	next := maps.Clone(object.MapAt(u.wanted, "spec"))
	if old == nil || next == nil {
		return
	}
	if needsIP(old) && needsIP(next) {
		for _, f := range []string{"clusterIP", "ipFamilies", "ipFamilyPolicy"} {
			if blank(next[f]) && old[f] != nil {
				next[f] = old[f]
			}
		}
		if blank(next["clusterIPs"]) && next["clusterIP"] == old["clusterIP"] && old["clusterIPs"] != nil {
			next["clusterIPs"] = old["clusterIPs"]
		}
		if next["clusterIP"] != old["clusterIP"] && reflect.DeepEqual(next["clusterIPs"], old["clusterIPs"]) {
			delete(next, "clusterIPs")
		}
	}
	if needsHealthPort(old) && needsHealthPort(next) && blank(next["healthCheckNodePort"]) && old["healthCheckNodePort"] != nil {
		next["healthCheckNodePort"] = old["healthCheckNodePort"]
	}
	restoreNodePorts(old, next)
	dropUnused(old, next)
	u.live = maps.Clone(u.live)
	u.live["spec"] = old
	u.wanted = maps.Clone(u.wanted)
	u.wanted["spec"] = withClusterIPs(next)
}

// withClusterIPs fills in the list where only the single address is given.
func withClusterIPs(spec map[string]any) map[string]any {
	if ip, _ := spec["clusterIP"].(string); ip != "" && blank(spec["clusterIPs"]) {
		spec = maps.Clone(spec)
		spec["clusterIPs"] = []any{ip}
	}
	return spec
}

func blank(v any) bool {
	l, isList := v.([]any)
	return v == nil || v == "" || v == int64(0) || isList && len(l) == 0
}

func needsIP(spec map[string]any) bool { return object.TextAt(spec, "type") != "ExternalName" }

func needsNodePort(spec map[string]any) bool {
	return object.TextAt(spec, "type") == "NodePort" || object.TextAt(spec, "type") == "LoadBalancer"
}

func needsHealthPort(spec map[string]any) bool {
	return object.TextAt(spec, "type") == "LoadBalancer" && object.TextAt(spec, "externalTrafficPolicy") == "Local"
}

func external(spec map[string]any) bool {
	return needsNodePort(spec) || object.TextAt(spec, "type") == "ClusterIP" && len(object.ListAt(spec, "externalIPs")) > 0
}

// restoreNodePorts keeps the port of a node by the name of the port.
func restoreNodePorts(old, next map[string]any) {
	ports := object.ListAt(next, "ports")
	if !needsNodePort(old) || !needsNodePort(next) || len(ports) == 0 {
		return
	}
	byName, taken := map[string]any{}, map[any]bool{}
	for _, p := range object.ListAt(old, "ports") {
		byName[object.TextAt(p, "name")] = object.MapAt(p)["nodePort"]
	}
	for _, p := range ports {
		taken[object.MapAt(p)["nodePort"]] = true
	}
	out := make([]any, len(ports))
	for i, p := range ports {
		out[i] = p
		port := object.MapAt(p)
		if was := byName[object.TextAt(port, "name")]; port != nil && blank(port["nodePort"]) && was != nil && !taken[was] {
			port = maps.Clone(port)
			port["nodePort"] = was
			out[i] = port
		}
	}
	next["ports"] = out
}

// dropUnused removes what the new type does not need and was not changed.
func dropUnused(old, next map[string]any) {
	drop := func(needed func(map[string]any) bool, fields ...string) {
		if !needed(old) || needed(next) {
			return
		}
		for _, f := range fields {
			if reflect.DeepEqual(old[f], next[f]) {
				delete(next, f)
			}
		}
	}
	balanced := func(s map[string]any) bool { return object.TextAt(s, "type") == "LoadBalancer" }
	drop(needsIP, "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
	drop(needsHealthPort, "healthCheckNodePort")
	drop(balanced, "allocateLoadBalancerNodePorts", "loadBalancerClass")
	drop(external, "externalTrafficPolicy")
	if !needsNodePort(old) || needsNodePort(next) || !samePorts(old, next) {
		return
	}
	if ports := object.ListAt(next, "ports"); ports != nil {
		next["ports"] = without(ports, "nodePort")
	}
}

func samePorts(old, next map[string]any) bool {
	a, b := object.ListAt(old, "ports"), object.ListAt(next, "ports")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if object.MapAt(a[i])["nodePort"] != object.MapAt(b[i])["nodePort"] {
			return false
		}
	}
	return true
}

func headless(spec map[string]any) bool { return object.TextAt(spec, "clusterIP") == "None" }

// clusterIPs: fixed while the Service has an address; headless is an address
// of its own.
func clusterIPs(u *update, f field) {
	old, next := object.MapAt(u.old, "spec"), object.MapAt(u.next, "spec")
	if !needsIP(old) || !needsIP(next) || headless(old) && headless(next) {
		return
	}
	before, after := object.ListAt(old, "clusterIPs"), object.ListAt(next, "clusterIPs")
	path := append(u.paths("spec", "clusterIP"), u.paths("spec", "clusterIPs")...)
	if len(before) == 0 && len(after) > 0 {
		f.As = "spec.clusterIPs[0]"
		if headless(next) {
			u.deny(f, path, "a Service with an address cannot become headless")
			return
		}
		if !u.liveService() {
			u.doubt(f, path, "spec.clusterIP: field is immutable, unless it is the address that the cluster assigned")
		}
		return
	}
	for i := range before {
		switch {
		case i < len(after) && before[i] != after[i]:
			f.As = "spec.clusterIPs" + dotted(plan.Path{i})
			u.deny(f, path, "spec.clusterIP: field is immutable once set, also from an address to None and back")
		case i > 0 && i >= len(after) && object.TextAt(next, "ipFamilyPolicy") != "SingleStack":
			f.As = "spec.ipFamilyPolicy"
			u.deny(f, path, "the second address can be removed only if spec.ipFamilyPolicy is SingleStack")
		case len(after) == 0:
			f.As = "spec.clusterIPs[0]"
			u.deny(f, path, "spec.clusterIP cannot be removed")
			return
		}
	}
}

// liveService: a Service printed by a cluster carries its uid.
func (u *update) liveService() bool {
	return object.TextAt(u.before.Value, "metadata", "uid") != ""
}

// ipFamilies: the first is fixed; the second may come and, with the policy
// SingleStack, go.
func ipFamilies(u *update, f field) {
	old, next := object.MapAt(u.old, "spec"), object.MapAt(u.next, "spec")
	if !needsIP(old) || !needsIP(next) || headless(old) || headless(next) {
		return
	}
	before, after := object.ListAt(old, "ipFamilies"), object.ListAt(next, "ipFamilies")
	path := u.paths("spec", "ipFamilies")
	f.As = "spec.ipFamilies[0]"
	switch {
	case len(after) == 0 || reflect.DeepEqual(before, after):
	case len(before) == 0:
		if !u.liveService() {
			u.doubt(f, path, "the first of spec.ipFamilies is immutable, unless it is the one that the cluster assigned")
		}
	case before[0] != after[0], len(before) == len(after):
		u.deny(f, path, "spec.ipFamilies: field is immutable once set")
	case len(after) < len(before) && object.TextAt(next, "ipFamilyPolicy") != "SingleStack":
		f.As = "spec.ipFamilyPolicy"
		u.deny(f, path, "the second family can be removed only if spec.ipFamilyPolicy is SingleStack")
	}
}

// loadBalancerClass: fixed while the Service stays a load balancer.
func loadBalancerClass(u *update, f field) {
	balanced := object.TextAt(u.old, "spec", "type") == "LoadBalancer" && object.TextAt(u.next, "spec", "type") == "LoadBalancer"
	if balanced && !u.same(f.path...) {
		u.deny(f, u.paths(f.path...), "spec.loadBalancerClass: field is immutable while the type is LoadBalancer")
	}
}

// healthCheckNodePort: fixed while it is needed.
func healthCheckNodePort(u *update, f field) {
	if !needsHealthPort(object.MapAt(u.old, "spec")) || !needsHealthPort(object.MapAt(u.next, "spec")) || u.same(f.path...) {
		return
	}
	if _, had := get(u.old, f.path); !had && !u.liveService() {
		u.doubt(f, u.paths(f.path...), "spec.healthCheckNodePort: field is immutable, unless it is the port that the cluster assigned")
		return
	}
	u.deny(f, u.paths(f.path...), "spec.healthCheckNodePort: field is immutable")
}
