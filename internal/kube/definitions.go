package kube

import (
	"bytes"
	"path"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
)

// cluster surveys the definitions of a side, once, and only for an object whose
// kind is not built in or that needs a StorageClass.
func (p *prediction) cluster(s *side, e *entry) apply.Cluster {
	if object.ScopeOf(e.key.Group, e.key.Kind) != "" && e.key.Kind != "PersistentVolumeClaim" && e.key.Kind != "StatefulSet" {
		return apply.Cluster{}
	}
	if s.surveyed == nil {
		surveyed, _ := apply.Survey(s.definitions())
		s.surveyed = &surveyed
	}
	return *s.surveyed
}

// definitions are the CustomResourceDefinitions and StorageClasses that are
// written out.
func (s *side) definitions() []object.Object {
	var out []object.Object
	for _, name := range s.tree.Names() {
		if ext := path.Ext(name); ext != ".yaml" && ext != ".yml" {
			continue
		}
		data, err := s.tree.Read(name)
		if err != nil || !bytes.Contains(data, []byte("kind: CustomResourceDefinition")) && !bytes.Contains(data, []byte("kind: StorageClass")) {
			continue
		}
		objects, err := manifest.Objects(s.tree, name)
		if err != nil {
			continue // a chart's template, which is no manifest
		}
		for _, o := range objects {
			if owner.IsCRD(o) || o.Kind == "StorageClass" {
				out = append(out, o)
			}
		}
	}
	return out
}
