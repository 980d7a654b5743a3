package publish

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/report"
)

// SummaryMarker is the first line of the sticky summary, to find it again.
const SummaryMarker = "<!-- holdpoint:summary -->"

// Summary writes the one sticky comment. It holds no time and no commit, so
// that it changes only when there is something new to say.
func Summary(m Markdown) string {
	var b strings.Builder
	b.WriteString(heading(m))
	v := report.Of(m.Report)
	holding := findingsOf(v.Groups)
	if m.History.Merged {
		fmt.Fprintf(&b, "\nThis was merged while Holdpoint held it (%s).\n", count(holding, "finding"))
	}
	for _, g := range v.Groups[:min(openGroups, len(v.Groups))] {
		b.WriteString(m.groupText(g))
	}
	if more := v.Groups[min(openGroups, len(v.Groups)):]; len(more) > 0 {
		fmt.Fprintf(&b, "\n%s more in the check run.\n", count(findingsOf(more), "finding"))
	}
	if n := len(m.History.Fixed); n > 0 {
		fmt.Fprintf(&b, "\n%s of earlier pushes fixed, %d left.\n", count(n, "finding"), holding)
	}
	b.WriteString(standing(m.Decision))
	if m.History.NotRequired {
		b.WriteString("\n**Not enforced:** the base branch does not require this check, so the change can be merged all the same.\n")
	}
	if m.Decision.Holds() {
		b.WriteString(m.next(holding))
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
	return fmt.Sprintf("\nTo hand this back to %s, mention it and write: fix the failing Holdpoint check; its output says how.\n",
		Escape(Span, m.Report.Agent.Name, 60))
}
