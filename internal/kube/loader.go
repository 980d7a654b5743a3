package kube

import (
	"fmt"
	"maps"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// loader finds the units that a change reaches and reads what they apply.
type loader struct {
	*trees
	render Renderer

	// pairs are the units that were read, by their keys.
	pairs map[string]*pair
	gaps  []plan.Gap
	// missing is what is elsewhere and cannot be had.
	missing missingSources
	// unfinished is what the machine did not get done: nothing is said beside it.
	unfinished []plan.Gap
	// refusals are why sources cannot be had, by their address.
	refusals map[string]string
	// unreached are the units that were rendered, or tried to be, although the
	// change does not reach them.
	unreached map[string]bool
	// roots are the folders that stand alone, owned or not.
	roots map[unit.Root]*pair
}

func newLoader(t *trees, render Renderer) *loader {
	return &loader{trees: t, render: render, pairs: map[string]*pair{}, refusals: map[string]string{}, unreached: map[string]bool{},
		roots: map[unit.Root]*pair{}}
}

// sorted are the pairs in the order of their keys.
func (l *loader) sorted() []*pair {
	out := make([]*pair, 0, len(l.pairs))
	for _, key := range slices.Sorted(maps.Keys(l.pairs)) {
		out = append(out, l.pairs[key])
	}
	return out
}

// gap notes what is not known of a unit.
func (l *loader) gap(u *unit.Unit, at plan.Range, kind plan.GapKind, subject, format string, args ...any) {
	g := plan.Gap{At: at, Root: u.Home(), Kind: kind, Subject: subject, Why: fmt.Sprintf(format, args...), Variant: u.Variant}
	l.gaps = append(l.gaps, g)
}

// job is a side of a unit that is to be rendered.
type job struct {
	content *content
	side    *side
}

// fail notes why a side of a unit is not known.
func (j job) fail(gaps ...plan.Gap) {
	j.content.failed = true
	for _, g := range gaps {
		u := j.content.unit
		if g.At.Side == "" {
			g.At.Side = j.side.tree.Side
		}
		g.Root, g.Variant = u.Home(), u.Variant
		j.content.gaps = append(j.content.gaps, g)
	}
}

// untilStable repeats a step until it finds nothing new, at most limit times.
func untilStable(limit int, step func() (found bool)) {
	for range limit {
		if !step() {
			return
		}
	}
}
