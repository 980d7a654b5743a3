package review

import (
	"slices"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Conclusion is what the check run says. Everything but Success holds, the
// zero value too: neutral and skipped count as success on GitHub and are
// never used.
type Conclusion string

const (
	Success Conclusion = "success"
	Failure Conclusion = "failure"
)

// Basis says why the decision is what it is. The zero value is invalid.
type Basis string

const (
	Clear      Basis = "clear"      // nothing to hold
	Released   Basis = "released"   // approved by the people it takes
	Overridden Basis = "overridden" // a maintainer's override
	Held       Basis = "held"       // waits for people
	BySibling  Basis = "sibling"    // another pull request with this head is held
	ByBranch   Basis = "branch"     // it would be held on another branch of this check's name
	Broken     Basis = "broken"     // settings, ledger or reading are not sound
	Unreviewed Basis = "unreviewed" // taken back, and to be made again; no decision has it
)

// Decision is what to publish. The zero Decision holds.
type Decision struct {
	Conclusion Conclusion
	Basis      Basis
	// CheckName is the name of the check run, `holdpoint: main`.
	CheckName string
	// Title is at most 255 characters, what cannot be had back first.
	Title string
	// Why is one sentence.
	Why string
	// Missing says what is missing and from whom; empty where nothing is.
	Missing []Missing
	// Discounted says which approvals, objections and labels do not count, and
	// why.
	Discounted []Discounted
	// Releases say who let it through, and by which right.
	Releases []Release
	Counts   Counts
	// Against says what the head would do to the other branches whose check has
	// this name, where anything has to be held there.
	Against []Against
	// Ledger is the text for the check run's output.text, whole: the record
	// that the next review reads. At most 65,535 characters.
	Ledger string
	// RemoveLabel is the override label's name where it stands on the pull
	// request and does not count: the publisher takes it off.
	RemoveLabel string
	// Review are the numbers of pull requests that must be reviewed because
	// they share the head and nothing is known of them.
	Review []int
}

// Against is what has to be held on another branch.
type Against struct {
	BaseRef string
	// Passes: it was released for that branch too.
	Passes bool
	// Why is one sentence.
	Why      string
	Findings []rules.Finding
}

// ByLabel reports whether the override label let it through, here or on another
// branch whose check has this name.
func (d Decision) ByLabel() bool {
	return slices.ContainsFunc(d.Releases, func(r Release) bool { return r.What == "override" })
}

// Holds reports whether the pull request must wait.
func (d Decision) Holds() bool { return d.Conclusion != Success }

// Missing is one thing that is needed, in words.
type Missing struct {
	// Number is how many approvals are missing, those of Also included; 0 where
	// something else is needed.
	Number int
	// What is `1 more approval`.
	What string
	// From is `@alice, @acme/platform or anyone with the maintain role`.
	From string
	// For says what it is needed for: `data losses in production`.
	For string
	// Also is what doubts ask for beside it, with the reason: `1 from another
	// person with write access, because …`; empty for nothing.
	Also string
}

// String is the whole of it, in words.
func (m Missing) String() string {
	text := m.What + " from " + m.From
	if m.For != "" {
		text += ", for " + m.For
	}
	if m.Also != "" {
		text += ", and " + m.Also
	}
	return text
}

// Discounted is an approval, an objection or a label that does not count.
type Discounted struct {
	Login string
	What  string // "approval", "objection", "override"
	Why   string
}

// Release is an approval or an override that counts.
type Release struct {
	Login string
	ID    int64
	// Right is why the person may: `team acme/platform`, `role maintain`.
	Right string
	What  string // "approval", "override"
	At    time.Time
}

// Counts are the numbers of a report.
type Counts struct {
	// Holding are findings that hold, Data those of them that themselves take
	// away what cannot be had back; Warnings and Notes do not hold.
	Holding, Data, Warnings, Notes int
	// Destroyed are objects that are deleted or replaced, Gaps what could
	// not be known.
	Destroyed, Gaps int
}
