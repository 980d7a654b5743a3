package kube

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// ownerObject is an object of Argo CD or Flux as one side has it. parent is
// the rendered unit it comes from, nil where it was read from a file.
type ownerObject struct {
	object.Object
	parent *unit.Unit
	// beside finds what is rendered together with it, nil for one in a file.
	beside unit.Beside
	// guessed: something outside the repository decides whether there is one.
	guessed bool
}

// ownersOf are the owners of a side: those written in files, except where the
// file belongs to a unit that was rendered, those that were rendered, and the
// Applications that sets among them generate.
func (l *loader) ownersOf(s *side) []ownerObject {
	out := l.writtenOwners(s)
	var other map[object.Key]ownerObject
	for _, o := range out {
		if !isSet(o.Object) {
			continue
		}
		made := s.scan.Generate(o.Object)
		if made.Gap == nil && (s.tree.Side == plan.Before || owner.SetPolicyOf(o.Object).Updates) {
			out = append(out, generatedBy(o, made, nil)...)
			continue
		}
		if other == nil {
			other = l.setsOf(s)
		}
		out = append(out, l.existingOf(s, o, made, other)...)
	}
	return out
}

func isSet(o object.Object) bool { return owner.KindOf(o) == owner.ApplicationSet }

// generatedBy are the Applications of a set. Those that stand already and are
// not written any more are as they were.
func generatedBy(set ownerObject, made unit.SetResult, existing map[object.Key]object.Object) []ownerObject {
	var out []ownerObject
	for _, app := range made.Applications {
		guessed := made.IsGuessed(app)
		if was, ok := existing[app.Key()]; ok {
			was.File, was.Line, was.EndLine = app.File, app.Line, app.EndLine
			app = was
		}
		out = append(out, ownerObject{Object: app, parent: set.parent, guessed: guessed})
	}
	return out
}

// setsOf are the sets of the other side, by their keys.
func (l *loader) setsOf(s *side) map[object.Key]ownerObject {
	out := map[object.Key]ownerObject{}
	for _, o := range l.writtenOwners(l.otherSide(s)) {
		if isSet(o.Object) {
			out[o.Key()] = o
		}
	}
	return out
}

// existingOf are the Applications of a set that does not write them all: one
// that cannot generate leaves them as they are, and so does one whose policy is
// to make new ones alone.
func (l *loader) existingOf(s *side, o ownerObject, made unit.SetResult, sets map[object.Key]ownerObject) []ownerObject {
	set, ok := sets[o.Key()]
	if !ok {
		return generatedBy(o, made, nil)
	}
	was := l.otherSide(s).scan.Generate(set.Object)
	if made.Gap != nil {
		return generatedBy(o, was, nil)
	}
	existing := map[object.Key]object.Object{}
	for _, app := range was.Applications {
		existing[app.Key()] = app
	}
	return generatedBy(o, made, existing)
}

// writtenOwners are those that nothing generates.
func (l *loader) writtenOwners(s *side) []ownerObject {
	covered := map[string]bool{}
	var out []ownerObject
	for _, r := range l.sorted() {
		c := r.built(s.tree.Side)
		if c == nil || c.unit.Tool == request.Folder || c.unit.Tool == request.Generated {
			continue
		}
		for _, d := range r.sides() {
			for _, f := range d.unit.Files {
				covered[f] = covered[f] || d == c || !r.known()
			}
		}
		for _, e := range c.entries {
			if owner.Is(e.Object) {
				o := e.Object
				if o.Namespace == "" {
					o.Namespace = e.key.Namespace
				}
				o.File, o.Line, o.EndLine = e.at.File, e.at.Line, e.at.EndLine
				out = append(out, ownerObject{Object: o, parent: c.unit, beside: c.find})
			}
		}
	}
	for _, o := range s.owners {
		if !covered[o.File] {
			out = append(out, ownerObject{Object: o})
		}
	}
	return out
}

// owned are the units that the owners of both sides define. Where several
// overlays render the same owner, each has its own.
func (l *loader) owned() []*pair {
	type found struct {
		unit   *unit.Unit
		parent *unit.Unit
	}
	var sides [2]map[string][]found
	many := map[string]bool{}
	for i, s := range l.sides() {
		sides[i] = map[string][]found{}
		for _, o := range l.ownersOf(s) {
			units := s.scan.Owned(o.Object, o.beside)
			if isSet(o.Object) {
				units = []*unit.Unit{s.scan.ApplicationSet(o.Object)}
			}
			for _, u := range units {
				u.Owner.Guessed = u.Owner.Guessed || o.guessed
				if o.parent != nil && u.Owner.Cluster == "" {
					u.Owner.Cluster = o.parent.Owner.Cluster
				}
				sides[i][u.Key] = append(sides[i][u.Key], found{u, o.parent})
				many[u.Key] = many[u.Key] || len(sides[i][u.Key]) > 1
			}
		}
	}
	pairs := map[string]*pair{}
	for i := range sides {
		for key, list := range sides[i] {
			for _, f := range list {
				if many[key] && f.parent != nil {
					f.unit.Key = key + "@" + f.parent.Home()
				} else if many[key] {
					f.unit.Key = key + "@" + f.unit.Owner.At.File
				}
				next := pairs[f.unit.Key]
				if next == nil {
					next = &pair{key: f.unit.Key}
					pairs[f.unit.Key] = next
				}
				if i == 0 {
					next.before = newPair(f.unit, nil).before
				} else {
					next.after = newPair(nil, f.unit).after
				}
			}
		}
	}
	out := make([]*pair, 0, len(pairs))
	for _, next := range pairs {
		out = append(out, next)
	}
	slices.SortFunc(out, func(a, b *pair) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
	return out
}
