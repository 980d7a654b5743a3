package kube

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// unmet is what several units take from one source elsewhere that changes in
// one way and cannot be had: one gap.
type unmet struct {
	gap     plan.Gap
	change  string
	reason  string
	readers []string
}

// maxReaders and maxValuesTold bound what one gap lists.
const (
	maxReaders    = 3
	maxValuesTold = 5
)

// lacks tells of a unit whose owner names something that is not here and cannot
// be had: what changes of it, and what would make it known. It reports whether
// the unit is such a one.
func (p *prediction) lacks(r *pair) bool {
	from, to := there(r.before), there(r.after)
	if from == nil && to == nil || r.before == nil {
		return false
	}
	is := cmp.Or(to, from)
	at := r.place(p, from, to)
	subject := is.What
	if from != nil && to != nil && from.What != to.What {
		subject = from.What + " -> " + to.What
	}
	change := changeOf(r, from, to)
	root := r.either().Home()
	if from == nil {
		root = r.before.unit.Home() // what may go was applied from there
	}
	g := plan.Gap{At: at, Root: root, Kind: plan.GapOpaque, Subject: subject, Source: is.Source.Address, Variant: r.either().Variant}
	reason := "what it holds is not in the repository"
	for _, c := range []*content{r.before, r.after} {
		if c != nil && c.why != "" {
			reason = "it cannot be had: " + c.why
		}
	}
	for _, u := range p.unmet {
		if u.gap.Subject == subject && u.change == change && u.reason == reason {
			u.readers = append(u.readers, r.either().Owner.Label())
			u.gap.Root = above(u.gap.Root, root)
			return true
		}
	}
	p.unmet = append(p.unmet, &unmet{gap: g, change: change, reason: reason, readers: []string{r.either().Owner.Label()}})
	return true
}

// above is the deepest folder that holds both.
func above(a, b string) string {
	for a != "." && a != b && !strings.HasPrefix(b, a+"/") {
		a = path.Dir(a)
	}
	return a
}

// there is what a side names elsewhere, nil where it names nothing that is
// missing.
func there(c *content) *unit.Elsewhere {
	if c == nil || len(c.unit.Gaps) == 0 {
		return nil
	}
	return c.unit.Elsewhere()
}

// place is where the source is named, on the side that changed.
func (p *pair) place(of *prediction, from, to *unit.Elsewhere) plan.Range {
	for _, e := range []*unit.Elsewhere{to, from} {
		if e != nil && e.At.File != "" && of.isChanged(e.At) {
			return of.changedPart(e.At)
		}
	}
	for _, c := range []*content{p.after, p.before} {
		if c != nil && len(c.unit.Gaps) > 0 {
			return of.narrowed(p, c.unit.Gaps[0]).At
		}
	}
	return p.either().Owner.At
}

// changedPart is the first changed place inside a range.
func (p *prediction) changedPart(at plan.Range) plan.Range {
	for _, h := range p.fileHunks(at.File) {
		if h.touches(at.Side, at.Line, at.EndLine) {
			return h.at()
		}
	}
	return at
}

// changeOf says what changes of a source: its version, the values that it is
// given, or else what is made of it.
func changeOf(r *pair, from, to *unit.Elsewhere) string {
	switch {
	case r.after == nil:
		return "it is no longer applied"
	case from == nil:
		return "it is read from now on, " + shownRef(to.Source)
	case to == nil:
		return "it is no longer read, " + shownRef(from.Source)
	}
	var parts []string
	if a, b := shownRef(from.Source), shownRef(to.Source); a != b {
		parts = append(parts, a+" -> "+b)
	}
	if from.Source.Address != to.Source.Address && from.What == to.What {
		parts = append(parts, "its address changes")
	}
	if values := changedValues(from.Values, to.Values); len(values) > 0 {
		more := ""
		if len(values) > maxValuesTold {
			more = fmt.Sprintf(" and %d more", len(values)-maxValuesTold)
		}
		parts = append(parts, "values "+strings.Join(values[:min(len(values), maxValuesTold)], ", ")+more)
	}
	if len(parts) == 0 {
		return "what is made of it here changes"
	}
	return strings.Join(parts, "; ")
}

func shownRef(s plan.Source) string { return cmp.Or(s.Ref.Text, "no version named") }

// changedValues are the values that differ, by their path, in the order of the
// paths. A value is shown where it is short and its key speaks of no secret.
func changedValues(from, to []any) []string {
	before, after := map[string]any{}, map[string]any{}
	for _, v := range from {
		leaves("", v, before)
	}
	for _, v := range to {
		leaves("", v, after)
	}
	both := maps.Clone(before)
	maps.Copy(both, after)
	var out []string
	for _, at := range slices.Sorted(maps.Keys(both)) {
		a, was := before[at]
		b, is := after[at]
		switch {
		case was && is && reflect.DeepEqual(a, b):
		case !was:
			out = append(out, at+" added")
		case !is:
			out = append(out, at+" removed")
		case sensitive.MatchString(at) || plainText(a) == "" || plainText(b) == "":
			out = append(out, at+" changed")
		default:
			out = append(out, at+" "+plainText(a)+" -> "+plainText(b))
		}
	}
	return out
}

// leaves are the values of a document by dotted path; lists count as one.
func leaves(at string, v any, into map[string]any) {
	m, ok := v.(map[string]any)
	if !ok {
		into[at] = v
		return
	}
	for key, item := range m {
		leaves(strings.TrimPrefix(at+"."+key, "."), item, into)
	}
}

// plainText is a short scalar as YAML writes it, "" for anything else.
func plainText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	word := strings.Trim(string(text), `"`)
	if !plainWord.MatchString(word) || len(word) > 40 {
		return ""
	}
	return word
}

// unmetGaps are the gaps of what could not be had, one for a source.
func (p *prediction) unmetGaps() []plan.Gap {
	out := make([]plan.Gap, len(p.unmet))
	for i, u := range p.unmet {
		u.gap.Why = fmt.Sprintf("%s (%s); %s", u.change, listed(u.readers), u.reason)
		out[i] = u.gap
	}
	return out
}

// listed are some names and how many more there are.
func listed(names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > maxReaders {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxReaders], ", "), len(names)-maxReaders)
	}
	return strings.Join(names, ", ")
}
