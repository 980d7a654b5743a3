// Package report arranges a review for people: what one changed line causes
// stands together, the worst first, and what is alike stands once. It writes no
// text of its own; internal/publish prints a View in every format.
package report

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// View is a review in the order in which it is read. All names in it are
// foreign text.
type View struct {
	// Groups are the findings that hold, by what causes them, the worst first.
	Groups []Group
	// Others are the findings that do not hold, in the same form.
	Others []Group
	// Unruled are deleted or replaced objects that no rule speaks of.
	Unruled []plan.Change
	// Gaps are those that no finding is about.
	Gaps []plan.Gap
	// Compared says what was looked at.
	Compared review.Counted
}

// Group is what one changed line, or some lines that belong together, cause.
type Group struct {
	// Cause is the changed line; its File is empty where none is known. Of
	// several lines of one file it reaches from the first to the last.
	Cause plan.Cause
	// Whole are the roots that the cause destroys as a whole, or most of.
	Whole []Whole
	// Sections are the rows by what is lost, the worst first.
	Sections []Section
	// Findings are all of them, those of Whole included, in the report's order.
	Findings []rules.Finding
}

// Whole is a root of which an unusually large part is destroyed.
type Whole struct {
	Root             string
	Engine           plan.Engine
	Destroyed, Total int // objects; Total is 0 where it is not known
	// Certain is false where one of them may stay.
	Certain bool
}

// Section is the rows of a group that lose the same.
type Section struct {
	Loss Loss
	Rows []Row
}

// Row is one object, or several of one kind to which the same happens: the
// instances of a resource, or what the same module declares in many roots.
type Row struct {
	// Action says what happens: delete, replace, may delete, disarm, unknown.
	Action string
	// Name is the address, without the keys and roots by which the objects of a
	// row differ; for a changed file its path, for a gap its subject.
	Name string
	// Object says what it is: `RDS cluster`; empty where there is no name for it.
	Object string
	// Members are what the objects differ by: keys, roots or whole addresses.
	// Empty for a row of one.
	Members []string
	// Findings has one for each object.
	Findings []rules.Finding
}

// First is the finding that speaks for the row.
func (r Row) First() rules.Finding { return r.Findings[0] }

// Of arranges a review.
func Of(rep review.Report) View {
	holding, others := Split(rep.Findings)
	return View{
		Groups: groups(holding, rep.Plan), Others: groups(others, rep.Plan),
		Unruled: unruled(rep.Plan.Changes, rep.Findings), Gaps: uncovered(rep.Gaps, rep.Findings),
		Compared: review.Compared(rep.Plan),
	}
}

// Split parts the findings into those that hold and the others.
func Split(findings []rules.Finding) (holding, others []rules.Finding) {
	for _, f := range findings {
		if f.Holds {
			holding = append(holding, f)
			continue
		}
		others = append(others, f)
	}
	return holding, others
}

// Arrange groups some findings of a review.
func Arrange(findings []rules.Finding, p plan.Plan) []Group { return groups(findings, p) }

// Causes is the chain of a finding; where the predictor gave none, the place
// of the finding is all there is.
func Causes(f rules.Finding) []plan.Cause {
	if f.Change != nil && len(f.Change.Causes) > 0 {
		return f.Change.Causes
	}
	if f.At == (plan.Range{}) {
		return nil
	}
	return []plan.Cause{{Range: f.At}}
}

// uncovered are the gaps that no finding is about.
func uncovered(gaps []plan.Gap, findings []rules.Finding) []plan.Gap {
	shown := map[plan.Gap]bool{}
	for _, f := range findings {
		if f.Gap != nil {
			shown[*f.Gap] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(gaps), func(g plan.Gap) bool { return shown[g] })
}

// unruled are destroyed objects that no rule says anything of.
func unruled(changes []plan.Change, findings []rules.Finding) []plan.Change {
	type key struct {
		address plan.Address
		action  plan.Action
	}
	shown := map[key]bool{}
	for _, f := range findings {
		if f.Change != nil {
			shown[key{f.Change.Address, f.Change.Action}] = true
		}
	}
	var out []plan.Change
	for _, c := range changes {
		k := key{c.Address, c.Action}
		if c.Action.Destroys() && !shown[k] {
			shown[k] = true
			out = append(out, c)
		}
	}
	return out
}
