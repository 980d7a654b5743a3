package review

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// decideGroup decides on a merge group: its own findings must be among those
// that were released on its members' heads, by people who still may.
func decideGroup(d Decision, rep Report, req Request) Decision {
	group := req.Evidence.Group
	switch {
	case !rep.Settings.Sound():
		d = d.broken("The settings are not sound, so everything is held: " + rep.Settings.Problem)
	case group.Doubtful != "":
		d = d.broken("It is not certain which pull requests are in this group: " + group.Doubtful)
	case len(group.Members) == 0:
		d = d.broken("It is not known which pull requests are in this group.")
	default:
		d = decideMembers(d, rep, req)
	}
	d.Title = title(d)
	return d
}

func decideMembers(d Decision, rep Report, req Request) Decision {
	released := map[string]bool{}
	whole := map[string]bool{}
	c := newCircle(Report{Settings: rep.Settings}, req, &entry{})
	for _, m := range req.Evidence.Group.Members {
		led, err := decodeLedger(m.Ledger)
		if err != nil {
			return d.broken(fmt.Sprintf("Of #%d %v.", m.Number, err))
		}
		e := led.of(m.Number, m.BaseRef)
		switch {
		case e == nil || e.basis == "":
			d.Review = append(d.Review, m.Number)
			return d.held(fmt.Sprintf("#%d has not been reviewed on its head %.12s.", m.Number, m.HeadSHA))
		case !e.passed:
			return d.held(fmt.Sprintf("#%d is held.", m.Number))
		}
		for _, r := range e.releases {
			if !c.stillMay(r) {
				return d.held(fmt.Sprintf("#%d was released by %s (%s), who may not do so any more.", m.Number, r.Login, r.Right))
			}
			d.Releases = append(d.Releases, r)
		}
		for _, l := range e.listed {
			whole[l.digest] = true
			for _, p := range l.prints {
				released[p] = true
			}
		}
	}
	return d.byReleases(rep.Holding(), released, whole)
}

func (d Decision) byReleases(holding []rules.Finding, released, whole map[string]bool) Decision {
	var short []string
	var fresh []*rules.Finding
	for i := range holding {
		f := &holding[i]
		short = append(short, prefix(f.Fingerprint))
		if !released[prefix(f.Fingerprint)] {
			fresh = append(fresh, f)
		}
	}
	switch {
	case len(holding) == 0:
		d.Conclusion, d.Basis, d.Why = Success, Clear, "Nothing in this group has to be held."
	case len(fresh) == 0 || whole[digestOf(sorted(short))]:
		d.Conclusion, d.Basis = Success, Released
		d.Why = "Everything in this group was released on its pull requests, by " + names(d.Releases) + "."
	default:
		d = d.held(fmt.Sprintf("Together these pull requests do what none of them was released for: %s.", forWhat(fresh)))
		d.Missing = []Missing{{What: "a change or a new approval", From: "the pull requests of this group", For: forWhat(fresh)}}
	}
	return d
}

func (d Decision) held(why string) Decision {
	d.Conclusion, d.Basis, d.Why, d.Releases = Failure, Held, why, nil
	return d
}

// stillMay reports whether the settings still let a person release.
func (c *circle) stillMay(r Release) bool {
	a := rules.Account{ID: r.ID, Login: r.Login, Type: "User"}
	if !c.isPerson(a) {
		return false
	}
	if r.What == "override" {
		by := c.settings.Override.Approvers
		return c.allowed(by, a) != ""
	}
	for _, entry := range append(c.settings.Approvals, rules.DefaultApproval()) {
		if c.allowed(entry.Approvers, a) != "" {
			return true
		}
	}
	return false
}
