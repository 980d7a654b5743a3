package harm

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func growth(c *change) {
	path := plan.Path{"spec", "resources", "requests", "storage"}
	old, next := at(c.old, path...), at(c.next, path...)
	if cmp, ok := schema.CompareQuantities(next, old); ok && cmp > 0 {
		c.add(plan.GrowthIrreversible, "", path, "an expanded claim cannot shrink again")
	}
}

// reclaim: the data of a volume goes with its claim from now on.
func reclaim(c *change) {
	path := plan.Path{"spec", "persistentVolumeReclaimPolicy"}
	if old, next := object.TextAt(c.old, path...), object.TextAt(c.next, path...); old == "Retain" && next != "Retain" {
		c.add(plan.ReclaimDelete, plan.Disarm, path, "reclaim policy Retain -> %s: the data is deleted with the claim", next)
	}
}

func snapshotPolicy(c *change) {
	path := plan.Path{"deletionPolicy"}
	if c.after.Kind == "VolumeSnapshotContent" {
		path = plan.Path{"spec", "deletionPolicy"}
	}
	if object.TextAt(c.old, path...) == "Retain" && object.TextAt(c.next, path...) == "Delete" {
		c.add(plan.ReclaimDelete, plan.Disarm, path, "deletionPolicy Retain -> Delete: snapshots are deleted with their objects")
	}
}

// defaultClassKeys mark the class that claims without one get.
var defaultClassKeys = []string{"storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"}

func defaultClass(c *change) {
	for _, a := range defaultClassKeys {
		path := plan.Path{"metadata", "annotations", a}
		if old, next := object.TextAt(c.old, path...) == "true", object.TextAt(c.next, path...) == "true"; old != next {
			c.add(plan.DefaultClass, "", path, "new claims without a class get another one")
		}
	}
}

func immutable(c *change) {
	path := plan.Path{"immutable"}
	if at(c.old, path...) != true && at(c.next, path...) == true {
		c.add(plan.MadeImmutable, "", path, "its data is immutable from then on")
	}
}
