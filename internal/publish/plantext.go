package publish

import (
	"io"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/report"
)

// PlanText writes a prediction for the person who ran the command, root by
// root. Without all, creations and updates that have no effect to tell are
// left out.
func PlanText(w io.Writer, p plan.Plan, all bool, opt TextOptions) error {
	t := &terminal{color: opt.Color}
	root := ""
	shown := 0
	for _, c := range p.Changes {
		if !all && !Reported(c) {
			continue
		}
		shown++
		if c.Address.Root != root {
			root = c.Address.Root
			t.line(t.bold(safe(root)))
		}
		t.change(c)
	}
	if shown == 0 {
		t.line("Nothing is deleted or replaced.")
	}
	t.gaps(p.Gaps)
	_, err := io.WriteString(w, t.b.String())
	return err
}

func (t *terminal) change(c plan.Change) {
	text := "  " + t.paint(actionColor(c.Action), report.ActionWord(c)) + " " + t.bold(safe(c.Address.String()))
	if c.Previous != c.Address && c.Previous != (plan.Address{}) {
		text += " (was " + safe(c.Previous.String()) + ")"
	}
	if c.Effect != "" && c.Action != plan.None {
		text += " " + t.dim("["+string(c.Effect)+"]")
	}
	if c.Variant != "" {
		text += " " + t.dim("with "+safe(c.Variant))
	}
	t.line(text)
	if reason := c.Reason.Sentence(); reason != "" {
		if attrs := forced(c); attrs != "" {
			reason += ": " + attrs
		}
		t.line("    " + t.dim("why:  ") + safe(reason))
	}
	for _, cause := range c.Causes {
		t.line("    " + t.dim("from: ") + safe(place(cause.Range)) + "  " + safe(cause.Text))
	}
}

func actionColor(a plan.Action) string {
	switch a {
	case plan.Delete, plan.Replace:
		return "31"
	case plan.Create:
		return "32"
	default:
		return "33"
	}
}
