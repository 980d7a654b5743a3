package compare

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// reaching lists, by local provider name, the arguments that say which account,
// region or cluster a provider works in. For other providers every argument
// counts.
var reaching = map[string][]string{
	"aws":        {"region", "profile", "access_key", "allowed_account_ids", "assume_role", "assume_role_with_web_identity"},
	"google":     {"project", "region", "zone", "universe_domain"},
	"azurerm":    {"subscription_id", "tenant_id", "environment"},
	"kubernetes": {"host", "config_path", "config_context", "config_context_cluster"},
}

// providersMoved tells where the provider configuration that objects are
// managed through leads elsewhere: their plan then starts from objects that
// are not there.
func (c *comparison) providersMoved() {
	told := map[string]bool{}
	for _, o := range c.objects {
		m := moduleAt(c.after.Root, o.final.Module.String())
		if m == nil {
			continue
		}
		r := m.Resource(o.final.Type + "." + o.final.Name)
		if r == nil || localProvider(r.Config) == "terraform" {
			continue
		}
		old, was := c.reach(o.inst.Resource)
		now, is := c.reach(r)
		if old == nil || now == nil || was == is || told[was+is] {
			continue
		}
		told[was+is] = true
		c.gap(plan.Gap{At: c.after.Place(now.Range), Root: c.Root, Kind: plan.GapUnknown, Subject: "provider " + now.Name, Variant: c.Variant,
			Why: "where provider " + now.Name + " works changes: " + o.final.String() + " and what else it manages may be replaced, or made anew there while the old objects stay behind unmanaged"})
	}
}

// reach is the configuration block that a resource's provider comes from, and
// the fingerprint of what says where it works; nil where there is no block.
func (c *comparison) reach(r *eval.Resource) (*config.Provider, string) {
	static, local := providerOf(r)
	for m := r.Module; m != nil; m = m.Parent {
		if m.Static != static {
			continue
		}
		p := m.Config.Providers[local]
		if p == nil {
			return nil, ""
		}
		return p, reachOf(m, p)
	}
	return nil, ""
}

func reachOf(m *eval.Module, p *config.Provider) string {
	only, listed := reaching[strings.TrimSuffix(p.Name, "-beta")]
	counts := func(name string) bool { return !listed || slices.Contains(only, name) }
	var parts []cty.Value
	var walk func(prefix string, b *config.Body)
	walk = func(prefix string, b *config.Body) {
		for _, name := range slices.Sorted(slices.Values(b.Names)) {
			if prefix == "" && !counts(name) {
				continue
			}
			v, diags := b.Attributes[name].Value.Value(m.Context())
			if diags.HasErrors() {
				v = cty.StringVal(first(diags))
			}
			parts = append(parts, cty.StringVal(prefix+name), v)
		}
		for _, child := range b.Blocks {
			if prefix != "" || listed && counts(child.Type) {
				walk(prefix+child.Type+".", child.Body)
			}
		}
	}
	walk("", p.Body)
	return expr.Fingerprint(parts...)
}
