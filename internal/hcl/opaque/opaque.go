package opaque

import (
	"fmt"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Gone is a module instance that leaves with objects that are not known.
type Gone struct {
	*pair.OpaqueModule
	Reason plan.Reason
	// Forget says that a removed block keeps what it held.
	Forget bool
}

// Compare compares the calls of modules that are not had: what leaves with them, and
// what else changes of them in a way that is not to be seen from here.
func Compare(p *pair.Pair) ([]Gone, []plan.Gap) {
	c := &comparison{pair: p, edits: map[editKey]*editOf{}}
	for _, m := range p.Opaque {
		c.module(m)
	}
	c.unbrought()
	return c.gone, append(c.gaps, c.editGaps()...)
}

// comparison collects what all calls come to.
type comparison struct {
	pair  *pair.Pair
	gone  []Gone
	gaps  []plan.Gap
	edits map[editKey]*editOf
}

// module compares one module instance: what leaves with it is destroyed for
// certain, what a change of its version or inputs does is not to be seen from here.
func (c *comparison) module(old *pair.OpaqueModule) {
	now, key := c.callAt(old.Final), eval.Key(old.Final[len(old.Final)-1].Key)
	if now == nil {
		c.leaves(old, plan.NoResourceConfig)
		return
	}
	switch is := now.Expansion(); {
	case is.Has(key) && (key != eval.SomeKey || eval.SameUnknown(old.Call.Expansion(), is)):
		c.changed(old, now, key)
	case is.Repeat == eval.Counted || is.Repeat == eval.Each || is.Repeat == eval.Single:
		c.leaves(old, plan.NoModule)
	default:
		c.gaps = append(c.gaps, Gap(c.pair, now, "which of its instances remain depends on a value that is not in the repository"))
	}
}

// unbrought tells new calls of folders that neither side has, where nothing shows
// that something else brings them: no submodule, and nothing that was applied
// before.
func (c *comparison) unbrought() {
	for _, m := range c.pair.After.Modules() {
		for _, call := range pair.Calls(m) {
			if call.Absent == nil || call.Absent.Commit != "" || slices.ContainsFunc(c.pair.Opaque, func(old *pair.OpaqueModule) bool {
				return old.Call.Absent != nil && call.Absent.Brings(old.Call.Dir())
			}) {
				continue
			}
			c.gaps = append(c.gaps, plan.Gap{At: c.pair.After.Place(call.Config.SourceAt), Kind: plan.GapInvalid, Subject: call.Dir(),
				Why: "would not plan: Unreadable module directory: " + call.Dir() + " does not exist"})
		}
	}
}

// callAt is the call of the after side that a module instance would be of.
func (c *comparison) callAt(path move.Path) *eval.Call {
	m := pair.ModuleAt(c.pair.After.Root, path[:len(path)-1].String())
	if m == nil {
		return nil
	}
	return m.ModuleCall(path[len(path)-1].Name)
}

func (c *comparison) leaves(m *pair.OpaqueModule, reason plan.Reason) {
	gone, old := Gone{OpaqueModule: m, Reason: reason}, m.Call
	for _, m := range c.pair.After.Modules() {
		for _, block := range m.Config.Removed {
			if m.Static == old.Module.Static && namesCall(block, old.Config.Name) {
				gone.Forget = gone.Forget || !destroys(block, c.pair.After.Runtime)
			}
		}
	}
	c.gone = append(c.gone, gone)
}

// destroys reports whether a removed block destroys what it names.
func destroys(block *config.Removed, tool config.Runtime) bool {
	if block.Destroy != nil {
		return *block.Destroy
	}
	return tool.RemovedDestroys()
}

// namesCall reports whether a removed block names a module call beside it.
func namesCall(block *config.Removed, name string) bool {
	e, ok := move.ParseEndpoint(block.From, pair.QuoteIndex)
	return ok && !e.IsResource() && len(e.Module) == 1 && e.Module[0].Name == name
}

func (c *comparison) changed(old *pair.OpaqueModule, now *eval.Call, key eval.Key) {
	if !now.Opaque {
		c.gaps = append(c.gaps, Gap(c.pair, now,
			"its old code is outside the repository, so which of its resources the new source keeps could not be determined"))
		return
	}
	if edit := edited(old, now, key); len(edit.inputs) > 0 || edit.version != "" {
		c.add(now, edit)
	}
}

// Gap says that what a call holds is not known; why says what follows from that.
func Gap(p *pair.Pair, call *eval.Call, why string) plan.Gap {
	return plan.Gap{At: p.After.Place(call.Config.Full), Kind: plan.GapOpaque, Subject: call.Address,
		Source: sourceOf(call), Why: why + "; " + wayOut(call), Refused: refused(p, call)}
}

// sourceOf is what could be fetched of a call.
func sourceOf(call *eval.Call) string {
	if call.Absent != nil {
		return ""
	}
	return call.Config.Source
}

// wayOut says what would make the content known.
func wayOut(call *eval.Call) string {
	if a := call.Absent; a != nil && a.Commit != "" {
		return a.Top + " is a git submodule, whose code is not in this repository: compare the two commits"
	} else if a != nil {
		return a.Top + " comes from something that is not in the repository: compare both versions"
	}
	return "run with --fetch, list the source in the settings, or vendor the module"
}

// refused says why the content is not had, where a resolver said so.
func refused(p *pair.Pair, call *eval.Call) string {
	for _, side := range []map[string]elsewhere.Module{p.After.Elsewhere, p.Before.Elsewhere} {
		if err := side[call.Static()].Err; err != nil && err.Why != plan.SourceOffline {
			return err.Error()
		}
	}
	return ""
}

// editKey is what edits of calls are one gap by: a module and the change of its
// version.
type editKey struct{ source, version string }

// editOf is an edit of a call, and the other calls that are edited alike.
type editOf struct {
	call  *eval.Call
	edit  edit
	more  []string
	order int
}

// add notes an edit. Calls that change the version alone, all in the same way,
// are one gap.
func (c *comparison) add(call *eval.Call, e edit) {
	key := editKey{call.Config.Source, e.version}
	if len(e.inputs) > 0 {
		key.source = call.Address // its inputs are its own
	}
	first := c.edits[key]
	switch {
	case first == nil:
		c.edits[key] = &editOf{call: call, edit: e, order: len(c.edits)}
	case len(e.inputs) > 0:
		first.edit.join(e)
	case first.call.Address != call.Address && !slices.Contains(first.more, call.Address):
		first.more = append(first.more, call.Address)
	}
}

func (c *comparison) editGaps() []plan.Gap {
	gaps := make([]plan.Gap, len(c.edits))
	for _, one := range c.edits {
		why := one.edit.text()
		if len(one.more) > 0 {
			why += fmt.Sprintf(" (also of %s)", Listed(one.more))
		}
		gaps[one.order] = plan.Gap{At: c.pair.After.Place(one.call.Config.Full), Kind: one.edit.kind(), Subject: one.call.Address,
			Source: sourceOf(one.call), Why: why + "; what that does is not in the repository: " + wayOut(one.call),
			Refused: refused(c.pair, one.call)}
	}
	return gaps
}

// Into reports whether a path of calls leads into a module that is not
// had.
func Into(w *eval.World, path move.Path) bool {
	for i := range path {
		b := w.Branch(path[:i].Static())
		if b == nil {
			return false
		}
		call := b.Config.Calls[path[i].Name]
		if call == nil {
			return false
		}
		if (!config.IsLocal(call.Source) || w.Absent(b, call)) && w.Branch(path[:i+1].Static()) == nil {
			return true
		}
	}
	return false
}
