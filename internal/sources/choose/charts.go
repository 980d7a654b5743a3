package choose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Chart picks the version of a chart as Helm does (pkg/repo/v1/index.go Get):
// the very text if it is there, else the newest that satisfies. Nothing, and
// "latest" as Flux has it, mean the newest that is no pre-release.
func Chart(constraint string, of []string) (string, error) {
	if constraint == "latest" {
		constraint = ""
	}
	if constraint != "" && slices.Contains(of, constraint) {
		return constraint, nil
	}
	if constraint == "" {
		constraint = "*"
	}
	return newest(constraint, of, semver.NewVersion)
}

// Tag picks a tag of git as Flux does for `semver`: the newest that satisfies,
// with or without a leading v (fluxcd/pkg/version, fluxcd/pkg/git).
func Tag(constraint string, of []string) (string, error) {
	return newest(constraint, of, semver.NewVersion)
}

// maxConstraint bounds what is parsed of a constraint.
const maxConstraint = 512

func newest(constraint string, of []string, parse func(string) (*semver.Version, error)) (string, error) {
	if len(constraint) > maxConstraint {
		return "", &plan.SourceError{Why: plan.SourceInvalid, Subject: constraint[:40], Text: "is too long for a version constraint"}
	}
	wanted, err := semver.NewConstraint(constraint)
	if err != nil {
		return "", &plan.SourceError{Why: plan.SourceInvalid, Subject: constraint, Text: "is not a version constraint"}
	}
	var best *semver.Version
	text := ""
	for _, candidate := range of {
		v, err := parse(candidate)
		if err == nil && wanted.Check(v) && (best == nil || v.GreaterThan(best)) {
			best, text = v, candidate
		}
	}
	if best == nil {
		return "", none(fmt.Sprintf("no version satisfies %q", constraint))
	}
	return text, nil
}

var exactChart = regexp.MustCompile(`^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

// ExactChart reports whether a constraint of a chart names one version.
func ExactChart(constraint string) bool { return exactChart.MatchString(constraint) }

// OCITag is the tag that a version of a chart has in an OCI registry, whose
// tags may have no plus sign (helm pkg/registry).
func OCITag(version string) string { return strings.ReplaceAll(version, "+", "_") }

// OCIVersions are the versions that tags of a chart in an OCI registry stand
// for. Other tags, such as latest, are none; Helm takes complete versions alone.
func OCIVersions(tags []string) []string {
	var out []string
	for _, tag := range tags {
		text := strings.ReplaceAll(tag, "_", "+")
		if _, err := semver.StrictNewVersion(text); err == nil {
			out = append(out, text)
		}
	}
	return out
}
