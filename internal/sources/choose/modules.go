// Package choose picks versions as the tools do, and tells which version was
// live before a change and which will be after it. It is pure.
package choose

import (
	"fmt"
	"regexp"

	"github.com/apparentlymart/go-versions/versions"
	"github.com/hashicorp/go-version"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Pick chooses one of the versions that a source has. The error is a
// *plan.SourceError: the constraint is none, or no version satisfies it.
type Pick func(constraint string, of []string) (string, error)

var versionText = regexp.MustCompile(version.VersionRegexpRaw)

// Module picks the version of a module as Terraform and OpenTofu do: the newest
// that satisfies; a pre-release only where the constraint is that version alone
// (opentofu internal/initwd/module_install.go). What it returns is written
// without a leading v, as the download is asked for.
//
// OpenTofu also reads a constraint on a pre-release with a leading v.
func Module(openTofu bool) Pick {
	return func(constraint string, of []string) (string, error) { return module(constraint, of, openTofu) }
}

func module(constraint string, of []string, openTofu bool) (string, error) {
	var wanted version.Constraints
	if constraint != "" {
		var err error
		if wanted, err = version.NewConstraint(constraint); err != nil {
			return "", &plan.SourceError{Why: plan.SourceInvalid, Subject: constraint, Text: "is not a version constraint"}
		}
	}
	prereleases, prereleasesKnown := meeting(wanted.String(), openTofu)
	var newest, match *version.Version
	for _, text := range of {
		v, err := version.NewVersion(text)
		if err != nil {
			continue
		}
		if v.Prerelease() != "" {
			if exact, err := versions.ParseVersion(v.String()); err != nil || !prereleasesKnown || !prereleases.Has(exact) {
				continue
			}
		}
		if newest == nil || v.GreaterThan(newest) {
			newest = v
		}
		if wanted.Check(v) && (match == nil || v.GreaterThan(match)) {
			match = v
		}
	}
	switch {
	case newest == nil:
		return "", none("it has no versions")
	case match == nil:
		return "", none(fmt.Sprintf("no version satisfies %q; the newest is %s", constraint, newest))
	}
	return match.String(), nil
}

// meeting reads the constraint again with the library that the tools ask about
// pre-releases. It has another syntax, so that all but one exact version is
// something else or an error there.
func meeting(constraint string, openTofu bool) (versions.Set, bool) {
	set, err := versions.MeetingConstraintsString(constraint)
	if err == nil || !openTofu {
		return set, err == nil
	}
	stripped := versionText.ReplaceAllStringFunc(constraint, func(m string) string {
		if m[0] == 'v' {
			return m[1:]
		}
		return m
	})
	if stripped == constraint {
		return set, false
	}
	set, err = versions.MeetingConstraintsString(stripped)
	return set, err == nil
}

func none(text string) error { return &plan.SourceError{Why: plan.SourceNoVersion, Text: text} }

var exactModule = regexp.MustCompile(`^\s*=?\s*v?(\d+\.\d+\.\d+)\s*$`)

// ExactModule is the version that a constraint of a module names, where it
// names one, written as the registry has it.
func ExactModule(constraint string) (string, bool) {
	m := exactModule.FindStringSubmatch(constraint)
	if m == nil {
		return "", false
	}
	v, err := version.NewVersion(m[1])
	if err != nil {
		return "", false
	}
	return v.String(), true
}
