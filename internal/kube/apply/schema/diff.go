package schema

import (
	"maps"
	"reflect"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Difference is one value that differs between two objects. Before or After is
// nil where there is none.
type Difference struct {
	Path          plan.Path
	Before, After any
}

// Diff compares two normal values and lists the smallest parts that differ,
// in the order of their paths. Elements of a list are paired by place; a list
// whose elements were added, removed or reordered differs as a whole.
func (t *Type) Diff(before, after any) []Difference {
	var out []Difference
	t.diff(nil, before, after, &out)
	return out
}

func (t *Type) diff(path plan.Path, a, b any, out *[]Difference) {
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			t.diffMaps(path, x, y, out)
			return
		}
	case []any:
		if y, ok := b.([]any); ok && len(x) == len(y) && t.paired(x, y) {
			elem := anything
			if t.Elem != nil {
				elem = t.Elem
			}
			for i := range x {
				elem.diff(step(path, i), x[i], y[i], out)
			}
			return
		}
	}
	if !reflect.DeepEqual(a, b) {
		*out = append(*out, Difference{path, a, b})
	}
}

func (t *Type) diffMaps(path plan.Path, x, y map[string]any, out *[]Difference) {
	keys := slices.Collect(maps.Keys(x))
	for k := range y {
		if _, ok := x[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		f, ok := t.Field(k)
		if !ok {
			f = anything
		}
		f.diff(step(path, k), x[k], y[k], out)
	}
}

// paired reports whether two lists hold the same elements in the same order,
// as far as keys tell.
func (t *Type) paired(x, y []any) bool {
	if len(t.Keys) == 0 {
		return true
	}
	for i := range x {
		if t.key(x[i]) != t.key(y[i]) {
			return false
		}
	}
	return true
}

func step(path plan.Path, s any) plan.Path {
	return append(path[:len(path):len(path)], s)
}
