package config

import (
	"fmt"
	"regexp"
	"strings"

	version "github.com/hashicorp/go-version"
)

// maxMajor is above any major version of a provider.
const maxMajor = 99

// Allows reports whether a constraint allows a version.
func Allows(constraint, text string) bool {
	c, err := version.NewConstraint(constraint)
	if err != nil {
		return false
	}
	v, err := version.NewVersion(text)
	return err == nil && c.Check(v)
}

// SameMinor reports whether two exact versions, or the versions that two
// constraints begin with, are of one minor version.
func SameMinor(was, is string) bool {
	a, b := first(was), first(is)
	return a != nil && b != nil && a.Segments()[0] == b.Segments()[0] && a.Segments()[1] == b.Segments()[1]
}

// Leaves reports whether a constraint leaves the range that another allowed. An
// exact version is no range.
func Leaves(was, is string) bool {
	c, err := version.NewConstraint(was)
	if err != nil || len(c) == 1 && !strings.ContainsAny(was, "<>~!") {
		return false
	}
	v := first(is)
	return v != nil && !c.Check(v)
}

// first is the first version that a constraint names.
func first(constraint string) *version.Version {
	v, err := version.NewVersion(written.FindString(constraint))
	if err != nil {
		return nil
	}
	return v
}

var written = regexp.MustCompile(`\d+(?:\.\d+){0,2}`)

// NewestMajor is the newest major version of a provider that a constraint lets
// init choose: what is installed where no lock file says otherwise. Open is true
// where the constraint sets no bound above; ok false where it cannot be read.
func NewestMajor(constraint string) (major int, open, ok bool) {
	if constraint == "" {
		return maxMajor, true, true
	}
	c, err := version.NewConstraint(constraint)
	if err != nil {
		return 0, false, false
	}
	for m := maxMajor; m >= 0; m-- {
		for _, v := range candidates(m, constraint) {
			if c.Check(v) {
				return m, m == maxMajor, true
			}
		}
	}
	return 0, false, false
}

// candidates are versions of a major that a constraint may tell apart: the ends,
// and those beside each that it names.
func candidates(major int, constraint string) []*version.Version {
	out := []*version.Version{of(major, 0, 0), of(major, 9999, 9999)}
	for _, text := range written.FindAllString(constraint, -1) {
		v, err := version.NewVersion(text)
		if err != nil || v.Segments()[0] != major {
			continue
		}
		minor, patch := v.Segments()[1], v.Segments()[2]
		out = append(out, v, of(major, minor, patch+1), of(major, minor, max(0, patch-1)), of(major, max(0, minor-1), 9999))
	}
	return out
}

func of(major, minor, patch int) *version.Version {
	return version.Must(version.NewVersion(fmt.Sprintf("%d.%d.%d", major, minor, patch)))
}
