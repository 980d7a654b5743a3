package kube

import (
	"errors"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// asked is what one side of a unit asked for and what came of it.
type asked map[plan.Source]error

// known leaves out what is no part of the identity of a source.
func known(s plan.Source) plan.Source {
	s.Side, s.Depth = "", 0
	return s
}

// bring makes units anew with what they name elsewhere. New units are looked at
// only where others end: what is new takes nothing away, but what moves to
// there is not lost.
func (p *prediction) bring(reached []*pair) {
	if p.options.Sources == nil {
		return
	}
	ends := false
	for _, r := range reached {
		ends = ends || r.after == nil
	}
	for _, r := range reached {
		if r.before != nil || ends {
			p.bringOne(r)
		}
	}
}

// bringOne makes both sides of a unit anew. What both sides name alike is
// looked up at one moment, so that what was published between is not this
// change's. Where one side names something else than the other, and that cannot
// be had, neither side can be compared: both stay as they were.
func (p *prediction) bringOne(r *pair) {
	after, afterAsked := p.again(&p.after, r.after, nil)
	before, beforeAsked := p.again(&p.before, r.before, afterAsked)
	if lacking(beforeAsked, afterAsked) || lacking(afterAsked, beforeAsked) && r.before != nil {
		r.before.refusedBy(before)
		r.after.refusedBy(after)
		return
	}
	if before != nil {
		r.before.unit = before
	}
	if after != nil {
		r.after.unit = after
	}
}

// refusedBy keeps why a unit could not be made anew.
func (c *content) refusedBy(anew *unit.Unit) {
	if c != nil && anew != nil {
		c.anew = anew
	}
}

// lacking reports whether a side named something that the other did not and
// that cannot be had.
func lacking(side, other asked) bool {
	for s, err := range side {
		if _, both := other[s]; err != nil && !both {
			return true
		}
	}
	return false
}

// again is one side of a unit with what can be brought. What the other side
// asked for too is looked up at that side's moment.
func (p *prediction) again(s *side, c *content, other asked) (*unit.Unit, asked) {
	if c == nil || !c.unit.Lacks() {
		return nil, nil
	}
	log := asked{}
	scan := s.scan.Asking(func(source plan.Source) (plan.Package, error) {
		id := known(source)
		source.Side = s.tree.Side
		if _, both := other[id]; both {
			source.Side = plan.After
		}
		found, err := p.options.Sources.Package(source)
		log[id] = err
		return found, err
	})
	return c.unit.Again(scan), log
}

// rendered tells the scans of sources of Flux that units render: they may carry
// variables and patches of their parents.
func (p *prediction) rendered(reached []*pair) {
	for _, s := range p.sides() {
		var sources []object.Object
		for _, r := range reached {
			c := r.on(s.tree.Side)
			if c == nil || c.failed || c.unit.Tool != unit.Kustomize {
				continue
			}
			for _, e := range c.entries {
				if unit.IsSource(e.Object) {
					o := e.Object
					o.Namespace, o.File, o.Line, o.EndLine = e.key.Namespace, e.at.File, e.at.Line, e.at.EndLine
					sources = append(sources, o)
				}
			}
		}
		s.scan.AddSources(sources)
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

// refusal is why a source cannot be had, nil where that is not known.
func refusal(err error) *plan.SourceError {
	var why *plan.SourceError
	if errors.As(err, &why) {
		return why
	}
	return nil
}

func under(name, dir string) bool { return strings.HasPrefix(name, dir+"/") || name == dir }
