package compare

import (
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// judged is a change in place or a creation whose losses are asked for once
// everything is planned: what is created by the same apply has nothing to lose.
type judged struct {
	change int // in changes
	step   *step
}

// mayLose keeps the last change for losses.
func (c *comparison) mayLose(s *step) {
	if c.Losses != nil && (s.action == plan.Update || s.action == plan.Create || s.action == plan.Replace && !s.certain) {
		c.judged = append(c.judged, judged{len(c.changes) - 1, s})
	}
}

// losses asks what each of them takes away.
func (c *comparison) losses() {
	for _, j := range c.judged {
		change := &c.changes[j.change]
		q := plan.LossQuestion{Engine: plan.Terraform, Type: change.Address.Type, After: tree(j.step.planned, j.step.config),
			Written: tree(j.step.config, j.step.config), Fresh: c.fresh}
		if j.step.prior != nil {
			state, _ := j.step.prior.inst.Value()
			config, _ := j.step.prior.inst.Config()
			q.Before = tree(state, config)
		}
		change.Losses = j.step.sureLosses(c.Losses(q))
		if len(change.Losses) == 0 || change.Effect == plan.Blocked {
			continue
		}
		if change.Effect == plan.Disarm {
			change.Losses = append(change.Losses, plan.Loss{Effect: plan.Disarm, What: change.Reason.Sentence(), Certain: true})
		}
		change.Effect = plan.WorstEffect(change.Losses)
	}
}

// providerLosses asks what the configuration of a provider of the root takes
// away: it may carry safeguards for all that the provider manages.
func (c *comparison) providerLosses() {
	if c.Losses == nil || len(c.objects) == 0 {
		return
	}
	for _, local := range slices.Sorted(maps.Keys(c.before.Root.Config.Providers)) {
		old, now := c.before.Root.Config.Providers[local], c.after.Root.Config.Providers[local]
		if now == nil {
			continue
		}
		before, after := bodyValue(c.before.Root, old.Body), bodyValue(c.after.Root, now.Body)
		name, _, _ := strings.Cut(local, ".")
		found := c.Losses(plan.LossQuestion{Engine: plan.Terraform, Type: "provider." + name, Before: tree(before, before), After: tree(after, after)})
		if len(found) == 0 {
			continue
		}
		address := plan.Address{Engine: plan.Terraform, Root: c.Root, Type: "provider", Name: local}
		change := plan.Change{Address: address, Previous: address, Action: plan.Update, Certain: true, Variant: c.Variant, At: c.after.Place(now.Range),
			Losses: found, Effect: plan.WorstEffect(found)}
		t := c.tracer()
		change.Causes = append(t.either(now.Range, old.Range, address.String()+" changed"), plan.Cause{Range: change.At, Text: address.String() + " changes"})
		c.changes = append(c.changes, change)
	}
}

// sureLosses leaves what does not rest on something a limit left open.
func (s *step) sureLosses(found []plan.Loss) []plan.Loss {
	if !value.IsLimited(s.planned) {
		return found
	}
	return slices.DeleteFunc(found, func(l plan.Loss) bool { return !l.Certain })
}

// fresh reports whether a value names an object of one of the types that this
// plan creates: it is known after apply, or it is one of the texts that tell
// the new object apart.
func (c *comparison) fresh(types []string, value any) bool {
	if u, ok := value.(plan.Unknown); ok {
		return u == pendingValue
	}
	name, ok := value.(string)
	if !ok || name == "" {
		return false
	}
	return slices.ContainsFunc(c.judged, func(j judged) bool {
		if j.step.action != plan.Create || !slices.Contains(types, j.step.inst.Resource.Config.Type) {
			return false
		}
		for _, v := range asMap(j.step.planned) {
			if x, ok := plainValue(v); ok && x == any(name) {
				return true
			}
		}
		return false
	})
}

// pendingValue is what is known after apply.
var pendingValue = plan.Unknown{ID: "known after apply"}

// tree is an object with plan.Unknown for what is not known or not to be shown.
// What only the provider fills in counts as not given.
func tree(v, config cty.Value) map[string]any {
	out := map[string]any{}
	given := asMap(config)
	for name, child := range asMap(v) {
		if g, ok := given[name]; !child.IsKnown() && (!ok || g.IsKnown() && g.IsNull()) {
			continue
		}
		out[name] = branch(child, nil)
	}
	return out
}

func branch(v cty.Value, outer cty.ValueMarks) any {
	plain, m := v.Unmark()
	_, hidden := m[value.Sensitive]
	switch {
	case value.KnownAfterApply(v):
		return pendingValue
	case !v.IsKnown() || hidden && !plain.IsNull():
		return plan.Unknown{ID: value.Fingerprint(v.WithMarks(outer))}
	case plain.IsNull():
		return nil
	}
	switch ty := plain.Type(); {
	case ty == cty.String:
		return plain.AsString()
	case ty == cty.Bool:
		return plain.True()
	case ty == cty.Number:
		f, _ := plain.AsBigFloat().Float64()
		return f
	case ty.IsObjectType() || ty.IsMapType():
		out := map[string]any{}
		for name, child := range asMap(plain) {
			out[name] = branch(child, m)
		}
		return out
	case plain.CanIterateElements():
		out := []any{}
		for it := plain.ElementIterator(); it.Next(); {
			_, child := it.Element()
			out = append(out, branch(child, m))
		}
		return out
	}
	return plan.Unknown{ID: plain.Type().FriendlyName()}
}
