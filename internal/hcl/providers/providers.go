// Package providers finds the provider configuration that a resource uses, and
// reads what it says: where the provider works, and as whom.
package providers

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Local is the local name of a resource's provider.
func Local(r *config.Resource) string {
	if r.Provider != "" {
		name, _, _ := strings.Cut(r.Provider, ".")
		return name
	}
	name, _, _ := strings.Cut(r.Type, "_")
	return name
}

// Of finds the module and local name of the provider configuration a
// resource uses; the root's default where none is written.
func Of(r *eval.Resource) (static, local string) {
	local = r.Config.Provider
	if local == "" {
		local = Local(r.Config)
	}
	m := r.Module
	for {
		if m.Config.Providers[local] != nil {
			return m.Static, local
		}
		if m.Parent == nil {
			return "", defaultUnless(m.Config, local)
		}
		outer, passed := m.Call.Providers[local]
		switch {
		case passed:
			local = outer
		case Aliased(local):
			return "", Local(r.Config) // not resolvable: the before side would not have planned
		}
		m = m.Parent
	}
}

// defaultUnless keeps an alias only where the root declares it.
func defaultUnless(root *config.Module, local string) string {
	if root.Providers[local] != nil || !Aliased(local) {
		return local
	}
	short, _, _ := strings.Cut(local, ".")
	return short
}

// Aliased reports whether a local name is that of an additional configuration.
func Aliased(local string) bool { return strings.Contains(local, ".") }

// Block is the configuration of a resource's provider and the module instance it
// stands in; nil where none is written.
func Block(r *eval.Resource) (*eval.Module, *config.Provider) {
	static, local := Of(r)
	for m := r.Module; m != nil; m = m.Parent {
		if m.Static == static {
			return m, m.Config.Providers[local]
		}
	}
	return nil, nil
}

// Source is the address of the provider of a resource.
func Source(r *eval.Resource) string { return r.Module.Config.ProviderSource(Local(r.Config)) }

// Config is the resolved configuration of a resource's provider, NilVal where none
// is written.
func Config(r *eval.Resource) cty.Value {
	m, p := Block(r)
	if p == nil {
		return cty.NilVal
	}
	return BodyValue(m, p.Body)
}

// BodyValue is the value of a provider block; an argument that fails is opaque.
func BodyValue(m *eval.Module, b *config.Body) cty.Value {
	vals := map[string]cty.Value{}
	for _, name := range b.Names {
		v, diags := b.Attributes[name].Value.Value(m.Context())
		if diags.HasErrors() {
			v = value.NewOpaque("failed "+eval.FirstError(diags), cty.DynamicPseudoType)
		}
		vals[name] = v
	}
	blocks := map[string][]cty.Value{}
	for _, child := range b.Blocks {
		blocks[child.Type] = append(blocks[child.Type], BodyValue(m, child.Body))
	}
	for name, list := range blocks {
		vals[name] = cty.TupleVal(list)
	}
	return cty.ObjectVal(vals)
}
