package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// withBranches holds where the head would have to be held on another branch
// whose check has this name.
func withBranches(d Decision, req Request, led *ledger) Decision {
	if why := tooMany(req); why != "" {
		return d.byBranch(why)
	}
	for _, b := range req.Evidence.Branches {
		e, there := led.decideOn(Decision{Conclusion: Failure}, b.Report, req, b.BaseRef)
		e.decided(there)
		d = d.and(b, there)
	}
	return d
}

// tooMany says that the branches of one name are too many to be judged.
func tooMany(req Request) string {
	if req.Evidence.ManyBranches == 0 {
		return ""
	}
	return fmt.Sprintf("%d branches have this check name. A commit passes only if it would pass on each of them, "+
		"and that many are not reviewed.", req.Evidence.ManyBranches)
}

// and takes over what was decided on another branch.
func (d Decision) and(b Branch, there Decision) Decision {
	if holding := b.Report.Holding(); len(holding) > 0 || there.Holds() {
		d.Against = append(d.Against, Against{BaseRef: b.BaseRef, Passes: !there.Holds(), Why: there.Why, Findings: holding})
	}
	if !there.Holds() {
		for _, r := range there.Releases {
			if !d.Holds() && !slices.Contains(d.Releases, r) {
				d.Releases = append(slices.Clip(d.Releases), r)
			}
		}
		return d
	}
	for _, m := range there.Missing {
		m.For = strings.TrimPrefix(m.For+" on "+b.BaseRef, " ")
		d.Missing = append(d.Missing, m)
	}
	return d.byBranch(fmt.Sprintf("This commit must be held on %s, whose check has the same name. %s", b.BaseRef, there.Why))
}

func (d Decision) byBranch(why string) Decision {
	if d.Conclusion == Success {
		d.Conclusion, d.Basis, d.Why, d.Releases = Failure, ByBranch, why, nil
	}
	return d
}

// groupOnBranches holds a merge group that passes and does more to another branch
// of the check's name than its members were released for there.
func groupOnBranches(d Decision, req Request) Decision {
	if why := tooMany(req); why != "" {
		d = d.byBranch(why)
	}
	for _, b := range req.Evidence.Branches {
		if d.Holds() {
			return d
		}
		known, releases, why := req.Evidence.Group.released(b, req)
		there := Decision{Releases: releases}.byReleases(b.Report.Holding(), known)
		if why != "" && there.Basis != Clear {
			there = there.held(why)
		}
		d = d.and(b, there)
	}
	return d
}

// released are the findings that the members' heads were let through with on
// another branch, by people who still may release there; why says who may not.
func (g *Group) released(b Branch, req Request) (known knownSets, releases []Release, why string) {
	c := newParticipants(Report{Settings: b.Report.Settings}, req, &entry{})
	for _, m := range g.Members {
		led, err := m.Ledger.read()
		if err != nil {
			continue // its own verdict holds
		}
		for _, e := range led.entries {
			if e.baseRef != b.BaseRef || !e.passed {
				continue
			}
			for _, r := range e.releases {
				if !c.stillMay(r) {
					why = fmt.Sprintf("#%d was released on %s by %s (%s), who may no longer do so.", e.number, b.BaseRef, r.Login, r.Right)
				}
				releases = append(releases, r)
			}
			known = append(known, e.sets()...)
		}
	}
	return known, releases, why
}

// addBranches adds whose permission the verdicts on other branches depend on.
func (w *Lookups) addBranches(req Request) {
	for _, b := range req.Evidence.Branches {
		settings := b.Report.Settings
		for _, t := range settings.Teams() {
			if !slices.Contains(w.Teams, t) {
				w.Teams = append(w.Teams, t)
			}
		}
		for _, l := range req.Evidence.LabelEvents {
			if sameLabel(l.Name, settings.Override.Label) {
				w.add(l.By)
			}
		}
		if req.Evidence.Group == nil {
			continue
		}
		_, releases, _ := req.Evidence.Group.released(b, req)
		for _, r := range releases {
			w.add(rules.Account{ID: r.ID, Login: r.Login, Type: "User"})
		}
	}
}
