package trace

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// chain is a cause chain under construction, the changed line first.
type chain []plan.Cause

func (l chain) via(r plan.Range, text string) chain {
	if l == nil {
		return nil
	}
	if last := l[len(l)-1]; last.Text == clip(text) && last.File == r.File && last.Line >= r.Line && last.Line <= r.EndLine {
		return l // the same said twice
	}
	return append(l[:len(l):len(l)], plan.Cause{Range: r, Text: clip(text)})
}

// clip makes a text fit a link of a chain.
func clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 160 {
		s = strings.ToValidUTF8(s[:157], "") + "…"
	}
	return s
}
