package owner

import (
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Mark is one thing that is said of an object by annotations, or by labels as
// well: any one of its entries says it.
type Mark struct {
	Entries []Entry
	// Labels count as well as annotations.
	Labels bool
}

// Entry is a key with the values under which it counts.
type Entry struct {
	Key   string
	Holds func(value string) bool
}

// Find is where an object says what the mark says, and with which value.
func (m Mark) Find(o map[string]any) (at plan.Path, value string, ok bool) {
	places := []string{"annotations"}
	if m.Labels {
		places = append(places, "labels")
	}
	for _, place := range places {
		for _, e := range m.Entries {
			at := plan.Path{"metadata", place, e.Key}
			v, _ := object.Lookup(o, at...)
			if text, isText := v.(string); isText && e.Holds(text) {
				return at, text, true
			}
		}
	}
	return nil, "", false
}

// Annotated is the mark of an annotation with one of some values.
func Annotated(key string, values ...string) Mark {
	holds := func(s string) bool {
		return slices.ContainsFunc(values, func(want string) bool { return is(want)(s) })
	}
	return Mark{Entries: []Entry{{key, holds}}}
}

func (m Mark) on(o object.Object) bool {
	_, _, ok := m.Find(o.Value)
	return ok
}

// is compares in any case and without spaces around.
func is(want string) func(string) bool {
	return func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), want) }
}

// option reports whether a list with commas has one of these.
func option(any ...string) func(string) bool {
	return func(s string) bool {
		return slices.ContainsFunc(strings.Split(s, ","), func(o string) bool { return slices.Contains(any, strings.TrimSpace(o)) })
	}
}
