package publish

import (
	"fmt"
	"io"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/publish/html"
	"github.com/holdpoint-dev/holdpoint/internal/report"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// maxPageRows is how many rows one part of the page has. A browser shows more, and
// nobody reads them: --format json has all of them.
const maxPageRows = 5000

// maxMembersShown is how many members of one row the page names.
const maxMembersShown = 2000

// HTML writes a review as a page for a browser.
func HTML(w io.Writer, m Markdown, with Printing) error {
	v := report.Of(m.Report)
	p := pager{m: m, excerpts: with.Excerpts}
	page := html.Page{
		Held: m.Decision.Holds(), Title: pieces(m.Decision.Title), Needs: m.pageNeeds(), About: m.facts(),
		Groups: p.groups(v.Groups), Others: p.groups(v.Others), Unruled: p.changes(v.Unruled), Gaps: p.gaps(v.Gaps),
		Picture: picture(v.Groups), Made: m.made(with.Version),
	}
	if m.Decision.Basis != review.Clear { // there the title says it
		page.Compared = upper(v.Compared.Sentence())
	}
	for _, l := range sourceLines(m.Report.Sources) {
		page.Sources = append(page.Sources, safe(l))
	}
	return html.Write(w, page)
}

// pieces are a title whose names stand between backticks.
func pieces(title string) []html.Piece {
	var out []html.Piece
	for i, text := range strings.Split(title, "`") {
		if text != "" {
			out = append(out, html.Piece{Text: Escape(Terminal, text, MaxTitle), Code: i%2 == 1})
		}
	}
	return out
}

// pageNeeds says what unblocks the change: what heading says of it.
func (m Markdown) pageNeeds() []string {
	var out []string
	missing := m.Decision.Missing
	switch {
	case len(missing) == 0:
		if m.Decision.Why != "" && m.Decision.Basis != review.Clear {
			out = append(out, Escape(Terminal, m.Decision.Why, 2*maxPhrase))
		}
	case m.Local:
		var all []string
		for _, x := range missing {
			all = append(all, people(x))
		}
		out = append(out, "On GitHub this needs approval "+strings.Join(all, "; and ")+".")
	case len(missing) == 1 && missing[0].Number > 0:
		first := missing[0]
		if first.Also == "" {
			return append(out, clean(fmt.Sprintf("Needs %s %s.", count(first.Number, "approval"), people(first))))
		}
		number, _, _ := strings.Cut(first.What, " ")
		out = append(out, fmt.Sprintf("Needs %s: %s %s; and %s.", count(first.Number, "approval"), number, people(first), first.Also))
	default:
		for i, x := range missing {
			text := x.String()
			if i == 0 {
				text = "Needs: " + text
			}
			out = append(out, text)
		}
	}
	for i := range out {
		out[i] = clean(out[i])
	}
	if p := m.Report.Settings.Problem; p != "" {
		out = append(out, "The settings are not valid, so everything is held: "+Escape(Terminal, p, maxPhrase))
	}
	return out
}

func clean(s string) string { return Escape(Terminal, strings.ReplaceAll(s, "@", ""), 3*maxPhrase) }

// facts are what a reader wants to know of the change itself.
func (m Markdown) facts() []html.Fact {
	var out []html.Fact
	add := func(name, text string) {
		if text != "" {
			out = append(out, html.Fact{Name: name, Text: safe(text)})
		}
	}
	add("Change", m.Report.Ref.Title)
	if a := m.Report.Agent; a != nil {
		add("Agent", a.Name+" ("+m.Report.Evidence+")")
	}
	for _, r := range m.Decision.Releases {
		add("Approved", r.Login+", "+r.What+": "+r.Right)
	}
	for _, x := range m.Decision.Discounted {
		add("Does not count", x.What+" of "+x.Login+": "+x.Why)
	}
	return out
}

// made says what the answer rests on.
func (m Markdown) made(version string) string {
	text := "Predicted from the two trees alone, without credentials, state or a plan run."
	if len(m.Report.Sources) > 0 {
		text = "Predicted from the two trees and the sources they name, without credentials, state or a plan run."
	}
	if version != "" {
		text += " Holdpoint " + safe(version)
		if m.Report.Rules != "" {
			text += ", rules " + strings.TrimSuffix(Escape(Terminal, m.Report.Rules, 12), "…")
		}
		text += "."
	}
	return text
}

func upper(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// pager makes the parts of a page.
type pager struct {
	m        Markdown
	excerpts Excerpts
}

func (p pager) groups(in []report.Group) []html.Group {
	var out []html.Group
	rows := 0
	for _, g := range in {
		group := html.Group{Text: Escape(Terminal, g.Cause.Text, maxCause), Lines: p.excerpts[g.Cause.Range]}
		if g.Cause.File != "" {
			group.Place = Escape(Terminal, place(g.Cause.Range), maxPath)
		}
		for i, w := range g.Whole {
			if i == maxMembers {
				group.Whole = append(group.Whole, "And most of "+count(len(g.Whole)-i, "more root")+".")
				break
			}
			group.Whole = append(group.Whole, upper(wholeVerb(w))+" "+wholeShare(w)+" of "+Escape(Terminal, w.Root, maxPath)+".")
		}
		for _, s := range g.Sections {
			section := html.Section{Loss: upper(string(s.Loss))}
			for _, r := range s.Rows {
				if rows++; rows > maxPageRows {
					continue
				}
				section.Rows = append(section.Rows, p.row(r, g.Cause))
			}
			if len(section.Rows) > 0 {
				group.Sections = append(group.Sections, section)
			}
		}
		if rows-len(group.Sections) > maxPageRows && len(group.Sections) == 0 {
			continue // counted below
		}
		group.Fixes = p.fixes(g)
		out = append(out, group)
	}
	if left := rows - maxPageRows; left > 0 {
		out = append(out, html.Group{Text: "and " + count(left, "more row") + " (--format json lists them)"})
	}
	return out
}

func (p pager) row(r report.Row, cause plan.Cause) html.Row {
	f := r.First()
	row := html.Row{
		Action: safe(r.Action), Name: Escape(Terminal, r.Name, maxName), Object: Escape(Terminal, r.Object, 60),
		Root: Escape(Terminal, inRoot(r, cause), maxPath), Environment: Escape(Terminal, f.Environment, 60), Note: safe(note(r)),
		ID: ShortID(f.Fingerprint), Rule: Escape(Terminal, f.Rule, maxName), Docs: f.Docs,
	}
	if row.Note == "" {
		if row.Reason = safe(whyAll(r)); f.Change != nil && len(f.Change.Because) == 0 {
			row.Reason = upper(row.Reason) // else it begins with a name
		}
	}
	for _, text := range p.m.contextLines(r, safe) {
		row.Context = append(row.Context, upper(text))
	}
	for i, name := range r.Members {
		if i == maxMembersShown {
			row.Members = append(row.Members, fmt.Sprintf("and %d more", len(r.Members)-i))
			break
		}
		row.Members = append(row.Members, Escape(Terminal, name, maxName))
	}
	row.Objects = len(r.Members)
	for _, c := range report.Causes(f) {
		step := html.Step{Text: Escape(Terminal, c.Text, maxCause)}
		if c.File != "" {
			step.Place = Escape(Terminal, spot(c.Range), maxPath)
		}
		row.Why = append(row.Why, step)
	}
	return row
}

func (p pager) changes(changes []plan.Change) []html.Row {
	var out []html.Row
	for i, c := range changes {
		if i == maxPageRows {
			out = append(out, html.Row{Action: "and", Name: count(len(changes)-i, "more resource")})
			break
		}
		row := html.Row{Action: report.ActionWord(c), Name: Escape(Terminal, c.Address.String(), maxName), Reason: upper(c.Reason.Sentence())}
		if c.Address.Root != "." {
			row.Root = Escape(Terminal, c.Address.Root, maxPath)
		}
		out = append(out, row)
	}
	return out
}

func (p pager) gaps(gaps []plan.Gap) []html.Gap {
	var out []html.Gap
	for i, g := range gaps {
		if i == maxPageRows {
			out = append(out, html.Gap{Subject: fmt.Sprintf("and %d more", len(gaps)-i)})
			break
		}
		at := g.At
		if at.File == "" {
			at.File = g.Root
		}
		out = append(out, html.Gap{
			Place: Escape(Terminal, spot(at), maxPath), Subject: Escape(Terminal, g.Subject, maxName), Why: safe(g.Text()),
		})
	}
	return out
}

func (p pager) fixes(g report.Group) []html.Fix {
	var out []html.Fix
	for _, f := range p.m.agentFixes(g) {
		fix := html.Fix{Text: safe(f.Fix)}
		if f.Verified {
			fix.Text += " (verified: clears " + f.Clears + ") " + safe(f.Note)
			for _, e := range f.Edits {
				fix.Block += editPlace(e) + "\n"
				for _, l := range e.By {
					fix.Block += "  " + visible(l) + "\n"
				}
			}
		}
		out = append(out, fix)
	}
	return out
}
