package compare

import (
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// markPrivate says of changes and gaps whose content they lie in, and takes lines of
// private content out of the chains of causes.
func (c *comparison) markPrivate() {
	if !c.anyPrivate() {
		return
	}
	names := c.privateNames()
	for i := range c.changes {
		change := &c.changes[i]
		change.Private = c.privateOf(change.Address.Module)
		if change.Private.Repository == "" {
			change.Private = c.privateOf(change.Previous.Module)
		}
		change.Causes = slices.DeleteFunc(change.Causes, func(l plan.Cause) bool { return c.privateFile(l.File).Repository != "" })
		for j, l := range change.Causes {
			if p := names.in(l.Text); p.Repository != "" {
				change.Causes[j].Text = p.Module
			}
		}
		change.Arguments = nil
		change.Left = c.leftPublic(change.Left)
	}
	for i := range c.gaps {
		gap := &c.gaps[i]
		if gap.Private = c.privateFile(gap.At.File); gap.Private.Repository == "" && !c.names(gap.Subject) {
			gap.Private = c.privateOf(gap.Subject)
		}
		if gap.Private.Repository == "" {
			gap.Private = names.in(gap.Subject + " " + gap.Why)
		}
	}
}

func (c *comparison) anyPrivate() bool {
	for _, side := range []map[string]elsewhere.Module{c.in.Before.Elsewhere, c.in.After.Elsewhere} {
		for _, m := range side {
			if m.Package.Private != "" {
				return true
			}
		}
	}
	return false
}

// names reports whether an address is that of a call which the repository itself
// has.
func (c *comparison) names(address string) bool {
	private := c.privateOf(address)
	return private.Module == address
}

// privateNames are the addresses that lie in private content, and the types that
// nothing outside it has, with the content.
type privateNames map[string]plan.Private

func (c *comparison) privateNames() privateNames {
	names, public := privateNames{}, map[string]bool{}
	for _, w := range []*eval.World{c.Before, c.After} {
		if w == nil {
			continue
		}
		for _, m := range w.Modules() {
			p := c.privateOf(m.Address)
			if p.Repository != "" && m.Address != p.Module {
				names[m.Address] = p
			}
			for key, r := range m.Config.Resources {
				if public[r.Type] = public[r.Type] || p.Repository == ""; p.Repository != "" {
					names[m.Address+"."+key], names[r.Type] = p, p
				}
			}
		}
	}
	for typ := range public {
		if public[typ] {
			delete(names, typ)
		}
	}
	return names
}

// in is the private content of which a text has a name.
func (names privateNames) in(text string) plan.Private {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if strings.Contains(text, name) {
			return names[name]
		}
	}
	return plan.Private{}
}

// privateOf is the private content that an address lies in.
func (c *comparison) privateOf(address string) plan.Private {
	for _, step := range pair.Steps(address) {
		if p := c.privateCall(step.Static); p.Repository != "" {
			p.Module = step.Address
			return p
		}
	}
	return plan.Private{}
}

// privateFile is the private content that a file lies in.
func (c *comparison) privateFile(file string) plan.Private {
	for _, dir := range []string{c.in.After.Dir, c.in.Before.Dir} {
		if key, ok := elsewhere.Key(dir, file); ok {
			return c.privateOf(moduleAddress(key))
		}
	}
	return plan.Private{}
}

// moduleAddress is the address of a call path without keys.
func moduleAddress(static string) (address string) {
	for _, name := range pair.Names(static) {
		address += ".module." + name
	}
	return address[min(1, len(address)):]
}

// privateCall is the private content behind a call, before the change or after it.
func (c *comparison) privateCall(static string) plan.Private {
	if m, ok := c.in.After.Elsewhere[static]; ok && m.Package.Private != "" {
		return plan.Private{Repository: m.Package.Private, Salt: m.Salt, At: c.After.Place(m.Call.Range)}
	}
	if m, ok := c.in.Before.Elsewhere[static]; ok && m.Package.Private != "" {
		return plan.Private{Repository: m.Package.Private, Salt: m.Salt, At: c.Before.Place(m.Call.Range)}
	}
	return plan.Private{}
}

// leftPublic are addresses with the module for those that lie in private content.
func (c *comparison) leftPublic(left []plan.Address) (out []plan.Address) {
	for _, a := range left {
		if p := c.privateOf(a.Module); p.Repository != "" {
			a = plan.Address{Engine: a.Engine, Root: a.Root, Module: p.Module}
		}
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}
