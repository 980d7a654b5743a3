package eval

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Resource returns a resource declared in the module, by its key.
func (m *Module) Resource(key string) *Resource {
	if r := m.resources[key]; r != nil {
		return r
	}
	cfg := m.Config.Resources[key]
	if cfg == nil {
		return nil
	}
	address := joinAddress(m.Address, dataPrefix(cfg)+cfg.Type+"."+cfg.Name)
	r := &Resource{Module: m, Config: cfg, Address: address, instances: map[Key]*Instance{}}
	m.resources[key] = r
	return r
}

func dataPrefix(cfg *config.Resource) string {
	if cfg.Mode == config.Managed {
		return ""
	}
	return string(cfg.Mode) + "."
}

// Expansion is the set of the resource's instances.
func (r *Resource) Expansion() *Expansion {
	if r.expansion == nil {
		if r.expanding {
			return r.Module.World.bad(nil, cty.DynamicVal, expr.Errorf(r.Config.Range, "Cycle", "%s depends on itself", r.Address))
		}
		r.expanding = true
		if diags := r.Module.World.enter(r.Config.Range); diags != nil {
			r.expansion = r.Module.World.bad(nil, cty.DynamicVal, diags)
		} else {
			r.expansion = r.Module.expand(r.Config.Count, r.Config.ForEach, r.Config.Enabled, r.Module.ctx)
		}
		r.Module.World.leave()
		if r.expansion.Repeat == Single {
			if diags := r.Module.World.instance(1, r.Config.Range); diags != nil {
				r.expansion = r.Module.World.bad(nil, cty.DynamicVal, diags)
			}
		}
	}
	return r.expansion
}

// Instance returns the instance with a key, nil where there is none.
func (r *Resource) Instance(key Key) *Instance {
	if inst := r.instances[key]; inst != nil {
		return inst
	}
	e := r.Expansion()
	if !e.Has(key) {
		return nil
	}
	i := 0
	if e.Repeat == Counted {
		i = index(key)
	}
	inst := &Instance{Resource: r, Key: key, rep: e.repetition(key, i)}
	inst.rep.self = inst.Value
	r.instances[key] = inst
	return inst
}

// Instances returns all instances in the order of their keys' definition.
func (r *Resource) Instances() []*Instance {
	e := r.Expansion()
	out := make([]*Instance, 0, len(e.Keys))
	for _, key := range e.Keys {
		if inst := r.Instance(key); inst != nil {
			out = append(out, inst)
		}
	}
	return out
}

// Address is the instance's address.
func (i *Instance) Address() string { return i.Resource.Address + string(i.Key) }

// Context evaluates expressions of the instance's block.
func (i *Instance) Context() *hcl.EvalContext { return i.Resource.Module.context(i.rep) }

// Config is the instance's configuration: an object of its arguments and, per
// block type, a tuple of objects.
func (i *Instance) Config() (cty.Value, hcl.Diagnostics) {
	return i.once(&i.config, func() (cty.Value, hcl.Diagnostics) {
		v, diags := i.Resource.Module.body(i.Resource.Config.Body, i.Context(), i.Address())
		return v, append(diags, i.storesEphemeral(v)...)
	})
}

// storesEphemeral finds an ephemeral value where it would be stored: in any
// argument of a resource or data source but a write-only one, which all
// providers name so.
func (i *Instance) storesEphemeral(v cty.Value) hcl.Diagnostics {
	cfg := i.Resource.Config
	if cfg.Mode == config.Ephemeral || !isEphemeral(v) {
		return nil
	}
	var diags hcl.Diagnostics
	_, paths := v.UnmarkDeepWithPaths()
	for _, p := range paths {
		_, found := p.Marks[value.Ephemeral{}]
		if !found || len(p.Path) == 0 {
			continue
		}
		name, last := "", ""
		for _, step := range p.Path {
			if attr, ok := step.(cty.GetAttrStep); ok {
				if last = attr.Name; name == "" {
					name = attr.Name
				}
			}
		}
		if strings.HasSuffix(last, "_wo") {
			continue
		}
		at := cfg.Range
		if a := cfg.Body.Attributes[name]; a != nil {
			at = a.Range
		}
		diags = append(diags, expr.Errorf(at, "Invalid use of ephemeral value", "%s is stored, ephemeral values cannot be", name)...)
	}
	return diags
}

// Value is the instance as others see it.
func (i *Instance) Value() (cty.Value, hcl.Diagnostics) {
	return i.once(&i.value, func() (cty.Value, hcl.Diagnostics) {
		objects := i.Resource.Module.World.Objects
		switch i.Resource.Config.Mode {
		case config.Managed:
			return objects.Managed(i)
		case config.Data:
			return objects.Data(i)
		}
		// Opened anew each time, never stored.
		return value.OpenObject(value.Open{ID: i.Address()}, nil).Mark(value.Ephemeral{}), nil
	})
}

func (i *Instance) once(slot **node, compute func() (cty.Value, hcl.Diagnostics)) (cty.Value, hcl.Diagnostics) {
	n := *slot
	if n == nil {
		n = &node{state: running}
		*slot = n
		world := i.Resource.Module.World
		if diags := world.enter(i.Resource.Config.Range); diags != nil {
			world.limited(diags)
			n.val, n.diags = cty.DynamicVal.Mark(value.Limited{}), diags
		} else {
			n.val, n.diags = compute()
			n.diags = few(n.diags)
		}
		world.leave()
		n.state = done
		return n.val, n.diags
	}
	if n.state == running {
		return cty.DynamicVal, expr.Errorf(i.Resource.Config.Range, "Cycle", "%s depends on itself", i.Address())
	}
	return n.val, n.diags
}

// Value is the whole resource: one object, a tuple or a map of objects.
func (r *Resource) Value() (cty.Value, hcl.Diagnostics) {
	if r.whole != nil {
		return r.whole.val, r.whole.diags
	}
	v, diags := r.compute()
	r.whole = &node{state: done, val: v, diags: diags}
	return v, diags
}

func (r *Resource) compute() (cty.Value, hcl.Diagnostics) {
	e := r.Expansion()
	switch e.Repeat {
	case Single:
		if inst := r.Instance(NoKey); inst != nil {
			return inst.Value()
		}
		return cty.NullVal(cty.DynamicPseudoType), nil
	case Failed:
		return cty.DynamicVal, e.Diags
	case Unknown:
		return r.Module.World.Objects.Unknown(r), nil
	}
	var diags hcl.Diagnostics
	list := make([]cty.Value, 0, len(e.Keys))
	object := make(map[string]cty.Value, len(e.Keys))
	for _, inst := range r.Instances() {
		v, more := inst.Value()
		diags = append(diags, more...)
		if e.Repeat == Counted {
			list = append(list, v)
		} else {
			object[e.IDs[inst.Key]] = v
		}
	}
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if e.Repeat == Counted {
		return cty.TupleVal(list), nil
	}
	return cty.ObjectVal(object), nil
}
