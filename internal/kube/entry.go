package kube

import (
	"cmp"
	"maps"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// entry is one object that a side of a unit applies.
type entry struct {
	object.Object
	// key is the object's place in its cluster, without a content hash.
	key  clusterKey
	unit *unit.Unit
	// at is where the object is declared, or where the package is named that it
	// comes from; made is its place in that package, empty where there is none.
	at, made plan.Range
	// hashed: the name carries a hash of the content, so that a change of it
	// is a new object beside the old.
	hashed bool
	// crd: from a chart's crds folder.
	crd bool
	// listed: an item of a List, whose annotations Helm does not look at.
	listed bool
}

// source is the file that an object is made from, in a package too.
func (e *entry) source() plan.Range {
	if e.made.File != "" {
		return e.made
	}
	return e.at
}

// clusterKey is an object's identity in a world of several clusters.
type clusterKey struct {
	cluster string
	object.Key
}

// compareKeys orders places by cluster, group, kind, namespace and name.
func compareKeys(a, b clusterKey) int {
	return cmp.Or(strings.Compare(a.cluster, b.cluster), strings.Compare(a.Group, b.Group), strings.Compare(a.Kind, b.Kind),
		strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
}

// address names an object for people: the namespace as far as it is known.
func address(e *entry) plan.Address {
	ns := e.key.Namespace
	if e.Namespace == "" && e.unit.Namespace == "" && e.unit.Tool != request.Helm {
		ns = ""
	}
	return plan.Address{Engine: plan.Kubernetes, Root: e.unit.Home(), Module: ns, Type: e.key.GroupKind(), Name: e.key.Name}
}

// shown are the attributes of an object that may be shown and tested: all but
// what a Secret holds.
func shown(o object.Object) map[string]any {
	if o.Kind != "Secret" || o.Group != "" {
		return o.Value
	}
	out := maps.Clone(o.Value)
	delete(out, "data")
	delete(out, "stringData")
	return out
}
