package compare

import (
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// losing is a change in place or a creation whose losses are asked for once
// everything is planned: what is created by the same apply has nothing to lose.
type losing struct {
	change  int // in changes
	planned *planner.InstanceChange
}

// keepForLosses keeps the last change for losses.
func (c *comparison) keepForLosses(planned *planner.InstanceChange) {
	if c.in.Losses == nil {
		return
	}
	if planned.Action == plan.Update || planned.Action == plan.Create || planned.Action == plan.Replace && !planned.Certain {
		c.mayLose = append(c.mayLose, losing{len(c.changes) - 1, planned})
	}
}

// losses asks what each of them takes away.
func (c *comparison) losses() {
	for _, l := range c.mayLose {
		change := &c.changes[l.change]
		q := plan.LossQuestion{Engine: plan.Terraform, Type: change.Address.Type, After: attrs.Tree(l.planned.Planned, l.planned.Config),
			Written: attrs.Tree(l.planned.Config, l.planned.Config), Fresh: c.createdHere}
		if prior := l.planned.Prior; prior != nil {
			state, _ := prior.Inst.Value()
			config, _ := prior.Inst.Config()
			q.Before = attrs.Tree(state, config)
		}
		change.Losses = withoutLimits(l.planned, c.in.Losses(q))
		if len(change.Losses) == 0 || change.Effect == plan.Blocked {
			continue
		}
		if change.Effect == plan.Disarm {
			change.Losses = append(change.Losses, plan.Loss{Effect: plan.Disarm, What: change.Reason.Sentence(), Certain: true})
		}
		change.Effect = plan.WorstEffect(change.Losses)
		worst := slices.IndexFunc(change.Losses, func(l plan.Loss) bool { return l.Effect == change.Effect })
		change.Causes = change.CausesOf(change.Losses[worst].Path)
	}
}

// withoutLimits leaves what does not rest on something a limit left open.
func withoutLimits(planned *planner.InstanceChange, found []plan.Loss) []plan.Loss {
	if !value.IsLimited(planned.Planned) {
		return found
	}
	return slices.DeleteFunc(found, func(l plan.Loss) bool { return !l.Certain })
}

// createdHere reports whether a value names an object of one of the types that this
// plan creates: it is known after apply, or it is one of the texts that tell
// the new object apart.
func (c *comparison) createdHere(types []string, value any) bool {
	if u, ok := value.(plan.Unknown); ok {
		return u == attrs.Pending
	}
	name, ok := value.(string)
	if !ok || name == "" {
		return false
	}
	return slices.ContainsFunc(c.mayLose, func(l losing) bool {
		if l.planned.Action != plan.Create || !slices.Contains(types, l.planned.Inst.Resource.Config.Type) {
			return false
		}
		for _, v := range attrs.Map(l.planned.Planned) {
			if x, ok := attrs.Value(v); ok && x == any(name) {
				return true
			}
		}
		return false
	})
}

// providerLosses asks what the configuration of a provider of the root takes
// away: it may carry safeguards for all that the provider manages.
func (c *comparison) providerLosses() {
	if c.in.Losses == nil || len(c.Objects) == 0 {
		return
	}
	before, after := c.Before.Root, c.After.Root
	for _, local := range slices.Sorted(maps.Keys(before.Config.Providers)) {
		old, now := before.Config.Providers[local], after.Config.Providers[local]
		if now == nil {
			continue
		}
		was, is := providers.BodyValue(before, old.Body), providers.BodyValue(after, now.Body)
		name, _, _ := strings.Cut(local, ".")
		found := c.in.Losses(plan.LossQuestion{Engine: plan.Terraform, Type: "provider." + name,
			Before: attrs.Tree(was, was), After: attrs.Tree(is, is)})
		if len(found) == 0 {
			continue
		}
		address := plan.Address{Engine: plan.Terraform, Root: c.in.Root, Type: "provider", Name: local}
		change := plan.Change{Address: address, Previous: address, Action: plan.Update, Certain: true, Variant: c.in.Variant,
			At: c.After.Place(now.Range), Losses: found, Effect: plan.WorstEffect(found)}
		change.Causes = append(c.tracer.Block(now.Range, old.Range, address.String()+" changed"),
			plan.Cause{Range: change.At, Text: address.String() + " changes"})
		c.changes = append(c.changes, change)
	}
}
