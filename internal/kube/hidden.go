package kube

import (
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/dotfile"
)

// selectors looks at changed files that decide which files a tool sees, where
// no unit was made from them.
func (p *prediction) selectors() {
	var known []*pair
	all := func() []*pair {
		if known == nil {
			known = append(p.standing(), p.owned()...)
		}
		return known
	}
	for _, name := range p.changed {
		switch {
		case unit.IsOverride(name):
			p.override(name, all())
		case path.Base(name) == ".sourceignore":
			p.sourceIgnore(name, all())
		case dotfile.Unknown(name):
			p.unknown(name, all())
		}
	}
}

// unknown is a dot-file of which nobody knows what reads it.
func (p *prediction) unknown(name string, all []*pair) {
	for _, r := range all {
		for _, c := range r.sides() {
			beside := func(file string) bool { return dotfile.Beside(name, path.Dir(file)) }
			if !dotfile.Beside(name, c.unit.Home()) && !slices.ContainsFunc(c.unit.Files, beside) {
				continue
			}
			p.gap(c.unit, p.firstChange(name), plan.GapUnsupported, name,
				"it is not known which tool reads %s; it may decide which of the files beside it are applied", path.Base(name))
			return
		}
	}
}

// override is a file that overrides the source of an Application which nothing
// here speaks of.
func (p *prediction) override(name string, all []*pair) {
	if slices.ContainsFunc(all, func(r *pair) bool {
		return slices.ContainsFunc(r.sides(), func(c *content) bool { return slices.Contains(c.unit.Overrides, name) })
	}) {
		return
	}
	before, errBefore := p.before.scan.DecidingOverride(name)
	after, errAfter := p.after.scan.DecidingOverride(name)
	if errBefore == nil && errAfter == nil && before == after {
		return
	}
	p.gaps = append(p.gaps, plan.Gap{At: p.firstChange(name), Root: path.Dir(name), Kind: plan.GapOpaque, Subject: name,
		Why: "it overrides the source of an Application that is not in the repository; what that applies may change and go"})
}

// sourceIgnore is a file of Flux above manifests that no object of Flux here
// applies: one elsewhere may.
func (p *prediction) sourceIgnore(name string, all []*pair) {
	for _, r := range all {
		if r.before == nil || r.after == nil || r.before.unit.Owner.Written() || r.before.unit.Owner.Kind == owner.KubectlPrune {
			continue
		}
		lost, found := p.after.scan.Loses(r.before.unit.Files, p.before.scan)
		if !found {
			continue
		}
		p.gap(r.after.unit, p.firstChange(name), plan.GapOpaque, name,
			"where Flux applies this folder, %s is no longer among what it applies", lost)
	}
}

// firstChange is the first changed place of a file.
func (p *prediction) firstChange(name string) plan.Range {
	if hunks := p.fileHunks(name); len(hunks) > 0 {
		return hunks[0].at()
	}
	return plan.Range{File: name, Side: plan.After}
}

// sides are those that are there.
func (p *pair) sides() []*content {
	var out []*content
	for _, c := range []*content{p.before, p.after} {
		if c != nil {
			out = append(out, c)
		}
	}
	return out
}
