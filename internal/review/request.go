// Package review joins the predictors and the rules into one report and
// decides it. It reads no clock, no network and no environment: the same
// request gives the same answer.
package review

import (
	"io/fs"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Comparison is one pair of trees whose difference is judged.
type Comparison struct {
	// Name is "change" for merge base -> head, "merge" for base tip -> test
	// merge commit, "group" for a merge group's base -> head.
	Name          string
	Before, After fs.FS
	// Files are the paths that differ, sorted.
	Files []plan.File
}

// Request is everything a review is made from.
type Request struct {
	Ref Ref
	// Comparisons holds at least "change". An empty list is judged as
	// unreadable and holds.
	Comparisons []Comparison
	// Gaps are what reading the pull request could not tell (a test merge
	// that stayed unknown); they count as the predictors' own do.
	Gaps []plan.Gap
	// Base is the tree of the base commit: the only place settings are
	// read from. Organisation is the tree of the organisation's .github
	// repository, nil where there is none.
	Base, Organisation fs.FS
	// Default is the tree of the default branch's commit, whose settings alone
	// name the checks. It is nil where that is not known (on a laptop): then
	// the base is taken for the default branch.
	Default fs.FS
	// Sources gives what the trees name and do not hold, nil where nothing from
	// elsewhere is looked for. What it has not got yet makes Run fail with
	// [plan.ErrNotFetched].
	Sources plan.Sources
	// Named takes up the sources that the tip of the default branch names; nil where
	// nobody asks.
	Named *plan.SourceSet
	// Trial are settings to try instead of those in Base; nil in the service.
	Trial *rules.Settings
	// Signals tell who made the change.
	Signals rules.Signals
	// Evidence is who approved, pushed and labelled.
	Evidence Evidence
	// Now is read right before Decide: what the decision lists counts as
	// listed from then on.
	Now time.Time
}

// Ref names the pull request, or the local range.
type Ref struct {
	// Host is the server, such as github.com; empty where it is not known.
	Host        string
	Owner, Repo string
	Number      int
	// BaseRef is the branch name without refs/heads/; empty where it is not
	// known. DefaultBranch is that of the repository, likewise.
	BaseRef, HeadRef, DefaultBranch string
	BaseSHA, HeadSHA                string
	// MergeBase is the commit the change started from.
	MergeBase string
	Title     string
	Draft     bool
}

// settings are those in force for the request, and the names of checks.
func (r Request) settings(set *rules.Set) (rules.Settings, rules.Names) {
	if r.Trial != nil {
		return *r.Trial, r.Trial.Names()
	}
	own := set.SettingsFor(r.Base, r.Organisation)
	if r.Default == nil {
		return own, own.Names()
	}
	standard := set.SettingsFor(r.Default, r.Organisation)
	if r.Ref.BaseRef != r.Ref.DefaultBranch {
		own = own.NamedElsewhere(standard, r.Ref.DefaultBranch)
	}
	return own, standard.Names()
}

// SourceSettings say what may be read from elsewhere: those of the default branch, or
// of the organisation.
func SourceSettings(r Request, set *rules.Set) rules.SourceSettings {
	tree := r.Default
	if tree == nil {
		tree = r.Base
	}
	return set.SettingsFor(tree, r.Organisation).Sources
}

// Names are the names of checks that the request's default branch gives.
func Names(r Request, set *rules.Set) rules.Names {
	_, names := r.settings(set)
	return names
}
