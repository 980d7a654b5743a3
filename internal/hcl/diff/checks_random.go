package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

func keepers(_ change, h hit) decision {
	if k, _ := value.KnowWithin(h.new); k == value.IsPending {
		return replaces
	}
	switch equal.Maps(false, cty.ObjectVal(notNull(h.old)), cty.ObjectVal(notNull(h.new))) {
	case equal.Same:
		return inPlace
	case equal.Maybe:
		return open
	}
	return replaces
}

func notNull(v cty.Value) map[string]cty.Value {
	un := equal.Unmarked(v)
	out := map[string]cty.Value{}
	if !un.IsKnown() || un.IsNull() || !equal.IsKeyed(un) {
		return out
	}
	for k, e := range un.AsValueMap() {
		if !e.IsNull() {
			out[k] = e
		}
	}
	return out
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
