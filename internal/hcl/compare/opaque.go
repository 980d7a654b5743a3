package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// opaque compares calls of modules from elsewhere that are not had.
func (c *comparison) opaque() {
	told := told{}
	for _, call := range c.opaqueCalls {
		m := moduleAt(c.after.Root, call.Module.Address)
		var now *eval.Call
		if m != nil {
			now = m.ModuleCall(call.Config.Name)
		}
		c.opaqueCall(call, now, told)
	}
	told.tell(c)
}

// opaqueCall compares one call: what leaves with it is destroyed for certain,
// what a change of its version or inputs does is not to be seen from here.
func (c *comparison) opaqueCall(old, now *eval.Call, told told) {
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
			c.opaqueChanged(old, now, key, told)
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
		Variant: c.Variant, At: c.before.Place(old.Config.Full), Before: map[string]any{"source": old.Config.Source}}
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

func (c *comparison) opaqueChanged(old, now *eval.Call, key eval.Key, told told) {
	if !now.Opaque {
		c.opaqueGap(now, "what it held before lay outside the repository, so what its new source keeps of that is not known")
		return
	}
	edit := edited(old, now, key)
	if len(edit.inputs) == 0 && edit.version == "" {
		return
	}
	told.add(c, now, edit)
}

func (c *comparison) opaqueGap(call *eval.Call, why string) {
	c.gap(plan.Gap{At: c.after.Place(call.Config.Full), Root: c.Root, Kind: plan.GapOpaque, Subject: call.Address, Variant: c.Variant,
		Source: call.Config.Source, Why: why + "; " + c.wayOut(call)})
}

// wayOut says why the content is not had, and what would make it known.
func (c *comparison) wayOut(call *eval.Call) string {
	way := "vendor the module, or compare its versions by hand"
	for _, side := range []map[string]elsewhere.Module{c.After.Elsewhere, c.Before.Elsewhere} {
		if err := side[call.Static()].Err; err != nil && err.Why != plan.SourceOffline {
			return err.Error() + "; " + way
		}
	}
	return way
}

// told are the edits of calls of modules that are not had, one for each module
// and change of its version.
type told map[toldKey]*tale

type toldKey struct{ source, version string }

type tale struct {
	call  *eval.Call
	edit  edit
	more  []string
	order int
}

// add notes an edit. Calls that change the version alone, all in the same way,
// are told as one.
func (t told) add(c *comparison, call *eval.Call, e edit) {
	key := toldKey{call.Config.Source, e.version}
	if len(e.inputs) > 0 {
		key.source = call.Address // its inputs are its own
	}
	first := t[key]
	switch {
	case first == nil:
		t[key] = &tale{call: call, edit: e, order: len(t)}
	case len(e.inputs) > 0:
		first.edit.join(e)
	case first.call.Address != call.Address && !slices.Contains(first.more, call.Address):
		first.more = append(first.more, call.Address)
	}
}

func (t told) tell(c *comparison) {
	tales := make([]*tale, len(t))
	for _, one := range t {
		tales[one.order] = one
	}
	for _, one := range tales {
		why := one.edit.text()
		if len(one.more) > 0 {
			why += fmt.Sprintf(" (also of %s)", listed(one.more))
		}
		c.gap(plan.Gap{At: c.after.Place(one.call.Config.Full), Root: c.Root, Kind: one.edit.kind(), Subject: one.call.Address, Variant: c.Variant,
			Source: one.call.Config.Source, Why: why + "; what that does is not in the repository: " + c.wayOut(one.call)})
	}
}

// intoOpaque reports whether a path of calls leads into a module that is not
// had.
func intoOpaque(w *eval.World, path move.Path) bool {
	for i := range path {
		b := w.Branch(path[:i].Static())
		if b == nil {
			return false
		}
		call := b.Config.Calls[path[i].Name]
		if call == nil {
			return false
		}
		if !config.IsLocal(call.Source) && w.Branch(path[:i+1].Static()) == nil {
			return true
		}
	}
	return false
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

func aliased(local string) bool { return strings.Contains(local, ".") }

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
	short, _, _ := strings.Cut(local, ".")
	return short
}
