package facts

import (
	"sort"
	"strconv"
	"strings"
)

// version is major, minor and patch; what follows is dropped.
type version [3]int

func parseVersion(s string) version {
	var v version
	s, _, _ = strings.Cut(strings.TrimPrefix(s, "v"), "-")
	for i, part := range strings.SplitN(s, ".", 3) {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		v[i] = n
	}
	return v
}

func (v version) major() int { return v[0] }

func (v version) less(w version) bool {
	for i := range v {
		if v[i] != w[i] {
			return v[i] < w[i]
		}
	}
	return false
}

// distance orders candidates: a version of the same major is always nearer
// than one of another, since providers keep breaking changes for majors.
func (v version) distance(w version) [3]int {
	var d [3]int
	for i := range v {
		d[i] = max(v[i]-w[i], w[i]-v[i])
	}
	return d
}

const previewGoogle, stableGoogle = "hashicorp/google-beta", "hashicorp/google"

// nearest lists the files of a provider, the best for a version first; without
// a version, the newest first. The next ones answer for types that the best
// does not have. Preview builds of the Google provider have files of their own
// for what only they have; the rest is in those of the provider itself.
func nearest(files []*file, provider, wanted string) []*file {
	var out []*file
	for _, f := range files {
		if f.provider == provider || provider == previewGoogle && f.provider == stableGoogle {
			out = append(out, f)
		}
	}
	if len(out) < 2 {
		return out
	}
	target := parseVersion(wanted)
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].version == out[j].version {
			return out[i].provider == provider && out[j].provider != provider
		}
		if wanted == "" {
			return out[j].version.less(out[i].version)
		}
		a, b := out[i].version.distance(target), out[j].version.distance(target)
		for k := range a {
			if a[k] != b[k] {
				return a[k] < b[k]
			}
		}
		return out[j].version.less(out[i].version)
	})
	return out
}
