package compare

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// pendency says whether something has a change to come.
type pendency int

const (
	notPending pendency = iota + 1
	mayBePending
	isPending
)

// deferred tells whether Terraform puts off reading a data source until apply:
// its configuration is not known yet, or something it waits for has a change
// to come (terraform 1.11 internal/terraform/node_resource_abstract_instance.go,
// planDataSource and dependenciesHavePendingChanges).
func (c *comparison) deferred(inst *eval.Instance, cfg cty.Value) pendency {
	if containsPending(cfg) {
		return isPending
	}
	worst := notPending
	for _, dep := range c.dependencies().dataDeps(inst.Resource) {
		if worst = max(worst, c.pending(dep, inst.Resource.Module)); worst == isPending {
			break
		}
	}
	return worst
}

func containsPending(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if value.KnownAfterApply(v) {
			found = true
		}
		plain, _ := v.Unmark()
		return !found && plain.IsKnown() && !plain.IsNull(), nil
	})
	return found
}

// configResource is a managed resource in the configuration: the call path of
// its module without keys, and its key there.
type configResource struct{ static, key string }

func (r configResource) String() string { return r.static + "/" + r.key }

// pending tells whether any instance of a resource has a change to come, seen
// from a data source in module instance from: in its own module only the same
// instance counts.
func (c *comparison) pending(r configResource, from *eval.Module) pendency {
	scope := ""
	if r.static == from.Static {
		scope = from.Address
	}
	memo := r.String() + "@" + scope
	if p, ok := c.pendingMemo[memo]; ok {
		return p
	}
	c.pendingMemo[memo] = notPending // a cycle has nothing to add
	worst := notPending
	for _, m := range moduleInstances(c.after.Root, r.static) {
		if r.static == from.Static && m != from {
			continue
		}
		res := m.Resource(r.key)
		if res == nil {
			continue
		}
		for _, inst := range res.Instances() {
			worst = max(worst, c.stepPendency(inst))
		}
	}
	for _, o := range c.objects {
		if o.final.Module.Static() != r.static || o.final.Type+"."+o.final.Name != r.key || r.static == from.Static && o.final.Module.String() != from.Address {
			continue
		}
		if !c.declared(o) {
			worst = isPending
		}
	}
	c.pendingMemo[memo] = worst
	return worst
}

func (c *comparison) stepPendency(inst *eval.Instance) pendency {
	s := c.step(inst)
	switch {
	case s.action == plan.None:
		return notPending
	case s.certain:
		return isPending
	}
	return mayBePending
}

// declared reports whether an object still has its place in the new
// configuration.
func (c *comparison) declared(o *object) bool {
	m := moduleAt(c.after.Root, o.final.Module.String())
	if m == nil {
		return false
	}
	r := m.Resource(o.final.Type + "." + o.final.Name)
	return r != nil && r.Expansion().Has(eval.Key(o.final.Key))
}

// moduleInstances are all instances of the module at a call path.
func moduleInstances(root *eval.Module, static string) []*eval.Module {
	found := []*eval.Module{root}
	if static == "" {
		return found
	}
	for _, name := range strings.Split(static, ".") {
		var next []*eval.Module
		for _, m := range found {
			if call := m.ModuleCall(name); call != nil {
				next = append(next, call.Instances()...)
			}
		}
		found = next
	}
	return found
}

// moduleAt finds a module instance by its address.
func moduleAt(root *eval.Module, address string) *eval.Module {
	if address == "" {
		return root
	}
	m := root
	for rest := address; rest != ""; {
		rest = strings.TrimPrefix(rest, "module.")
		end := strings.IndexAny(rest, ".[")
		name, key := rest, ""
		if end >= 0 {
			name, rest = rest[:end], rest[end:]
			if rest[0] == '[' {
				close := closing(rest)
				key, rest = rest[:close+1], rest[close+1:]
			}
			rest = strings.TrimPrefix(rest, ".")
		} else {
			rest = ""
		}
		call := m.ModuleCall(name)
		if call == nil {
			return nil
		}
		if m = call.Instance(eval.Key(key)); m == nil {
			return nil
		}
	}
	return m
}

// closing finds the bracket that ends a key, past brackets in quotes.
func closing(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ']' && !quoted:
			return i
		}
	}
	return len(s) - 1
}

// providerID names what a data source is read through: the same arguments in
// another region give another answer.
func (c *comparison) providerID(r *eval.Resource) string {
	name := localProvider(r.Config)
	if r.Config.Provider != "" {
		name = r.Config.Provider
	}
	m, local := r.Module, name
	for m != nil {
		if p := m.Config.Providers[local]; p != nil {
			return name + "=" + providerFingerprint(m, p) + " "
		}
		if m.Call == nil {
			break
		}
		if outer, ok := m.Call.Providers[local]; ok {
			local = outer
		} else if strings.Contains(local, ".") {
			break
		}
		m = m.Parent
	}
	return localProvider(r.Config) + " "
}

func providerFingerprint(m *eval.Module, p *config.Provider) string {
	var parts []cty.Value
	for _, name := range p.Body.Names {
		if name == "default_tags" || name == "default_labels" {
			continue
		}
		v, diags := p.Body.Attributes[name].Value.Value(m.Context())
		if diags.HasErrors() {
			v = cty.StringVal(first(diags))
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
