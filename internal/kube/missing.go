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

	"github.com/holdpoint-dev/holdpoint/internal/kube/hunks"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// missingSource is what several units take from one source elsewhere that
// changes in one way and cannot be had: one gap.
type missingSource struct {
	gap plan.Gap
	// change says what changes of it.
	change string
	// readers are the owners that name it.
	readers []string
}

// missingSources are those of all units.
type missingSources []*missingSource

// add takes in a source that one unit names. The gap of several is that of the
// first, in the deepest folder that holds them all.
func (m *missingSources) add(next missingSource) {
	for _, s := range *m {
		if s.gap.Subject == next.gap.Subject && s.change == next.change {
			s.readers = append(s.readers, next.readers...)
			s.gap.Root = above(s.gap.Root, next.gap.Root)
			return
		}
	}
	*m = append(*m, &next)
}

// asGaps are the gaps of what could not be had, one for a source.
func (m missingSources) asGaps() []plan.Gap {
	out := make([]plan.Gap, len(m))
	for i, s := range m {
		out[i] = s.gap
		out[i].Why = fmt.Sprintf("%s (%s); its content is not in the repository", s.change, listed(s.readers))
	}
	return out
}

// maxReaders and maxShownValues bound what one gap lists.
const (
	maxReaders     = 3
	maxShownValues = 5
)

// above is the deepest folder that holds both.
func above(a, b string) string {
	for a != "." && a != b && !strings.HasPrefix(b, a+"/") {
		a = path.Dir(a)
	}
	return a
}

// changeOf says what changes of a source: its version, the values that it is
// given, or else what is made of it.
func changeOf(r *pair, from, to *unit.Elsewhere) string {
	switch {
	case r.after == nil:
		return "it is no longer applied"
	case from == nil:
		return "it is now used, " + shownRef(to.Source)
	case to == nil:
		return "it is no longer used, " + shownRef(from.Source)
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
		if len(values) > maxShownValues {
			more = fmt.Sprintf(" and %d more", len(values)-maxShownValues)
		}
		parts = append(parts, "values "+strings.Join(values[:min(len(values), maxShownValues)], ", ")+more)
	}
	if len(parts) == 0 {
		return "what it renders here changes"
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
		case hunks.Sensitive(at) || plainText(a) == "" || plainText(b) == "":
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
	if !hunks.IsPlain(word) || len(word) > 40 {
		return ""
	}
	return word
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
