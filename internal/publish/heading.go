package publish

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// heading is the verdict in bold, then what unblocks it.
func heading(m Markdown) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n", titleText(m.Decision.Title))
	b.WriteString(m.needs())
	if m.Decision.Why != "" && len(m.Decision.Missing) == 0 && m.Decision.Basis != review.Clear {
		fmt.Fprintf(&b, "\n%s\n", Escape(Prose, m.Decision.Why, 2*maxPhrase))
	}
	if p := m.Report.Settings.Problem; p != "" {
		fmt.Fprintf(&b, "\nThe settings are not valid, so everything is held: %s\n", Escape(Span, p, maxPhrase))
	}
	return b.String()
}

// titleText writes a title whose names stand between backticks.
func titleText(title string) string {
	parts := strings.Split(title, "`")
	for i, p := range parts {
		switch {
		case i%2 == 1:
			parts[i] = Escape(Span, p, maxName)
		case strings.TrimSpace(p) != "":
			blankBefore, blankBehind := p[:len(p)-len(strings.TrimLeft(p, " "))], p[len(strings.TrimRight(p, " ")):]
			parts[i] = blankBefore + Escape(Prose, p, MaxTitle) + blankBehind
		}
	}
	return strings.Join(parts, "")
}

// plainTitle is a title without its backticks, for places that render nothing.
func plainTitle(title string) string {
	return Escape(Plain, strings.ReplaceAll(title, "`", ""), MaxTitle)
}

// needs says how many approvals are missing, whose and what for. On a clone it
// says no number: who pushed and who approved is known on GitHub alone.
func (m Markdown) needs() string {
	if len(m.Decision.Missing) == 0 {
		return ""
	}
	clean := func(s string) string { return Escape(Prose, strings.ReplaceAll(s, "@", ""), 3*maxPhrase) }
	if m.Local {
		var all []string
		for _, x := range m.Decision.Missing {
			all = append(all, people(x))
		}
		return "\nOn GitHub this needs approval " + clean(strings.Join(all, "; and ")) + ".\n"
	}
	if first := m.Decision.Missing[0]; len(m.Decision.Missing) == 1 && first.Number > 0 {
		text := people(first)
		if first.Also != "" {
			number, _, _ := strings.Cut(first.What, " ")
			return fmt.Sprintf("\nNeeds **%s**: %s.\n", count(first.Number, "approval"), clean(number+" "+text+"; and "+first.Also))
		}
		return fmt.Sprintf("\nNeeds **%s** %s.\n", count(first.Number, "approval"), clean(text))
	}
	most := 0
	for _, x := range m.Decision.Missing {
		most = max(most, x.Number)
	}
	text := "\nNeeds:\n\n"
	if most > 0 {
		text = fmt.Sprintf("\nNeeds at least **%s**:\n\n", count(most, "approval"))
	}
	for _, x := range m.Decision.Missing {
		text += "- " + clean(x.String()) + "\n"
	}
	return text
}

// people says who has to approve, and what for.
func people(x review.Missing) string {
	text := "from " + x.From
	if x.For != "" {
		text += ", for " + x.For
	}
	return text
}

// standing says who approved, and what does not count.
func standing(dec review.Decision) string {
	var b strings.Builder
	if len(dec.Releases) > 0 {
		b.WriteString("\n**Approved by**\n\n")
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

// madeBy names the agent, with the evidence.
func madeBy(m Markdown) string {
	a := m.Report.Agent
	if a == nil {
		return ""
	}
	return fmt.Sprintf("\nMade by %s (%s).\n", Escape(Span, a.Name, maxName), Escape(Span, m.Report.Evidence, maxCause))
}
