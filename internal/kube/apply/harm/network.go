package harm

import (
	"maps"
	"reflect"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// serviceType: an address goes, or the Service becomes reachable from outside.
func serviceType(c *change) {
	path := plan.Path{"spec", "type"}
	old, next := text(c.old, path...), text(c.next, path...)
	if old == next {
		return
	}
	switch {
	case old == "LoadBalancer":
		c.add(ServiceType, "", path, "type LoadBalancer -> %s: the load balancer and its address are released", next)
	case old == "NodePort" && next != "LoadBalancer":
		c.add(ServiceType, "", path, "type NodePort -> %s: the node port is released", next)
	case next == "ExternalName":
		c.add(ServiceType, "", path, "type %s -> ExternalName: the cluster address is released", old)
	}
	if next == "LoadBalancer" || next == "NodePort" && old != "LoadBalancer" {
		c.add(ServiceType, plan.Exposure, path, "type %s -> %s: reachable from outside the cluster", old, next)
	}
}

func serviceSelector(c *change) {
	path := plan.Path{"spec", "selector"}
	old, next := mapAt(c.old, path...), mapAt(c.next, path...)
	if old != nil && !reflect.DeepEqual(old, next) {
		c.maybe(ServiceSelector, "", path, "traffic goes to the pods that the new selector matches, and to none where it matches none")
	}
}

// schemeAnnotations make a cloud replace a load balancer when they change.
var schemeAnnotations = []string{
	"cloud.google.com/load-balancer-type",
	"networking.gke.io/load-balancer-type",
	"service.beta.kubernetes.io/aws-load-balancer-internal",
	"service.beta.kubernetes.io/aws-load-balancer-scheme",
	"service.beta.kubernetes.io/aws-load-balancer-type",
	"service.beta.kubernetes.io/azure-load-balancer-internal",
}

func serviceScheme(c *change) {
	if text(c.old, "spec", "type") != "LoadBalancer" || text(c.next, "spec", "type") != "LoadBalancer" {
		return
	}
	for _, a := range schemeAnnotations {
		path := plan.Path{"metadata", "annotations", a}
		if text(c.old, path...) != text(c.next, path...) {
			c.maybe(ServiceScheme, "", path, "the cloud may replace the load balancer, which changes its address")
		}
	}
	path := plan.Path{"spec", "loadBalancerIP"}
	if old := text(c.old, path...); old != "" && old != text(c.next, path...) {
		c.maybe(ServiceScheme, "", path, "the load balancer may lose the address %s", old)
	}
}

// routes: hosts that an Ingress serves no more.
func routes(c *change) {
	next := hosts(c.next)
	for _, h := range slices.Sorted(maps.Keys(hosts(c.old))) {
		if !next[h] {
			c.add(RouteRemoved, plan.RouteLost, plan.Path{"spec", "rules"}, "host %s is not served any more", h)
		}
	}
	path := plan.Path{"spec", "ingressClassName"}
	if old, now := text(c.old, path...), text(c.next, path...); old != "" && old != now {
		c.maybe(RouteRemoved, "", path, "ingressClassName %s -> %s: another controller serves it, at another address", old, orNone(now))
	}
}

// hostnames: a route of the Gateway API serves fewer hosts. One that names none
// serves those of its listeners.
func hostnames(c *change) {
	path := plan.Path{"spec", "hostnames"}
	next := listAt(c.next, path...)
	if len(next) == 0 {
		return
	}
	for _, h := range listAt(c.old, path...) {
		if !slices.Contains(next, h) {
			c.add(RouteRemoved, plan.RouteLost, path, "host %v is not served any more", h)
		}
	}
}

// listeners: a Gateway stops listening.
func listeners(c *change) {
	path := plan.Path{"spec", "listeners"}
	for _, l := range listAt(c.old, path...) {
		if name := text(asMap(l), "name"); named(listAt(c.next, path...), name) == nil {
			c.add(RouteRemoved, plan.RouteLost, path, "the listener %s is gone, and with it what it served", name)
		}
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func hosts(v map[string]any) map[string]bool {
	out := map[string]bool{}
	for _, r := range listAt(v, "spec", "rules") {
		if h := text(asMap(r), "host"); h != "" {
			out[h] = true
		}
	}
	return out
}

// networkPolicy: one that named some pods now holds for all.
func networkPolicy(c *change) {
	path := plan.Path{"spec", "podSelector"}
	if len(mapAt(c.old, path...)) > 0 && len(mapAt(c.next, path...)) == 0 {
		c.add(PolicyWidened, "", path, "the policy now holds for every pod of the namespace")
	}
}
