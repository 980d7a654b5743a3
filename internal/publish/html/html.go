// Package html writes a page about a review: one file that asks nobody for
// anything. What it is given is text; html/template escapes it where it is
// written, and a content security policy lets nothing run but the page's own
// style and script.
package html

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
)

// Page is what the page says. All of it is text that people read: whoever makes
// one has made control characters visible.
type Page struct {
	// Held says whether the change has to wait.
	Held bool
	// Title is the verdict with the worst object, in pieces.
	Title []Piece
	// Needs is what unblocks the change, one sentence each.
	Needs []string
	// About are the facts of the review: the change, who made it.
	About []Fact
	// Groups are what holds, by the line that causes it, the worst first.
	Groups []Group
	// Others do not hold, Unruled no rule speaks of.
	Others  []Group
	Unruled []Row
	// Gaps are what could not be determined.
	Gaps []Gap
	// Compared says what was looked at.
	Compared string
	// Sources are what from elsewhere was used, one a line.
	Sources []string
	// Made says with what the page was made.
	Made string
	// Picture is cause and effect; it is left out where it has too few nodes.
	Picture Graph
}

// Piece is a part of a sentence; a name stands in code.
type Piece struct {
	Text string
	Code bool
}

// Fact is a word and what it stands for.
type Fact struct{ Name, Text string }

// Group is what one changed line causes.
type Group struct {
	// Place is the changed line, empty where none is known.
	Place, Text string
	// Whole says which roots are destroyed as a whole.
	Whole    []string
	Lines    []Line
	Sections []Section
	// Fixes are how to fix it.
	Fixes []Fix
}

// Fix is one way to fix what a line causes.
type Fix struct {
	Text string
	// Block is text to put into a file, empty where there is none.
	Block string
}

// Line is one line of a difference.
type Line struct {
	// Kind is "-" for a line that goes, "+" for one that comes, " " for one that
	// stays, and "…" for lines that are left out.
	Kind   string
	Number int
	Text   string
}

// Section is the rows that lose the same.
type Section struct {
	Loss string
	Rows []Row
}

// Row is an object, or several to which the same happens.
type Row struct {
	Action, Name, Object, Root, Environment string
	// Note is what has to be known beside that.
	Note string
	// Context says what comes back of it and who depends on it.
	Context []string
	// Members name the objects of a row of several, Objects is how many they are.
	Members []string
	Objects int
	// Reason says why it happens, Why leads from the changed line to the object.
	Reason string
	Why    []Step
	// ID is the handle of the finding, Docs the address of what is said of Rule.
	ID, Rule, Docs string
}

// Count is how many objects a row stands for.
func (r Row) Count() int { return max(1, r.Objects) }

// Kind is the first word that says how grave the action is, for its colour.
func (r Row) Kind() string {
	switch r.Action {
	case "delete", "replace":
		return "bad"
	case "create", "update":
		return "good"
	default:
		return "doubt"
	}
}

// Step is a link of a chain.
type Step struct{ Place, Text string }

// Gap is something that could not be determined.
type Gap struct{ Place, Subject, Why string }

//go:embed page.tmpl
var pageText string

//go:embed page.css
var style string

//go:embed page.js
var script string

var page = template.Must(template.New("page").Parse(pageText))

// Rows is how many rows the page has.
func (p Page) Rows() int {
	n := len(p.Unruled) + len(p.Gaps)
	for _, groups := range [][]Group{p.Groups, p.Others} {
		n += rows(groups)
	}
	return n
}

// OtherRows is how many objects the groups have that do not hold.
func (p Page) OtherRows() int { return objects(p.Others) }

func rows(groups []Group) int {
	n := 0
	for _, g := range groups {
		for _, s := range g.Sections {
			n += len(s.Rows)
		}
	}
	return n
}

func objects(groups []Group) int {
	n := 0
	for _, g := range groups {
		for _, s := range g.Sections {
			n += s.Count()
		}
	}
	return n
}

// Count is how many objects a section has.
func (s Section) Count() int {
	n := 0
	for _, r := range s.Rows {
		n += r.Count()
	}
	return n
}

// openRows is how many rows of a group stand unfolded, openGroups how many groups.
const openRows, openGroups = 8, 6

// Shown are the rows of a section that stand unfolded where it is the first of its
// group, and none of it where it is not.
func (g Group) Shown() []Row {
	if len(g.Sections) == 0 {
		return nil
	}
	first := g.Sections[0].Rows
	return first[:min(openRows, len(first))]
}

// Folded is the rest of a group.
func (g Group) Folded() []Section {
	if len(g.Sections) == 0 {
		return nil
	}
	var out []Section
	if first := g.Sections[0]; len(first.Rows) > openRows {
		out = append(out, Section{Loss: first.Loss, Rows: first.Rows[openRows:]})
	}
	return append(out, g.Sections[1:]...)
}

// view is the page with what is worked out of it.
type view struct {
	Page
	Drawing *drawing
	Policy  string
	Style   template.CSS
	Script  template.JS
	// First are the groups that stand unfolded, Later the others.
	First, Later []Group
}

// Write writes the page.
func Write(w io.Writer, p Page) error {
	v := view{Page: p, Drawing: draw(p.Picture), Policy: policy(), Style: template.CSS(style), Script: template.JS(script)}
	cut := min(openGroups, len(p.Groups))
	v.First, v.Later = p.Groups[:cut], p.Groups[cut:]
	if err := page.Execute(w, v); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// policy lets the page use its own style and script and the empty picture that it
// names as its icon, and nothing else.
func policy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; form-action 'none'",
		digest(style), digest(script))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
