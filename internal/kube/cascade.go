package kube

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxCascade bounds how many objects are named that die with one other.
const maxCascade = 200

// cascades adds what dies because something it lives in or hangs on dies: the
// objects of a Namespace, the custom resources of a definition.
func (p *prediction) cascades() {
	for _, c := range slices.Clone(p.changes) {
		if !c.Action.Destroys() || c.Effect == plan.Reject || c.Effect == plan.Race {
			continue
		}
		switch c.Address.Type {
		case "core/Namespace":
			p.cascade(c, plan.NamespaceRemoved, func(k object.Key) bool { return k.Namespace == c.Address.Name })
		case "apiextensions.k8s.io/CustomResourceDefinition":
			group, kind := definition(c.Before)
			p.cascade(c, plan.DefinitionRemoved, func(k object.Key) bool { return k.Group == group && k.Kind == kind && kind != "" })
		}
	}
}

func definition(value map[string]any) (group, kind string) {
	g, _ := object.Lookup(value, "spec", "group")
	k, _ := object.Lookup(value, "spec", "names", "kind")
	group, _ = g.(string)
	kind, _ = k.(string)
	return group, kind
}

// cascade names the objects of the repository that go with one that is
// destroyed, unless they are already told of.
func (p *prediction) cascade(from plan.Change, reason plan.Reason, dies func(object.Key) bool) {
	named := 0
	for _, e := range p.liveEntries() {
		if !dies(e.key.Key) || environment(e.unit.Home()) != environment(from.Address.Root) || named >= maxCascade {
			continue
		}
		i := slices.IndexFunc(p.changes, func(c plan.Change) bool { return c.Address == address(e) && c.Action.Destroys() })
		if i >= 0 {
			continue
		}
		c := p.change(e, plan.Delete, reason)
		c.Effect, c.Certain = plan.Cascade, from.Certain
		if len(from.Causes) > 0 {
			c.Causes = append(c.Causes, from.Causes[0])
		}
		c.Causes = append(c.Causes, plan.Cause{Range: from.At, Text: from.Address.String()}, plan.Cause{Range: e.at, Text: address(e).String()})
		p.changes = append(p.changes, c)
		named++
	}
}

// liveEntries are the objects that are known to be applied before the change:
// those of the units that it reaches, and those written in other files.
func (p *prediction) liveEntries() []*entry {
	if p.live != nil {
		return p.live
	}
	seen := map[string]bool{}
	for _, r := range p.sorted() {
		if r.before == nil {
			continue
		}
		p.live = append(p.live, r.before.entries...)
		for _, f := range r.before.unit.Files {
			seen[f] = true
		}
	}
	for _, root := range unit.Roots(p.before.scan, p.before.scan, func(string) bool { return false }) {
		u := p.before.scan.At(root)
		if u == nil || u.Tool != unit.Folder {
			continue
		}
		c := &content{unit: u, side: plan.Before}
		for _, name := range u.Manifests {
			objects, err := unit.Manifests(p.before.tree, name)
			if err != nil || seen[name] {
				continue
			}
			for _, o := range objects {
				c.add(&entry{Object: o, at: o.At(plan.Before, nil)})
			}
		}
		p.live = append(p.live, c.entries...)
	}
	return p.live
}

// losesData reports whether data in the cluster goes with an object: the
// volume of a claim that nothing retains, the claims of a StatefulSet that
// deletes them.
func (p *prediction) losesData(e *entry) bool {
	switch e.key.GroupKind() {
	case "apps/StatefulSet":
		return e.String("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted") == "Delete"
	case "core/PersistentVolumeClaim":
		return !p.retained(e)
	}
	return false
}

// retained looks for the volume of a claim, or its class, among what is
// applied; a class that is not there is taken to delete, as by default.
func (p *prediction) retained(claim *entry) bool {
	for _, e := range p.liveEntries() {
		switch e.key.GroupKind() {
		case "core/PersistentVolume":
			bound := e.Name == claim.String("spec", "volumeName") ||
				e.String("spec", "claimRef", "name") == claim.Name && e.String("spec", "claimRef", "namespace") == claim.key.Namespace
			// A volume that is written by hand is retained by default.
			if bound && e.String("spec", "persistentVolumeReclaimPolicy") != "Delete" {
				return true
			}
		case "storage.k8s.io/StorageClass":
			if e.Name == claim.String("spec", "storageClassName") && e.String("reclaimPolicy") == "Retain" {
				return true
			}
		}
	}
	return false
}
