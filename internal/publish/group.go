package publish

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/report"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

const (
	// openRows is how many rows of a group stand unfolded, openGroups how many
	// groups: a phone shows no more without scrolling.
	openRows, openGroups = 6, 3
	// maxRows is how many rows a list has, maxMembers how many members a row names.
	maxRows, maxMembers = 60, 4
	// maxNamed is how many members a folded list names.
	maxNamed = 400
)

// groupText writes what one changed line causes: the line, what is lost for
// ever, and the rest folded.
func (m Markdown) groupText(g report.Group) string {
	return groupHead(g) + m.groupBody(g, openRows) + m.fixLine(g)
}

func groupHead(g report.Group) string {
	text := "\n"
	if g.Cause.File == "" {
		text += "**Not tied to a changed line**"
	} else {
		text += "**" + Escape(Span, place(g.Cause.Range), maxPath) + "**"
	}
	if g.Cause.Text != "" {
		text += " " + Escape(Span, g.Cause.Text, maxCause)
	}
	return text + wholeText(g.Whole) + "\n"
}

func wholeText(all []report.Whole) string {
	text := ""
	for _, w := range all[:min(len(all), maxMembers)] {
		text += ". " + upper(wholeVerb(w)) + " " + wholeShare(w) + " of " + Escape(Span, w.Root, maxPath)
	}
	if more := len(all) - maxMembers; more > 0 {
		text += " and most of " + count(more, "more root")
	}
	return text
}

func wholeVerb(w report.Whole) string {
	if w.Certain {
		return "destroys"
	}
	return "may destroy"
}

func wholeShare(w report.Whole) string {
	noun := "resource"
	if w.Engine == plan.Kubernetes {
		noun = "object"
	}
	switch {
	case w.Total == w.Destroyed && w.Total > 0:
		return fmt.Sprintf("all %s", count(w.Total, noun))
	case w.Total > w.Destroyed:
		return fmt.Sprintf("%d of %s", w.Destroyed, count(w.Total, noun))
	default:
		return count(w.Destroyed, noun)
	}
}

// groupBody lists the worst section, up to some rows, and folds the rest.
func (m Markdown) groupBody(g report.Group, open int) string {
	if len(g.Sections) == 0 {
		return ""
	}
	first := g.Sections[0]
	shown := first.Rows[:min(open, len(first.Rows))]
	text := ""
	if shared := sharedWhy(g); shared != "" {
		text = "\nWhy: " + Escape(Prose, shared, maxPhrase) + ".\n"
	}
	text += "\n*" + string(first.Loss) + "*\n\n" + m.rows(shown, g)
	rest := slices.Clone(g.Sections[1:])
	if more := first.Rows[len(shown):]; len(more) > 0 {
		rest = slices.Insert(rest, 0, report.Section{Loss: first.Loss, Rows: more})
	}
	for _, r := range shown {
		if len(r.Members) > maxMembers {
			text += details("All "+fmt.Sprint(len(r.Members))+" of "+unmarked(r.Name, maxName), members(r))
		}
	}
	if len(rest) > 0 {
		text += details(restTitle(rest), m.sectionTexts(rest, g))
	}
	return text
}

func (m Markdown) sectionTexts(sections []report.Section, g report.Group) string {
	var b strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&b, "*%s*\n\n%s\n", s.Loss, m.rows(s.Rows, g))
		for _, r := range s.Rows {
			if len(r.Members) > maxMembers {
				b.WriteString(members(r))
			}
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// restTitle is `10 more: downtime (RDS instance, load balancer)`.
func restTitle(sections []report.Section) string {
	n := 0
	var parts []string
	for _, s := range sections {
		var objects []string
		for _, r := range s.Rows {
			n += len(r.Findings)
			if o := unmarked(r.Object, 60); r.Object != "" && !slices.Contains(objects, o) {
				objects = append(objects, o)
			}
		}
		part := string(s.Loss)
		if len(objects) > maxMembers {
			objects = append(objects[:maxMembers:maxMembers], "…")
		}
		if len(objects) > 0 {
			part += " (" + strings.Join(objects, ", ") + ")"
		}
		parts = append(parts, part)
	}
	return fmt.Sprintf("%d more: %s", n, strings.Join(parts, "; "))
}

// rows is a list that reads on a narrow screen: action, address, what it is.
func (m Markdown) rows(rows []report.Row, g report.Group) string {
	var b strings.Builder
	for i, r := range rows {
		if i == maxRows {
			fmt.Fprintf(&b, "- and %s more\n", count(len(rows)-i, "row"))
			break
		}
		b.WriteString(m.rowText(r, g))
	}
	return b.String()
}

func (m Markdown) rowText(r report.Row, g report.Group) string {
	f := r.First()
	text := "- " + Escape(Prose, r.Action, 40) + " " + Escape(Span, r.Name, maxName)
	if f.Change == nil {
		text = "- " + Escape(Span, r.Name, maxName)
	}
	if root := inRoot(r, g.Cause); root != "" {
		text += " in " + Escape(Span, root, maxPath)
	}
	if len(r.Members) > 0 {
		text += memberText(r, func(s string) string { return Escape(Span, s, 60) })
	}
	if r.Object != "" {
		text += ", " + Escape(Prose, r.Object, 60)
	}
	if f.Environment != "" {
		text += " (" + Escape(Prose, f.Environment, 60) + ")"
	}
	if note := note(r); note != "" && note != sharedWhy(g) {
		text += ": " + Escape(Prose, note, maxPhrase)
	}
	if back := recovery(r); back != "" {
		text += ". " + Escape(Prose, back, maxPhrase)
	}
	text += "\n"
	if i, ok := m.impactOf(r); ok {
		text += "  - " + usedBy(i, func(s string) string { return Escape(Span, s, maxName) }) + "\n"
	}
	return text
}

// note is what a reader has to know beside action and name: everything where
// nothing is destroyed for certain, else nothing.
func note(r report.Row) string {
	f := r.First()
	switch {
	case !named(f):
		return about(f)
	case !f.Change.Certain || f.Change.Effect != "":
		return whyAll(r)
	}
	return ""
}

// sharedWhy is the reason of all rows of a group, where each of several has to say it
// and it is the same.
func sharedWhy(g report.Group) string {
	shared, rows := "", 0
	for _, s := range g.Sections {
		for _, r := range s.Rows {
			text := note(r)
			if !named(r.First()) || text == "" || rows > 0 && text != shared {
				return ""
			}
			shared = text
			rows++
		}
	}
	if rows < 2 {
		return ""
	}
	return shared
}

// named reports whether a row's action, name and object say what happens: an object
// is destroyed that everybody may know of.
func named(f rules.Finding) bool {
	return f.Change != nil && f.Change.Action.Destroys() && f.Change.Private.Repository == ""
}

// memberText is `, 300 of them: a, b, c and 297 more`.
func memberText(r report.Row, escape func(string) string) string {
	var names []string
	for _, name := range r.Members[:min(maxMembers, len(r.Members))] {
		names = append(names, escape(name))
	}
	text := fmt.Sprintf(" ×%d (%s", len(r.Members), strings.Join(names, ", "))
	if more := len(r.Members) - maxMembers; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text + ")"
}

// members lists the members of a row in a fence.
func members(r report.Row) string {
	var b strings.Builder
	b.WriteString("```text\n")
	for i, name := range r.Members {
		if i == maxNamed {
			fmt.Fprintf(&b, "and %d more\n", len(r.Members)-i)
			break
		}
		b.WriteString(Escape(Fence, name, maxName) + "\n")
	}
	b.WriteString("```\n")
	return b.String()
}

// unmarked is foreign text in the title of a fold, which is HTML.
func unmarked(s string, limit int) string {
	return strings.ReplaceAll(Escape(Plain, s, limit), ">", "›")
}
