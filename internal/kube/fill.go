package kube

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
)

// fill reads or renders both sides of units.
func (l *loader) fill(reached []*pair) {
	var jobs []job
	for _, r := range reached {
		for _, c := range []struct {
			content *content
			side    *side
		}{{r.before, &l.before}, {r.after, &l.after}} {
			if c.content == nil {
				continue
			}
			switch {
			case len(c.content.unit.Gaps) > 0:
				jobs = append(jobs, job{c.content, c.side})
			case c.content.unit.Tool == request.Folder:
				l.readFolder(c.content, c.side)
			case c.content.unit.Tool == request.Generated:
				for _, o := range c.content.unit.Generated {
					c.content.add(&entry{Object: o, at: o.At(c.side.tree.Side, nil)})
				}
			default:
				jobs = append(jobs, job{c.content, c.side})
			}
		}
	}
	l.renderAll(jobs)
	for _, r := range reached {
		l.emptied(r)
		l.failures(r)
		if r.known() {
			l.outside(r)
		}
	}
}
