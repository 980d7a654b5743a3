package hcl

import (
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Options are what the repository's settings say.
type Options struct {
	// VarFiles are the variable files each root is applied with, by root;
	// each file is an evaluation of its own, several joined with commas are
	// used together. Paths start at the top of the repository. A root that is
	// not listed is searched for its own.
	VarFiles map[string][]string
	// Roots are the folders that are applied; empty where the repository is
	// to be searched for them.
	Roots []string
	// Runtime is `terraform` or `opentofu`, with a version after a space
	// where that is known; empty where the repository is to tell.
	Runtime string
	// Losses says what updates and creations take away; nil where nobody asks.
	Losses plan.Losses
	// Work counts what the prediction does; nil for one of the usual size.
	Work *work.Meter
	// Sources gives modules that are not in the tree; nil where nothing from
	// elsewhere is looked for.
	Sources plan.Sources
}

// NewWork is the work that one prediction may be, both sides of all roots.
func NewWork() *work.Meter { return work.New("this change", maxWork) }

// maxWork is how many units a prediction may take.
const maxWork = 60_000_000

// maxConfigBytes bounds the configuration read for one prediction, both sides.
const maxConfigBytes = 96 << 20
