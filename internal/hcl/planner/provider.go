package planner

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// providerConfiguration is the stage that plans what the provider's own configuration
// does to an object: a region or project that is a default of the object's attributes,
// default tags. Where the object would be looked for in another place, that is a gap of
// the provider.
type providerConfiguration struct{ pair *pair.Pair }

func (p providerConfiguration) apply(s *subject, out outcome) outcome {
	before := providers.Config(s.Prior.Inst.Resource)
	if before == cty.NilVal || s.provider == cty.NilVal || value.Fingerprint(before) == value.Fingerprint(s.provider) {
		return out
	}
	r := diff.Provider(s.facts, before, s.provider, s.config)
	if r.Action == plan.Replace && p.pair.Version(providers.Source(s.Inst.Resource)) == "" {
		return out // versions differ in what they do
	}
	out.ProviderKnown = s.facts != nil && r.Action != plan.Orphan && r.Certain
	switch {
	case r.Action == plan.Update && out.Action == plan.None:
		out.Action = plan.Update
	case r.Action == plan.Replace && (out.Action != plan.Replace || r.Certain && !out.Certain):
		out.Action, out.Certain, out.Why, out.Paths = plan.Replace, r.Certain, r.Why, r.Paths
		if r.Certain {
			out.Planned = diff.Plan(s.facts, nothing, s.config).Planned
		}
	}
	return out
}
