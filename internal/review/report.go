package review

import (
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Report is what a change would do and what the rules say of it. Publishers
// print it; Decide weighs it.
type Report struct {
	Ref Ref
	// Findings are sorted: what holds first, then by loss, root and address.
	Findings []rules.Finding
	// Gaps are all gaps, those that no finding is about included.
	Gaps []plan.Gap
	// Plan is everything the predictors said, over all comparisons.
	Plan plan.Plan
	// Agent is the agent that made the change, nil where no signal names
	// one, with the evidence for it in one line.
	Agent    *rules.Agent
	Evidence string
	// Settings are what was in force, and where from.
	Settings rules.Settings
	// Names are the names of the checks of all base branches.
	Names rules.Names
	// Digest names the set of findings that hold: equal digests, equal sets.
	// It is empty where nothing holds.
	Digest string
	// Rules is the digest of the rule packs that were used.
	Rules string
	// Sources are what from elsewhere the prediction was made with.
	Sources []plan.SourceUse
	// PrivateSources are the ids of those that not everybody may read.
	PrivateSources []string
}

// Holding returns the findings that hold.
func (r Report) Holding() []rules.Finding {
	var out []rules.Finding
	for _, f := range r.Findings {
		if f.Holds {
			out = append(out, f)
		}
	}
	return out
}
