package publish

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// CheckRun writes the check run: the canonical and complete text, which every
// agent can read.
func CheckRun(m Markdown) Check {
	return Check{
		Title:       plainTitle(m.Decision.Title),
		Summary:     Document(m, MaxText),
		Text:        m.Decision.Ledger,
		Annotations: annotations(m.Report.Findings),
	}
}

// annotations points at the lines of the head commit that findings come from,
// one a line however many findings it causes. A line that the change removed
// has no place there.
func annotations(findings []rules.Finding) []Annotation {
	var out []Annotation
	type line struct {
		file string
		line int
		hold bool
	}
	at := map[line]int{}
	for _, f := range findings {
		r, ok := afterLine(f)
		if !ok {
			continue
		}
		key := line{r.File, r.Line, f.Holds}
		i, seen := at[key]
		if !seen {
			at[key] = len(out)
			out = append(out, Annotation{
				Path: r.File, StartLine: r.Line, EndLine: max(r.Line, r.EndLine), Level: level(f),
				Title:   Escape(Plain, operation(f)+" "+f.Subject(), MaxTitle),
				Message: annotationText(f),
			})
			continue
		}
		out[i].Message = cutBytes(out[i].Message+"\n\n"+Escape(Plain, f.Message, maxPhrase), MaxMessage)
	}
	return out
}

// cutBytes keeps the first bytes of a text, to the end of a line.
func cutBytes(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return text[:strings.LastIndexByte(text[:limit], '\n')]
}

// afterLine is the last link of the chain that is a line of the after side
// and a changed one where there is one: the first link wins.
func afterLine(f rules.Finding) (plan.Range, bool) {
	for _, c := range causes(f) {
		if c.Side == plan.After && c.File != "" && c.Line > 0 {
			return c.Range, true
		}
	}
	return plan.Range{}, false
}

func level(f rules.Finding) Level {
	switch {
	case f.Holds:
		return Failure
	case f.Severity == rules.Note:
		return Notice
	default:
		return Warning
	}
}

func annotationText(f rules.Finding) string {
	var b strings.Builder
	b.WriteString(Escape(Plain, f.Message, maxPhrase))
	for _, c := range causes(f) {
		fmt.Fprintf(&b, "\n- %s %s", Escape(Plain, place(c.Range), maxPath), Escape(Plain, c.Text, maxCause))
	}
	for _, r := range f.Remedies {
		fmt.Fprintf(&b, "\nhow to fix: %s", Escape(Plain, r, maxPhrase))
	}
	fmt.Fprintf(&b, "\n%s %s", ShortID(f.Fingerprint), Escape(Plain, f.Rule, maxName))
	return b.String()
}
