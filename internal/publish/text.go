package publish

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// TextOptions shape the text for a terminal.
type TextOptions struct {
	// Color writes ANSI colours.
	Color bool
}

// Text writes a report for the person who ran the command: what would be
// lost, which changed line causes it, and what to do.
func Text(w io.Writer, rep review.Report, dec review.Decision, opt TextOptions) error {
	t := &terminal{color: opt.Color}
	t.verdict(rep, dec)
	holding, others := split(rep.Findings)
	for _, g := range byCause(holding) {
		t.group(g)
	}
	if len(others) > 0 {
		t.line("")
		t.line(t.bold("told only, does not hold: " + count(len(others), "finding")))
		shown := 0
		for i, b := range bundles(others) {
			if i == maxRows {
				t.line("  and " + count(len(others)-shown, "finding") + " more (--format json lists them)")
				break
			}
			shown += len(b)
			t.line("  " + t.headline(b, true))
		}
	}
	t.unmatchedChanges(unmatchedChanges(rep.Plan.Changes, rep.Findings))
	t.gaps(uncoveredGaps(rep.Gaps, rep.Findings))
	t.needs(dec)
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

func (t *terminal) verdict(rep review.Report, dec review.Decision) {
	word := t.paint("1;31", "HELD")
	if !dec.Holds() {
		word = t.paint("1;32", "CLEAR")
	}
	t.line(word + "  " + t.bold(safe(strings.TrimPrefix(dec.Title, "Held: "))))
	if rep.Ref.Title != "" {
		t.line(t.dim("change: ") + safe(rep.Ref.Title))
	}
	if rep.Agent != nil {
		t.line(t.dim("agent:  ") + safe(rep.Agent.Name) + " (" + safe(rep.Evidence) + ")")
	}
	if rep.Settings.Problem != "" {
		t.line(t.dim("settings: ") + safe(rep.Settings.Problem))
	}
}

// group lists everything that one changed line leads to, the gravest loss
// first.
func (t *terminal) group(g group) {
	t.line("")
	head := "not tied to a line"
	if g.cause.File != "" {
		head = safe(place(g.cause.Range))
	}
	t.line(t.bold(head) + "  " + safe(g.cause.Text))
	elsewhere := slices.ContainsFunc(g.findings, func(f rules.Finding) bool {
		return f.Root() != "." && !strings.HasPrefix(g.cause.File, f.Root()+"/")
	})
	loss := ""
	for _, b := range bundles(g.findings) {
		if now := lossPhrase(b[0]); now != loss {
			loss = now
			t.line("  " + t.dim("loses "+loss))
		}
		t.finding(b, elsewhere)
	}
	t.remedies(g.findings)
}

// symbol marks an operation as Terraform's plan does.
func symbol(f rules.Finding) string {
	if f.Change == nil {
		return "!"
	}
	switch f.Change.Action {
	case plan.Delete:
		return "-"
	case plan.Replace:
		return "-/+"
	default:
		return "!"
	}
}

// headline is one finding in one line, or a bundle of them: what the rule
// says of it, with the name in front.
func (t *terminal) headline(b bundle, root bool) string {
	f := b[0]
	color := "31"
	if !f.Holds {
		color = "33"
	}
	name := b.subject()
	text := t.paint(color, fmt.Sprintf("%-3s", symbol(f))) + " " + t.bold(safe(name))
	if len(b) > 1 {
		text += ", " + b.keys(safe)
	}
	if r := f.Root(); root && r != "" && r != "." && r != name {
		text += " in " + safe(r)
	}
	if f.Environment != "" {
		text += " " + t.dim("("+safe(f.Environment)+")")
	}
	rest, named := strings.CutPrefix(f.Message, f.Subject())
	switch {
	case named:
		text += safe(rest)
	case f.Message != "":
		text += ": " + safe(f.Message)
	default:
		text += ": " + operation(f)
	}
	return text + "  " + t.dim("["+safe(f.Rule)+"]")
}

func (t *terminal) finding(b bundle, root bool) {
	f := b[0]
	t.line("  " + t.headline(b, root))
	if f.Change != nil {
		if attrs := forced(*f.Change); attrs != "" && !strings.Contains(f.Message, attrs) {
			t.line("      " + t.dim("forced by ") + safe(attrs))
		}
	}
	var over []string
	for i, c := range causes(f) {
		if i == 0 || strings.HasPrefix(c.Text, f.Subject()) {
			continue // the heading of the group, and the object itself
		}
		over = append(over, safe(place(c.Range))+" "+safe(c.Text))
	}
	if len(over) > 0 {
		t.line("      " + t.dim("over ") + strings.Join(over, t.dim(", ")))
	}
}

// remedies lists the ways out of a group once, in the order they come.
func (t *terminal) remedies(findings []rules.Finding) {
	var all []string
	seen := map[string]bool{}
	for _, f := range findings {
		for _, r := range f.Remedies {
			if !seen[r] {
				seen[r] = true
				all = append(all, r)
			}
		}
	}
	if len(all) == 0 {
		return
	}
	t.line("  " + t.bold("ways out"))
	for _, r := range all {
		t.line("  - " + safe(r))
	}
}

// unmatchedChanges lists what is destroyed without a rule that says anything of it.
func (t *terminal) unmatchedChanges(changes []plan.Change) {
	if len(changes) == 0 {
		return
	}
	t.line("")
	t.line(t.bold(count(len(changes), "more object") + " deleted or replaced, which no rule holds"))
	for _, c := range changes {
		name := c.Address.String()
		if c.Address.Root != "." {
			name += " in " + c.Address.Root
		}
		t.line("  " + changeWord(c) + " " + safe(name) + "  " + t.dim(safe(c.Reason.Sentence())))
	}
}

func (t *terminal) gaps(gaps []plan.Gap) {
	if len(gaps) == 0 {
		return
	}
	t.line("")
	t.line(t.bold("What could not be told"))
	for _, g := range gaps {
		at := g.At
		if at.File == "" {
			at.File = g.Root
		}
		t.line("  " + safe(place(at)) + "  " + safe(g.Subject) + ": " + safe(g.Text()))
	}
}

// needs says who may let it through. How many of them it takes depends on who
// pushed and approved, which only GitHub knows.
func (t *terminal) needs(dec review.Decision) {
	if len(dec.Missing) == 0 {
		return
	}
	t.line("")
	for _, m := range dec.Missing {
		text := "On GitHub it waits for an approval"
		if m.From != "" {
			text += " from " + safe(m.From)
		}
		if m.For != "" {
			text += ", for " + safe(m.For)
		}
		t.line(text + ".")
	}
}
