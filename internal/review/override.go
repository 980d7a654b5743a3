package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// sameLabel compares label names as GitHub does, without regard to case.
func sameLabel(a, b string) bool { return a != "" && strings.EqualFold(a, b) }

// override says whether the override label that stands releases the change.
// label is the standing label's name, empty where none stands; why says why it
// does not count.
func override(req Request, e *entry, c *circle, o opinions) (release *Release, label, why string) {
	settings := c.settings.Override
	i := slices.IndexFunc(req.Evidence.Labels, func(l Label) bool { return sameLabel(l.Name, settings.Label) })
	if i < 0 {
		return nil, "", ""
	}
	standing := req.Evidence.Labels[i]
	label = standing.Name
	event, ok := lastLabelEvent(req.Evidence.LabelEvents, label)
	if !ok || !event.Added {
		return nil, label, "GitHub's timeline does not say who set it"
	}
	who, proven := c.part(event.By)
	right := c.allowed(settings.Approvers, event.By)
	switch {
	case !c.isPerson(event.By):
		return nil, label, fmt.Sprintf("%s is not a person", event.By.Login)
	case proven:
		return nil, label, fmt.Sprintf("%s %s", event.By.Login, who)
	case right == "":
		return nil, label, fmt.Sprintf("%s may not use it", event.By.Login)
	case !e.sawLabel(standing, event.By):
		return nil, label, "no delivery showed it set on this head and base"
	case event.At.Before(e.listedAt()):
		return nil, label, "it is older than the findings that stand now"
	case !event.At.After(e.voided):
		return nil, label, "the label itself was changed since"
	}
	second := settings.Second || who != ""
	if second && !slices.ContainsFunc(o.approvals, func(a approval) bool { return a.clean && a.by.ID != event.By.ID && c.mayWrite(a.by) }) {
		return nil, label, "it takes an approval by another person with write access too"
	}
	return &Release{Login: event.By.Login, ID: event.By.ID, Right: right, What: "override", At: event.At.UTC()}, label, ""
}

// sawLabel reports whether a delivery showed this person setting this very
// label on this head and base.
func (e *entry) sawLabel(standing Label, by rules.Account) bool {
	return slices.ContainsFunc(e.labels, func(l shownLabel) bool {
		return l.fits && l.id == standing.ID && sameLabel(l.name, standing.Name) && l.by.id == by.ID
	})
}

func lastLabelEvent(events []LabelEvent, name string) (last LabelEvent, ok bool) {
	for _, e := range events {
		if !sameLabel(e.Name, name) {
			continue
		}
		// Of two events in one second the removal counts as the later one.
		if c := cmp.Or(e.At.Compare(last.At), number(!e.Added)-number(!last.Added)); !ok || c > 0 {
			last, ok = e, true
		}
	}
	return last, ok
}
