package compare

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// reaching lists, by local provider name, the arguments that say which account,
// region or cluster a provider works in. For other providers every argument
// counts.
var reaching = map[string][]string{
	"aws":        {"region", "profile", "access_key", "assume_role", "assume_role_with_web_identity"},
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
		if old == nil || now == nil || was == is && !c.otherAccounts(o.inst.Resource, r) || told[was+is] || c.settledElsewhere(o) {
			continue
		}
		told[was+is] = true
		c.gap(plan.Gap{At: c.after.Place(now.Range), Root: c.Root, Kind: plan.GapUnknown, Subject: "provider " + now.Name, Variant: c.Variant,
			Why: "where provider " + now.Name + " works changes: " + o.final.String() + " and what else it manages may be replaced, or made anew there while the old objects stay behind unmanaged"})
	}
}

// otherAccounts: the accounts that the provider lets itself work in are others.
// More or fewer of them, or none, say nothing of where it works.
func (c *comparison) otherAccounts(old, now *eval.Resource) bool {
	before, after := accounts(c.providerValue(old)), accounts(c.providerValue(now))
	return len(before) > 0 && len(after) > 0 && !slices.ContainsFunc(before, func(id any) bool { return slices.Contains(after, id) })
}

func accounts(provider cty.Value) []any {
	list, _ := tree(provider, provider)["allowed_account_ids"].([]any)
	return list
}

// settledElsewhere: what the provider's new configuration does to the object
// is known, and told with the object itself.
func (c *comparison) settledElsewhere(o *object) bool {
	for _, s := range c.steps {
		if s.prior == o {
			return s.placed
		}
	}
	return false
}

// elsewhere plans what the provider's own configuration does to an object: a
// region or project that is a default of the object's attributes, default
// tags. Where the object would be looked for in another place, providersMoved
// tells it.
func (c *comparison) elsewhere(s *step, t *plan.TypeFacts, cfg cty.Value) {
	before, after := c.providerValue(s.prior.inst.Resource), c.providerValue(s.inst.Resource)
	if before == cty.NilVal || after == cty.NilVal || value.Fingerprint(before) == value.Fingerprint(after) {
		return
	}
	r := diff.Provider(t, before, after, cfg)
	if r.Action == plan.Replace && c.version(s.inst.Resource.Module.Config.ProviderSource(localProvider(s.inst.Resource.Config))) == "" {
		return // versions differ in what they do: providersMoved tells it
	}
	s.placed = t != nil && r.Action != plan.Orphan && r.Certain
	switch {
	case r.Action == plan.Update && s.action == plan.None:
		s.action = plan.Update
	case r.Action == plan.Replace && (s.action != plan.Replace || r.Certain && !s.certain):
		s.action, s.certain, s.why, s.paths = plan.Replace, r.Certain, r.Why, r.Paths
		if r.Certain {
			s.planned = diff.Plan(t, nothing, cfg).Planned
		}
	}
}

// providerValue is the resolved configuration of a resource's provider, NilVal
// where there is no block.
func (c *comparison) providerValue(r *eval.Resource) cty.Value {
	static, local := providerOf(r)
	for m := r.Module; m != nil; m = m.Parent {
		if m.Static != static {
			continue
		}
		if p := m.Config.Providers[local]; p != nil {
			return bodyValue(m, p.Body)
		}
		break
	}
	return cty.NilVal
}

func bodyValue(m *eval.Module, b *config.Body) cty.Value {
	vals := map[string]cty.Value{}
	for _, name := range b.Names {
		v, diags := b.Attributes[name].Value.Value(m.Context())
		if diags.HasErrors() {
			v = value.NewOpaque("failed "+first(diags), cty.DynamicPseudoType)
		}
		vals[name] = v
	}
	blocks := map[string][]cty.Value{}
	for _, child := range b.Blocks {
		blocks[child.Type] = append(blocks[child.Type], bodyValue(m, child.Body))
	}
	for name, list := range blocks {
		vals[name] = cty.TupleVal(list)
	}
	return cty.ObjectVal(vals)
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
	return value.Fingerprint(parts...)
}
