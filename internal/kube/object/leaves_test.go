package object_test

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// leaves lists the paths of all scalars and empty collections, in order.
func leaves(v any, at plan.Path) []plan.Path {
	var out []plan.Path
	add := func(step, part any) {
		out = append(out, leaves(part, append(at[:len(at):len(at)], step))...)
	}
	switch x := v.(type) {
	case map[string]any:
		var keys []string
		for k := range x {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			add(k, x[k])
		}
	case []any:
		for i, item := range x {
			add(i, item)
		}
	}
	if len(out) == 0 {
		return []plan.Path{at}
	}
	return out
}
