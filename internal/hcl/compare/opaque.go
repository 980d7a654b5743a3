package compare

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// opaqueCall compares one call of a module that lies outside the repository:
// what leaves with it is destroyed for certain, what a change of its version
// or inputs does is not to be seen from here.
func (c *comparison) opaqueCall(old, now *eval.Call) {
	if now == nil {
		now = c.movedCall(old)
	}
	e := old.Expansion()
	if now == nil {
		for _, key := range e.Keys {
			c.opaqueGone(old, key, plan.NoResourceConfig)
		}
		return
	}
	for _, key := range e.Keys {
		switch {
		case now.Expansion().Has(key) || now != c.sameCall(old):
			c.opaqueChanged(old, now, key)
		case now.Expansion().Repeat == eval.Counted || now.Expansion().Repeat == eval.Each || now.Expansion().Repeat == eval.Single:
			c.opaqueGone(old, key, plan.NoModule)
		default:
			c.opaqueGap(now, "which instances of it remain is not in the repository")
		}
	}
}

func (c *comparison) sameCall(old *eval.Call) *eval.Call {
	m := moduleAt(c.after.Root, old.Module.Address)
	if m == nil {
		return nil
	}
	return m.ModuleCall(old.Config.Name)
}

// movedCall follows a moved block from one call to another of the same module.
func (c *comparison) movedCall(old *eval.Call) *eval.Call {
	for _, s := range c.statements {
		if s.From.IsResource() || len(s.From.Module) != 1 || len(s.To.Module) != 1 || s.Module.Static() != old.Module.Static || s.From.Module[0].Name != old.Config.Name {
			continue
		}
		if m := moduleAt(c.after.Root, old.Module.Address); m != nil {
			return m.ModuleCall(s.To.Module[0].Name)
		}
	}
	return nil
}

func (c *comparison) opaqueGone(old *eval.Call, key eval.Key, reason plan.Reason) {
	address := plan.Address{Engine: plan.Terraform, Root: c.Root, Module: old.Address + string(key)}
	change := plan.Change{Address: address, Previous: address, Action: plan.Delete, Reason: reason, Certain: key != eval.SomeKey,
		Variant: c.Variant, At: c.before.Place(old.Config.Full)}
	for _, m := range c.after.Modules() {
		for _, block := range m.Config.Removed {
			if e, ok := move.ParseEndpoint(block.From, quoteIndex); ok && !e.IsResource() && m.Static == old.Module.Static && len(e.Module) == 1 && e.Module[0].Name == old.Config.Name {
				if block.Destroy != nil && !*block.Destroy || block.Destroy == nil && !c.After.Runtime.RemovedDestroys() {
					change.Action = plan.Forget
				}
			}
		}
	}
	change.Causes = c.opaqueCauses(old, change)
	c.changes = append(c.changes, change)
}

func (c *comparison) opaqueChanged(old, now *eval.Call, key eval.Key) {
	switch {
	case !now.Opaque:
		c.opaqueGap(now, "what it held before lay outside the repository, so what its new source keeps of that is not known")
	case old.Config.Source != now.Config.Source || old.Config.Version != now.Config.Version:
		c.opaqueGap(now, fmt.Sprintf("its source %s is outside the repository, and source or version change here", now.Config.Source))
	default:
		was, is := asMap(old.Inputs(key)), asMap(now.Inputs(key))
		for _, name := range sorted(is) {
			before, ok := was[name]
			if expr.IsLimited(before) || expr.IsLimited(is[name]) {
				continue
			}
			if !ok || expr.Fingerprint(before) != expr.Fingerprint(is[name]) {
				c.opaqueGap(now, fmt.Sprintf("its source %s is outside the repository, and its input %s changes", now.Config.Source, name))
				return
			}
		}
		for _, name := range sorted(was) {
			if _, ok := is[name]; !ok {
				c.opaqueGap(now, fmt.Sprintf("its source %s is outside the repository, and its input %s is no longer set", now.Config.Source, name))
				return
			}
		}
	}
}

func (c *comparison) opaqueGap(call *eval.Call, why string) {
	c.gap(plan.Gap{At: c.after.Place(call.Config.Full), Root: c.Root, Kind: plan.GapOpaque, Subject: call.Address, Variant: c.Variant,
		Why: why + "; vendor the module, or compare its versions by hand"})
}

// providerGone tells whether an object whose configuration is gone needs a
// provider configuration that is gone as well: Terraform then refuses to plan.
func (c *comparison) providerGone(o *object) string {
	static, local := providerOf(o.inst.Resource)
	if static == "" && !aliased(local) {
		return ""
	}
	for _, m := range c.after.Modules() {
		if m.Static == static && m.Config.Providers[local] != nil {
			return ""
		}
	}
	return fmt.Sprintf("Provider configuration not present: %s is to be destroyed with provider %s, which is no longer configured", o.address, local)
}

func aliased(local string) bool {
	for i := range local {
		if local[i] == '.' {
			return true
		}
	}
	return false
}

// providerOf finds the module and local name of the provider configuration a
// resource uses; the root's default where none is written.
func providerOf(r *eval.Resource) (static, local string) {
	local = r.Config.Provider
	if local == "" {
		local = localProvider(r.Config)
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
		case aliased(local):
			return "", localProvider(r.Config) // not resolvable: the before side would not have planned
		}
		m = m.Parent
	}
}

// defaultUnless keeps an alias only where the root declares it.
func defaultUnless(root *config.Module, local string) string {
	if root.Providers[local] != nil || !aliased(local) {
		return local
	}
	for i := range local {
		if local[i] == '.' {
			return local[:i]
		}
	}
	return local
}
