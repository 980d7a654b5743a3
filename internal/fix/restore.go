package fix

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// restores puts back what the change made of the lines that findings come from:
// as few of them as will do. In the first round what is a plain revert is not
// kept; in the last it is offered for what has no fix of its own.
func (p *proposer) restores(reverts bool) {
	for _, engine := range []plan.Engine{plan.Terraform, plan.Kubernetes} {
		for _, f := range p.holding {
			mine := f.Change != nil && f.Change.Address.Engine == engine
			if mine && !p.answered(f.Fingerprint, reverts) {
				p.restore(f, reverts)
			}
		}
	}
}

// answered reports whether a finding has a fix that makes another one needless. In
// the last round a way out of management does not: the intent may have been none.
func (p *proposer) answered(id string, reverts bool) bool {
	return slices.ContainsFunc(p.out, func(f Fix) bool {
		leaves := reverts && (f.Kind == RemovedBlock || f.Kind == Keep)
		return !leaves && slices.Contains(f.Clears, id)
	})
}

// manyCauses is from how many causes in one file on their old values are put back
// by one fix: each would take a proof of its own.
const manyCauses = 5

// together puts back what forces the replacements of many objects, file by file:
// of each object the lines of its own block, the rest of the change stays.
func (p *proposer) together() {
	byFile := map[string][]unit{}
	var files []string
	for _, f := range p.open(plan.Terraform) {
		if f.Change.Action != plan.Replace || f.Change.At.Side != plan.After {
			continue
		}
		file := f.Change.At.File
		fresh := p.within(func(u unit) bool { return forces(f.Change, u) && !p.in(byFile[file], u) })
		if len(fresh) > 0 && byFile[file] == nil {
			files = append(files, file)
		}
		byFile[file] = append(byFile[file], fresh...)
	}
	for _, file := range files {
		units := byFile[file]
		for len(units) >= manyCauses {
			some := units[:min(len(units), maxEdits)]
			units = units[len(some):]
			c := candidate{kind: Attribute, restores: true,
				title: fmt.Sprintf("Put %d attributes that force replacements back in %s and keep the other changes", len(some), file)}
			slices.SortFunc(some, func(a, b unit) int { return p.order(a) - p.order(b) })
			var ok bool
			if c.edits, ok = restoreAll(p.change.After, some); ok && len(some) < len(p.units) {
				p.offer(c)
			}
		}
	}
}

func (p *proposer) in(units []unit, u unit) bool {
	return slices.ContainsFunc(units, func(v unit) bool { return p.order(v) == p.order(u) })
}

func (p *proposer) restore(f rules.Finding, reverts bool) {
	if !reverts && gone(f) {
		return // to put it back is a plain revert
	}
	for _, units := range p.choices(f) {
		c := candidate{kind: Revert, restores: true}
		if !gone(f) {
			c.kind, c.note = restoreKind(f, units)
		}
		c.title = restoreTitle(c.kind, units)
		var ok bool
		if c.edits, ok = restoreAll(p.change.After, units); !ok {
			continue
		}
		if len(units) == len(p.units) && c.kind != Claim {
			if c.kind = Revert; !reverts {
				continue // nothing of the change would be left
			}
			c.title = restoreTitle(Revert, units)
		}
		if p.offer(c) && p.answered(f.Fingerprint, reverts) {
			return
		}
	}
}

// gone reports whether the finding is about a declaration that the change took
// out, and not about a value in it.
func gone(f rules.Finding) bool {
	c := f.Change
	if c.Action != plan.Delete || c.At.Side != plan.Before || len(c.Causes) == 0 {
		return false
	}
	first := c.Causes[0]
	if c.Address.Engine == plan.Kubernetes {
		return first.File == c.At.File && first.Side == plan.Before && first.Line == c.At.Line
	}
	return c.Reason == plan.NoResourceConfig || c.Reason == plan.NoModule && first.Line > 0 && strings.HasPrefix(first.Text, "module.")
}

// choices are the sets of units to try, the smallest first.
func (p *proposer) choices(f rules.Finding) [][]unit {
	c := f.Change
	forced := p.within(func(u unit) bool { return forces(c, u) })
	first := p.within(func(u unit) bool { return len(c.Causes) > 0 && u.covers(c.Causes[0].Range) })
	any := p.within(func(u unit) bool {
		return slices.ContainsFunc(c.Causes, func(cause plan.Cause) bool { return u.covers(cause.Range) }) || u.covers(c.At) || u.covers(f.At)
	})
	block := p.within(func(u unit) bool { return overlaps(c.At, u) })
	hunks := p.within(func(u unit) bool { return slices.ContainsFunc(any, func(v unit) bool { return u.hunk == v.hunk }) })
	files := p.within(func(u unit) bool { return slices.ContainsFunc(any, func(v unit) bool { return u.path == v.path }) })
	var out [][]unit
	seen := map[string]bool{}
	for _, units := range [][]unit{forced, first, slices.Concat(first, forced), any, hunks, block, files} {
		slices.SortFunc(units, func(a, b unit) int { return p.order(a) - p.order(b) })
		units = slices.CompactFunc(units, func(a, b unit) bool { return p.order(a) == p.order(b) })
		key := fmt.Sprint(units)
		if len(units) > 0 && !seen[key] {
			seen[key] = true
			out = append(out, units)
		}
	}
	return out
}

func (p *proposer) within(has func(unit) bool) (out []unit) {
	for _, u := range p.units {
		if has(u) {
			out = append(out, u)
		}
	}
	return out
}

func (p *proposer) order(u unit) int {
	return slices.IndexFunc(p.units, func(v unit) bool {
		return v.path == u.path && v.hunk == u.hunk && v.old == u.old && v.now == u.now
	})
}

// forces reports whether a unit is a line of the object's block that sets an
// attribute which forces the replacement.
func forces(c *plan.Change, u unit) bool {
	if !overlaps(c.At, u) {
		return false
	}
	return slices.ContainsFunc(c.Because, func(path plan.Path) bool {
		return slices.ContainsFunc(path, func(step any) bool { return step == any(u.name()) })
	})
}

// overlaps reports whether a unit lies in a block.
func overlaps(at plan.Range, u unit) bool {
	if at.Side == plan.Before {
		return at.File == u.from && u.old.start <= at.EndLine && u.old.end >= at.Line
	}
	return at.File == u.path && !u.gone && u.now.start <= at.EndLine && u.now.end >= at.Line
}

// grown is how a claim gets larger whose template cannot.
const grown = "The claim template of a StatefulSet is immutable. Grow the PersistentVolumeClaims themselves " +
	"(spec.resources.requests.storage of each), where their StorageClass allows expansion."

// restoreKind names what putting units back does for a finding.
func restoreKind(f rules.Finding, units []unit) (Kind, string) {
	c := f.Change
	here := !slices.ContainsFunc(units, func(u unit) bool { return !overlaps(c.At, u) })
	disarmed := c.Effect == plan.Disarm || strings.HasSuffix(f.Rule, "-disarm") || strings.HasSuffix(f.Rule, "-weaken")
	names := func(want ...string) bool {
		return !slices.ContainsFunc(units, func(u unit) bool { return !slices.Contains(want, u.name()) })
	}
	kustomization := !slices.ContainsFunc(units, func(u unit) bool { return !kustomizationFile(u.path) })
	switch {
	case c.Address.Engine == plan.Terraform && disarmed:
		return Guard, ""
	case c.Address.Engine == plan.Terraform && here:
		return Attribute, ""
	case c.Address.Engine == plan.Terraform:
		return Value, ""
	case disarmed:
		return PruneProtection, ""
	case c.Address.Type == "apps/StatefulSet" && names("storage") && strings.Contains(fmt.Sprint(c.Because, c.Causes), "volumeClaimTemplates"):
		return Claim, grown
	case kustomization && names(""):
		return Entry, ""
	case names("name", "namespace", "namePrefix", "nameSuffix", "nameOverride", "fullnameOverride"):
		return Name, ""
	case here:
		return Field, ""
	}
	return Value, ""
}

func kustomizationFile(name string) bool {
	base := strings.ToLower(path.Base(name))
	return base == "kustomization.yaml" || base == "kustomization.yml" || base == "kustomization"
}

// restoreTitle says which lines are put back where.
func restoreTitle(kind Kind, units []unit) string {
	var names, files []string
	for _, u := range units {
		n := u.name()
		if kind == Guard || kind == PruneProtection {
			n = u.innermost()
		}
		if n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
		if !slices.Contains(files, u.path) {
			files = append(files, u.path)
		}
	}
	where := " in " + strings.Join(files, ", ")
	what, lines := "the old value of "+strings.Join(names, ", "), "the old line"
	if len(units) != 1 || len(units[0].was) != 1 {
		lines = "the old lines"
	}
	if len(names) == 0 || len(names) > 3 {
		what = lines
	}
	switch {
	case len(units) == 1 && units[0].gone:
		return "Revert: put the file " + units[0].path + " back"
	case kind == Guard || kind == PruneProtection:
		if len(names) > 0 && len(names) <= 3 {
			return "Keep the safeguard " + strings.Join(names, ", ") + where
		}
		return "Keep the safeguard" + where
	case kind == Claim:
		return "Put " + what + " back" + where + " and grow the claims themselves"
	case kind == Entry:
		return "Put the entry back into the list" + where
	case kind == Revert:
		return "Revert: put " + lines + " back" + where
	}
	return "Put " + what + " back" + where + " and keep the other changes"
}
