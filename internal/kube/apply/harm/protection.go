package harm

import (
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// protection is an annotation or label that keeps an object from being
// deleted while it has the value.
type protection struct {
	tool, where, key string
	holds            func(string) bool
}

func is(want string) func(string) bool {
	return func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), want) }
}

// option reports whether a list of Argo CD sync options has one of these.
func option(any ...string) func(string) bool {
	return func(s string) bool {
		for _, o := range strings.Split(s, ",") {
			if slices.Contains(any, strings.TrimSpace(o)) {
				return true
			}
		}
		return false
	}
}

// protections of the tools that apply manifests, and of operators that own
// something outside the cluster.
var protections = []protection{
	{"Argo CD", "annotations", "argocd.argoproj.io/sync-options", option("Prune=false", "Prune=confirm")},
	{"Argo CD", "annotations", "argocd.argoproj.io/sync-options", option("Delete=false", "Delete=confirm")},
	{"Flux", "annotations", "kustomize.toolkit.fluxcd.io/prune", is("disabled")},
	{"Flux", "labels", "kustomize.toolkit.fluxcd.io/prune", is("disabled")},
	{"Helm", "annotations", "helm.sh/resource-policy", is("keep")},
	{"Config Connector", "annotations", "cnrm.cloud.google.com/deletion-policy", is("abandon")},
	{"AWS Controllers for Kubernetes", "annotations", "services.k8s.aws/deletion-policy", is("retain")},
	{"Azure Service Operator", "annotations", "serviceoperator.azure.com/reconcile-policy", func(s string) bool { return s == "skip" || s == "detach-on-delete" }},
}

// forces make a tool delete and create an object that it cannot update.
var forces = []protection{
	{"Argo CD", "annotations", "argocd.argoproj.io/sync-options", option("Force=true")},
	{"Argo CD", "annotations", "argocd.argoproj.io/sync-options", option("Replace=true")},
	{"Flux", "annotations", "kustomize.toolkit.fluxcd.io/force", is("enabled")},
}

// protections: a safeguard is dropped; nothing dies yet.
func (c *change) protections() {
	for _, p := range protections {
		path := plan.Path{"metadata", p.where, p.key}
		old, next := text(c.old, path...), text(c.next, path...)
		if p.holds(old) && !p.holds(next) {
			c.add(plan.ProtectionRemoved, plan.Disarm, path, "%s deletes it when it is removed from now on (%s was %q)", p.tool, p.key, old)
		}
	}
	for _, p := range forces {
		path := plan.Path{"metadata", p.where, p.key}
		old, next := text(c.old, path...), text(c.next, path...)
		if !p.holds(old) && p.holds(next) {
			c.add(plan.ForceAdded, plan.Disarm, path, "%s deletes and creates it anew when an update is refused (%s is %q)", p.tool, p.key, next)
		}
	}
}

// providers: a resource outside the cluster is deleted with its object from
// now on.
func (c *change) providers() {
	if strings.HasSuffix(c.after.Group, "k8s.io") || !strings.Contains(c.after.Group, ".") {
		return
	}
	path := plan.Path{"spec", "deletionPolicy"}
	if old, next := text(c.old, path...), text(c.next, path...); (old == "Orphan" || old == "Retain") && old != next {
		c.add(plan.ProtectionRemoved, plan.Disarm, path, "deletionPolicy %s -> %s: what it stands for is destroyed with it from now on", old, orNone(next))
	}
	policies := plan.Path{"spec", "managementPolicies"}
	deletes := func(v map[string]any) bool {
		l := listAt(v, policies...)
		return len(l) == 0 || slices.Contains(l, any("*")) || slices.Contains(l, any("Delete"))
	}
	if !deletes(c.old) && deletes(c.next) {
		c.add(plan.ProtectionRemoved, plan.Disarm, policies, "what it stands for is destroyed with it from now on")
	}
	confirm := plan.Path{"spec", "cleanupPolicy", "confirmation"}
	if text(c.old, confirm...) == "" && text(c.next, confirm...) != "" {
		c.add(plan.ProtectionRemoved, plan.Disarm, confirm, "the data on the hosts is wiped when the cluster is deleted")
	}
}

// ties: finalizers and owners decide what is cleaned up with the object.
func (c *change) ties() {
	path := plan.Path{"metadata", "finalizers"}
	next := listAt(c.next, path...)
	for _, f := range listAt(c.old, path...) {
		if !slices.Contains(next, f) {
			c.add(plan.FinalizerRemoved, "", path, "what finalizer %v cleans up is left behind when it is deleted", f)
		}
	}
	owners := plan.Path{"metadata", "ownerReferences"}
	old := map[string]bool{}
	for _, o := range listAt(c.old, owners...) {
		old[text(asMap(o), "uid")+text(asMap(o), "name")] = true
	}
	added := map[string]bool{}
	for _, o := range listAt(c.next, owners...) {
		if m := asMap(o); !old[text(m, "uid")+text(m, "name")] {
			added[text(m, "kind")+" "+text(m, "name")] = true
		}
	}
	for _, owner := range slices.Sorted(maps.Keys(added)) {
		c.add(plan.OwnerAdded, plan.Disarm, owners, "it is deleted with %s from now on", owner)
	}
}
