package harm

import (
	"maps"
	"reflect"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

var replicasPath = plan.Path{"spec", "replicas"}

// replicas: fewer pods, or none. A field that is left out becomes one, also
// where an autoscaler set another number.
func replicas(c *change) {
	old, had := object.IntAt(c.old, replicasPath...)
	next, has := object.IntAt(c.next, replicasPath...)
	if !had || !has || next >= old {
		return
	}
	_, written := c.after.Get(replicasPath...)
	switch {
	case next == 0:
		c.add(plan.ScaledToZero, plan.ScaleToZero, replicasPath, "replicas %d -> 0: no replica runs", old)
	case !written:
		c.add(plan.ReplicasReset, "", replicasPath, "replicas %d is removed, which sets it to %d at once", old, next)
	default:
		c.add(plan.ReplicasLowered, "", replicasPath, "replicas %d -> %d", old, next)
	}
	if c.after.Kind == "StatefulSet" && object.TextAt(c.next, "spec", "persistentVolumeClaimRetentionPolicy", "whenScaled") == "Delete" &&
		len(object.ListAt(c.next, "spec", "volumeClaimTemplates")) > 0 {
		c.add(plan.ClaimsDeleted, plan.DataLoss, replicasPath, "the claims of the %d removed pods are deleted (whenScaled: Delete)", old-next)
	}
}

// ordinals: pods are numbered from another start, so that those of the old
// numbers go and new ones come, with claims of their own (kubernetes
// pkg/controller/statefulset, parentOrdinal and getStartOrdinal).
func ordinals(c *change) {
	path := plan.Path{"spec", "ordinals", "start"}
	old, _ := object.IntAt(c.old, path...)
	next, _ := object.IntAt(c.next, path...)
	had, ok := object.IntAt(c.old, replicasPath...)
	has, given := object.IntAt(c.next, replicasPath...)
	if old == next || !ok || !given || has == 0 || len(object.ListAt(c.next, "spec", "volumeClaimTemplates")) == 0 {
		return
	}
	leaves := had - max(0, min(old+had, next+has)-max(old, next))
	switch {
	case leaves <= 0:
	case object.TextAt(c.next, "spec", "persistentVolumeClaimRetentionPolicy", "whenScaled") == "Delete":
		c.add(plan.ClaimsDeleted, plan.DataLoss, path,
			"pods are numbered from %d instead of %d: %d of them are removed, and their claims are deleted (whenScaled: Delete)", next, old, leaves)
	default:
		c.add(plan.DataElsewhere, plan.Detach, path,
			"pods are numbered from %d instead of %d: %d of them are removed, and new ones start with empty claims", next, old, leaves)
	}
}

// retention: the claims of a StatefulSet are deleted with it from now on.
func retention(c *change) {
	for _, when := range []string{"whenDeleted", "whenScaled"} {
		path := plan.Path{"spec", "persistentVolumeClaimRetentionPolicy", when}
		if object.TextAt(c.old, path...) == "Retain" && object.TextAt(c.next, path...) == "Delete" {
			c.add(plan.RetentionOff, plan.Disarm, path, "%s Retain -> Delete: claims are now deleted", when)
		}
	}
}

func recreate(c *change) {
	path := plan.Path{"spec", "strategy", "type"}
	if object.TextAt(c.old, path...) != "Recreate" && object.TextAt(c.next, path...) == "Recreate" {
		c.add(plan.StrategyRecreate, "", path, "all pods stop before new ones start")
	}
}

// orphans: a ReplicationController lets go of the pods that it does not
// select any more.
func orphans(c *change) {
	path := plan.Path{"spec", "selector"}
	if !reflect.DeepEqual(at(c.old, path...), at(c.next, path...)) {
		c.add(plan.PodsOrphaned, "", path, "pods that the new selector does not match are orphaned")
	}
}

// templatePath is where a kind keeps its pods.
func templatePath(kind string) plan.Path {
	switch kind {
	case "Pod":
		return plan.Path{}
	case "CronJob":
		return plan.Path{"spec", "jobTemplate", "spec", "template"}
	}
	return plan.Path{"spec", "template"}
}

// podTemplate: what the pods lose.
func podTemplate(c *change) {
	path := append(templatePath(c.after.Kind), "spec")
	old, next := object.MapAt(c.old, path...), object.MapAt(c.next, path...)
	if old == nil || next == nil {
		return
	}
	c.volumes(path, old, next)
	c.dataFolders(path, old, next)
	c.limits(path, old, next)
	grace := append(slices.Clone(path), "terminationGracePeriodSeconds")
	before, _ := object.IntAt(c.old, grace...)
	after, ok := object.IntAt(c.next, grace...)
	if ok && after < before {
		c.add(plan.GraceLowered, "", grace, "pods get %d instead of %d seconds to stop", after, before)
	}
}

// limits: a container of both sides loses a limit.
func (c *change) limits(path plan.Path, old, next map[string]any) {
	for _, list := range []string{"containers", "initContainers"} {
		for i, n := range object.ListAt(next, list) {
			container := object.MapAt(n)
			was := named(object.ListAt(old, list), object.TextAt(container, "name"))
			for _, resource := range slices.Sorted(maps.Keys(object.MapAt(was, "resources", "limits"))) {
				if object.MapAt(container, "resources", "limits")[resource] == nil {
					c.add(plan.LimitsRemoved, "", append(slices.Clone(path), list, i, "resources", "limits", resource),
						"container %s no longer has a %s limit", object.TextAt(container, "name"), resource)
				}
			}
			if was != nil && object.MapAt(was, "lifecycle", "preStop") != nil && object.MapAt(container, "lifecycle", "preStop") == nil {
				c.add(plan.GraceLowered, "", append(slices.Clone(path), list, i, "lifecycle"),
					"container %s stops without its preStop hook", object.TextAt(container, "name"))
			}
		}
	}
}

// placement: a DaemonSet leaves nodes.
func placement(c *change) {
	base := append(templatePath(c.after.Kind), "spec")
	old, next := object.MapAt(c.old, base...), object.MapAt(c.next, base...)
	for _, k := range slices.Sorted(maps.Keys(object.MapAt(next, "nodeSelector"))) {
		if v := object.MapAt(next, "nodeSelector")[k]; object.MapAt(old, "nodeSelector")[k] != v {
			c.maybe(plan.PlacementNarrowed, "", append(slices.Clone(base), "nodeSelector", k), "pods run only on nodes with %s=%v", k, v)
		}
	}
	for _, o := range object.ListAt(old, "tolerations") {
		if !slices.ContainsFunc(object.ListAt(next, "tolerations"), func(n any) bool { return reflect.DeepEqual(o, n) }) {
			c.maybe(plan.PlacementNarrowed, "", append(slices.Clone(base), "tolerations"),
				"pods are evicted from nodes whose taint %s was tolerated", object.TextAt(o, "key"))
		}
	}
	required := []any{"affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"}
	if after := at(next, required...); after != nil && !reflect.DeepEqual(at(old, required...), after) {
		c.maybe(plan.PlacementNarrowed, "", append(slices.Clone(base), required...), "pods run only on nodes of the new affinity")
	}
}

// suspended: a Job loses its pods, a CronJob runs no more.
func suspended(c *change) {
	path := plan.Path{"spec", "suspend"}
	if at(c.old, path...) == true || at(c.next, path...) != true {
		return
	}
	if c.after.Kind == "CronJob" {
		c.add(plan.Suspended, plan.ScaleToZero, path, "it no longer runs")
		return
	}
	c.add(plan.Suspended, plan.ScaleToZero, path, "its active pods are deleted")
}

// cleanup: a finished Job goes sooner, with its pods and logs.
func cleanup(c *change) {
	path := plan.Path{"spec", "ttlSecondsAfterFinished"}
	old, had := object.IntAt(c.old, path...)
	next, has := object.IntAt(c.next, path...)
	if has && (!had || next < old) {
		c.add(plan.CleanupSooner, "", path, "the Job, its pods and logs are deleted %d seconds after it ends", next)
	}
}
