package kube

import (
	"reflect"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// renamedSource: a source of Flux that goes while another one of the same
// content comes, and that no owner names any more. It holds nothing of its own,
// so that nothing needs it.
func (p *prediction) renamedSource(old *entry) bool {
	if old.Group != "source.toolkit.fluxcd.io" {
		return false
	}
	spec, _ := old.Get("spec")
	copied := false
	for key, list := range p.gained {
		if key.GroupKind() != old.key.GroupKind() || key.Namespace != old.key.Namespace || key.cluster != old.key.cluster {
			continue
		}
		copied = copied || slices.ContainsFunc(list, func(e *entry) bool {
			now, _ := e.Get("spec")
			return reflect.DeepEqual(spec, now)
		})
	}
	return copied && !slices.ContainsFunc(p.ownersOf(&p.after), func(o ownerObject) bool { return names(o.Value, old.Object) })
}

// names reports whether a value holds a reference to an object by kind and name.
func names(v any, o object.Object) bool {
	switch v := v.(type) {
	case map[string]any:
		if v["kind"] == o.Kind && v["name"] == o.Name {
			return true
		}
		for _, item := range v {
			if names(item, o) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return names(item, o) })
	}
	return false
}
