package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// withoutPrivate is a report that says nothing of private content but what happens
// to how many of its objects. Who may read the change may not be one who may read
// that. The digest stays that of what was found.
func withoutPrivate(rep Report) Report {
	rep.Findings = privateFindings(rep.Findings)
	rep.Plan.Changes = privateChanges(rep.Plan.Changes)
	rep.Plan.Gaps = privateGaps(rep.Plan.Gaps)
	rep.Gaps = rep.Plan.Gaps
	return rep
}

// directSources are the sources that the trees of the change name, where one of them
// is private: what that names is in its content.
func directSources(used []plan.SourceUse) []plan.SourceUse {
	if !slices.ContainsFunc(used, func(u plan.SourceUse) bool { return u.Private != "" }) {
		return used
	}
	return slices.DeleteFunc(slices.Clone(used), func(u plan.SourceUse) bool { return !u.Direct })
}

// privateSources are the ids of the sources that are private, sorted.
func privateSources(used []plan.SourceUse) (ids []string) {
	for _, u := range used {
		if u.Private != "" {
			ids = append(ids, u.Source.ID())
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// privateFindings are findings with one for all about private content that are alike,
// in the place of the first.
func privateFindings(findings []rules.Finding) []rules.Finding {
	var out []rules.Finding
	at, alike := map[string]int{}, map[string][]rules.Finding{}
	for _, f := range findings {
		if private(f).Repository == "" {
			out = append(out, f)
			continue
		}
		key := likeness(f)
		if alike[key] = append(alike[key], f); len(alike[key]) == 1 {
			at[key], out = len(out), append(out, f)
		}
	}
	for key, i := range at {
		out[i] = privateFinding(alike[key])
	}
	return out
}

// private is the private content that a finding is about.
func private(f rules.Finding) plan.Private {
	switch {
	case f.Change != nil:
		return f.Change.Private
	case f.Gap != nil:
		return f.Gap.Private
	}
	return plan.Private{}
}

// likeness is equal for findings about private content that are told as one.
func likeness(f rules.Finding) string {
	parts := []any{f.Rule, f.Severity, f.Loss, f.Holds, f.Comparison, f.Environment, private(f)}
	if c := f.Change; c != nil {
		parts = append(parts, c.Address.Root, c.Action, c.Effect, c.Certain, c.Variant)
	}
	if g := f.Gap; g != nil {
		parts = append(parts, g.Root, g.Kind, g.Variant)
	}
	return fmt.Sprintf("%q", parts)
}

// privateFinding is one finding for all that are alike.
func privateFinding(all []rules.Finding) rules.Finding {
	f, p := all[0], private(all[0])
	f.At, f.Fingerprint, f.Object, f.Recovery = p.At, fingerprintOf(prints(all)), "", ""
	f.Remedies = []string{
		fmt.Sprintf("Ask a person who may read %s to plan this change, or to approve it.", p.Repository),
		fmt.Sprintf("Revert the change of %s.", p.Module),
	}
	if f.Gap != nil {
		g := privateGap(*f.Gap)
		f.Gap, f.Message = &g, g.Subject+": "+g.Why
		return f
	}
	c := privateChange(*f.Change)
	f.Change = &c
	becomes := rules.Becomes(c)
	if len(all) > 1 {
		becomes = strings.Replace(becomes, "is affected", "are affected", 1)
	}
	f.Message = fmt.Sprintf("%s in %s %s: declared in %s, a private repository that not every reader of this check may read.",
		plural(len(all), "object"), p.Module, becomes, p.Repository)
	return f
}

func privateChanges(changes []plan.Change) (out []plan.Change) {
	seen := map[string]bool{}
	for _, c := range changes {
		if c.Private.Repository != "" {
			c = privateChange(c)
			name := fmt.Sprintf("%q", []any{c.Address, c.Action, c.Effect, c.Certain, c.Variant})
			if seen[name] {
				continue
			}
			seen[name] = true
		}
		out = append(out, c)
	}
	return out
}

// privateChange is a change that names the module alone. The causes that it has lie
// outside the content, but their texts may name what is in it.
func privateChange(c plan.Change) plan.Change {
	var causes []plan.Cause
	for _, l := range c.Causes {
		if strings.Contains(l.Text, c.Private.Module+".") || c.Address.Type != "" && strings.Contains(l.Text, c.Address.Type) ||
			c.Address.Name != "" && strings.Contains(l.Text, c.Address.Name) {
			l.Text = c.Private.Module
		}
		causes = append(causes, l)
	}
	at := plan.Address{Engine: c.Address.Engine, Root: c.Address.Root, Module: c.Private.Module}
	return plan.Change{Address: at, Previous: at, Action: c.Action, Effect: c.Effect, Certain: c.Certain,
		Causes: causes, At: c.Private.At, Sources: c.Sources, Private: c.Private, Variant: c.Variant}
}

func privateGaps(gaps []plan.Gap) (out []plan.Gap) {
	for _, g := range gaps {
		if g.Private.Repository != "" {
			if g = privateGap(g); slices.Contains(out, g) {
				continue
			}
		}
		out = append(out, g)
	}
	return out
}

func privateGap(g plan.Gap) plan.Gap {
	return plan.Gap{At: g.Private.At, Root: g.Root, Kind: g.Kind, Subject: g.Private.Module, Private: g.Private, Variant: g.Variant,
		Why: fmt.Sprintf("not everything in it could be determined; it is in %s, which not every reader of this check may read", g.Private.Repository)}
}
