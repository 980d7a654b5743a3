package apply

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/crd"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// Cluster is what the files tell of the cluster that objects are applied to,
// beside the objects themselves. The zero value knows nothing.
type Cluster struct {
	definitions map[object.Key]*crd.Definition
	classes     map[string]object.Object
}

// Survey collects definitions and storage classes from objects. Definitions
// that cannot be read are left out and reported.
func Survey(objects []object.Object) (Cluster, []error) {
	c := Cluster{map[object.Key]*crd.Definition{}, map[string]object.Object{}}
	var errs []error
	for _, o := range objects {
		switch o.Key().GroupKind() {
		case "apiextensions.k8s.io/CustomResourceDefinition":
			d, err := crd.Read(o)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			c.definitions[object.Key{Group: d.Group, Kind: d.Kind}] = d
		case "storage.k8s.io/StorageClass":
			c.classes[o.Name] = o
		}
	}
	return c, errs
}

// Definition is the definition of a custom resource, or nil.
func (c Cluster) Definition(group, kind string) *crd.Definition {
	return c.definitions[object.Key{Group: group, Kind: kind}]
}

// Class is a StorageClass by name, and whether it is among the files.
func (c Cluster) Class(name string) (object.Object, bool) {
	o, ok := c.classes[name]
	return o, ok
}
