package kube

import (
	"fmt"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// readFolder takes the objects of manifests as they stand. A file that does
// not parse and is the same on both sides is as good as not there; one that
// changed makes unknown what the folder no longer holds.
func (l *loader) readFolder(c *content, s *side) {
	for _, name := range c.unit.Manifests {
		objects, err := c.unit.Objects(s.tree, name)
		if err != nil {
			if l.diff.Has(name) {
				kind, line, why := tree.Trouble(err)
				c.broken = append(c.broken, name)
				l.gap(c.unit, plan.Range{File: name, Line: line, EndLine: line, Side: s.tree.Side}, kind, name, "%s", why)
			}
			continue
		}
		for _, o := range objects {
			e := &entry{Object: o, at: o.At(s.tree.Side, nil)}
			if at := c.visible(e.at); at != e.at {
				e.at, e.made = at, e.at
			}
			c.add(e)
		}
		if len(c.entries) > maxObjects {
			job{c, s}.fail(tooMany(c.unit))
			return
		}
	}
}

// maxObjects bounds the objects of a unit.
const maxObjects = 10_000

func tooMany(u *unit.Unit) plan.Gap {
	return plan.Gap{Kind: plan.GapLimit, Subject: u.Home(), Why: fmt.Sprintf("it holds more than %d objects", maxObjects)}
}

// emptied finds manifests of a folder that changed into something else: a file
// that holds no object and is not empty is refused by what applies it, so that
// what it held is not deleted.
func (l *loader) emptied(r *pair) {
	if r.before == nil || r.after == nil || r.after.failed || r.after.unit.Tool != request.Folder {
		return
	}
	for _, name := range r.before.unit.Manifests {
		if !l.diff.Has(name) || slices.Contains(r.after.unit.Manifests, name) || !l.after.tree.HasFile(name) {
			continue
		}
		file, err := l.after.tree.Parse(name)
		kind, line, why := plan.GapInvalid, 0, "it contains no Kubernetes object any more, so the tool that applies it refuses it"
		switch {
		case err != nil:
			kind, line, why = tree.Trouble(err)
		case len(file.Objects) > 0 || !slices.ContainsFunc(file.Others, func(o object.Other) bool { return !isEmpty(o.Value) }):
			continue
		}
		r.after.broken = append(r.after.broken, name)
		l.gap(r.after.unit, plan.Range{File: name, Line: line, EndLine: line, Side: plan.After}, kind, name, "%s", why)
	}
}

func isEmpty(v any) bool {
	m, isMap := v.(map[string]any)
	return v == nil || isMap && len(m) == 0
}
