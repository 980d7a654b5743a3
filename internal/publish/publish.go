// Package publish writes a report for people, agents and programs. Its
// functions are pure: the same report gives the same text.
//
// It is the only place where text is escaped. Names, paths and whatever else
// a pull request chooses go through Escape, once, where they are written.
package publish

import (
	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/impact"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Limits of GitHub, in characters (docs.github.com, REST "Check runs" and
// "Pull request reviews"; a comment holds 65,536).
const (
	MaxTitle   = 255
	MaxText    = 65535
	MaxMessage = 64 << 10 // an annotation's message, in bytes
)

// Check is what a check run shows.
type Check struct {
	// Title is at most MaxTitle characters.
	Title string
	// Summary is Markdown with everything a reader needs, at most MaxText
	// characters; what does not fit is counted in it.
	Summary string
	// Text is the ledger of the decision, unchanged.
	Text string
	// Annotations point at lines of the head commit. GitHub takes 50 a call.
	Annotations []Annotation
}

// Level is how GitHub shows an annotation.
type Level string

const (
	Notice  Level = "notice"
	Warning Level = "warning"
	Failure Level = "failure"
)

// Annotation is one remark of a check run on a file of the head commit.
type Annotation struct {
	Path               string
	StartLine, EndLine int
	Level              Level
	Title, Message     string // plain text
}

// Review is a pull request review.
type Review struct {
	// Body is Markdown. It holds the findings that have no line in the diff.
	Body string
	// Comments are at most MaxInline, the gravest first.
	Comments []Comment
}

// MaxInline is how many comments one review carries; the findings of further
// lines stand in its body. More comments are read less.
const MaxInline = 25

// Comment is one inline comment of a review.
type Comment struct {
	// Path is the path as the diff names it.
	Path string
	// Side is plan.Before for GitHub's LEFT and plan.After for RIGHT.
	Side plan.Side
	// StartLine is 0 for a comment on one line.
	StartLine, Line int
	// Body is Markdown. It ends in a marker that Markers reads.
	Body string
	// Findings are the fingerprints of what the comment is about.
	Findings []string
}

// Lines says where a comment may stand: it maps a line of a side to the path
// that the diff uses for it (a renamed file has one path on both sides), and
// reports false where the diff does not show the line. A nil Lines shows none.
type Lines func(path string, side plan.Side, line int) (diffPath string, ok bool)

// History is what happened to the pull request before this head.
type History struct {
	// Held is the number of heads in a row, this one included, that were
	// held.
	Held int
	// Fixed are the fingerprints that an earlier head had and this one has
	// not.
	Fixed []string
	// NotRequired is set when the base branch does not require the check, so
	// that a merge is possible all the same.
	NotRequired bool
	// Merged is set when the pull request was merged while it was held.
	Merged bool
}

// MaxRounds is the number of held heads after which the text stops addressing
// the agent and asks for a person.
const MaxRounds = 3

// Advice is what is found beside the decision: how to fix it, and who depends on
// what is lost.
type Advice struct {
	// Suggestions are proved edits; see fix.Propose.
	Suggestions []fix.Fix
	// Impact is by the fingerprints of findings; see impact.Of.
	Impact map[string]impact.Impact
}

// Markdown is what a publisher on GitHub needs beside the report.
type Markdown struct {
	Report   review.Report
	Decision review.Decision
	Advice
	History History
	// Local is set on a clone, where it is not known who pushed and who approved.
	Local bool
	// Docs is the address of the documentation, without a final slash. Empty
	// where there is none; then no link is written.
	Docs string
}
