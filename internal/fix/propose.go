package fix

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Each proof is one more review. maxProofs bounds them for a usual change,
// fewProofs for a plan of more than manyChanges changes.
const (
	maxProofs   = 24
	fewProofs   = 8
	manyChanges = 300
)

// Propose finds fixes of the held findings and proves each. They are in the order
// in which they are to be offered; plain reverts come last. Only the comparison of
// the change itself has a head that can be edited. showable says whether a line can
// be shown as it is; see publish.Showable. A budget of proofs that ends is no error:
// what is left has no fix.
func Propose(req review.Request, rep review.Report, retry Retry, showable func(line string) bool) []Fix {
	i := slices.IndexFunc(req.Comparisons, func(c review.Comparison) bool { return c.Name == "change" })
	if i < 0 || req.Comparisons[i].Before == nil || req.Comparisons[i].After == nil {
		return nil
	}
	p := &proposer{req: req, rep: rep, retry: retry, showable: showable, index: i, change: req.Comparisons[i],
		budget: maxProofs, cleared: map[string]bool{}, tried: map[string]bool{}, was: stateOf(rep)}
	if len(rep.Plan.Changes) > manyChanges {
		p.budget = fewProofs
	}
	p.holding = slices.DeleteFunc(rep.Holding(), func(f rules.Finding) bool { return f.Change != nil && f.Change.Private.Repository != "" })
	if len(p.holding) == 0 {
		return nil
	}
	p.units = unitsOf(p.change)
	p.moves()
	p.lists()
	p.selectors()
	p.together()
	p.restores(false)
	p.removedBlocks()
	p.keeps()
	p.restores(true)
	slices.SortStableFunc(p.out, func(a, b Fix) int { return last(a) - last(b) })
	return p.out
}

func last(f Fix) int {
	if f.Kind == Revert {
		return 1
	}
	return 0
}
