package choose

import (
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Published is one version that a source has now.
type Published struct {
	Version string
	At      time.Time // zero where nobody tells
}

// Choice is a version, and of which moment it is the choice.
type Choice struct {
	Version string
	Moment  plan.Moment
}

// Now chooses among all versions that there are.
func Now(constraint string, pick Pick, of []Published) (Choice, error) {
	v, err := pick(constraint, texts(of))
	return Choice{v, plan.MomentAsked}, err
}

// At chooses what was chosen at an earlier moment: among the versions that had
// been published by then. A version of unknown date that would be chosen makes
// the earlier choice unknown; it is today's then, and says so.
func At(moment time.Time, constraint string, pick Pick, of []Published) (Choice, error) {
	now, err := Now(constraint, pick, of)
	if err != nil || moment.IsZero() {
		return Choice{now.Version, plan.MomentNow}, err
	}
	left := append([]Published(nil), of...)
	for {
		i := -1 // where nothing satisfied then, the call could not be applied
		if v, err := pick(constraint, texts(left)); err == nil {
			i = find(left, v)
		}
		if i < 0 || left[i].At.IsZero() {
			return Choice{now.Version, plan.MomentNow}, nil
		}
		if !left[i].At.After(moment) {
			return Choice{left[i].Version, plan.MomentAsked}, nil
		}
		left = append(left[:i], left[i+1:]...)
	}
}

// find is the place of a version, whose text may have lost a leading v.
func find(of []Published, v string) int {
	for i, p := range of {
		if p.Version == v || p.Version == "v"+v {
			return i
		}
	}
	for i, p := range of {
		if got, err := module(v, []string{p.Version}, true); err == nil && got == v {
			return i
		}
	}
	return -1
}

func texts(of []Published) []string {
	out := make([]string, len(of))
	for i, p := range of {
		out[i] = p.Version
	}
	return out
}

// Live says what is between the two sides of one call. The zero value is
// invalid.
type Live string

const (
	// Same: both sides are one content.
	Same Live = "same"
	// Drift: the call is the same, and its content is not: a newer version came
	// out since the base was pushed. It would come with any apply.
	Drift Live = "drift"
	// Changed: the change itself changes the call.
	Changed Live = "changed"
)

// Compare tells what happens to the content of a call. Before and after are the
// sources of the call on the two sides, as they are written, and the packages
// that they stand for.
func Compare(before, after plan.Source, was, is plan.Package) Live {
	before.Side, after.Side = "", ""
	before.Depth, after.Depth = 0, 0
	switch {
	case was.Same(is):
		return Same
	case before == after:
		return Drift
	}
	return Changed
}

// Undated is the place of the version whose date must be known to tell what was
// chosen at a moment; ok is false where At can tell already.
func Undated(moment time.Time, constraint string, pick Pick, of []Published) (place int, ok bool) {
	left := append([]Published(nil), of...)
	for {
		v, err := pick(constraint, texts(left))
		if err != nil {
			return 0, false
		}
		i := find(left, v)
		if i < 0 || !left[i].At.IsZero() && !left[i].At.After(moment) {
			return 0, false
		}
		if left[i].At.IsZero() {
			return find(of, left[i].Version), true
		}
		left = append(left[:i], left[i+1:]...)
	}
}
