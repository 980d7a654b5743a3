package publish

import (
	"io"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/report"
)

// TextOptions shape the text for a terminal.
type TextOptions struct {
	// Color writes ANSI colours.
	Color bool
	// All lists creations and updates too.
	All bool
}

// Text writes a report for the person who ran the command: the worst first,
// which changed line causes it, and how to fix it.
func Text(w io.Writer, m Markdown, opt TextOptions) error {
	t := &terminal{color: opt.Color}
	v := report.Of(m.Report)
	t.verdict(m)
	for _, g := range v.Groups {
		t.group(m, g)
	}
	if len(v.Others) > 0 {
		t.line("")
		t.line(t.bold(count(findingsOf(v.Others), "more finding") + " (informational)"))
		t.others(v.Others)
	}
	t.unruled(v.Unruled)
	t.gaps(v.Gaps)
	if opt.All {
		t.updates(m.Report.Plan.Changes)
	}
	t.needs(m)
	_, err := io.WriteString(w, t.b.String())
	return err
}

type terminal struct {
	b     strings.Builder
	color bool
}

func (t *terminal) line(s string) { t.b.WriteString(strings.TrimRight(s, " ") + "\n") }

func (t *terminal) paint(code, s string) string {
	if !t.color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *terminal) bold(s string) string { return t.paint("1", s) }
func (t *terminal) dim(s string) string  { return t.paint("2", s) }

// safe is foreign text for a terminal.
func safe(s string) string { return Escape(Terminal, s, maxPhrase) }

func (t *terminal) verdict(m Markdown) {
	word, rest, found := strings.Cut(m.Decision.Title, ": ")
	if !found {
		word, rest = "", m.Decision.Title
	}
	color := "1;31"
	if !m.Decision.Holds() {
		color = "1;32"
	}
	t.line(t.paint(color, strings.ToUpper(safe(word))) + "  " + t.bold(safe(strings.ReplaceAll(rest, "`", ""))))
	if title := m.Report.Ref.Title; title != "" {
		t.line(t.dim("change:   ") + safe(title))
	}
	if a := m.Report.Agent; a != nil {
		t.line(t.dim("agent:    ") + safe(a.Name) + " (" + safe(m.Report.Evidence) + ")")
	}
	if p := m.Report.Settings.Problem; p != "" {
		t.line(t.dim("settings: ") + safe(p))
	}
}

// group lists everything that one changed line causes.
func (t *terminal) group(m Markdown, g report.Group) {
	t.line("")
	t.groupHead(g)
	for _, s := range g.Sections {
		t.line("  " + t.dim(string(s.Loss)))
		for i, r := range s.Rows {
			if i == maxRows {
				t.line("  and " + count(len(s.Rows)-i, "row") + " more (--format json lists them)")
				break
			}
			t.row(m, r, g.Cause)
		}
	}
	t.fixes(m, g)
}

func (t *terminal) groupHead(g report.Group) {
	head := "not tied to a changed line"
	if g.Cause.File != "" {
		head = safe(place(g.Cause.Range))
	}
	t.line(t.bold(head) + "  " + safe(g.Cause.Text))
	for i, w := range g.Whole {
		if i == maxMembers {
			t.line("  and most of " + count(len(g.Whole)-i, "more root"))
			break
		}
		t.line("  " + wholeVerb(w) + " " + wholeShare(w) + " of " + safe(w.Root))
	}
}

// symbol marks an action as Terraform's plan does.
func symbol(r report.Row) string {
	if f := r.First(); f.Change != nil {
		switch f.Change.Action {
		case plan.Delete:
			return "-  "
		case plan.Replace:
			return "-/+"
		}
	}
	return "!  "
}

// row is one row: what happens, its name, why, and the lines it comes over.
func (t *terminal) row(m Markdown, r report.Row, cause plan.Cause) {
	t.line("  " + t.headline(r, cause))
	f := r.First()
	var over []string
	for i, c := range causes(f) {
		if i > 0 && !strings.HasPrefix(c.Text, f.Subject()) {
			over = append(over, safe(spot(c.Range))+" "+safe(c.Text))
		}
	}
	if len(over) > 0 {
		t.line("      " + t.dim("via ") + strings.Join(over, t.dim(", ")))
	}
	for _, text := range m.contextLines(r, safe) {
		t.line("      " + text)
	}
}

func (t *terminal) headline(r report.Row, cause plan.Cause) string {
	f := r.First()
	color := "31"
	if !f.Holds {
		color = "33"
	}
	text := t.paint(color, symbol(r)) + " " + t.bold(safe(r.Name))
	if root := inRoot(r, cause); root != "" {
		text += " in " + safe(root)
	}
	if len(r.Members) > 0 {
		text += memberText(r, safe)
	}
	if f.Environment != "" {
		text += " " + t.dim("("+safe(f.Environment)+")")
	}
	what := about(f)
	if len(r.Members) > 0 && f.Change != nil && f.Change.Action.Destroys() {
		what = strings.TrimSuffix(r.Action+", "+whyAll(r), ", ")
	}
	between := ": "
	if f.Change != nil && len(r.Members) == 0 && strings.HasPrefix(f.Message, f.Subject()) {
		between = " " // the rule's sentence has the name for its subject
	}
	return text + between + safe(what) + "  " + t.dim("["+safe(f.Rule)+"]")
}

func (t *terminal) others(groups []report.Group) {
	shown := 0
	for _, g := range groups {
		for _, s := range g.Sections {
			for _, r := range s.Rows {
				if shown == maxRows {
					t.line("  and more (--format json lists them)")
					return
				}
				shown++
				t.line("  " + t.headline(r, plan.Cause{}))
			}
		}
	}
}

// fixes lists how to fix a group: what was proved with its lines, then advice.
func (t *terminal) fixes(m Markdown, g report.Group) {
	proved, all := m.fixesOf(g), m.agentFixes(g)
	if len(all) == 0 {
		return
	}
	t.line("  " + t.bold("How to fix"))
	for _, x := range proved {
		t.line("  - " + safe(x.Title) + t.dim(" (verified: clears "+clears(x, g)+")"))
		if x.Note != "" {
			t.line("    " + safe(x.Note))
		}
		for _, e := range x.Edits {
			t.line("      " + t.dim(editPlace(agentEdit{File: e.Path, Lines: linesOf(e)})))
			for _, l := range e.New {
				t.line("      " + t.dim("| ") + safe(l))
			}
		}
	}
	for _, f := range all[len(proved):] {
		t.line("  - " + safe(f.Fix))
	}
}

// unruled lists what is destroyed without a rule that says anything of it.
func (t *terminal) unruled(changes []plan.Change) {
	if len(changes) == 0 {
		return
	}
	t.line("")
	t.line(t.bold(count(len(changes), "more resource") + " deleted or replaced (not held by any rule)"))
	for _, c := range changes {
		t.changed(c)
	}
}

func (t *terminal) changed(c plan.Change) {
	name := c.Address.String()
	if c.Address.Root != "." {
		name += " in " + c.Address.Root
	}
	t.line("  " + report.ActionWord(c) + " " + safe(name) + "  " + t.dim(safe(c.Why())))
}

// updates lists what is created and updated in place.
func (t *terminal) updates(changes []plan.Change) {
	changes = slices.DeleteFunc(slices.Clone(changes), func(c plan.Change) bool {
		return c.Action != plan.Create && c.Action != plan.Update
	})
	if len(changes) == 0 {
		return
	}
	t.line("")
	t.line(t.bold(count(len(changes), "resource") + " created or updated in place"))
	for _, c := range changes {
		t.changed(c)
	}
}

func (t *terminal) gaps(gaps []plan.Gap) {
	if len(gaps) == 0 {
		return
	}
	t.line("")
	t.line(t.bold("Could not be determined"))
	for _, g := range gaps {
		at := g.At
		if at.File == "" {
			at.File = g.Root
		}
		t.line("  " + safe(spot(at)) + "  " + safe(g.Subject) + ": " + safe(g.Text()))
	}
}

// needs says who may approve. How many of them it takes depends on who pushed and
// approved, which only GitHub knows.
func (t *terminal) needs(m Markdown) {
	if len(m.Decision.Missing) == 0 {
		return
	}
	t.line("")
	for _, x := range m.Decision.Missing {
		t.line("On GitHub this needs approval " + safe(people(x)) + ".")
	}
}
