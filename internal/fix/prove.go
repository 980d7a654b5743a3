package fix

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// candidate is a fix that is not proved yet.
type candidate struct {
	kind        Kind
	title, note string
	edits       []Edit
	// restores: the edits put back what was, and what came of it may go.
	restores bool
	// merged are the created objects that become the ones that went.
	merged map[plan.Address]bool
	// leaves: what went may be forgotten instead.
	leaves bool
	// within: what is destroyed or created of this resource may have other keys.
	within string
	// also is asked where everything else is proved.
	also func(review.Request) bool
}

func (c candidate) key() string { return fmt.Sprint(c.kind == Revert, c.edits) }

// state is what a report says, for comparison.
type state struct {
	findings map[string]rules.Finding
	gaps     map[plan.Gap]int
	changes  map[subject]plan.Change
}

// subject is an object under a variant.
type subject struct {
	address plan.Address
	variant string
}

func stateOf(rep review.Report) state {
	s := state{findings: map[string]rules.Finding{}, gaps: map[plan.Gap]int{}, changes: map[subject]plan.Change{}}
	for _, f := range rep.Findings {
		s.findings[f.Fingerprint] = f
	}
	for _, g := range rep.Gaps {
		g.At.Line, g.At.EndLine, g.Private = 0, 0, plan.Private{}
		s.gaps[g]++
	}
	for _, c := range rep.Plan.Changes {
		key := subject{c.Address, c.Variant}
		if old, ok := s.changes[key]; !ok || severe(c.Action) > severe(old.Action) {
			s.changes[key] = c
		}
	}
	return s
}

// severe orders actions by how much they take.
func severe(a plan.Action) int {
	return slices.Index([]plan.Action{plan.None, plan.Create, plan.Update, plan.Forget, plan.Orphan, plan.Replace, plan.Delete}, a)
}

// leavesPlan reports whether an object is not managed any more after the action.
func leavesPlan(a plan.Action) bool { return a.Destroys() || a == plan.Forget || a == plan.Orphan }

// prove predicts with the edits. It asks that held findings are gone and nothing
// new has come: no finding, no gap, no object that goes.
func (p *proposer) prove(c candidate) (Fix, bool) {
	if p.budget == 0 {
		return Fix{}, false
	}
	p.budget--
	req, err := withEdits(p.req, p.index, c.edits)
	if err != nil {
		return Fix{}, false
	}
	again, err := p.retry(req)
	if err != nil {
		return Fix{}, false // nothing is proved by what cannot be read
	}
	is := stateOf(again)
	equal := len(req.Comparisons[p.index].Files) == 0
	if !p.nothingNew(is, c) || !equal && !p.allStays(is, c) {
		return Fix{}, false
	}
	f := Fix{Kind: c.kind, Title: c.title, Note: c.note, Edits: c.edits, Proved: true}
	for _, found := range p.holding {
		if _, still := is.findings[found.Fingerprint]; !still && !c.stillGoes(found, is) {
			f.Clears = append(f.Clears, found.Fingerprint)
		}
	}
	if len(f.Clears) == 0 || c.also != nil && !c.also(req) {
		return Fix{}, false
	}
	if equal || c.restores && len(again.Plan.Changes) == 0 {
		f.Whole = true
		if f.Kind != Claim {
			f.Kind = Revert
		}
	}
	return f, true
}

// nothingNew reports whether no finding and no gap has come.
func (p *proposer) nothingNew(is state, c candidate) bool {
	for id, found := range is.findings {
		old, there := p.was.findings[id]
		switch {
		case there && (old.Holds || !found.Holds) && old.Severity == found.Severity:
		case there:
			return false
		case !c.accepts(found, p.was):
			return false
		}
	}
	for g, n := range is.gaps {
		if n > p.was.gaps[g] {
			return false
		}
	}
	return true
}

// accepts reports whether a finding that has come is the fix's own: an object is
// forgotten where it was destroyed, or destroyed under the same resource.
func (c candidate) accepts(f rules.Finding, was state) bool {
	if f.Change == nil {
		return false
	}
	old, there := was.changes[subject{f.Change.Address, f.Change.Variant}]
	switch {
	case c.leaves && !f.Holds:
		return there && old.Action.Destroys() && (f.Change.Action == plan.Forget || f.Change.Action == plan.Orphan)
	case c.within != "":
		return there && old.Action == plan.Replace && f.Change.Action == plan.Delete && resource(f.Change.Address) == c.within
	}
	return false
}

// stillGoes reports whether the object of a finding is destroyed all the same,
// under another finding.
func (c candidate) stillGoes(f rules.Finding, is state) bool {
	if f.Change == nil || f.Change.Effect == plan.Mass {
		return false
	}
	now, there := is.changes[subject{f.Change.Address, f.Change.Variant}]
	return there && now.Action.Destroys() && f.Change.Action.Destroys()
}

// allStays reports whether no object goes that did not, and what the change makes
// is made all the same.
func (p *proposer) allStays(is state, c candidate) bool {
	for key, now := range is.changes {
		old, there := p.was.changes[key]
		own := c.within != "" && resource(key.address) == c.within
		switch {
		case leavesPlan(now.Action) && !there:
			return false
		case leavesPlan(now.Action) && now.Action == old.Action:
		case leavesPlan(now.Action) && c.leaves && old.Action.Destroys() && !now.Action.Destroys():
		case leavesPlan(now.Action) && own && old.Action == plan.Replace:
		case leavesPlan(now.Action):
			return false
		case now.Action == plan.Create && !own && (!there || old.Action != plan.Create):
			return false
		}
	}
	for key, old := range p.was.changes {
		_, there := is.changes[key]
		made := old.Action == plan.Create || old.Action == plan.Update
		own := c.within != "" && resource(key.address) == c.within
		if !made || there || own || c.merged[key.address] || c.restores && p.cameOf(key.address, old.Action) {
			continue
		}
		return false
	}
	return true
}

// cameOf reports whether what the change makes is made of something that goes, so
// that it is not made where that stays: an update, or an object of the same name
// or, in Kubernetes, kind.
func (p *proposer) cameOf(a plan.Address, action plan.Action) bool {
	if action == plan.Update {
		return true
	}
	for key, c := range p.was.changes {
		b := key.address
		if leavesPlan(c.Action) && a.Root == b.Root && a.Type == b.Type && (a.Engine == plan.Kubernetes || a.Name == b.Name) {
			return true
		}
	}
	return false
}

// resource is an address without its key, with its root.
func resource(a plan.Address) string {
	a.Key = ""
	return strings.Join([]string{a.Root, a.String()}, "\x00")
}
