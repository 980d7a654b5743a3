package eval

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/elsewhere"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// ModuleCall returns a call declared in the module.
func (m *Module) ModuleCall(name string) *Call {
	if c := m.calls[name]; c != nil {
		return c
	}
	cfg := m.Config.Calls[name]
	if cfg == nil {
		return nil
	}
	c := &Call{Module: m, Config: cfg, Address: joinAddress(m.Address, "module."+name), instances: map[Key]*Module{}, outputs: map[Key]*node{}}
	m.calls[name] = c
	c.load()
	return c
}

func (c *Call) load() {
	m := c.Module
	dir, inside := m.World.folder(m.Dir, c.Static(), c.Config)
	if c.dir = dir; !inside {
		c.Opaque = true
		return
	}
	if p := c.recursive(); p != nil {
		c.broken(p)
		return
	}
	child, problem := m.World.Loader.Load(m.World.Tree, c.dir, m.World.Runtime)
	if problem != nil && c.absent() {
		c.Opaque = true
		return
	}
	if problem != nil {
		p := *problem
		if p.Kind == plan.GapInvalid {
			p.Range = c.Config.SourceAt
		}
		c.broken(&p)
		return
	}
	if len(child.Files) == 0 {
		c.broken(&config.Problem{Kind: plan.GapInvalid, Range: c.Config.SourceAt, Subject: c.Address,
			Text: "Unreadable module directory: " + c.dir + " has no configuration files"})
		return
	}
	c.child = child
}

// absent notes that neither side has the folder of the call.
func (c *Call) absent() bool {
	c.Absent = c.Module.World.absent(c.dir)
	return c.Absent != nil
}

// absent says where a folder would lie that neither side has, nil where one has
// it.
func (w *World) absent(dir string) *config.Absence {
	if w.Other == nil {
		return nil
	}
	here, absent := config.AbsentAt(w.Tree, dir)
	if there, too := config.AbsentAt(w.Other, dir); !absent || !too || here.Top != there.Top {
		return nil // one side has what lies around it: a mistake in a name
	}
	return &here
}

// Dir is the folder of the call's source.
func (c *Call) Dir() string { return c.dir }

func (c *Call) broken(p *config.Problem) {
	c.Broken = p
	c.Module.World.Problems = append(c.Module.World.Problems, *p)
}

// recursive looks for a module that calls itself, which no tool can install.
func (c *Call) recursive() *config.Problem {
	levels := 0
	for m := c.Module; m != nil; m = m.Parent {
		if levels++; path.Clean(m.Dir) == path.Clean(c.dir) || levels > maxModules {
			return &config.Problem{Kind: plan.GapInvalid, Range: c.Config.SourceAt, Subject: c.Address,
				Text: "the module calls itself, or calls nest too deep"}
		}
	}
	return nil
}

// Static is the call path without keys.
func (c *Call) Static() string { return strings.TrimPrefix(c.Module.Static+"."+c.Config.Name, ".") }

// Child is the configuration behind the call, nil where it is not available.
func (c *Call) Child() *config.Module { return c.child }

// Expansion is the set of the module's instances.
func (c *Call) Expansion() *Expansion {
	if c.expansion == nil {
		if c.expanding {
			return c.Module.World.bad(nil, cty.DynamicVal, expr.Errorf(c.Config.Range, "Cycle", "%s depends on itself", c.Address))
		}
		c.expanding = true
		if diags := c.Module.World.enter(c.Config.Range); diags != nil {
			c.expansion = c.Module.World.bad(nil, cty.DynamicVal, diags)
		} else {
			c.expansion = c.Module.expand(c.Config.Count, c.Config.ForEach, c.Config.Enabled, c.Module.ctx)
		}
		c.Module.World.leave()
		if c.expansion.Repeat == Single {
			if diags := c.Module.World.instance(1, c.Config.Range); diags != nil {
				c.expansion = c.Module.World.bad(nil, cty.DynamicVal, diags)
			}
		}
	}
	return c.expansion
}

// Instance returns one instance of the module, nil where there is none or its
// configuration is not available.
func (c *Call) Instance(key Key) *Module {
	if m := c.instances[key]; m != nil {
		return m
	}
	e := c.Expansion()
	if c.child == nil || !e.Has(key) {
		return nil
	}
	rep := e.repetition(key, index(key))
	_ = c.Module.World.instance(moduleCost, c.Config.Range) // the next expansion fails
	m := c.Module.World.module(c.Module, c.Config, key, c.child, c.dir, rep)
	c.instances[key] = m
	return m
}

// Instances returns all instances.
func (c *Call) Instances() []*Module {
	var out []*Module
	for _, key := range c.Expansion().Keys {
		if m := c.Instance(key); m != nil {
			out = append(out, m)
		}
	}
	return out
}

// output is one output of one instance.
func (c *Call) output(key Key, name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	if m := c.Instance(key); m != nil {
		return c.shown(m, name, at)
	}
	v, diags := c.object(key)
	if diags.HasErrors() {
		return v, diags
	}
	return expr.Follow(v, hcl.Traversal{hcl.TraverseAttr{Name: name, SrcRange: at}})
}

// object is one instance as a whole: an object of its outputs. Two modules from
// elsewhere that are not had may take outputs of each other: a limit that went
// round comes back to where it began, and is not carried once more.
func (c *Call) object(key Key) (cty.Value, hcl.Diagnostics) {
	if n := c.outputs[key]; n != nil && n.state == running {
		return value.OpenObject(value.Open{ID: c.OpaqueID(key)}, nil), nil
	} else if n != nil {
		return n.val, n.diags
	}
	if diags := c.Module.World.enter(c.Config.Range); diags != nil {
		c.Module.World.leave()
		return cty.DynamicVal, diags
	}
	if c.Instance(key) == nil {
		c.outputs[key] = &node{state: running}
	}
	n := &node{state: done}
	n.val, n.diags = c.outputObject(key)
	c.outputs[key] = n
	c.Module.World.leave()
	return n.val, n.diags
}

func (c *Call) outputObject(key Key) (cty.Value, hcl.Diagnostics) {
	m := c.Instance(key)
	if m == nil {
		return value.OpenObject(value.Open{ID: c.OpaqueID(key)}, nil), nil
	}
	var diags hcl.Diagnostics
	vals := make(map[string]cty.Value, len(m.Config.Outputs))
	for name, o := range m.Config.Outputs {
		v, more := c.shown(m, name, o.Range)
		diags = append(diags, more...)
		vals[name] = v
	}
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if c.Private() != "" {
		// Which outputs there are is not shown either.
		all := cty.ObjectVal(vals)
		return value.CarryLimit(value.OpenObject(value.Open{ID: "private " + value.Fingerprint(all)}, nil), all), nil
	}
	return cty.ObjectVal(vals), nil
}

// Private is the repository, `owner/name`, from which the call takes content that
// not everybody may read who may read its caller; empty where there is none.
func (c *Call) Private() string {
	at := c.Module.World.Elsewhere
	if static := c.Static(); elsewhere.Private(at, static) == static {
		return at[static].Package.Private
	}
	return ""
}

// InPrivate reports whether a module lies in content that not everybody may read who
// may read the root.
func (m *Module) InPrivate() bool { return elsewhere.Private(m.World.Elsewhere, m.Static) != "" }

// shown is an output as the caller gets to see it. Of private content that is
// whether it is the same value on both sides, and nothing else.
func (c *Call) shown(m *Module, name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	v, diags := m.Output(name, at)
	if c.Private() == "" || m.Config.Outputs[name] == nil {
		return v, diags
	}
	return value.CarryLimit(value.NewOpaque("private "+value.Fingerprint(v), cty.DynamicPseudoType), v), nil
}

// OpaqueID names the outputs of a module from elsewhere that is not had. They
// count as the same on both sides: whatever changes of the call is reported with the
// call itself, and what would follow from it is no finding of its own.
func (c *Call) OpaqueID(key Key) string {
	at := c.Address + string(key)
	if was, moved := c.Module.World.Was[at]; moved {
		at = was
	}
	return at + "@"
}

// Inputs is the object of what the call hands to one instance.
func (c *Call) Inputs(key Key) cty.Value {
	rep := c.Expansion().repetition(key, index(key))
	vals := make(map[string]cty.Value, len(c.Config.Inputs))
	for _, name := range slices.Sorted(maps.Keys(c.Config.Inputs)) { // always the same one of two that need each other first
		in := c.Config.Inputs[name]
		v, diags := in.Value.Value(c.Module.context(rep))
		if diags.HasErrors() {
			v = failed(c.Module, "module."+c.Config.Name+"."+name, diags)
		}
		vals[name] = v
	}
	return cty.ObjectVal(vals)
}

// Value is the whole call: one object, a tuple or a map of objects.
func (c *Call) Value() (cty.Value, hcl.Diagnostics) {
	if c.whole != nil {
		return c.whole.val, c.whole.diags
	}
	v, diags := c.compute()
	c.whole = &node{state: done, val: v, diags: diags}
	return v, diags
}

func (c *Call) compute() (cty.Value, hcl.Diagnostics) {
	e := c.Expansion()
	switch e.Repeat {
	case Single:
		if len(e.Keys) == 0 {
			return cty.NullVal(cty.DynamicPseudoType), nil
		}
		return c.object(NoKey)
	case Failed:
		return cty.DynamicVal, e.Diags
	case Unknown:
		if e.Pending() {
			return value.NewPending(cty.DynamicPseudoType), nil
		}
		v, _ := c.object(SomeKey)
		return value.CarryLimit(value.NewOpaque(c.Address+"[*] "+value.Fingerprint(e.Value, v), cty.DynamicPseudoType), e.Value, v), nil
	}
	var diags hcl.Diagnostics
	list := make([]cty.Value, 0, len(e.Keys))
	object := make(map[string]cty.Value, len(e.Keys))
	for _, key := range e.Keys {
		v, more := c.object(key)
		diags = append(diags, more...)
		list, object[e.IDs[key]] = append(list, v), v
	}
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if e.Repeat == Counted {
		return cty.TupleVal(list), nil
	}
	return cty.ObjectVal(object), nil
}

// folder is where a call's source lies in the tree; inside is false where it
// lies elsewhere.
func (w *World) folder(caller, static string, call *config.Call) (dir string, inside bool) {
	if !config.IsLocal(call.Source) {
		dir = w.Elsewhere[static].Dir
		return dir, dir != ""
	}
	dir = path.Join(caller, call.Source)
	return dir, dir != ".." && !strings.HasPrefix(dir, "../")
}
