package kube

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// renderAll renders what has to be rendered, in one call.
func (l *loader) renderAll(jobs []job) {
	var requests []request.Request
	var asked []job
	for _, j := range jobs {
		u := j.content.unit
		if len(u.Gaps) > 0 {
			j.fail(u.Gaps...)
			continue
		}
		req, gap := u.Request(j.side.tree)
		switch {
		case gap != nil:
			j.fail(*gap)
		case l.render == nil:
			j.fail(plan.Gap{Kind: plan.GapUnsupported, Subject: u.Home(), Why: "it must be rendered, and this run has no renderer"})
		default:
			requests, asked = append(requests, req), append(asked, j)
		}
	}
	if len(requests) == 0 || len(l.unfinished) > 0 {
		return
	}
	results := l.render(requests)
	l.dependencies(asked, requests, results)
	for i, res := range results {
		l.take(asked[i], requests[i], res)
	}
}

// maxValues bounds what a unit renders, by the measure of object.Weigh.
const maxValues = 300_000

// take turns an answer of the renderer into objects.
func (l *loader) take(j job, req request.Request, res request.Rendered) {
	u := j.content.unit
	if res.Failure != nil && res.Failure.Kind == plan.GapUnfinished {
		l.unfinished = append(l.unfinished, plan.Gap{Root: u.Home(), Kind: plan.GapUnfinished, Subject: u.Home(), Why: res.Failure.Why})
	}
	if absent := slices.IndexFunc(u.Outside, unit.Outside.LeftOut); res.Failure != nil && absent >= 0 {
		j.fail(plan.Gap{Kind: plan.GapOpaque, Subject: u.Home(),
			Why: fmt.Sprintf("it could not be built without %s, which is not in the repository: %s", u.Outside[absent].What, res.Failure.Why)})
		return
	}
	if res.Failure != nil {
		j.fail(plan.Gap{Kind: res.Failure.Kind, Subject: u.Home(), Why: res.Failure.Why})
		return
	}
	for _, m := range res.Missing {
		u.Outside = append(u.Outside, unit.Outside{What: "the chart " + m.Name,
			ID: strings.Join([]string{m.Version, m.Repository, m.Digest}, " "), File: path.Join(u.Root, "Chart.yaml"), Source: m.Repository})
	}
	for _, doc := range res.Docs {
		text := u.Substituted(doc.Content)
		if j.content.weight += object.Weigh(text); j.content.weight > maxValues {
			j.fail(plan.Gap{Kind: plan.GapLimit, Subject: u.Home(), Why: fmt.Sprintf("it renders more than %d values", maxValues)})
			return
		}
		parsed, err := object.Parse(doc.Source, text, object.Limits{})
		if err != nil {
			kind, _, why := tree.Trouble(err)
			if kind == plan.GapParse {
				kind = plan.GapInvalid
			}
			j.fail(plan.Gap{At: plan.Range{File: doc.Source}, Kind: kind, Subject: u.Home(), Why: "what it renders is not valid: " + why})
			return
		}
		for _, o := range parsed.Objects {
			e := &entry{Object: o, hashed: doc.Stable != "", crd: doc.CRD, listed: isList.Match(text), at: locate(j.side.tree, doc, o)}
			if at := j.content.visible(e.at); at != e.at {
				e.at, e.made = at, e.at
			}
			e.key = clusterKey{u.Owner.Cluster, o.In(renderedNamespace(u))}
			if e.hashed {
				e.key.Name = doc.Stable
			}
			j.content.add(e)
		}
		if len(j.content.entries) > maxObjects {
			j.fail(tooMany(u))
			return
		}
	}
}

// isList finds a document that is a list of objects.
var isList = regexp.MustCompile(`(?m)^kind: *"?\w*List"? *$`)

// renderedNamespace is where a rendered object goes that names none: Helm's
// release has a namespace of its own.
func renderedNamespace(u *unit.Unit) string {
	if u.Tool == request.Helm && u.Namespace == "" && u.Release.Namespace != "" {
		return u.Release.Namespace
	}
	return defaultNamespace(u)
}

// locate finds where a rendered object is written.
func locate(t *tree.Tree, doc request.Doc, o object.Object) plan.Range {
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
