package kube

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// asks are what one side of a unit asked for and what came of it.
type asks map[plan.Source]error

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
		why := p.missing(beforeAsked, afterAsked)
		r.before.refusedBy(why)
		r.after.refusedBy(why)
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
func (c *content) refusedBy(why string) {
	if c != nil {
		c.why = why
	}
}

// missing is why the first source cannot be had that one side alone named.
func (p *prediction) missing(a, b asks) string {
	var absent []plan.Source
	for _, pair := range [][2]asks{{a, b}, {b, a}} {
		for s, err := range pair[0] {
			if _, both := pair[1][s]; err != nil && !both {
				absent = append(absent, s)
			}
		}
	}
	slices.SortFunc(absent, plan.Source.Compare)
	for _, s := range absent {
		if why := p.refusals[s.Address]; why != "" {
			return why
		}
	}
	return ""
}

// lacking reports whether a side named something that the other did not and
// that cannot be had.
func lacking(side, other asks) bool {
	for s, err := range side {
		if _, both := other[s]; err != nil && !both {
			return true
		}
	}
	return false
}

// again is one side of a unit with what can be brought. What the other side
// asked for too is looked up at that side's moment.
func (p *prediction) again(s *side, c *content, other asks) (*unit.Unit, asks) {
	if c == nil || !c.unit.Lacks() {
		return nil, nil
	}
	log := asks{}
	scan := s.scan.Asking(p.asker(s, log, other))
	return c.unit.Again(scan), log
}

// asker asks for one side and notes it. What the other side asked for too is
// looked up at that side's moment.
func (p *prediction) asker(s *side, log, other asks) unit.Ask {
	return func(source plan.Source) (plan.Package, error) {
		id := known(source)
		source.Side = s.tree.Side
		if _, both := other[id]; both {
			source.Side = plan.After
		}
		found, err := p.options.Sources.Package(source)
		if err == nil && found.Private != "" {
			err = &plan.SourceError{Why: plan.SourcePrivate, Subject: found.Private, Private: found.Private,
				Text: "what is made of private content would be shown to those who may not read it"}
		}
		log[id] = err
		if why := refusal(err); why != nil {
			p.refusals[source.Address] = why.Error()
			if why.Private != "" {
				p.refusals[source.Address] = "it is private, and what is made of it is not shown"
			}
		}
		return found, err
	}
}

// rendered tells the scans of sources of Flux that units render: they may carry
// variables and patches of their parents.
func (p *prediction) rendered(reached []*pair) {
	for _, s := range p.sides() {
		var sources, owners []object.Object
		for _, r := range reached {
			c := r.on(s.tree.Side)
			if c == nil || c.failed || c.unit.Tool != unit.Kustomize {
				continue
			}
			for _, e := range c.entries {
				if owner.Is(e.Object) {
					owners = append(owners, e.Object)
				}
				if unit.IsSource(e.Object) {
					o := e.Object
					o.Namespace, o.File, o.Line, o.EndLine = e.key.Namespace, e.at.File, e.at.Line, e.at.EndLine
					sources = append(sources, o)
				}
			}
		}
		s.scan.AddSources(sources)
		s.scan.AddVariables(owners)
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

// origin is the package that an object comes from, with its place there, ""
// where it is written in the repository.
func (p *prediction) origin(e *entry) string {
	if e.made.File == "" {
		return ""
	}
	for _, s := range p.sides() {
		if digest, inside, ok := s.scan.Package(e.made.File); ok && s.tree.Side == e.made.Side {
			return " in " + longHash.ReplaceAllString(digest, "$1") + " " + inside
		}
	}
	return ""
}

// longHash is an object id or a digest, of which its start is enough to read.
var longHash = regexp.MustCompile(`([0-9a-f]{12})[0-9a-f]{28,}`)

// dependencies renders charts again with the ones that they use and that are
// not in the repository, where all of these can be had that differ between the
// sides.
func (p *prediction) dependencies(asked []job, requests []unit.Request, results []unit.Rendered) {
	if p.options.Sources == nil {
		return
	}
	next := map[*content]*unit.Unit{}
	for _, r := range p.pairs {
		p.vendor(r, asked, results, next)
	}
	var again []unit.Request
	var at []int
	for i, j := range asked {
		u := next[j.content]
		if u == nil {
			continue
		}
		req, gap := u.Request(j.side.tree)
		if gap != nil {
			continue
		}
		j.content.unit = u
		again, at = append(again, req), append(at, i)
	}
	if len(again) == 0 {
		return
	}
	for k, res := range p.render(again) {
		requests[at[k]], results[at[k]] = again[k], res
	}
}

// vendor makes the units of a pair anew with the charts that they use.
func (p *prediction) vendor(r *pair, asked []job, results []unit.Rendered, next map[*content]*unit.Unit) {
	side := func(c *content, s *side, other asks) (*unit.Unit, asks) {
		i := slices.IndexFunc(asked, func(j job) bool { return j.content == c })
		if c == nil || i < 0 || len(results[i].Missing) == 0 {
			return nil, nil
		}
		log := asks{}
		scan := s.scan.Asking(p.asker(s, log, other))
		u := c.unit
		for _, m := range results[i].Missing {
			at := plan.Range{File: path.Join(u.Root, "Chart.yaml"), Side: s.tree.Side}
			if m.Nested {
				log[known(s.scan.Dependency(u, m))] = plan.ErrNotFetched
			} else if with, err := scan.Vendor(u, m, p.named(at, m)); err == nil {
				u = with
			}
		}
		return u, log
	}
	after, afterAsked := side(r.after, &p.after, nil)
	before, beforeAsked := side(r.before, &p.before, afterAsked)
	if r.before == nil || lacking(beforeAsked, afterAsked) || lacking(afterAsked, beforeAsked) {
		return
	}
	next[r.before] = before
	if r.after != nil {
		next[r.after] = after
	}
}

// named is where a chart names one that it depends on.
func (p *prediction) named(at plan.Range, m unit.Missing) plan.Range {
	t := p.after.tree
	if at.Side == plan.Before {
		t = p.before.tree
	}
	data, err := t.Read(at.File)
	if err != nil {
		return at
	}
	if line := lineOf(string(data), "name: "+m.Chart); line > 0 {
		at.Line, at.EndLine = line, line
	}
	return at
}
