package rules

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/rules/glob"
)

// Strict are the settings of a repository that has none: everybody's data
// losses are held, and everything else that an agent does.
func Strict() Settings {
	return Settings{
		Origin: FromDefault, Version: 1,
		Enforce:   Enforce{Data: ByEveryone, Identity: ByAgents, Traffic: ByAgents, Capacity: ByAgents, None: ByAgents},
		Requester: Raise, Unattributed: UnattributedRaises,
		Override: Override{Label: DefaultOverrideLabel, Approvers: Approvers{Roles: []string{"maintain"}}},
	}
}

// DefaultOverrideLabel is the override label where the settings name none.
const DefaultOverrideLabel = "holdpoint-override"

// DefaultApproval is what a finding takes that no entry of the settings fits.
func DefaultApproval() Approval {
	return Approval{Number: 1, Approvers: Approvers{Roles: []string{"write"}}}
}

// Sound reports whether the settings can be relied on. Unsound ones hold
// everything.
func (s Settings) Sound() bool { return s.Problem == "" && s.Version == 1 }

// enforced reports whether a finding of this class holds for whoever made the
// change. Settings that are not sound hold everything.
func (s Settings) enforced(class Loss, environment string, agent *Agent) bool {
	if !s.Sound() {
		return true
	}
	who := s.Enforce.of(class)
	for _, e := range s.Environments {
		if e.Name == environment && e.Enforce != nil {
			if w := e.Enforce.of(class); w != "" {
				who = w
			}
			break
		}
	}
	switch who {
	case ByNobody:
		return false
	case ByAgents:
		return agent != nil
	}
	return true
}

func (e Enforce) of(class Loss) Who {
	switch class {
	case Data:
		return e.Data
	case Identity:
		return e.Identity
	case Traffic:
		return e.Traffic
	case Capacity:
		return e.Capacity
	case NoLoss:
		return e.None
	}
	return ByEveryone
}

// EnvironmentOf names the environment of a place: of its root, else of its
// file. Empty where none fits.
func (s Settings) EnvironmentOf(file, root string) string {
	for _, place := range []string{root, file} {
		for _, e := range s.Environments {
			if place != "" && (glob.MatchAny(e.Paths, place) || glob.MatchAny(e.Paths, place+"/.")) {
				return e.Name
			}
		}
	}
	return ""
}

// Fits reports whether the entry is for a finding.
func (a Approval) Fits(f *Finding) bool {
	return (len(a.Loss) == 0 || slices.Contains(a.Loss, f.Loss)) &&
		(len(a.Environments) == 0 || slices.Contains(a.Environments, f.Environment)) &&
		(len(a.Paths) == 0 || f.within(a.Paths))
}

// within reports whether the finding is in one of the places: its file, either
// name of a renamed one, or its root.
func (f *Finding) within(patterns []string) bool {
	for _, name := range []string{f.At.File, f.Root()} {
		if name != "" && (glob.MatchAny(patterns, name) || glob.MatchAny(patterns, name+"/.")) {
			return true
		}
	}
	return f.File != nil && f.File.From != "" && glob.MatchAny(patterns, f.File.From)
}
