package publish

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

const (
	// maxRows is how many findings a table has.
	maxRows = 60
	// maxBlocks is how many findings an agent is given blocks of at once.
	maxBlocks = 12
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
		fmt.Fprintf(&d.b, "\n%s left out here because of its length; `holdpoint review` on a clone shows all of it.\n", count(d.dropped, "part"))
	}
	return d.b.String()
}

// Document is the whole report in Markdown: what a check run shows as its
// summary, and what `--format markdown` prints. It is at most limit
// characters long.
func Document(m Markdown, limit int) string {
	d := &document{limit: limit}
	holding, others := split(m.Report.Findings)
	d.add(heading(m))
	if len(holding) > 0 {
		d.add("\n" + table(holding, true))
		if g := graph(holding); g != "" {
			d.add("\n" + g)
		}
	}
	d.add(needs(m.Decision))
	d.add(everyName(holding))
	for _, a := range m.Decision.Against {
		d.add(onBranch(a, holding))
	}
	d.add(gapList(uncoveredGaps(m.Report.Gaps, m.Report.Findings)))
	if m.Decision.Holds() {
		m.agentSection(d, holding)
	}
	if len(others) > 0 {
		d.add(details("Told only, does not hold: "+count(len(others), "finding"), table(others, true)))
	}
	if rest := unmatchedChanges(m.Report.Plan.Changes, m.Report.Findings); len(rest) > 0 {
		d.add(details(count(len(rest), "more object")+" deleted or replaced, which no rule holds", changeTable(rest)))
	}
	d.add(footer(m.Report))
	return guard(d.String())
}

// heading is the verdict in bold and one sentence; what is missing has a list of
// its own (needs).
func heading(m Markdown) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n", Escape(Prose, m.Decision.Title, MaxTitle))
	if m.Decision.Why != "" && len(m.Decision.Missing) == 0 {
		fmt.Fprintf(&b, "\n%s\n", Escape(Prose, m.Decision.Why, 2*maxPhrase))
	}
	if p := m.Report.Settings.Problem; p != "" {
		fmt.Fprintf(&b, "\nThe settings cannot be used, so everything is held: %s\n", Escape(Span, p, maxPhrase))
	}
	if a := m.Report.Agent; a != nil {
		fmt.Fprintf(&b, "\nMade by %s (%s).\n", Escape(Span, a.Name, maxName), Escape(Span, m.Report.Evidence, maxCause))
	}
	return b.String()
}

// table lists findings, with the line each comes from where the reader does
// not look at it.
func table(findings []rules.Finding, origins bool) string {
	var b strings.Builder
	row := func(what, resource, from, loses string) {
		if !origins {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", what, resource, loses)
			return
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", what, resource, from, loses)
	}
	row("what", "resource", "comes from", "loses")
	row("---", "---", "---", "---")
	shown := 0
	for i, group := range bundles(findings) {
		if i == maxRows {
			row("…", "and "+count(len(findings)-shown, "finding")+" more", "", "")
			break
		}
		shown += len(group)
		f := group[0]
		name := Escape(Span, group.subject(), maxName)
		if root := f.Root(); root != "" && root != "." && root != group.subject() && !strings.HasPrefix(group.subject(), root+"/") {
			name += " in " + Escape(Span, root, maxPath)
		}
		if f.Environment != "" {
			name += " (" + Escape(Span, f.Environment, 60) + ")"
		}
		if len(group) > 1 {
			name += ", " + group.keys(func(s string) string { return Escape(Span, s, 60) })
		}
		row(Escape(Prose, operation(f), 40), name, origin(f), lossPhrase(f))
	}
	return b.String()
}

// origin is the changed line that a finding comes from.
func origin(f rules.Finding) string {
	chain := causes(f)
	if len(chain) == 0 {
		return "-"
	}
	text := Escape(Span, place(chain[0].Range), maxPath)
	if chain[0].Text != "" {
		text += " " + Escape(Span, chain[0].Text, 100)
	}
	return text
}

func changeTable(changes []plan.Change) string {
	var b strings.Builder
	b.WriteString("| what | resource | why |\n|---|---|---|\n")
	for i, c := range changes {
		if i == maxRows {
			fmt.Fprintf(&b, "| … | and %s more | |\n", count(len(changes)-i, "object"))
			break
		}
		name := Escape(Span, c.Address.String(), maxName)
		if c.Address.Root != "." {
			name += " in " + Escape(Span, c.Address.Root, maxPath)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", Escape(Prose, changeWord(c), 40), name, Escape(Prose, c.Reason.Sentence(), maxCause))
	}
	return b.String()
}

// needs says what is missing, what does not count, and who let it through.
func needs(dec review.Decision) string {
	var b strings.Builder
	if len(dec.Missing) > 0 {
		b.WriteString("\n**To let it through**\n\n")
		for _, m := range dec.Missing {
			m.From = strings.ReplaceAll(m.From, "@", "")
			fmt.Fprintf(&b, "- %s\n", Escape(Prose, m.String(), 3*maxPhrase))
		}
	}
	if len(dec.Releases) > 0 {
		b.WriteString("\n**Let through by**\n\n")
		for _, r := range dec.Releases {
			fmt.Fprintf(&b, "- %s, %s: %s, %s\n", Escape(Span, r.Login, maxName), Escape(Prose, r.What, 40), Escape(Prose, r.Right, maxName),
				r.At.UTC().Format("2006-01-02 15:04 UTC"))
		}
	}
	if len(dec.Discounted) > 0 {
		b.WriteString("\n**Does not count**\n\n")
		for _, x := range dec.Discounted {
			fmt.Fprintf(&b, "- %s of %s: %s\n", Escape(Prose, x.What, 40), Escape(Span, x.Login, maxName), Escape(Prose, x.Why, maxPhrase))
		}
	}
	return b.String()
}

// onBranch says what has to be held on another branch whose check this is.
func onBranch(a review.Against, here []rules.Finding) string {
	var b strings.Builder
	verdict := "held"
	if a.Passes {
		verdict = "released"
	}
	fmt.Fprintf(&b, "\n**On %s, whose check this is too: %s**\n\n", Escape(Span, a.BaseRef, maxName), verdict)
	more := slices.DeleteFunc(slices.Clone(a.Findings), func(f rules.Finding) bool {
		return slices.ContainsFunc(here, func(g rules.Finding) bool { return g.Fingerprint == f.Fingerprint })
	})
	if n := len(a.Findings) - len(more); n > 0 {
		fmt.Fprintf(&b, "%s of those above.\n\n", count(n, "finding"))
	}
	switch {
	case len(more) > 0:
		b.WriteString(table(more, true) + everyName(more) + gapList(gapsOf(more)))
	case len(a.Findings) == 0:
		fmt.Fprintf(&b, "%s\n", Escape(Prose, a.Why, 2*maxPhrase))
	}
	return b.String()
}

// gapsOf are the gaps that findings tell of.
func gapsOf(findings []rules.Finding) (gaps []plan.Gap) {
	for _, f := range findings {
		if f.Gap != nil {
			gaps = append(gaps, *f.Gap)
		}
	}
	return gaps
}

func gapList(gaps []plan.Gap) string {
	if len(gaps) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n**What could not be told**\n\n")
	for i, g := range gaps {
		if i == maxGaps {
			fmt.Fprintf(&b, "- and %s more\n", count(len(gaps)-i, "gap"))
			break
		}
		at := g.At
		if at.File == "" {
			at.File = g.Root
		}
		fmt.Fprintf(&b, "- %s %s: %s\n", Escape(Span, place(at), maxPath), Escape(Span, g.Subject, maxName), Escape(Prose, g.Text(), maxPhrase))
	}
	return b.String()
}

// agentSection holds the blocks for agents, until there were enough rounds.
func (m Markdown) agentSection(d *document, holding []rules.Finding) {
	if len(holding) == 0 {
		return
	}
	if m.History.Held > MaxRounds {
		d.add(stop(m.History.Held))
		return
	}
	if !d.add("\n" + agentNotice + "\n") {
		return
	}
	shown := 0
	for i, group := range bundles(holding) {
		if i == maxBlocks {
			d.add(fmt.Sprintf("\n%s more in the table above.\n", count(len(holding)-shown, "finding")))
			return
		}
		shown += len(group)
		d.add("\n" + m.agentBlock(group))
	}
}

// stop ends a loop of pushes that do not help.
func stop(held int) string {
	return fmt.Sprintf("\n**A person must decide now.** %d heads in a row were held; further pushes by an agent are not the way. "+
		"Agents: stop here and hand over to the person who asked.\n", held)
}

func details(title, body string) string {
	return "\n<details><summary>" + title + "</summary>\n\n" + body + "\n</details>\n"
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
		line = strings.Replace(line, "the two trees alone", "the two trees and what they name from elsewhere", 1)
		line += details("From elsewhere", b.String())
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
		return "Holdpoint could not write its findings safely: a word that starts another bot would be in them. " +
			"Run `holdpoint review` on a clone to see them.\n"
	}
	return text
}
