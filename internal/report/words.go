package report

import (
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Loss says in the words of a report what is lost when a finding comes true.
type Loss string

// What is lost, the worst first.
const (
	DataLoss  Loss = "permanent data loss"
	Identity  Loss = "endpoint or identity change breaks consumers"
	Downtime  Loss = "downtime"
	Recreated Loss = "recreated, nothing stored"
	Safeguard Loss = "safeguard removed, nothing is lost yet"
	Guard     Loss = "guard rails or pipeline changed"
	Unknown   Loss = "impact could not be determined"
	Nothing   Loss = "nothing is lost by itself"
)

// losses is their order.
var losses = []Loss{DataLoss, Identity, Downtime, Recreated, Safeguard, Guard, Unknown, Nothing}

// LossOf says what is lost with a finding.
func LossOf(f rules.Finding) Loss {
	switch {
	case f.Gap != nil:
		return Unknown
	case f.File != nil:
		return Guard
	case f.Change != nil && f.Change.Effect == plan.Disarm:
		return Safeguard
	case f.Change != nil && f.Change.Effect == plan.RunsCode:
		return Unknown
	}
	switch f.Loss {
	case rules.Data:
		return DataLoss
	case rules.Identity:
		return Identity
	case rules.Traffic:
		return Downtime
	case rules.Capacity:
		return Recreated
	default:
		return Nothing
	}
}

// ActionOf says what happens to the subject of a finding in one or two words:
// delete, replace, may delete, disarm, added, unknown.
func ActionOf(f rules.Finding) string {
	switch {
	case f.Change != nil:
		return ActionWord(*f.Change)
	case f.File != nil:
		return string(f.File.Status)
	default:
		return "unknown"
	}
}

// ActionWord names an action; where there is only an effect, the effect.
func ActionWord(c plan.Change) string {
	switch {
	case !c.Action.Destroys() && c.Effect != "":
		return string(c.Effect)
	case c.Effect == plan.Reject:
		return "replace or fail"
	case !c.Certain:
		return "may " + string(c.Action)
	default:
		return string(c.Action)
	}
}
