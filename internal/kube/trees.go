package kube

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/hunks"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// trees are the two sides of a change and where their text differs. All that
// comes after reads them; nothing but the caches changes.
type trees struct {
	options       Options
	before, after side
	diff          *hunks.Changes
}

// side is one tree and what was found in it.
type side struct {
	tree *tree.Tree
	scan *unit.Scan
	// owners are the objects of Argo CD and Flux as the files have them.
	owners []object.Object
	// surveyed are its definitions, nil until they are asked for.
	surveyed *apply.Cluster
}

// open reads the names of both trees and compares them.
func open(before, after fs.FS, options Options) (*trees, error) {
	t := &trees{options: options}
	var err error
	if t.before.tree, err = tree.Open(before, plan.Before, nil); err != nil {
		return nil, fmt.Errorf("read the tree before the change: %w", err)
	}
	if t.after.tree, err = tree.Open(after, plan.After, t.before.tree); err != nil {
		return nil, fmt.Errorf("read the tree after the change: %w", err)
	}
	t.diff = hunks.Between(t.before.tree, t.after.tree)
	return t, nil
}

// scan looks for owners and units in both trees.
func (t *trees) scan() {
	for _, s := range t.sides() {
		s.scan = unit.NewScan(s.tree, t.options.settings())
	}
	t.before.scan.Other, t.after.scan.Other = t.after.tree, t.before.tree
	for _, s := range t.sides() {
		s.owners = s.scan.OwnerObjects()
	}
}

func (t *trees) sides() [2]*side { return [2]*side{&t.before, &t.after} }

func (t *trees) otherSide(s *side) *side {
	if s == &t.before {
		return &t.after
	}
	return &t.before
}

// of is a side by its name.
func (t *trees) of(s plan.Side) *side {
	if s == plan.Before {
		return &t.before
	}
	return &t.after
}

// same reports whether a unit is made from the same on both sides, so that the
// change does not reach it.
func (t *trees) same(r *pair) bool {
	return r.before != nil && r.after != nil && !r.sourceMoved() && !r.reinstalled() &&
		unit.SameInputs(r.before.unit, t.before.tree, r.after.unit, t.after.tree)
}

// changedInputs are the changed files that a unit is made from, with the file
// of the object that owns it.
func (t *trees) changedInputs(r *pair) []string {
	files := map[string]bool{}
	for _, c := range r.sides() {
		for _, name := range slices.Concat(c.unit.Files, c.unit.Selectors) {
			files[name] = true
		}
		files[c.unit.Owner.At.File] = true
	}
	return slices.DeleteFunc(slices.Clone(t.diff.Files()), func(name string) bool { return !files[name] })
}

// narrowed puts a gap at the first changed place of its unit where the place
// that it names is not one.
func (t *trees) narrowed(r *pair, g plan.Gap) plan.Gap {
	if g.At.Line > 0 && t.diff.Touch(g.At) && g.At.File != r.either().Owner.At.File {
		return g
	}
	for _, name := range t.changedInputs(r) {
		if found := t.diff.Of(name); len(found) > 0 {
			g.At = found[0].Range()
			return g
		}
	}
	return g
}

// origin is the package that an object comes from, with its place there, ""
// where it is written in the repository.
func (t *trees) origin(e *entry) string {
	if e.made.File == "" {
		return ""
	}
	if digest, inside, ok := t.of(e.made.Side).scan.Package(e.made.File); ok {
		return " in " + longHash.ReplaceAllString(digest, "$1") + " " + inside
	}
	return ""
}

// longHash is an object id or a digest, of which its start is enough to read.
var longHash = regexp.MustCompile(`([0-9a-f]{12})[0-9a-f]{28,}`)
