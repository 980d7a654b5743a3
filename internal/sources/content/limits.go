// Package content holds a package from elsewhere in memory: a tree of files
// with the ids that git gives them, built from an archive or from git's own
// objects within limits that have names.
package content

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Limits bound one package. Every number is a maximum.
type Limits struct {
	Compressed int64 // bytes of an archive as it comes
	Expanded   int64 // bytes of all files
	Entries    int   // files, folders and links
	File       int64 // bytes of one file; a larger one is there and cannot be read
	Ratio      int64 // expanded bytes for one compressed byte, where there are more than Free
	Free       int64 // expanded bytes that the ratio does not look at
	Path       int   // bytes of one path
}

// DefaultLimits are those that the service runs with.
func DefaultLimits() Limits {
	return Limits{Compressed: 20 << 20, Expanded: 100 << 20, Entries: 20_000, File: 5 << 20, Ratio: 100, Free: 16 << 20, Path: 1024}
}

// Over is the error of a package that is beyond a limit.
func Over(limit, subject string, most int64, unit string) *plan.SourceError {
	return &plan.SourceError{Why: plan.SourceLimit, Limit: limit, Subject: subject,
		Text: fmt.Sprintf("more than %d %s", most, unit)}
}

// Refused is the error of a package with an entry that none may have.
func Refused(name, what string) *plan.SourceError {
	return &plan.SourceError{Why: plan.SourceUnsupported, Subject: name, Text: what}
}
