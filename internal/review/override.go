package review

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// sameLabel compares label names as GitHub does, without regard to case.
func sameLabel(a, b string) bool { return a != "" && strings.EqualFold(a, b) }

// labelled is what the override label that stands comes to. The zero value
// means that none stands.
type labelled struct {
	release *Release
	// label is the label that is set's name, by who set it, why says why it does
	// not count.
	label, by, why string
	// never: it cannot come to count any more and may be taken off. A label
	// whose delivery has not arrived yet must stay.
	never bool
}

// override says whether the override label that stands releases the change.
func override(req Request, e *entry, c *participants, o opinions) labelled {
	settings := c.settings.Override
	i := slices.IndexFunc(req.Evidence.Labels, func(l Label) bool { return sameLabel(l.Name, settings.Label) })
	if i < 0 {
		return labelled{}
	}
	present := req.Evidence.Labels[i]
	label := present.Name
	event := lastLabelEvent(req.Evidence.LabelEvents, label)
	if !event.Added {
		return labelled{label: label, by: "somebody", why: "GitHub's timeline does not show who set it; remove it and set it again"}
	}
	who, proven := c.part(event.By)
	right := c.allowed(settings.Approvers, event.By)
	switch {
	case !c.isPerson(event.By):
		return labelled{label: label, by: event.By.Login, never: true, why: event.By.Login + " is not a person"}
	case proven:
		return labelled{label: label, by: event.By.Login, never: true, why: event.By.Login + " " + who}
	case !c.mayWrite(event.By):
		return labelled{label: label, by: event.By.Login, never: true, why: event.By.Login + " has no write access"}
	case right == "":
		return labelled{label: label, by: event.By.Login, never: true, why: event.By.Login + " may not use it"}
	case event.At.Before(e.listedAt()):
		return labelled{label: label, by: event.By.Login, never: true, why: "it is older than the current findings"}
	case !event.At.After(e.voided):
		return labelled{label: label, by: event.By.Login, never: true, why: "the label itself was changed since"}
	case !e.sawLabel(present, event):
		return labelled{label: label, by: event.By.Login, why: "no webhook showed it set on this head and base; remove it and set it again"}
	}
	second := settings.Second || who != ""
	if second && !slices.ContainsFunc(o.approvals, func(a approval) bool {
		return a.uninvolved && a.by.ID != event.By.ID &&
			c.mayWrite(a.by)
	}) {
		return labelled{label: label, by: event.By.Login, why: "it also needs an approval by another person with write access"}
	}
	return labelled{label: label, release: &Release{Login: event.By.Login, ID: event.By.ID, Right: right, What: "override",
		At: event.At.UTC()}}
}

// LabelSlack is how much earlier than the event in the timeline a delivery may
// date the same act: it gives the pull request's own time.
const LabelSlack = 10 * time.Second

// sawLabel reports whether a delivery showed this person setting this very
// label on this head and base, this time and not an earlier one.
func (e *entry) sawLabel(present Label, event LabelEvent) bool {
	return slices.ContainsFunc(e.labels, func(l shownLabel) bool {
		return l.fits && l.id == present.ID && sameLabel(l.name, present.Name) && l.by.id == event.By.ID && !l.at.Add(LabelSlack).Before(event.At)
	})
}

// lastLabelEvent is the last that the timeline has of a label. The zero event,
// where it has none, is a removal.
func lastLabelEvent(events []LabelEvent, name string) (last LabelEvent) {
	for _, e := range events {
		if !sameLabel(e.Name, name) {
			continue
		}
		// Of two events in one second the removal counts as the later one.
		if cmp.Or(e.At.Compare(last.At), number(!e.Added)-number(!last.Added)) > 0 {
			last = e
		}
	}
	return last
}
