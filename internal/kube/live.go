package kube

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/manifest"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

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
		if u == nil || u.Tool != request.Folder {
			continue
		}
		c := &content{unit: u, side: plan.Before}
		for _, name := range u.Manifests {
			objects, err := manifest.Objects(p.before.tree, name)
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
