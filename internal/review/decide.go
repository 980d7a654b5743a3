package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Decide says whether the change may be merged, and what is missing. It is
// pure: the same report and request give the same decision.
func Decide(rep Report, req Request) Decision {
	d := Decision{Conclusion: Failure, CheckName: rep.Names.Of(req.Ref.BaseRef), Counts: counts(rep)}
	if req.Evidence.Group != nil {
		return decideGroup(d, rep, req)
	}
	led, err := req.Evidence.Ledger.read()
	if err != nil {
		led = &ledger{}
	}
	e, d := led.decideOn(d, rep, req, req.Ref.BaseRef)
	if err != nil {
		d = d.broken(fmt.Sprintf("%v; it was started again, and approvals have to be given again.", err))
		d.Review = append(d.Review, req.Ref.Number)
	}
	e.decided(d)
	d = withSiblings(d, rep.Names, req, led)
	d = withBranches(d, req, led)
	return d.recorded(rep, led, e)
}

// decideOn brings the entry of the pull request against a branch up to date, and
// decides by it alone: by the settings and findings of the branch, and by what
// people said on the pull request.
func (l *ledger) decideOn(d Decision, rep Report, req Request, branch string) (*entry, Decision) {
	e := l.ensure(req.Ref.Number, branch)
	e.observe(req, rep.Settings.Override.Label)
	e.carry(l)
	lost := carryEarlier(e, req)
	holding := rep.Holding()
	e.list(prints(holding), req.Now)
	e.keepUnenforced(rep.Findings)
	e.agent, e.sources = rep.Agent != nil, rep.PrivateSources
	return e, decideOwn(d, rep, req, e, holding, lost)
}

// decided keeps the verdict.
func (e *entry) decided(d Decision) {
	e.passed, e.basis, e.releases = d.Conclusion == Success, d.Basis, d.Releases
}

// carryEarlier takes the pushers over from earlier heads. It returns the first
// error of reading one.
func carryEarlier(e *entry, req Request) (lost error) {
	for _, text := range req.Evidence.Earlier {
		earlier, err := decodeLedger(text)
		if err != nil {
			lost = err
			continue
		}
		e.carry(earlier)
	}
	return lost
}

// decideOwn decides on the pull request alone. lost is set where a record of
// an earlier head could not be read: who pushed there is not known.
func decideOwn(d Decision, rep Report, req Request, e *entry, holding []rules.Finding, lost error) Decision {
	settings := rep.Settings
	c := newParticipants(rep, req, e)
	if lost != nil {
		c.doubts, c.unattributed = append(c.doubts, "it is not known who pushed an earlier head: "+lost.Error()), true
	}
	o := readOpinions(req, e, c)
	d.Discounted = o.discounted
	label := override(req, e, c, o)
	release := label.release
	if label.label != "" && release == nil {
		d.Discounted = append(d.Discounted, Discounted{Login: label.by, What: "override", Why: label.why})
	}
	switch {
	case !settings.Sound():
		return d.broken("The settings are invalid, so everything is held: " + settings.Problem)
	case len(holding) == 0:
		d.Conclusion, d.Basis = Success, Clear
		d.Why = "Nothing in this change needs to be held."
		return d
	case release != nil:
		d.Conclusion, d.Basis, d.Releases = Success, Overridden, []Release{*release}
		d.Why = fmt.Sprintf("%s overrode this check for this head (%s).", release.Login, release.Right)
		return d
	}
	if label.never {
		d.RemoveLabel = label.label
	}
	if len(req.Evidence.UnresolvedTeams) > 0 {
		return d.broken(fmt.Sprintf("The settings name teams that cannot be found: %s.", strings.Join(req.Evidence.UnresolvedTeams, ", ")))
	}
	return d.byApproval(needs(settings, holding), o, c)
}

func (d Decision) byApproval(all []need, o opinions, c *participants) Decision {
	d.Discounted = append(d.Discounted, o.unnamed(all, c)...)
	var releases []Release
	for _, n := range all {
		lack, by, ok := n.missing(o, c)
		if !ok {
			d.Missing = append(d.Missing, lack)
			continue
		}
		for _, r := range by {
			if !slices.Contains(releases, r) {
				releases = append(releases, r)
			}
		}
	}
	if c.unattributed && c.settings.Unattributed == rules.UnattributedHolds {
		d.Missing = append(d.Missing, Missing{What: "commits that are linked to GitHub accounts", From: "the author",
			For: "this pull request, because " + c.doubts[0]})
	}
	for _, objector := range o.objections {
		d.Missing = append(d.Missing, Missing{What: "a new review", From: "@" + objector.Login, For: "the changes that were requested"})
	}
	if len(d.Missing) > 0 {
		d.Conclusion, d.Basis, d.Why = Failure, Held, why(d.Missing)
		return d
	}
	d.Conclusion, d.Basis, d.Releases = Success, Released, releases
	d.Why = "Released for this head by " + names(releases) + "."
	return d
}

// withSiblings takes the worst over all open pull requests whose check this
// is too: a check belongs to a commit, not to a pull request. Where GitHub may
// take two names for one, each has a run and a record of its own.
func withSiblings(d Decision, names rules.Names, req Request, led *ledger) Decision {
	var others []Sibling
	for _, s := range req.Evidence.Siblings {
		if !names.Shared(s.BaseRef, req.Ref.BaseRef) {
			continue
		}
		if names.Of(s.BaseRef) != d.CheckName {
			others = append(others, s)
			continue
		}
		d = d.after(s, led)
	}
	for _, s := range others {
		theirs, err := s.Ledger.read()
		if err != nil {
			theirs = &ledger{} // it is begun anew by its review
		}
		if d = d.after(s, theirs); d.Conclusion == Success && s.Ledger.Conclusion != Success {
			d.Review = append(d.Review, s.Number) // its run failed because of this one
		}
	}
	return d
}

// after holds where a sibling has not passed by the record of its run.
func (d Decision) after(s Sibling, led *ledger) Decision {
	switch e := led.of(s.Number, s.BaseRef); {
	case !e.reviewed():
		d.Review = append(d.Review, s.Number)
		return d.bySibling(fmt.Sprintf("Pull request #%d has the same head and has not been reviewed yet.", s.Number))
	case !e.passed:
		return d.bySibling(fmt.Sprintf("Pull request #%d has the same head and is held.", s.Number))
	}
	return d
}

// broken holds for a reason that no approval mends.
func (d Decision) broken(why string) Decision {
	d.Conclusion, d.Basis, d.Why, d.Releases = Failure, Broken, why, nil
	return d
}

func (d Decision) bySibling(why string) Decision {
	if d.Conclusion == Success {
		d.Conclusion, d.Basis, d.Why = Failure, BySibling, why
	}
	return d
}

// recorded adds the title and the ledger's text. A ledger that does not fit
// holds, since the next review could not read it.
func (d Decision) recorded(rep Report, led *ledger, own *entry) Decision {
	led.run = d.Conclusion
	text, err := led.encode(own)
	if err != nil {
		d = d.broken(fmt.Sprintf("The decision cannot be recorded: %v.", err))
	}
	d.Ledger = text
	d.Title = title(d, rep)
	return d
}
