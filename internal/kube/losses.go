package kube

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// losses is what the update of an object takes away by what is known of its
// kind: one change or none.
func (p *prediction) losses(r *pair, old, now *entry, refused bool) []plan.Change {
	if p.options.Losses == nil {
		return nil
	}
	question := plan.LossQuestion{Engine: plan.Kubernetes, Type: now.key.GroupKind(), Before: shown(old.Object), After: shown(now.Object)}
	found := p.options.Losses(question)
	if len(found) == 0 {
		return nil
	}
	c := both(old, now, plan.Update, plan.TakesAway)
	c.Losses, c.Effect, c.Certain = found, plan.WorstEffect(found), !refused
	c.Causes = p.causes(r, old, now, lossPaths(found)...)
	return []plan.Change{c}
}

// lossPaths are the fields that losses are about, without the indexes of lists.
func lossPaths(found []plan.Loss) []plan.Path {
	var out []plan.Path
	for _, l := range found {
		var path plan.Path
		for _, step := range strings.Split(l.Path, ".") {
			name, _, _ := strings.Cut(step, "[")
			path = append(path, name)
		}
		out = append(out, path)
	}
	return out
}

// createdLosses: an object whose appearance takes something away, such as one that
// says that something shall not be.
func (p *prediction) createdLosses(now *entry) []plan.Loss {
	if p.options.Losses == nil {
		return nil
	}
	return p.options.Losses(plan.LossQuestion{Engine: plan.Kubernetes, Type: now.key.GroupKind(), After: shown(now.Object)})
}
