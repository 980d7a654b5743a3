package kube

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// prediction is the work of one call of Predict.
type prediction struct {
	render  Renderer
	options Options

	before, after side
	changed       []string
	hunks         map[string][]hunk
	// searched is how much changed text was looked through for causes.
	searched int
	// keys are the keys in the lines of a hunk.
	keys map[plan.Range][]string

	pairs   map[string]*pair
	changes []plan.Change
	gaps    []plan.Gap
	// unfinished is what the machine did not get done: nothing is told beside it.
	unfinished []plan.Gap
	// unmet is what is elsewhere and cannot be had.
	unmet []*unmet
	// refusals are why sources cannot be had, by their address.
	refusals map[string]string
	// ran are the texts of hooks and init containers before the change, once they
	// were asked for.
	ran     map[string]bool
	objects map[plan.Address]int

	live []*entry
	// outcomes are what becomes of owners, by their names.
	outcomes map[string]owner.Outcome
	gained   map[place][]*entry
	// deletedOwners are the units whose owner is deleted.
	deletedOwners map[string]bool
	// unrendered are the units that were rendered, or tried to be, although the
	// change does not reach them.
	unrendered map[string]bool
	// roots are the folders that stand alone, owned or not.
	roots map[unit.Root]*pair
	// ownerOf is the owner of an address, by type, namespace and name.
	ownerOf map[plan.Address]string
}

// side is one tree and what was found in it.
type side struct {
	tree *unit.Tree
	scan *unit.Scan
	// owners are the objects of Argo CD and Flux as the files have them.
	owners []object.Object
	// surveyed are its definitions, nil until they are asked for.
	surveyed *apply.Cluster
}

// pair is a unit on both sides; one of them may be nil.
type pair struct {
	key           string
	before, after *content
}

// content is what one side of a unit applies.
type content struct {
	unit *unit.Unit
	// why says what could not be had from elsewhere.
	why     string
	side    plan.Side
	entries []*entry
	// byKey is where in entries the object of a key stands; weight is how many
	// values were rendered.
	byKey  map[place]int
	weight int
	// failed: nothing is known of what the unit applies.
	failed bool
	// trouble says why.
	trouble []plan.Gap
	// broken are the files of a folder that changed and do not parse.
	broken []string
}

// either is a side that is there.
func (p *pair) either() *unit.Unit {
	if p.after != nil {
		return p.after.unit
	}
	return p.before.unit
}

func (p *prediction) open(before, after fs.FS) error {
	var err error
	if p.before.tree, err = unit.Open(before, plan.Before, nil); err != nil {
		return fmt.Errorf("read the tree before the change: %w", err)
	}
	if p.after.tree, err = unit.Open(after, plan.After, p.before.tree); err != nil {
		return fmt.Errorf("read the tree after the change: %w", err)
	}
	p.changed = unit.Changed(p.before.tree, p.after.tree)
	p.hunks, p.keys = map[string][]hunk{}, map[plan.Range][]string{}
	p.pairs = map[string]*pair{}
	p.outcomes, p.refusals = map[string]owner.Outcome{}, map[string]string{}
	p.deletedOwners, p.unrendered, p.roots = map[string]bool{}, map[string]bool{}, map[unit.Root]*pair{}
	p.ownerOf = map[plan.Address]string{}
	return nil
}

func (p *prediction) sides() [2]*side { return [2]*side{&p.before, &p.after} }

// maxWaves bounds how deep owners may define owners: an Application of
// Applications of charts.
const maxWaves = 6

// units finds the units that the change reaches and what they apply. Rendered
// objects may define units of their own, so it goes on until nothing is new.
func (p *prediction) units() {
	for _, s := range p.sides() {
		s.scan = unit.NewScan(s.tree, p.options.settings())
	}
	p.before.scan.Other, p.after.scan.Other = p.after.tree, p.before.tree
	for _, s := range p.sides() {
		s.owners = s.scan.OwnerObjects()
	}
	for range 2 * maxWaves {
		standing, wave := p.standing(), p.owned()
		if !p.parents(append(slices.Clone(standing), wave...)) && !p.load(p.makers(standing)) && !p.load(p.ready(wave)) {
			break
		}
	}
	p.load(p.standing())
	for range maxWaves {
		if !p.load(p.ready(p.owned())) {
			break
		}
	}
}

// standing are the units that no owner is known to apply.
func (p *prediction) standing() []*pair {
	var claims []unit.Claim
	for _, s := range p.sides() {
		for _, o := range p.ownersOf(s) {
			claims = append(claims, s.scan.Claims(o.Object, o.beside)...)
		}
	}
	claimed := func(dir string) bool {
		return slices.ContainsFunc(claims, func(c unit.Claim) bool { return c.Covers(dir) })
	}
	var out []*pair
	for _, root := range unit.Roots(p.before.scan, p.after.scan, claimed) {
		if p.roots[root] == nil {
			p.roots[root] = newPair(p.before.scan.At(root), p.after.scan.At(root))
		}
		out = append(out, p.roots[root])
	}
	return out
}

func newPair(before, after *unit.Unit) *pair {
	p := &pair{}
	if before != nil {
		p.key, p.before = before.Key, &content{unit: before, side: plan.Before}
	}
	if after != nil {
		p.key, p.after = after.Key, &content{unit: after, side: plan.After}
	}
	return p
}

// load reads and renders the units of a wave that the change reaches. It
// reports whether there was one.
func (p *prediction) load(wave []*pair) bool {
	var reached []*pair
	for _, next := range wave {
		if next.key == "" || p.pairs[next.key] != nil || p.same(next) {
			continue
		}
		p.pairs[next.key] = next
		reached = append(reached, next)
		if next.sourceMoved() {
			at := next.after.unit.Source.At
			if next.before.unit.Source.Name != next.after.unit.Source.Name {
				at = next.after.unit.Owner.At
			}
			p.gap(next.after.unit, at, plan.GapOpaque, next.key, "it reads another source or revision from here on, whose content is not in the repository; what is not there would be deleted")
		}
	}
	if len(reached) == 0 {
		return false
	}
	p.bring(reached)
	p.fill(reached)
	p.rendered(reached)
	return true
}

func (p *prediction) same(c *pair) bool {
	return c.before != nil && c.after != nil && !c.sourceMoved() && !c.reinstalled() && unit.SameInputs(c.before.unit, p.before.tree, c.after.unit, p.after.tree)
}

// sourceMoved: what both sides read as this repository may be another content.
// One that is elsewhere on a side is told as such already.
func (p *pair) sourceMoved() bool {
	return p.before != nil && p.after != nil && len(p.before.unit.Gaps)+len(p.after.unit.Gaps) == 0 && p.before.unit.Source.Moved(p.after.unit.Source)
}

// reinstalled: the release is uninstalled, and another one installed.
func (p *pair) reinstalled() bool {
	return p.before != nil && p.after != nil && p.before.unit.Owner.Record != p.after.unit.Owner.Record && !p.after.unit.Owner.Suspended &&
		len(p.before.unit.Gaps)+len(p.after.unit.Gaps) == 0
}

// sorted are the pairs in the order of their keys.
func (p *prediction) sorted() []*pair {
	out := make([]*pair, 0, len(p.pairs))
	for _, key := range slices.Sorted(maps.Keys(p.pairs)) {
		out = append(out, p.pairs[key])
	}
	return out
}

func (p *prediction) gap(u *unit.Unit, at plan.Range, kind plan.GapKind, subject, format string, args ...any) {
	p.gaps = append(p.gaps, plan.Gap{At: at, Root: u.Home(), Kind: kind, Subject: subject, Why: fmt.Sprintf(format, args...), Variant: u.Variant})
}
