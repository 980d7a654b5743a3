package kube

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// losses tells what the update of an object takes away by what is known of its
// kind, as one change.
func (p *prediction) losses(r *pair, old, now *entry, refused bool) bool {
	if p.options.Losses == nil {
		return false
	}
	found := p.options.Losses(plan.LossQuestion{Engine: plan.Kubernetes, Type: now.key.GroupKind(), Before: shown(old.Object), After: shown(now.Object)})
	if len(found) == 0 {
		return false
	}
	c := p.both(old, now, plan.Update, plan.TakesAway)
	p.takes(r, &c, old, now, found, refused)
	return true
}

// takes completes a change that takes something away.
func (p *prediction) takes(r *pair, c *plan.Change, old, now *entry, found []plan.Loss, refused bool) {
	c.Losses, c.Effect, c.Certain = found, plan.WorstEffect(found), !refused
	var paths []plan.Path
	for _, l := range found {
		var path plan.Path
		for _, step := range strings.Split(l.Path, ".") {
			name, _, _ := strings.Cut(step, "[")
			path = append(path, name)
		}
		paths = append(paths, path)
	}
	c.Causes = p.causes(r, old, now, paths...)
	p.changes = append(p.changes, *c)
}

// createdLosses: an object whose appearance takes something away, such as one that
// says that something shall not be.
func (p *prediction) createdLosses(now *entry) []plan.Loss {
	if p.options.Losses == nil {
		return nil
	}
	return p.options.Losses(plan.LossQuestion{Engine: plan.Kubernetes, Type: now.key.GroupKind(), After: shown(now.Object)})
}
