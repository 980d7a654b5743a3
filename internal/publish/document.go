package publish

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/report"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

const (
	// maxBlocks is how many causes an agent is given blocks of at once.
	maxBlocks = 8
	// maxGaps is how many gaps are listed.
	maxGaps = 40
)

// document puts sections together up to a limit. A section that does not fit
// is left out whole and counted, so the text never ends inside a fence.
type document struct {
	b       strings.Builder
	size    int // characters
	limit   int
	dropped int
}

// reserve is kept free for the line that counts what was left out.
const reserve = 200

func (d *document) add(section string) bool {
	n := utf8.RuneCountInString(section)
	if d.size+n > d.limit-reserve {
		d.dropped++
		return false
	}
	d.b.WriteString(section)
	d.size += n
	return true
}

func (d *document) String() string {
	if d.dropped > 0 {
		fmt.Fprintf(&d.b, "\n%s left out here because of the length; `holdpoint review` on a clone shows everything.\n", count(d.dropped, "part"))
	}
	return d.b.String()
}

// Document is the whole report in Markdown: what a check run shows as its
// summary, and what `--format markdown` prints. It is at most limit
// characters long. The verdict, what unblocks it and the worst stand first;
// the rest is folded.
func Document(m Markdown, limit int) string {
	d := &document{limit: limit}
	v := report.Of(m.Report)
	d.add(heading(m))
	for _, g := range v.Groups[:min(openGroups, len(v.Groups))] {
		d.add(m.groupText(g))
	}
	if more := v.Groups[min(openGroups, len(v.Groups)):]; len(more) > 0 {
		d.add(details(count(len(more), "more changed line")+": "+count(findingsOf(more), "finding"), m.groupTexts(more)))
	}
	d.add(graph(v.Groups))
	holding := m.Report.Holding()
	for _, a := range m.Decision.Against {
		d.add(m.onBranch(a, holding))
	}
	if len(v.Gaps) > 0 {
		d.add(details(count(len(v.Gaps), "thing")+" could not be determined, and nothing is held for it", gapList(v.Gaps)))
	}
	if m.Decision.Holds() {
		m.agentSection(d, v.Groups)
	}
	d.add(standing(m.Decision))
	if len(v.Others) > 0 {
		d.add(details(count(findingsOf(v.Others), "more finding")+" (informational)", m.groupTexts(v.Others)))
	}
	if len(v.Unruled) > 0 {
		d.add(details(count(len(v.Unruled), "more resource")+" deleted or replaced (not held by any rule)", changeList(v.Unruled)))
	}
	d.add(madeBy(m) + footer(m.Report))
	return guard(d.String())
}

func findingsOf(groups []report.Group) (n int) {
	for _, g := range groups {
		n += len(g.Findings)
	}
	return n
}

// groupTexts writes groups without folds: they stand in one.
func (m Markdown) groupTexts(groups []report.Group) string {
	var b strings.Builder
	for i, g := range groups {
		if i == maxRows {
			fmt.Fprintf(&b, "\nand %s more\n", count(len(groups)-i, "changed line"))
			break
		}
		b.WriteString(groupHead(g))
		for _, s := range g.Sections {
			fmt.Fprintf(&b, "\n*%s*\n\n%s", s.Loss, m.rows(s.Rows, g))
		}
	}
	return strings.TrimPrefix(b.String(), "\n")
}

func changeList(changes []plan.Change) string {
	var b strings.Builder
	for i, c := range changes {
		if i == maxRows {
			fmt.Fprintf(&b, "- and %s more\n", count(len(changes)-i, "resource"))
			break
		}
		name := Escape(Span, c.Address.String(), maxName)
		if c.Address.Root != "." {
			name += " in " + Escape(Span, c.Address.Root, maxPath)
		}
		fmt.Fprintf(&b, "- %s %s: %s\n", Escape(Prose, report.ActionWord(c), 40), name, Escape(Prose, c.Why(), maxCause))
	}
	return b.String()
}

// onBranch says what has to be held on another branch whose check this is.
func (m Markdown) onBranch(a review.Against, here []rules.Finding) string {
	var b strings.Builder
	verdict := "held"
	if a.Passes {
		verdict = "approved"
	}
	fmt.Fprintf(&b, "\n**On %s, which has the same check: %s**\n", Escape(Span, a.BaseRef, maxName), verdict)
	more := slices.DeleteFunc(slices.Clone(a.Findings), func(f rules.Finding) bool {
		return slices.ContainsFunc(here, func(g rules.Finding) bool { return g.Fingerprint == f.Fingerprint })
	})
	if n := len(a.Findings) - len(more); n > 0 {
		fmt.Fprintf(&b, "\n%s of those above.\n", count(n, "finding"))
	}
	switch {
	case len(more) > 0:
		b.WriteString("\n" + m.groupTexts(report.Arrange(more, plan.Plan{})))
	case len(a.Findings) == 0:
		fmt.Fprintf(&b, "\n%s\n", Escape(Prose, a.Why, 2*maxPhrase))
	}
	return b.String()
}

func gapList(gaps []plan.Gap) string {
	var b strings.Builder
	for i, g := range gaps {
		if i == maxGaps {
			fmt.Fprintf(&b, "- and %d more\n", len(gaps)-i)
			break
		}
		at := g.At
		if at.File == "" {
			at.File = g.Root
		}
		fmt.Fprintf(&b, "- %s %s: %s\n", Escape(Span, spot(at), maxPath), Escape(Span, g.Subject, maxName), Escape(Prose, g.Text(), maxPhrase))
	}
	return b.String()
}

// stop ends a loop of pushes that do not help.
func stop(held int) string {
	return fmt.Sprintf("\n**A person has to decide.** %d pushes in a row were held. "+
		"Agents: stop pushing and hand over to the person who asked for this change.\n", held)
}

func details(title, body string) string {
	return "\n<details><summary>" + title + "</summary>\n\n" + strings.TrimRight(body, "\n") + "\n\n</details>\n"
}

// footer says what the answer rests on.
func footer(rep review.Report) string {
	origin := ""
	switch rep.Settings.Origin {
	case rules.FromBase:
		origin = "settings from the base commit"
	case rules.FromOrganisation:
		origin = "settings of the organisation"
	default:
		origin = "built-in settings"
	}
	line := "\nPredicted from the two trees alone, without credentials, state or a plan run; " + origin
	if rep.Rules != "" {
		line += ", rules " + Escape(Span, rep.Rules, 12)
	}
	line += ".\n"
	if lines := sourceLines(rep.Sources); len(lines) > 0 {
		var b strings.Builder
		for _, l := range lines {
			b.WriteString("- " + Escape(Span, l, maxSourceText) + "\n")
		}
		line = strings.Replace(line, "the two trees alone", "the two trees and the sources they name", 1)
		line += details("Sources outside the repository", b.String())
	}
	return line
}

// maxSourceText is the length of a line about a source, in characters.
const maxSourceText = 300

// guard is the last look at a finished text. Every slot is escaped already; a
// text that holds a trigger all the same is not worth the risk, and a fixed
// one takes its place.
func guard(text string) string {
	if hasTrigger(text) {
		return "The findings are not shown here, because they contain a word that another bot acts on. " +
			"Run `holdpoint review` on a clone to see them.\n"
	}
	return text
}
