package kube

import (
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

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
	byKey  map[clusterKey]int
	weight int
	// failed: nothing is known of what the unit applies.
	failed bool
	// trouble says why.
	gaps []plan.Gap
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

// readable reports whether the unit is there on both sides and nothing that it
// is made from is elsewhere.
func (p *pair) readable() bool {
	return p.before != nil && p.after != nil && len(p.before.unit.Gaps) == 0 && len(p.after.unit.Gaps) == 0
}

// sourceMoved: what both sides read as this repository may be another content. A
// side that is elsewhere has a gap of its own.
func (p *pair) sourceMoved() bool {
	return p.readable() && p.before.unit.Source.Moved(p.after.unit.Source)
}

// reinstalled: the release is uninstalled, and another one installed.
func (p *pair) reinstalled() bool {
	return p.readable() && p.before.unit.Owner.Record != p.after.unit.Owner.Record && !p.after.unit.Owner.Suspended
}

// known reports whether it is known on both sides what the unit applies.
func (p *pair) known() bool {
	return (p.before == nil || !p.before.failed) && (p.after == nil || !p.after.failed)
}

// index are the objects of a side by their keys; none where it is not there.
func index(c *content) map[clusterKey]*entry {
	out := map[clusterKey]*entry{}
	if c != nil {
		for _, e := range c.entries {
			out[e.key] = e
		}
	}
	return out
}

// add takes an object into a unit. Of two with the same key the last counts,
// as for a server that gets both.
func (c *content) add(e *entry) {
	if e.Name == "" && e.GenerateName != "" {
		return // a new object on every apply, which nothing takes away
	}
	e.unit = c.unit
	if e.key.Name == "" {
		e.key = clusterKey{c.unit.Owner.Cluster, e.In(defaultNamespace(c.unit))}
	}
	if i, have := c.byKey[e.key]; have {
		c.entries[i] = e
		return
	}
	if c.byKey == nil {
		c.byKey = map[clusterKey]int{}
	}
	c.byKey[e.key] = len(c.entries)
	c.entries = append(c.entries, e)
}

// defaultNamespace is where an object goes that names none.
func defaultNamespace(u *unit.Unit) string {
	if u.Namespace != "" {
		return u.Namespace
	}
	return "default"
}

// refusedBy keeps why a unit could not be made anew.
func (c *content) refusedBy(why string) {
	if c != nil {
		c.why = why
	}
}

// on is one side of a unit, nil where it is not there.
func (p *pair) on(side plan.Side) *content {
	if side == plan.Before {
		return p.before
	}
	return p.after
}

// visible is a place of the repository for one that may be in a package: where
// the repository names the package.
func (c *content) visible(at plan.Range) plan.Range {
	for range plan.MaxSourceDepth {
		named := false
		for _, p := range c.unit.Placed {
			if under(at.File, p.Top) {
				at, named = p.At, true
				break
			}
		}
		if !named {
			break
		}
	}
	return at
}

func under(name, dir string) bool { return strings.HasPrefix(name, dir+"/") || name == dir }

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

// built is a side of a unit as what applies it has it. Where one side does not
// build, what applies it stops there: what the other side defines is live
// before and after.
func (p *pair) built(side plan.Side) *content {
	c, other := p.on(side), p.after
	if side == plan.After {
		other = p.before
	}
	if c == nil || !c.failed {
		return c
	}
	if other == nil || other.failed {
		return nil
	}
	return other
}

// find is an object of the core group by what it is called in the cluster.
func (c *content) find(kind, namespace, name string) (object.Object, bool) {
	for _, e := range c.entries {
		if e.Group == "" && e.Kind == kind && e.Name == name && e.key.Namespace == namespace {
			o := e.Object
			o.File = e.at.File
			return o, true
		}
	}
	return object.Object{}, false
}

// madeIn reports whether the owner of a unit stands in a file of another one
// that is rendered.
func madeIn(r *pair, others []*pair) bool {
	for _, c := range r.sides() {
		for _, other := range others {
			if other == r {
				continue
			}
			for _, d := range other.sides() {
				if d.unit.Tool != request.Folder && slices.Contains(d.unit.Files, c.unit.Owner.At.File) {
					return true
				}
			}
		}
	}
	return false
}
