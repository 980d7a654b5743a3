package kube

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// reinstall: the release that an object belongs to is uninstalled, which
// deletes it, and installed anew under the same name. What Helm does not
// delete stays.
func (p *prediction) reinstall(r *pair, old, now *entry) bool {
	if owner.StaysInstalled(owner.Leaving{Object: old.Object, CRDsFolder: old.crd}) {
		return false
	}
	c := p.both(old, now, plan.Replace, plan.Reinstalled)
	c.Causes = p.causes(r, old, now)
	c.Causes = append(c.Causes, plan.Cause{Range: r.after.unit.Owner.At,
		Text: "release " + r.before.unit.Owner.Record + " -> " + r.after.unit.Owner.Record})
	p.changes = append(p.changes, c)
	return true
}
