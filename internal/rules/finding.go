package rules

import "github.com/holdpoint-dev/holdpoint/internal/plan"

// Severity says how loud a finding is. The zero value is invalid.
type Severity string

const (
	Note Severity = "note" // shown, nothing more
	Warn Severity = "warn" // shown and marked, does not hold
	Hold Severity = "hold" // the change waits for a person
)

// Loss is the class of what is lost when the finding comes true. The zero
// value is invalid.
type Loss string

const (
	Data     Loss = "data"     // permanent data loss
	Identity Loss = "identity" // endpoint or identity change breaks consumers
	Traffic  Loss = "traffic"  // downtime
	Capacity Loss = "capacity" // recreated, nothing stored
	NoLoss   Loss = "none"     // nothing by itself: guard rails, gaps
)

// Finding is one judgement of one rule. Exactly one of Change, File and Gap is
// set: what the rule judged.
type Finding struct {
	// Rule is the id of the rule: stable, never reused.
	Rule  string
	Title string
	// Severity is what the rule and the settings say of it.
	Severity Severity
	Loss     Loss
	// Holds is true where the severity is hold and the settings enforce the
	// loss class for whoever made this change. A finding that does not hold
	// is shown all the same.
	Holds bool
	// Comparison names the pair of trees it was found in: "change", "merge" or
	// "group".
	Comparison string
	Change     *plan.Change
	File       *plan.File
	Gap        *plan.Gap
	// At is the place to point at. Its File may be empty.
	At plan.Range
	// Environment is the name the settings give to the place, or empty.
	Environment string
	// Object says in a few words what the changed object is: `RDS cluster`. Empty
	// where no single object is changed.
	Object string
	// Message says what happens, in one sentence, from fixed words and names
	// that the pull request chose: whoever prints it escapes it.
	Message string
	// Recovery says what is left of an object that is destroyed, and what keeps it
	// from being destroyed, by the values that it has before; empty where that is
	// not known. It is foreign text as Message is, and no part of the fingerprint.
	Recovery string
	// Remedies say how to fix it, each in one imperative sentence.
	Remedies []string
	// Docs is a link to the rule's documentation.
	Docs string
	// Fingerprint identifies the finding across heads: 64 hexadecimal digits
	// over rule, subject, action and variant, never over line numbers.
	Fingerprint string
}

// Subject names what was judged: an address, a root, a path, or the subject of
// a gap.
func (f Finding) Subject() string {
	switch {
	case f.Change != nil && (f.Change.Effect == plan.Mass || len(f.Change.Left) > 0):
		return f.Change.Address.Root
	case f.Change != nil:
		return f.Change.Address.String()
	case f.File != nil:
		return f.File.Path
	case f.Gap != nil:
		return f.Gap.Subject
	}
	return ""
}

// Root is the folder applied as one in which the subject lives; empty for a
// changed file.
func (f Finding) Root() string {
	switch {
	case f.Change != nil:
		return f.Change.Address.Root
	case f.Gap != nil:
		return f.Gap.Root
	}
	return ""
}
