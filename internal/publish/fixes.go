package publish

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/fix"
	"github.com/holdpoint-dev/holdpoint/internal/report"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// fixesOf are the proved fixes that clear something of a group: those that keep
// something of the change first, a plain revert last, for what has no other fix
// that leaves the object managed.
func (m Markdown) fixesOf(g report.Group) []fix.Fix {
	var out, reverts []fix.Fix
	kept := map[string]bool{}
	for _, x := range m.Suggestions {
		switch {
		case cleared(x, g) == 0:
		case x.WayOut():
			out = append(out, x)
			for _, id := range x.Clears {
				kept[id] = kept[id] || x.Kind != fix.RemovedBlock && x.Kind != fix.Keep
			}
		default:
			reverts = append(reverts, x)
		}
	}
	needless := func(x fix.Fix) bool {
		return !slices.ContainsFunc(g.Findings, func(f rules.Finding) bool {
			return slices.Contains(x.Clears, f.Fingerprint) && !kept[f.Fingerprint]
		})
	}
	return append(out, slices.DeleteFunc(reverts, needless)...)
}

// cleared counts the findings of a group that a fix clears.
func cleared(x fix.Fix, g report.Group) (n int) {
	for _, f := range g.Findings {
		if slices.Contains(x.Clears, f.Fingerprint) {
			n++
		}
	}
	return n
}

// clears is `all 3 findings`, `2 of 3 findings`.
func clears(x fix.Fix, g report.Group) string {
	n, held := cleared(x, g), slices.DeleteFunc(slices.Clone(g.Findings), func(f rules.Finding) bool { return !f.Holds })
	switch {
	case n == 1 && len(held) == 1:
		return "the finding"
	case n == len(held) && n == 2:
		return "both findings"
	case n == len(held):
		return "all " + count(n, "finding")
	}
	return fmt.Sprintf("%d of %s", n, count(len(held), "finding"))
}

// linesOf names the lines that an edit replaces, empty for a new file.
func linesOf(e fix.Edit) string {
	switch {
	case e.Start == 0:
		return ""
	case e.End > e.Start:
		return fmt.Sprintf("%d-%d", e.Start, e.End)
	}
	return fmt.Sprint(e.Start)
}

// fixLine names the best proved fix of a group.
func (m Markdown) fixLine(g report.Group) string {
	all := m.fixesOf(g)
	if len(all) == 0 || m.History.Held > MaxRounds {
		return ""
	}
	x := all[0]
	text := "\nVerified fix: " + Escape(Prose, x.Title, maxPhrase)
	if len(x.Edits) > 0 && !strings.Contains(x.Title, x.Edits[0].Path) {
		text += " (" + Escape(Span, x.Edits[0].Path, maxPath) + ")"
	}
	return text + "; clears " + clears(x, g) + ".\n"
}

// editPlace says what an edit replaces.
func editPlace(e agentEdit) string {
	if e.Lines == "" {
		return "new file " + safe(e.File) + ":"
	}
	lines := "line "
	if strings.Contains(e.Lines, "-") {
		lines = "lines "
	}
	return safe(e.File) + ", replace " + lines + e.Lines + " by:"
}

// jsonFix is a proved fix: with its edits the findings in Clears are gone, and
// nothing new appears.
type jsonFix struct {
	Kind   fix.Kind   `json:"kind"`
	Title  string     `json:"title"`
	Note   string     `json:"note"`
	Clears []string   `json:"clears"`
	Edits  []jsonEdit `json:"edits"`
}

// jsonEdit replaces the lines Start to End by New; a Start of 0 makes a file.
type jsonEdit struct {
	File  string   `json:"file"`
	Start int      `json:"start"`
	End   int      `json:"end"`
	New   []string `json:"new"`
}

func fixesJSON(all []fix.Fix) []jsonFix {
	out := []jsonFix{}
	for _, x := range all {
		f := jsonFix{Kind: x.Kind, Title: x.Title, Note: x.Note, Clears: append([]string{}, x.Clears...), Edits: []jsonEdit{}}
		for _, e := range x.Edits {
			f.Edits = append(f.Edits, jsonEdit{e.Path, e.Start, e.End, append([]string{}, e.New...)})
		}
		out = append(out, f)
	}
	return out
}
