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
func (l *loader) selectors() {
	var known []*pair
	all := func() []*pair {
		if known == nil {
			known = append(l.unowned(), l.owned()...)
		}
		return known
	}
	for _, name := range l.diff.Files() {
		switch {
		case unit.IsOverride(name):
			l.override(name, all())
		case path.Base(name) == ".sourceignore":
			l.sourceIgnore(name, all())
		case dotfile.Unknown(name):
			l.unknown(name, all())
		}
	}
}

// unknown is a dot-file of which nobody knows what reads it.
func (l *loader) unknown(name string, all []*pair) {
	for _, r := range all {
		for _, c := range r.sides() {
			beside := func(file string) bool { return dotfile.Beside(name, path.Dir(file)) }
			if !dotfile.Beside(name, c.unit.Home()) && !slices.ContainsFunc(c.unit.Files, beside) {
				continue
			}
			l.gap(c.unit, l.diff.First(name), plan.GapUnsupported, name,
				"it could not be determined which tool reads %s; it may decide which of the files beside it are applied", path.Base(name))
			return
		}
	}
}

// override is a file that overrides the source of an Application which nothing
// here speaks of.
func (l *loader) override(name string, all []*pair) {
	if slices.ContainsFunc(all, func(r *pair) bool {
		return slices.ContainsFunc(r.sides(), func(c *content) bool { return slices.Contains(c.unit.Overrides, name) })
	}) {
		return
	}
	before, errBefore := l.before.scan.DecidingOverride(name)
	after, errAfter := l.after.scan.DecidingOverride(name)
	if errBefore == nil && errAfter == nil && before == after {
		return
	}
	l.gaps = append(l.gaps, plan.Gap{At: l.diff.First(name), Root: path.Dir(name), Kind: plan.GapOpaque, Subject: name,
		Why: "it overrides the source of an Application that is not in the repository; the objects that it applies may change or be pruned"})
}

// sourceIgnore is a file of Flux above manifests that no object of Flux here
// applies: one elsewhere may.
func (l *loader) sourceIgnore(name string, all []*pair) {
	for _, r := range all {
		if r.before == nil || r.after == nil || r.before.unit.Owner.Written() || r.before.unit.Owner.Kind == owner.KubectlPrune {
			continue
		}
		lost, found := l.after.scan.Loses(r.before.unit.Files, l.before.scan)
		if !found {
			continue
		}
		l.gap(r.after.unit, l.diff.First(name), plan.GapOpaque, name,
			"where Flux applies this folder, %s is no longer applied", lost)
	}
}
