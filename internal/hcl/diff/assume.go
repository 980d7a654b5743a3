package diff

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/forms"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// assumed is what a service fills in for an optional and computed attribute
// that was never configured, where that is sure enough to compare with; NilVal
// where it is not. path is dotted, with indexes.
//
// Flags are off unless someone turns them on, and generated names have no
// prefix of the user's; everything else needs a row.
func assumed(t *plan.TypeFacts, path string, a *plan.AttrFacts, s schema.Shape) cty.Value {
	if !a.Optional {
		return cty.NilVal
	}
	if row, ok := rowOf(t, plan.LogicDefault, withoutIndexes(path)); ok {
		if row.Value == "" && s.Elem != cty.String {
			return cty.NullVal(s.ValueType())
		}
		return schema.AsType(cty.StringVal(row.Value), s)
	}
	if s.Holds != schema.Single || s.Nested || a.Force == plan.ForceNever {
		return cty.NilVal
	}
	switch {
	case s.Elem == cty.Bool:
		return cty.False
	case s.Elem == cty.String && strings.HasSuffix(path, "_prefix"):
		return cty.StringVal("")
	}
	return cty.NilVal
}

func withoutIndexes(path string) string {
	var out []string
	for _, step := range strings.Split(path, ".") {
		if !forms.IsDigits(step) {
			out = append(out, step)
		}
	}
	return strings.Join(out, ".")
}
