package review

import (
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// A delivery speaks for the label that stands where all of it is one act: the
// label by its number, the person, the moment, this head and base.
func TestSawLabel(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	standing := Label{ID: 7, Name: "holdpoint-override"}
	event := LabelEvent{Added: true, Name: "holdpoint-override", By: rules.Account{ID: 102, Login: "carol", Type: "User"}, At: at}
	for name, c := range map[string]struct {
		change func(l *shownLabel)
		want   bool
	}{
		"the very act":            {func(*shownLabel) {}, true},
		"another spelling":        {func(l *shownLabel) { l.name = "Holdpoint-Override" }, true},
		"dated a little earlier":  {func(l *shownLabel) { l.at = at.Add(-LabelSlack) }, true},
		"an earlier act":          {func(l *shownLabel) { l.at = at.Add(-LabelSlack - time.Second) }, false},
		"by another person":       {func(l *shownLabel) { l.by.id = 105 }, false},
		"another label":           {func(l *shownLabel) { l.id = 8 }, false},
		"another name":            {func(l *shownLabel) { l.name = "harmless" }, false},
		"on another head or base": {func(l *shownLabel) { l.fits = false }, false},
	} {
		shown := shownLabel{id: 7, name: "holdpoint-override", by: person{102, "carol"}, at: at, fits: true}
		c.change(&shown)
		if got := (&entry{labels: []shownLabel{shown}}).sawLabel(standing, event); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

// A label that was set in the second in which its definition changed does not
// count: GitHub does not say which came first.
func TestVoidedInTheSameSecond(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	carol := rules.Account{ID: 102, Login: "carol", Type: "User"}
	req := Request{Ref: Ref{HeadSHA: "a", BaseRef: "main"}, Evidence: Evidence{
		Labels:      []Label{{ID: 7, Name: "holdpoint-override"}},
		LabelEvents: []LabelEvent{{Added: true, Name: "holdpoint-override", By: carol, At: at}},
		Permissions: []Permission{{Account: carol, Role: "maintain", Base: "write"}},
	}}
	for voided, want := range map[time.Duration]bool{-time.Second: true, 0: false, time.Second: false} {
		e := &entry{voided: at.Add(voided), labels: []shownLabel{{id: 7, name: "holdpoint-override", by: person{102, "carol"}, at: at,
			fits: true}}}
		c := newParticipants(Report{Settings: rules.Strict()}, req, e)
		if got := override(req, e, c, opinions{}); (got.release != nil) != want {
			t.Errorf("definition changed %s after it was set: %+v, want it to count: %t", voided, got, want)
		}
	}
}

// Nobody set a label that the timeline does not tell of, or whose removal it
// tells of last: it releases nothing, and may yet be told of, so it stays.
func TestWhoSetTheLabel(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	carol := rules.Account{ID: 102, Login: "carol", Type: "User"}
	event := func(second int, name string, added bool) LabelEvent {
		return LabelEvent{Added: added, Name: name, By: carol, At: at.Add(time.Duration(second) * time.Second)}
	}
	set, gone := event(1, rules.DefaultOverrideLabel, true), event(1, rules.DefaultOverrideLabel, false)
	for what, c := range map[string]struct {
		events []LabelEvent
		counts bool
	}{
		"set":                           {[]LabelEvent{set}, true},
		"in another spelling":           {[]LabelEvent{event(1, "Holdpoint-Override", true)}, true},
		"not told of":                   {nil, false},
		"another label alone":           {[]LabelEvent{event(1, "harmless", true)}, false},
		"another label after it":        {[]LabelEvent{set, event(2, "harmless", false)}, true},
		"taken off":                     {[]LabelEvent{set, event(2, rules.DefaultOverrideLabel, false)}, false},
		"taken off, the latest first":   {[]LabelEvent{event(2, rules.DefaultOverrideLabel, false), set}, false},
		"set again":                     {[]LabelEvent{event(0, rules.DefaultOverrideLabel, false), set}, true},
		"set again, the latest first":   {[]LabelEvent{set, event(0, rules.DefaultOverrideLabel, false)}, true},
		"taken off in the same second":  {[]LabelEvent{set, gone}, false},
		"in the same second, turned":    {[]LabelEvent{gone, set}, false},
		"told of twice":                 {[]LabelEvent{set, set}, true},
		"a name that is none, and gone": {[]LabelEvent{event(1, "", true)}, false},
	} {
		req := Request{Evidence: Evidence{
			Labels: []Label{{ID: 7, Name: rules.DefaultOverrideLabel}}, LabelEvents: c.events, Permissions: []Permission{{Account: carol,
				Role: "maintain"}},
		}}
		e := &entry{labels: []shownLabel{{id: 7, name: rules.DefaultOverrideLabel, by: person{102, "carol"}, at: at.Add(time.Hour), fits: true}}}
		got := override(req, e, newParticipants(Report{Settings: rules.Strict()}, req, e), opinions{})
		if (got.release != nil) != c.counts || got.never || got.label != rules.DefaultOverrideLabel {
			t.Errorf("%s: %+v, want it to count: %t", what, got, c.counts)
		}
	}
}

// An override that is switched off has no name, and so has no label.
func TestNoNameIsNoLabel(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{{"", "", false}, {"", "x", false}, {"x", "X", true}, {"x", "y", false}} {
		if got := sameLabel(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: %t", c.a, c.b, got)
		}
	}
}
