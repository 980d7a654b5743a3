package planner

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// hiddenDrift finds what an entry that left ignore_changes may have hidden: the
// object can differ from its configuration in ways no tree shows.
func hiddenDrift(s *subject, out outcome) outcome {
	was, is := &s.Prior.Inst.Resource.Config.Lifecycle, &s.Inst.Resource.Config.Lifecycle
	if s.facts == nil || out.Action == plan.Replace || is.IgnoreAll || !was.IgnoreAll && len(was.Ignore) == 0 {
		return out
	}
	hidden := noLongerIgnored(was, is, s.config)
	if len(hidden) == 0 {
		return out
	}
	state, m := s.state.Unmark()
	vals := state.AsValueMap()
	for _, name := range hidden {
		if v, ok := vals[name]; ok {
			vals[name] = value.NewOpaque("ignored "+s.Prior.Inst.Address()+"."+name, v.Type())
		}
	}
	if r := diff.Plan(s.facts, cty.ObjectVal(vals).WithMarks(m), s.config); r.Action == plan.Replace {
		r.Certain, r.Why = false, "ignore_changes no longer covers "+hidden[0]+": a difference that it hid until now may force replacement"
		out.Result = r
	}
	return out
}

// noLongerIgnored lists the attributes that were under ignore_changes, and are
// still configured, but no longer are.
func noLongerIgnored(was, is *config.Lifecycle, cfg cty.Value) []string {
	covered := map[string]bool{}
	for _, ref := range is.Ignore {
		covered[ref.RootName()] = true
	}
	var names []string
	if was.IgnoreAll {
		names = slices.Sorted(maps.Keys(attrs.Map(cfg)))
	}
	for _, ref := range was.Ignore {
		names = append(names, ref.RootName())
	}
	vals := attrs.Map(cfg)
	return slices.DeleteFunc(names, func(name string) bool {
		_, configured := vals[name]
		return covered[name] || !configured
	})
}
