package diff

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// compareNormalised compares values of an attribute that the provider compares
// in code of its own.
func compareNormalised(typ string, path plan.Path, old, new cty.Value) verdict {
	return differs
}
