package kube

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// entry is one object that a side of a unit applies.
type entry struct {
	object.Object
	// key is the object's place in its cluster, without a content hash.
	key  place
	unit *unit.Unit
	// at is where the object is declared, or where the package is named that it
	// comes from; made is its place in that package, empty where there is none.
	at, made plan.Range
	// hashed: the name carries a hash of the content, so that a change of it
	// is a new object beside the old.
	hashed bool
	// crd: from a chart's crds folder.
	crd bool
	// listed: an item of a List, whose annotations Helm does not look at.
	listed bool
}

// source is the file that an object is made from, in a package too.
func (e *entry) source() plan.Range {
	if e.made.File != "" {
		return e.made
	}
	return e.at
}

// place is an object's identity in a world of several clusters.
type place struct {
	cluster string
	object.Key
}

// fill reads or renders both sides of units.
func (p *prediction) fill(reached []*pair) {
	var jobs []job
	for _, r := range reached {
		for _, c := range []struct {
			content *content
			side    *side
		}{{r.before, &p.before}, {r.after, &p.after}} {
			if c.content == nil {
				continue
			}
			switch {
			case len(c.content.unit.Gaps) > 0:
				jobs = append(jobs, job{c.content, c.side})
			case c.content.unit.Tool == unit.Folder:
				p.readFolder(c.content, c.side)
			case c.content.unit.Tool == unit.Generated:
				for _, o := range c.content.unit.Generated {
					c.content.add(&entry{Object: o, at: o.At(c.side.tree.Side, nil)})
				}
			default:
				jobs = append(jobs, job{c.content, c.side})
			}
		}
	}
	p.renderAll(jobs)
	for _, r := range reached {
		p.emptied(r)
		p.failures(r)
		if comparable(r) {
			p.outside(r)
		}
	}
}

// failures tells why a side of a unit is not known: once where both sides
// fail alike, and not for one that is new and comes from elsewhere, which
// takes nothing away.
func (p *prediction) failures(r *pair) {
	if owned := r.before == nil || r.after != nil || p.stays(r.before.unit.Owner); owned && p.lacks(r) {
		return
	}
	if r.after != nil {
		for _, g := range r.after.trouble {
			switch {
			case r.before != nil:
				g.Root = r.before.unit.Root // what may go was applied from there
			case g.Kind == plan.GapOpaque || g.Kind == plan.GapUnsupported:
				continue
			}
			p.gaps = append(p.gaps, p.narrowed(r, g))
		}
	}
	if r.before == nil || r.after == nil && r.before.unit.Config != "" && !p.stays(r.before.unit.Owner) {
		return // what goes with a remote unit is told of its owner
	}
	for _, g := range r.before.trouble {
		if r.after == nil || !slices.ContainsFunc(r.after.trouble, func(h plan.Gap) bool { return h.Kind == g.Kind && h.Why == g.Why }) {
			p.gaps = append(p.gaps, p.narrowed(r, g))
		}
	}
}

// stays reports whether an owner is still there after the change: a source that
// it no longer has is deleted by it.
func (p *prediction) stays(by owner.Owner) bool {
	return slices.ContainsFunc(p.ownersOf(&p.after), func(o ownerObject) bool {
		return o.Kind == by.Object && o.Name == by.Name && o.Namespace == by.Namespace
	})
}

// narrowed puts a gap at the first changed place of its unit where the place
// that it names is not one.
func (p *prediction) narrowed(r *pair, g plan.Gap) plan.Gap {
	if g.At.Line > 0 && p.isChanged(g.At) && g.At.File != r.either().Owner.At.File {
		return g
	}
	for _, name := range p.changedInputs(r) {
		if hunks := p.fileHunks(name); len(hunks) > 0 {
			g.At = hunks[0].at()
			return g
		}
	}
	return g
}

// readFolder takes the objects of manifests as they stand. A file that does
// not parse and is the same on both sides is as good as not there; one that
// changed makes unknown what the folder no longer holds.
func (p *prediction) readFolder(c *content, s *side) {
	for _, name := range c.unit.Manifests {
		objects, err := c.unit.Objects(s.tree, name)
		if err != nil {
			if _, changed := slices.BinarySearch(p.changed, name); changed {
				kind, line, why := unit.Trouble(err)
				c.broken = append(c.broken, name)
				p.gap(c.unit, plan.Range{File: name, Line: line, EndLine: line, Side: s.tree.Side}, kind, name, "%s", why)
			}
			continue
		}
		for _, o := range objects {
			e := &entry{Object: o, at: o.At(s.tree.Side, nil)}
			if at := c.visible(e.at); at != e.at {
				e.at, e.made = at, e.at
			}
			c.add(e)
		}
		if len(c.entries) > maxObjects {
			p.fail(job{c, s}, tooMany(c.unit))
			return
		}
	}
}

// maxObjects bounds the objects of a unit.
const maxObjects = 10_000

func tooMany(u *unit.Unit) plan.Gap {
	return plan.Gap{Kind: plan.GapLimit, Subject: u.Home(), Why: fmt.Sprintf("it holds more than %d objects", maxObjects)}
}

// emptied finds manifests of a folder that changed into something else: a file
// that holds no object and is not empty is refused by what applies it, so that
// what it held is not deleted.
func (p *prediction) emptied(r *pair) {
	if r.before == nil || r.after == nil || r.after.failed || r.after.unit.Tool != unit.Folder {
		return
	}
	for _, name := range r.before.unit.Manifests {
		_, changed := slices.BinarySearch(p.changed, name)
		if !changed || slices.Contains(r.after.unit.Manifests, name) || !p.after.tree.HasFile(name) {
			continue
		}
		file, err := p.after.tree.Parse(name)
		kind, line, why := plan.GapInvalid, 0, "it holds no Kubernetes object any more, which what applies it refuses"
		switch {
		case err != nil:
			kind, line, why = unit.Trouble(err)
		case len(file.Objects) > 0 || !slices.ContainsFunc(file.Others, func(o object.Other) bool { return !isEmpty(o.Value) }):
			continue
		}
		r.after.broken = append(r.after.broken, name)
		p.gap(r.after.unit, plan.Range{File: name, Line: line, EndLine: line, Side: plan.After}, kind, name, "%s", why)
	}
}

func isEmpty(v any) bool {
	m, isMap := v.(map[string]any)
	return v == nil || isMap && len(m) == 0
}

// add takes an object into a unit. Of two with the same key the last counts,
// as for a server that gets both.
func (c *content) add(e *entry) {
	if e.Name == "" && e.GenerateName != "" {
		return // a new object on every apply, which nothing takes away
	}
	e.unit = c.unit
	if e.key.Name == "" {
		e.key = place{c.unit.Owner.Cluster, e.In(defaultNamespace(c.unit))}
	}
	if i, have := c.byKey[e.key]; have {
		c.entries[i] = e
		return
	}
	if c.byKey == nil {
		c.byKey = map[place]int{}
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

type job struct {
	content *content
	side    *side
}

// renderAll renders what has to be rendered, in one call.
func (p *prediction) renderAll(jobs []job) {
	var requests []unit.Request
	var asked []job
	for _, j := range jobs {
		u := j.content.unit
		if len(u.Gaps) > 0 {
			p.fail(j, u.Gaps...)
			continue
		}
		req, gap := u.Request(j.side.tree)
		switch {
		case gap != nil:
			p.fail(j, *gap)
		case p.render == nil:
			p.fail(j, plan.Gap{Kind: plan.GapUnsupported, Subject: u.Home(), Why: "it has to be rendered, and this run has no renderer"})
		default:
			requests, asked = append(requests, req), append(asked, j)
		}
	}
	if len(requests) == 0 || len(p.unfinished) > 0 {
		return
	}
	results := p.render(requests)
	p.dependencies(asked, requests, results)
	for i, res := range results {
		p.take(asked[i], requests[i], res)
	}
}

// fail notes why a side of a unit is not known.
func (p *prediction) fail(j job, gaps ...plan.Gap) {
	j.content.failed = true
	for _, g := range gaps {
		u := j.content.unit
		if g.At.Side == "" {
			g.At.Side = j.side.tree.Side
		}
		g.Root, g.Variant = u.Home(), u.Variant
		j.content.trouble = append(j.content.trouble, g)
	}
}

// maxValues bounds what a unit renders, by the measure of object.Weigh.
const maxValues = 300_000

// take turns an answer of the renderer into objects.
func (p *prediction) take(j job, req unit.Request, res unit.Rendered) {
	u := j.content.unit
	if res.Failure != nil && res.Failure.Kind == plan.GapUnfinished {
		p.unfinished = append(p.unfinished, plan.Gap{Root: u.Home(), Kind: plan.GapUnfinished, Subject: u.Home(), Why: res.Failure.Why})
	}
	if absent := slices.IndexFunc(u.Outside, unit.Outside.LeftOut); res.Failure != nil && absent >= 0 {
		p.fail(j, plan.Gap{Kind: plan.GapOpaque, Subject: u.Home(),
			Why: fmt.Sprintf("it does not build without %s, which is not in the repository: %s", u.Outside[absent].What, res.Failure.Why)})
		return
	}
	if res.Failure != nil {
		p.fail(j, plan.Gap{Kind: res.Failure.Kind, Subject: u.Home(), Why: res.Failure.Why})
		return
	}
	for _, m := range res.Missing {
		u.Outside = append(u.Outside, unit.Outside{What: "the chart " + m.Name, ID: strings.Join([]string{m.Version, m.Repository, m.Digest}, " "),
			File: path.Join(u.Root, "Chart.yaml"), Source: m.Repository})
	}
	for _, doc := range res.Docs {
		text := u.Substituted(doc.Content)
		if j.content.weight += object.Weigh(text); j.content.weight > maxValues {
			p.fail(j, plan.Gap{Kind: plan.GapLimit, Subject: u.Home(), Why: fmt.Sprintf("it renders more than %d values", maxValues)})
			return
		}
		parsed, err := object.Parse(doc.Source, text, object.Limits{})
		if err != nil {
			kind, _, why := unit.Trouble(err)
			if kind == plan.GapParse {
				kind = plan.GapInvalid
			}
			p.fail(j, plan.Gap{At: plan.Range{File: doc.Source}, Kind: kind, Subject: u.Home(), Why: "what it renders is not valid: " + why})
			return
		}
		for _, o := range parsed.Objects {
			e := &entry{Object: o, hashed: doc.Stable != "", crd: doc.CRD, listed: isList.Match(text), at: locate(j.side.tree, doc, o)}
			if at := j.content.visible(e.at); at != e.at {
				e.at, e.made = at, e.at
			}
			e.key = place{u.Owner.Cluster, o.In(renderedNamespace(u))}
			if e.hashed {
				e.key.Name = doc.Stable
			}
			j.content.add(e)
		}
		if len(j.content.entries) > maxObjects {
			p.fail(j, tooMany(u))
			return
		}
	}
}

// isList finds a document that is a list of objects.
var isList = regexp.MustCompile(`(?m)^kind: *"?\w*List"? *$`)

// renderedNamespace is where a rendered object goes that names none: Helm's
// release has a namespace of its own.
func renderedNamespace(u *unit.Unit) string {
	if u.Tool == unit.Helm && u.Namespace == "" && u.Release.Namespace != "" {
		return u.Release.Namespace
	}
	return defaultNamespace(u)
}

// locate finds where a rendered object is written.
func locate(t *unit.Tree, doc unit.Doc, o object.Object) plan.Range {
	at := plan.Range{File: doc.Source, Side: t.Side}
	if doc.Source == "" {
		return at
	}
	if file, err := t.Parse(doc.Source); err == nil && !doc.Generated {
		var best *object.Object
		for i, c := range file.Objects {
			if c.Kind == o.Kind && (best == nil || strings.Contains(o.Name, c.Name) && len(c.Name) > 0) {
				best = &file.Objects[i]
			}
		}
		if best != nil {
			return best.At(t.Side, nil)
		}
	}
	data, err := t.Read(doc.Source)
	if err != nil {
		return at
	}
	for _, want := range []string{"name: " + doc.Stable, "name: " + o.Name, "kind: " + o.Kind} {
		if line := lineOf(string(data), want); line > 0 && !strings.HasSuffix(want, ": ") {
			at.Line, at.EndLine = line, line
			return at
		}
	}
	return at
}

// lineOf is the first line that ends in a text, 0 where none does.
func lineOf(text, want string) int {
	for i, line := range strings.Split(text, "\n") {
		if strings.HasSuffix(strings.TrimRight(line, " \r\"'"), want) {
			return i + 1
		}
	}
	return 0
}
