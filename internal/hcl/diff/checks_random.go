package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

func keepers(_ change, h hit) decision {
	if k, _ := value.KnowWithin(h.new); k == value.IsPending {
		return replaces
	}
	switch equal.Values(schema.Shape{Holds: schema.MapOf}, false, notNull(h.old), notNull(h.new)) {
	case equal.Same:
		return inPlace
	case equal.Maybe:
		return open
	}
	return replaces
}

// notNull is a map without what is null in it, and null as an empty one.
func notNull(v cty.Value) cty.Value {
	un, marks := v.Unmark()
	if !un.IsKnown() || !un.IsNull() && !equal.IsKeyed(un) {
		return v
	}
	out := map[string]cty.Value{}
	if !un.IsNull() {
		for k, e := range un.AsValueMap() {
			if !e.IsNull() {
				out[k] = e
			}
		}
	}
	return cty.ObjectVal(out).WithMarks(marks)
}

func setOrChanged(_ change, h hit) decision {
	switch k, _ := value.Know(h.new); {
	case k == value.IsPending:
		return inPlace
	case k == value.IsOpaque || !h.old.IsKnown():
		return open
	}
	return replacesIf(!equal.Unmarked(h.new).IsNull() || !equal.IsZero(h.old))
}
