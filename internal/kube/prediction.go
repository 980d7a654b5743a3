package kube

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
)

// prediction says what becomes of the objects of the units that were read.
type prediction struct {
	*loader

	// gained are the objects that a unit applies after the change and did not
	// before.
	gained map[clusterKey][]*entry
	// outcomes are what becomes of owners, by their names, as far as it was asked
	// for.
	outcomes map[string]owner.Outcome
	// kin are the units of owners after the change, by their names, as far as they
	// were asked for.
	kin map[string][]*pair
	// live are the objects that are applied before the change, once they were
	// asked for.
	live []*entry
	// ran are the texts of hooks and init containers before the change, once they
	// were asked for.
	ran map[string]bool
	// searched is how much changed text was looked through for causes, in bytes.
	searched int
}
