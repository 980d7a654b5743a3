package service

import (
	"runtime/debug"
	"strings"
)

// version is set when a release is built (-ldflags -X).
var version string

// Version is the version of this build: the release, else what the Go tool
// recorded of the source.
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	if revision != "" {
		return "dev-" + revision[:min(12, len(revision))] + dirty
	}
	return strings.Trim(info.Main.Version, "()")
}
