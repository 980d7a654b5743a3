package review

import (
	"fmt"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// decideGroup decides on a merge group: its own findings must be among those
// that were released on its members' heads, by people who still may.
func decideGroup(d Decision, rep Report, req Request) Decision {
	group := req.Evidence.Group
	switch {
	case !rep.Settings.Sound():
		d = d.broken("The settings are invalid, so everything is held: " + rep.Settings.Problem)
	case group.Doubtful != "":
		d = d.broken("It is not certain which pull requests are in this group: " + group.Doubtful)
	case len(group.Members) == 0:
		d = d.broken("It is not known which pull requests are in this group.")
	default:
		d = groupOnBranches(decideMembers(d, rep, req), req)
	}
	d.Title = title(d, rep)
	return d
}

func decideMembers(d Decision, rep Report, req Request) Decision {
	var known knownSets
	c := newParticipants(Report{Settings: rep.Settings}, req, &entry{})
	for _, m := range req.Evidence.Group.Members {
		led, err := m.Ledger.read()
		if err != nil {
			return d.broken(fmt.Sprintf("Of #%d %v.", m.Number, err))
		}
		if m.BaseRef != req.Ref.BaseRef {
			return d.broken(fmt.Sprintf("#%d is in this group and targets another base, %s.", m.Number, m.BaseRef))
		}
		e := led.of(m.Number, m.BaseRef)
		switch {
		case !e.reviewed():
			d.Review = append(d.Review, m.Number)
			return d.held(fmt.Sprintf("#%d has not been reviewed on its head %.12s.", m.Number, m.HeadSHA))
		case !e.passed || m.Ledger.Conclusion != Success:
			return d.held(fmt.Sprintf("#%d is held.", m.Number))
		}
		for _, r := range e.releases {
			if !c.stillMay(r) {
				return d.held(fmt.Sprintf("#%d was released by %s (%s), who may no longer do so.", m.Number, r.Login, r.Right))
			}
			d.Releases = append(d.Releases, r)
		}
		known = append(known, e.sets()...)
	}
	return d.byReleases(rep.Holding(), known)
}

// agent says that an agent made the change where one made a member: which
// losses are held depends on it. A member whose record cannot be read holds by
// itself.
func (g *Group) agent() (*rules.Agent, string) {
	for _, m := range g.Members {
		led, err := m.Ledger.read()
		if err != nil {
			continue
		}
		if e := led.of(m.Number, m.BaseRef); e != nil && e.agent {
			return &rules.Agent{Name: "an agent", Kind: rules.CodingAgent}, fmt.Sprintf("#%d is an agent's", m.Number)
		}
	}
	return nil, ""
}

// knownSets are the findings that the members were released with, or that were
// listed them without a hold.
type knownSets []listing

func (k knownSets) has(print string) bool {
	return slices.ContainsFunc(k, func(l listing) bool {
		_, found := slices.BinarySearch(l.prints, print)
		return found
	})
}

func (d Decision) byReleases(holding []rules.Finding, known knownSets) Decision {
	var short []string
	var fresh []*rules.Finding
	for i := range holding {
		f := &holding[i]
		short = append(short, prefix(f.Fingerprint))
		if !known.has(prefix(f.Fingerprint)) {
			fresh = append(fresh, f)
		}
	}
	all := digestOf(sorted(short))
	switch {
	case len(holding) == 0:
		d.Conclusion, d.Basis, d.Why = Success, Clear, "Nothing in this group needs to be held."
	case len(fresh) == 0 || slices.ContainsFunc(known, func(l listing) bool { return l.digest == all }):
		d.Conclusion, d.Basis = Success, Released
		d.Why = "Everything in this group was released on its pull requests, by " + names(d.Releases) + "."
	default:
		d = d.held(fmt.Sprintf("Together these pull requests do what none of them was approved for: %s.", forWhat(fresh)))
		d.Missing = []Missing{{What: "a change or a new approval", From: "the pull requests of this group", For: forWhat(fresh)}}
	}
	return d
}

func (d Decision) held(why string) Decision {
	d.Conclusion, d.Basis, d.Why, d.Releases = Failure, Held, why, nil
	return d
}

// stillMay reports whether a person still has the right by which a change was
// released, and the settings still give it. Who stood in as the one more that
// doubts ask for has what the default asks for.
func (c *participants) stillMay(r Release) bool {
	a := rules.Account{ID: r.ID, Login: r.Login, Type: "User"}
	if !c.isPerson(a) {
		return false
	}
	if r.What == "override" {
		return slices.Contains(c.rights(c.settings.Override.Approvers, a), r.Right)
	}
	for _, entry := range slices.Concat(c.settings.Approvals, []rules.Approval{rules.DefaultApproval()}) {
		if slices.Contains(c.rights(entry.Approvers, a), r.Right) {
			return true
		}
	}
	return false
}
