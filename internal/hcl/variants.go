package hcl

import (
	"fmt"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// variants are the ways in which a root is applied: with the files that the
// tool reads by itself, or with each of the variable files that are passed.
func (p *prediction) variants(root string, before, after side) ([]variant, []plan.Gap) {
	sets := p.varFiles(root, before, after)
	var out []variant
	if !slices.ContainsFunc(sets, func(s set) bool { return !s.guessed }) && !p.completes(sets, root, before, after) {
		out = append(out, p.values(set{guessed: p.shadowed(root, before, after)}, root))
	}
	for _, set := range sets {
		if (len(out)+1)*len(before.module.Resources) > maxVaried {
			return out, []plan.Gap{{At: plan.Range{File: root, Side: plan.After}, Root: root, Kind: plan.GapLimit, Subject: root,
				Why: fmt.Sprintf("only %d of %d sets of variable files are evaluated: more than %d resources over all of them",
					len(out), len(sets), maxVaried)}}
		}
		if !p.isNew(set, root, before) {
			out = append(out, p.values(set, root))
		}
	}
	return out, nil
}

// maxVaried bounds the resources of a root, times its sets of variable files.
const maxVaried = 40_000

// completes reports whether guessed files give values that the root cannot do
// without: then it is not applied without one of them.
func (p *prediction) completes(sets []set, root string, before, after side) bool {
	needed := needs(p, root, before, after)
	for _, set := range sets {
		for _, name := range append(set.before, set.after...) {
			if p.gives(name, needed) {
				return true
			}
		}
	}
	return false
}

// isNew reports whether a set comes with a file that the root could not be
// applied without: nothing was made with it yet.
func (p *prediction) isNew(s set, root string, before side) bool {
	if len(s.before) != len(s.after) {
		return false
	}
	needed := needs(p, root, before)
	for _, name := range s.before {
		vals, _ := config.Values(p.before, present(p.before, []string{name}))
		for v := range vals {
			delete(needed, v)
		}
	}
	return slices.ContainsFunc(s.before, func(name string) bool { return !exists(p.before, name) && p.gives(name, needed) })
}
