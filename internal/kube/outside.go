package kube

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// outside compares what a unit takes from elsewhere. What is the same on both
// sides adds and removes nothing. What is new only adds, unless it may alter
// what the unit has of its own.
func (p *prediction) outside(r *pair) {
	switch {
	case r.before == nil:
	case r.after == nil:
		p.outsideGaps(r, r.before, r.before.unit.Outside)
	default:
		p.reshaped(r)
		gone, added := minus(r.before.unit.Outside, r.after.unit.Outside), minus(r.after.unit.Outside, r.before.unit.Outside)
		switch {
		case len(gone) == 0:
			p.outsideGaps(r, r.after, slices.DeleteFunc(added, func(o unit.Outside) bool { return !o.Alters }))
		case len(added) == 0:
			p.outsideGaps(r, r.before, gone)
		default:
			p.outsideGaps(r, r.after, renamed(gone, added))
		}
	}
}

// reshaped is what stays the same elsewhere while what is made of it here gets
// other names, namespaces or selectors, or is taken away.
func (p *prediction) reshaped(r *pair) {
	if r.before.unit.Shape() == r.after.unit.Shape() {
		return
	}
	for _, o := range r.after.unit.Outside {
		if !o.LeftOut() || len(minus([]unit.Outside{o}, r.before.unit.Outside)) > 0 {
			continue
		}
		g := plan.Gap{Root: r.after.unit.Home(), Kind: plan.GapOpaque, Subject: o.What, Variant: r.after.unit.Variant,
			Why: fmt.Sprintf("what %s brings is not in the repository, and names, namespaces, selectors or patches over it change", o.What)}
		p.gaps = append(p.gaps, p.narrowed(r, g))
	}
}

// selected is what stays the same elsewhere and chooses, by labels and
// annotations that change here, what it alters.
func (p *prediction) selected(r *pair, before, after map[place]*entry) {
	if r.before == nil || r.after == nil {
		return
	}
	for _, o := range r.after.unit.Outside {
		if !o.Selects || len(minus([]unit.Outside{o}, r.before.unit.Outside)) > 0 {
			continue
		}
		for _, key := range slices.SortedFunc(maps.Keys(before), comparePlaces) {
			if now := after[key]; now != nil && relabelled(before[key].Object, now.Object) {
				p.gap(r.after.unit, now.at, plan.GapOpaque, o.What,
					"%s gets other labels or annotations, by which %s may choose what it changes and deletes; that is not in the repository",
					address(now), o.What)
				break
			}
		}
	}
}

// versionLabels change with every release and are chosen by nowhere.
var versionLabels = []string{"app.kubernetes.io/version", "helm.sh/chart"}

func relabelled(a, b object.Object) bool {
	for _, field := range []string{"labels", "annotations"} {
		was, is := pairsAt(a, field), pairsAt(b, field)
		if !reflect.DeepEqual(was, is) {
			return true
		}
	}
	return false
}

func pairsAt(o object.Object, field string) map[string]any {
	value, _ := o.Get("metadata", field)
	pairs, _ := value.(map[string]any)
	out := map[string]any{}
	for key, value := range pairs {
		if !slices.Contains(versionLabels, key) {
			out[key] = value
		}
	}
	return out
}

func minus(a, b []unit.Outside) []unit.Outside {
	var out []unit.Outside
	for _, x := range a {
		if !slices.ContainsFunc(b, func(y unit.Outside) bool { return x.What == y.What && x.ID == y.ID }) {
			out = append(out, x)
		}
	}
	return out
}

func (p *prediction) outsideGaps(r *pair, c *content, parts []unit.Outside) {
	for _, o := range parts {
		g := plan.Gap{At: plan.Range{File: o.File, Line: o.Line, EndLine: o.EndLine, Side: c.side}, Root: c.unit.Home(),
			Kind: plan.GapOpaque, Subject: o.What, Why: whyOutside(o), Variant: c.unit.Variant, Source: o.Source}
		if why := cmp.Or(p.refusals[o.Source], c.why); why != "" && o.Source != "" {
			g.Why += "; it cannot be had: " + why
		}
		if o.Line == 0 {
			g = p.narrowed(r, g) // a chart, whose values may change anywhere
		}
		p.gaps = append(p.gaps, g)
	}
}

// renamed are parts that take the place of others, with what they were.
func renamed(gone, added []unit.Outside) []unit.Outside {
	if len(gone) != 1 || len(added) != 1 || gone[0].What == added[0].What || added[0].Why != "" {
		return added
	}
	o := added[0]
	o.Why = whyOutside(o) + ": it was " + gone[0].What
	return []unit.Outside{o}
}

func whyOutside(o unit.Outside) string {
	switch {
	case o.Why != "":
		return o.Why
	case o.Selects:
		return fmt.Sprintf("the component %s is not in the repository, and it changes: it may change and delete every object beside it", o.What)
	}
	return fmt.Sprintf("what %s brings is not in the repository, and it changes", o.What)
}
