package review

import (
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Lookups are what a decision needs to know of people and teams beyond the pull
// request itself: the reader asks GitHub for it and fills Evidence.Permissions.
type Lookups struct {
	// People are the accounts whose permission matters.
	People []rules.Account
	// Teams are the teams that the settings name, org/slug in lower case.
	Teams []string
}

// LookupsFor says whose permission a decision on this request depends on: reviewers,
// those who set the override label, and those whose releases a merge group
// relies on. Call it when everything but Permissions is filled in.
func LookupsFor(req Request, set *rules.Set) Lookups {
	settings, _ := req.settings(set)
	w := Lookups{Teams: settings.Teams()}
	for _, r := range req.Evidence.Reviews {
		if r.State != Commented && r.State != Pending {
			w.add(r.By)
		}
	}
	for _, l := range req.Evidence.LabelEvents {
		if sameLabel(l.Name, settings.Override.Label) {
			w.add(l.By)
		}
	}
	if req.Evidence.Group != nil {
		for _, m := range req.Evidence.Group.Members {
			led, err := m.Ledger.read()
			if err != nil {
				continue // the decision says so and holds
			}
			if e := led.of(m.Number, m.BaseRef); e != nil {
				for _, r := range e.releases {
					w.add(rules.Account{ID: r.ID, Login: r.Login, Type: "User"})
				}
			}
		}
	}
	w.addBranches(req)
	return w
}

func (w *Lookups) add(a rules.Account) {
	if a.Type != "User" || a.ID == 0 || strings.TrimSpace(a.Login) == "" {
		return
	}
	if !slices.ContainsFunc(w.People, func(b rules.Account) bool { return a.ID == b.ID }) {
		w.People = append(w.People, a)
	}
}
