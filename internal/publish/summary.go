package publish

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// SummaryMarker is the first line of the sticky summary, to find it again.
const SummaryMarker = "<!-- holdpoint:summary -->"

// summaryRows keeps the summary on one screen.
const summaryRows = 10

// Summary writes the one sticky comment. It holds no time and no commit, so
// that it changes only when there is something new to say.
func Summary(m Markdown) string {
	var b strings.Builder
	b.WriteString(heading(m))
	holding, _ := split(m.Report.Findings)
	if m.History.Merged {
		fmt.Fprintf(&b, "\nThis was merged while %s of Holdpoint held.\n", count(len(holding), "finding"))
	}
	if len(holding) > 0 {
		shown, rest := firstBundles(holding, summaryRows)
		b.WriteString("\n" + table(shown, true))
		if rest > 0 {
			fmt.Fprintf(&b, "\n%s more in the check run.\n", count(rest, "finding"))
		}
		if g := graph(holding); g != "" {
			b.WriteString("\n" + g)
		}
	}
	if n := len(m.History.Fixed); n > 0 {
		fmt.Fprintf(&b, "\n%s of earlier pushes fixed, %d left.\n", count(n, "finding"), len(holding))
	}
	b.WriteString(needs(m.Decision))
	if m.History.NotRequired {
		b.WriteString("\n**Not enforced:** the base branch does not require this check, so the change can be merged all the same.\n")
	}
	if m.Decision.Holds() {
		b.WriteString(m.next(len(holding)))
	}
	return SummaryMarker + "\n" + guard(b.String())
}

// next says how it goes on: with the agent, or after enough rounds with a
// person.
func (m Markdown) next(holding int) string {
	if m.History.Held > MaxRounds {
		return stop(m.History.Held)
	}
	if m.Report.Agent == nil || holding == 0 {
		return ""
	}
	return fmt.Sprintf("\nTo hand this back to %s, mention it and write: fix the failing Holdpoint check, whose output says how.\n",
		Escape(Span, m.Report.Agent.Name, 60))
}

// firstBundles returns the findings of the first n rows, and how many are
// left.
func firstBundles(findings []rules.Finding, n int) (shown []rules.Finding, rest int) {
	for i, b := range bundles(findings) {
		if i < n {
			shown = append(shown, b...)
		}
	}
	return shown, len(findings) - len(shown)
}
