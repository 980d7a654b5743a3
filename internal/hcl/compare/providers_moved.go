package compare

import (
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/providers"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// providersMoved adds where the provider configuration that objects are
// managed through leads elsewhere: their plan then starts from objects that
// are not there.
func (c *comparison) providersMoved() {
	seen := map[string]bool{}
	for _, o := range c.Objects {
		r := c.ResourceOf(o)
		if r == nil || providers.Local(r.Config) == "terraform" {
			continue
		}
		old, was := providers.Target(o.Inst.Resource)
		now, is := providers.Target(r)
		if old == nil || now == nil || was == is && !providers.OtherAccounts(o.Inst.Resource, r) {
			continue
		}
		if seen[was+is] || c.effectKnown(o) {
			continue
		}
		seen[was+is] = true
		c.gap(plan.Gap{At: c.After.Place(now.Range), Kind: plan.GapUnknown, Subject: "provider " + now.Name,
			Why: "where provider " + now.Name + " works changes: " + o.Final.String() + " and what else it manages" +
				" may be replaced, or created a second time there while the old objects stay unmanaged"})
	}
}

// effectKnown: what the provider's new configuration does to the object
// is known, and part of what is planned for it.
func (c *comparison) effectKnown(o *pair.Object) bool {
	planned := c.planner.Planned(o)
	return planned != nil && planned.ProviderKnown
}
