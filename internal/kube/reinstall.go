package kube

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// reinstalls reports whether an object goes when its release is uninstalled.
func reinstalls(old *entry) bool {
	return !owner.StaysInstalled(owner.Leaving{Object: old.Object, CRDsFolder: old.crd})
}

// reinstall: the release that an object belongs to is uninstalled, which
// deletes it, and installed anew under the same name.
func (p *prediction) reinstall(r *pair, old, now *entry) plan.Change {
	c := both(old, now, plan.Replace, plan.Reinstalled)
	c.Causes = p.causes(r, old, now)
	c.Causes = append(c.Causes, plan.Cause{Range: r.after.unit.Owner.At,
		Text: "release " + r.before.unit.Owner.Record + " -> " + r.after.unit.Owner.Record})
	return c
}
