package providers

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// targets lists, by local provider name, the arguments that say which account,
// region or cluster a provider works in. For other providers every argument
// counts.
var targets = map[string][]string{
	"aws":        {"region", "profile", "access_key", "assume_role", "assume_role_with_web_identity"},
	"google":     {"project", "region", "zone", "universe_domain"},
	"azurerm":    {"subscription_id", "tenant_id", "environment"},
	"kubernetes": {"host", "config_path", "config_context", "config_context_cluster"},
}

// Target is the configuration of a resource's provider, and the fingerprint of
// what says where it works; nil where none is written.
func Target(r *eval.Resource) (*config.Provider, string) {
	m, p := Block(r)
	if p == nil {
		return nil, ""
	}
	return p, target(m, p)
}

// target is the fingerprint of the arguments that count.
func target(m *eval.Module, p *config.Provider) string {
	only, listed := targets[strings.TrimSuffix(p.Name, "-beta")]
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
				v = cty.StringVal(eval.FirstError(diags))
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

// OtherAccounts: the accounts that the provider lets itself work in are others.
// More or fewer of them, or none, say nothing of where it works.
func OtherAccounts(old, now *eval.Resource) bool {
	before, after := accounts(Config(old)), accounts(Config(now))
	return len(before) > 0 && len(after) > 0 && !slices.ContainsFunc(before, func(id any) bool { return slices.Contains(after, id) })
}

func accounts(provider cty.Value) []any {
	list, _ := attrs.Tree(provider, provider)["allowed_account_ids"].([]any)
	return list
}

// Identity names what a data source is read through: the same arguments in
// another region give another answer.
func Identity(r *eval.Resource) string {
	m, p := Block(r)
	if p == nil {
		return Local(r.Config) + " "
	}
	name := r.Config.Provider
	if name == "" {
		name = Local(r.Config)
	}
	return name + "=" + fingerprint(m, p) + " "
}

// fingerprint leaves out what a provider adds to objects alone.
func fingerprint(m *eval.Module, p *config.Provider) string {
	var parts []cty.Value
	for _, name := range p.Body.Names {
		if name == "default_tags" || name == "default_labels" {
			continue
		}
		v, diags := p.Body.Attributes[name].Value.Value(m.Context())
		if diags.HasErrors() {
			v = cty.StringVal(eval.FirstError(diags))
		}
		parts = append(parts, cty.StringVal(name), v)
	}
	for _, b := range p.Body.Blocks {
		if b.Type != "assume_role" {
			continue
		}
		for _, name := range b.Body.Names {
			v, _ := b.Body.Attributes[name].Value.Value(m.Context())
			parts = append(parts, cty.StringVal(name), v)
		}
	}
	return value.Fingerprint(parts...)
}
