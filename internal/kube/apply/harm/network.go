package harm

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// serviceType: an address goes, or the Service becomes reachable from outside.
func serviceType(c *change) {
	path := plan.Path{"spec", "type"}
	old, next := object.TextAt(c.old, path...), object.TextAt(c.next, path...)
	if old == next {
		return
	}
	switch {
	case old == "LoadBalancer":
		c.add(plan.ServiceType, plan.RouteLost, path, "type LoadBalancer -> %s: the load balancer and its address are released", next)
	case old == "NodePort" && next != "LoadBalancer":
		c.add(plan.ServiceType, plan.RouteLost, path, "type NodePort -> %s: the node port is released", next)
	case next == "ExternalName":
		c.add(plan.ServiceType, plan.RouteLost, path, "type %s -> ExternalName: the cluster address is released", old)
	}
	if next == "LoadBalancer" || next == "NodePort" && old != "LoadBalancer" {
		c.add(plan.ServiceType, plan.Exposure, path, "type %s -> %s: reachable from outside the cluster", old, next)
	}
}

// servicePorts: a port that nobody answers any more. A headless Service only
// gives names to its pods.
func servicePorts(c *change) {
	path := plan.Path{"spec", "ports"}
	if object.TextAt(c.old, "spec", "clusterIP") == "None" || object.TextAt(c.next, "spec", "type") == "ExternalName" {
		return
	}
	next := ports(c.next)
	for _, p := range ports(c.old) {
		if !slices.Contains(next, p) {
			c.add(plan.RouteRemoved, plan.RouteLost, path, "port %s is no longer served", p)
		}
	}
}

func ports(v map[string]any) []string {
	var out []string
	for _, p := range object.ListAt(v, "spec", "ports") {
		n, _ := object.IntAt(p, "port")
		out = append(out, fmt.Sprintf("%d/%s", n, cmp.Or(object.TextAt(p, "protocol"), "TCP")))
	}
	return out
}

func serviceSelector(c *change) {
	path := plan.Path{"spec", "selector"}
	old, next := object.MapAt(c.old, path...), object.MapAt(c.next, path...)
	if old != nil && !reflect.DeepEqual(old, next) {
		c.maybe(plan.ServiceSelector, "", path, "traffic is sent to the pods that the new selector matches, or to none")
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
	if object.TextAt(c.old, "spec", "type") != "LoadBalancer" || object.TextAt(c.next, "spec", "type") != "LoadBalancer" {
		return
	}
	for _, a := range schemeAnnotations {
		path := plan.Path{"metadata", "annotations", a}
		if object.TextAt(c.old, path...) != object.TextAt(c.next, path...) {
			c.maybe(plan.ServiceScheme, "", path, "the cloud may replace the load balancer, which changes its address")
		}
	}
	path := plan.Path{"spec", "loadBalancerIP"}
	if old := object.TextAt(c.old, path...); old != "" && old != object.TextAt(c.next, path...) {
		c.maybe(plan.ServiceScheme, "", path, "the load balancer may lose the address %s", old)
	}
}

// networkPolicy: one that named some pods now holds for all.
func networkPolicy(c *change) {
	path := plan.Path{"spec", "podSelector"}
	if len(object.MapAt(c.old, path...)) > 0 && len(object.MapAt(c.next, path...)) == 0 {
		c.add(plan.PolicyWidened, "", path, "the policy now applies to every pod of the namespace")
	}
}
