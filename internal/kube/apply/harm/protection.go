package harm

import (
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// operator is a controller that owns something outside the cluster, with the
// marks that keep that from being deleted with the object.
type operator struct {
	name string
	keep owner.Mark
}

var operators = []operator{
	{"Config Connector", owner.Annotated("cnrm.cloud.google.com/deletion-policy", "abandon")},
	{"AWS Controllers for Kubernetes", owner.Annotated("services.k8s.aws/deletion-policy", "retain")},
	{"Azure Service Operator", owner.Annotated("serviceoperator.azure.com/reconcile-policy", "skip", "detach-on-delete")},
}

// protections: a safeguard is dropped; nothing dies yet.
func (c *change) protections() {
	for _, r := range owner.Table {
		for _, keep := range r.Keeps {
			c.unprotected(r.Tool, keep)
		}
	}
	for _, o := range operators {
		c.unprotected(o.name, o.keep)
	}
	for _, r := range owner.Table {
		for _, freeze := range r.Freezes {
			c.freed(r.Tool, freeze)
		}
		c.forced(r)
	}
}

// forced: it is deleted and made anew more often than before.
func (c *change) forced(r owner.Row) {
	how, path, value := r.Forced(c.before, c.after)
	if how == owner.NeverRecreated {
		return
	}
	when := "whatever changes"
	if how == owner.WhenRefused {
		when = "when an update is refused"
	}
	c.add(plan.ForceAdded, plan.Disarm, path, "%s deletes and recreates it %s (%s is %q)", r.Tool, when, path[2], value)
}

// freed: it was not written, whatever changed of it in the meantime.
func (c *change) freed(tool string, freeze owner.Mark) {
	path, old, ok := freeze.Find(c.old)
	if _, _, frozen := freeze.Find(c.next); ok && !frozen {
		c.add(plan.ProtectionRemoved, plan.Disarm, path,
			"%s now updates it, and deletes it when it is removed unless something else keeps it (%s was %q)", tool, path[2], old)
	}
}

func (c *change) unprotected(tool string, keep owner.Mark) {
	path, old, ok := keep.Find(c.old)
	if _, _, kept := keep.Find(c.next); ok && !kept {
		c.add(plan.ProtectionRemoved, plan.Disarm, path, "%s now deletes it when it is removed (%s was %q)", tool, path[2], old)
	}
}

// providers: a resource outside the cluster is deleted with its object from
// now on.
func (c *change) providers() {
	if strings.HasSuffix(c.after.Group, "k8s.io") || !strings.Contains(c.after.Group, ".") {
		return
	}
	path := plan.Path{"spec", "deletionPolicy"}
	if old, next := object.TextAt(c.old, path...), object.TextAt(c.next, path...); (old == "Orphan" || old == "Retain") && old != next {
		c.add(plan.ProtectionRemoved, plan.Disarm, path,
			"deletionPolicy %s -> %s: the external resource is now destroyed with it", old, orNone(next))
	}
	policies := plan.Path{"spec", "managementPolicies"}
	deletes := func(v map[string]any) bool {
		l := object.ListAt(v, policies...)
		return len(l) == 0 || slices.Contains(l, any("*")) || slices.Contains(l, any("Delete"))
	}
	if !deletes(c.old) && deletes(c.next) {
		c.add(plan.ProtectionRemoved, plan.Disarm, policies, "the external resource is now destroyed with it")
	}
	confirm := plan.Path{"spec", "cleanupPolicy", "confirmation"}
	if object.TextAt(c.old, confirm...) == "" && object.TextAt(c.next, confirm...) != "" {
		c.add(plan.ProtectionRemoved, plan.Disarm, confirm, "the data on the hosts is wiped when the cluster is deleted")
	}
}

// ties: finalizers and owners decide what is cleaned up with the object.
func (c *change) ties() {
	path := plan.Path{"metadata", "finalizers"}
	next := object.ListAt(c.next, path...)
	for _, f := range object.ListAt(c.old, path...) {
		if !slices.Contains(next, f) {
			c.add(plan.FinalizerRemoved, "", path, "finalizer %v no longer cleans up when it is deleted", f)
		}
	}
	owners := plan.Path{"metadata", "ownerReferences"}
	old := map[string]bool{}
	for _, o := range object.ListAt(c.old, owners...) {
		old[object.TextAt(o, "uid")+object.TextAt(o, "name")] = true
	}
	added := map[string]bool{}
	for _, o := range object.ListAt(c.next, owners...) {
		if m := object.MapAt(o); !old[object.TextAt(m, "uid")+object.TextAt(m, "name")] {
			added[object.TextAt(m, "kind")+" "+object.TextAt(m, "name")] = true
		}
	}
	for _, owner := range slices.Sorted(maps.Keys(added)) {
		c.add(plan.OwnerAdded, plan.Disarm, owners, "it is now deleted together with %s", owner)
	}
}
