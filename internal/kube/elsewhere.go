package kube

import (
	"errors"
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// asks are what one side of a unit asked for and what came of it.
type asks map[plan.Source]error

// identityOf leaves out what is no part of the identity of a source.
func identityOf(s plan.Source) plan.Source {
	s.Side, s.Depth = "", 0
	return s
}

// bring makes units anew with what they name elsewhere. New units are looked at
// only where others end: what is new takes nothing away, but what moves to
// there is not lost.
func (l *loader) bring(reached []*pair) {
	if l.options.Sources == nil {
		return
	}
	ends := false
	for _, r := range reached {
		ends = ends || r.after == nil
	}
	for _, r := range reached {
		if r.before != nil || ends {
			l.bringOne(r)
		}
	}
}

// bringOne makes both sides of a unit anew. What both sides name alike is
// looked up at one moment, so that what was published between is not this
// change's. Where one side names something else than the other, and that cannot
// be had, neither side can be compared: both stay as they were.
func (l *loader) bringOne(r *pair) {
	after, afterAsked := l.again(&l.after, r.after, nil)
	before, beforeAsked := l.again(&l.before, r.before, afterAsked)
	if lacking(beforeAsked, afterAsked) || lacking(afterAsked, beforeAsked) && r.before != nil {
		why := l.whyMissing(beforeAsked, afterAsked)
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

// whyMissing is why the first source cannot be had that one side alone named.
func (l *loader) whyMissing(a, b asks) string {
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
		if why := l.refusals[s.Address]; why != "" {
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
func (l *loader) again(s *side, c *content, other asks) (*unit.Unit, asks) {
	if c == nil || !c.unit.Lacks() {
		return nil, nil
	}
	log := asks{}
	scan := s.scan.Asking(l.asker(s, log, other))
	return c.unit.Again(scan), log
}

// asker asks for one side and notes it. What the other side asked for too is
// looked up at that side's moment.
func (l *loader) asker(s *side, log, other asks) unit.Ask {
	return func(source plan.Source) (plan.Package, error) {
		id := identityOf(source)
		source.Side = s.tree.Side
		if _, both := other[id]; both {
			source.Side = plan.After
		}
		found, err := l.options.Sources.Package(source)
		if err == nil && found.Private != "" {
			err = &plan.SourceError{Why: plan.SourcePrivate, Subject: found.Private, Private: found.Private,
				Text: "rendering private content would show it to people who may not read it"}
		}
		log[id] = err
		if why := refusal(err); why != nil {
			l.refusals[source.Address] = why.Error()
			if why.Private != "" {
				l.refusals[source.Address] = "it is private, so what it renders is not shown"
			}
		}
		return found, err
	}
}

// rendered gives the scans what units render of Flux: sources, and owners, which
// may carry variables and patches of their parents.
func (l *loader) rendered(reached []*pair) {
	for _, s := range l.sides() {
		var sources, owners []object.Object
		for _, r := range reached {
			c := r.on(s.tree.Side)
			if c == nil || c.failed || c.unit.Tool != request.Kustomize {
				continue
			}
			for _, e := range c.entries {
				if owner.Is(e.Object) {
					owners = append(owners, e.Object)
				}
				if origin.IsFlux(e.Object) {
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

// refusal is why a source cannot be had, nil where that is not known.
func refusal(err error) *plan.SourceError {
	var why *plan.SourceError
	if errors.As(err, &why) {
		return why
	}
	return nil
}

// dependencies renders charts again with the ones that they use and that are
// not in the repository, where all of these can be had that differ between the
// sides.
func (l *loader) dependencies(asked []job, requests []request.Request, results []request.Rendered) {
	if l.options.Sources == nil {
		return
	}
	next := map[*content]*unit.Unit{}
	for _, r := range l.pairs {
		l.vendor(r, asked, results, next)
	}
	var again []request.Request
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
	for k, res := range l.render(again) {
		requests[at[k]], results[at[k]] = again[k], res
	}
}

// vendor makes the units of a pair anew with the charts that they use.
func (l *loader) vendor(r *pair, asked []job, results []request.Rendered, next map[*content]*unit.Unit) {
	side := func(c *content, s *side, other asks) (*unit.Unit, asks) {
		i := slices.IndexFunc(asked, func(j job) bool { return j.content == c })
		if c == nil || i < 0 || len(results[i].Missing) == 0 {
			return nil, nil
		}
		log := asks{}
		scan := s.scan.Asking(l.asker(s, log, other))
		u := c.unit
		for _, m := range results[i].Missing {
			at := plan.Range{File: path.Join(u.Root, "Chart.yaml"), Side: s.tree.Side}
			if m.Nested {
				log[identityOf(s.scan.Dependency(u, m))] = plan.ErrNotFetched
			} else if with, err := scan.Vendor(u, m, l.named(at, m)); err == nil {
				u = with
			}
		}
		return u, log
	}
	after, afterAsked := side(r.after, &l.after, nil)
	before, beforeAsked := side(r.before, &l.before, afterAsked)
	if r.before == nil || lacking(beforeAsked, afterAsked) || lacking(afterAsked, beforeAsked) {
		return
	}
	next[r.before] = before
	if r.after != nil {
		next[r.after] = after
	}
}

// named is where a chart names one that it depends on.
func (l *loader) named(at plan.Range, m request.Missing) plan.Range {
	t := l.after.tree
	if at.Side == plan.Before {
		t = l.before.tree
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
