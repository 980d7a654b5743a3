package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Renamed is the state of an instance with what was written under old names of
// attributes also under those that are written now. A provider that gave an
// attribute another name reads the object back under that before it plans, so that
// writing what was under the old one plans nothing.
func Renamed(t *plan.TypeFacts, state, old, now cty.Value) cty.Value {
	plain, marks := state.Unmark()
	if t == nil || !plain.IsKnown() || plain.IsNull() {
		return state
	}
	values, was, is := plain.AsValueMap(), equal.Unmarked(old).AsValueMap(), equal.Unmarked(now).AsValueMap()
	renamed := false
	for _, r := range t.Logic {
		if r.Rule != plan.LogicRenamed {
			continue
		}
		from := r.Paths[0]
		if !given(was, from) || given(was, r.To) || given(is, from) || !given(is, r.To) {
			continue
		}
		renamed = true
		values[r.To], values[from] = was[from], cty.NullVal(cty.DynamicPseudoType)
		if r.As == "list" {
			values[r.To] = cty.ListVal([]cty.Value{was[from]})
		}
	}
	if !renamed {
		return state
	}
	return cty.ObjectVal(values).WithMarks(marks)
}

func given(values map[string]cty.Value, name string) bool {
	v, ok := values[name]
	return ok && (!v.IsKnown() || !v.IsNull())
}
