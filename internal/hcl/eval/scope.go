package eval

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// Resolve is expr.Scope.
func (s *scope) Resolve(ref hcl.Traversal) (cty.Value, hcl.Traversal, hcl.Diagnostics) {
	at := ref.SourceRange()
	name, rest := attr(ref, 1)
	switch ref.RootName() {
	case "var":
		v, diags := s.module.Variable(name, at)
		return v, rest, diags
	case "local":
		v, diags := s.module.Local(name, at)
		return v, rest, diags
	case "module":
		return s.call(name, rest, at)
	case "data", "ephemeral":
		second, rest := attr(ref, 2)
		return s.resource(ref.RootName()+"."+name+"."+second, rest, at)
	case "resource":
		second, rest := attr(ref, 2)
		return s.resource(name+"."+second, rest, at)
	case "each", "count", "self":
		return s.repeated(ref.RootName(), name, rest, at)
	case "path":
		v, diags := s.path(name, at)
		return v, rest, diags
	case "terraform", "tofu":
		v, diags := s.tool(name, at)
		return v, rest, diags
	}
	return s.resource(ref.RootName()+"."+name, rest, at)
}

// attr is the name taken by the i-th step, and the steps after it.
func attr(ref hcl.Traversal, i int) (string, hcl.Traversal) {
	if i >= len(ref) {
		return "", nil
	}
	switch step := ref[i].(type) {
	case hcl.TraverseAttr:
		return step.Name, ref[i+1:]
	case hcl.TraverseIndex:
		return value.KeyText(step.Key), ref[i+1:]
	}
	return "", ref[i+1:]
}

func (s *scope) repeated(root, name string, rest hcl.Traversal, at hcl.Range) (cty.Value, hcl.Traversal, hcl.Diagnostics) {
	if s.rep != nil {
		switch {
		case root == "count" && name == "index" && s.rep.index != cty.NilVal:
			return s.rep.index, rest, nil
		case root == "each" && name == "key" && s.rep.eachKey != cty.NilVal:
			return s.rep.eachKey, rest, nil
		case root == "each" && name == "value" && s.rep.eachValue != cty.NilVal:
			return s.rep.eachValue, rest, nil
		case root == "self" && s.rep.self != nil:
			v, diags := s.rep.self()
			v, more := expr.Follow(v, append(hcl.Traversal{hcl.TraverseAttr{Name: name, SrcRange: at}}, rest...))
			return v, nil, append(diags, more...)
		}
	}
	return cty.DynamicVal, nil, expr.Errorf(at, "Reference to "+root+" in a context where it is unavailable",
		"%s.%s has no meaning here.", root, name)
}

func (s *scope) path(name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	switch name {
	case "module":
		return cty.StringVal(s.module.Path()), nil
	case "root":
		return cty.StringVal("."), nil
	case "cwd":
		return s.module.World.concrete(value.NewOpaque("path.cwd", cty.String).RefineNotNull()), nil
	}
	return cty.DynamicVal, expr.Errorf(at, `Invalid "path" attribute`, "The path object has no attribute %q.", name)
}

func (s *scope) tool(name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	switch name {
	case "workspace":
		return cty.StringVal(s.module.World.Workspace), nil
	case "applying":
		return cty.False.Mark(value.Ephemeral{}), nil
	}
	return cty.DynamicVal, expr.Errorf(at, `Invalid "terraform" attribute`, "The terraform object has no attribute %q.", name)
}

// resource resolves as much of a reference as says which instance is meant.
func (s *scope) resource(key string, rest hcl.Traversal, at hcl.Range) (cty.Value, hcl.Traversal, hcl.Diagnostics) {
	r := s.module.Resource(key)
	if r == nil {
		return cty.DynamicVal, nil, expr.Errorf(at, "Reference to undeclared resource", "%q has not been declared in %s.", key, s.module)
	}
	e := r.Expansion()
	if e.Repeat == Failed {
		return cty.DynamicVal, nil, e.Diags
	}
	if key, ok := leadingKey(e, rest); ok {
		inst := r.Instance(key)
		if inst == nil {
			return cty.DynamicVal, nil, invalidIndex(r.Address, at)
		}
		v, diags := inst.Value()
		if r.Config.Mode == config.Managed || !diags.HasErrors() {
			return v, rest[1:], diags
		}
		return v, nil, diags
	}
	v, diags := r.Value()
	return v, rest, diags
}

// leadingKey reads the instance key that a reference to something repeated
// starts with.
func leadingKey(e *Expansion, rest hcl.Traversal) (Key, bool) {
	if len(rest) == 0 || e.Repeat != Counted && e.Repeat != Each {
		return NoKey, false
	}
	switch step := rest[0].(type) {
	case hcl.TraverseIndex:
		if key, ok := KeyOf(step.Key); ok {
			if e.Repeat == Each && step.Key.Type() == cty.Number {
				return StringKey(value.KeyText(step.Key)), true
			}
			if e.Repeat == Counted && step.Key.Type() == cty.String {
				return Key("[" + step.Key.AsString() + "]"), true
			}
			return key, true
		}
	case hcl.TraverseAttr:
		if e.Repeat == Each {
			return StringKey(step.Name), true
		}
	}
	return NoKey, false
}

func invalidIndex(what string, at hcl.Range) hcl.Diagnostics {
	return expr.Errorf(at, "Invalid index", "The given key does not identify an instance of %s.", what)
}

func (s *scope) call(name string, rest hcl.Traversal, at hcl.Range) (cty.Value, hcl.Traversal, hcl.Diagnostics) {
	c := s.module.ModuleCall(name)
	if c == nil {
		return cty.DynamicVal, nil, expr.Errorf(at, "Reference to undeclared module",
			"No module call named %q is declared in %s.", name, s.module)
	}
	if c.Broken != nil {
		return value.NewOpaque("unreadable "+c.Address, cty.DynamicPseudoType), rest, nil
	}
	e := c.Expansion()
	key := NoKey
	switch e.Repeat {
	case Failed:
		return cty.DynamicVal, nil, e.Diags
	case Counted, Each:
		var ok bool
		if key, ok = leadingKey(e, rest); !ok {
			v, diags := c.Value()
			return v, rest, diags
		}
		if !e.Has(key) {
			return cty.DynamicVal, nil, invalidIndex(c.Address, at)
		}
		rest = rest[1:]
	case Unknown:
		v, diags := c.Value()
		return v, rest, diags
	}
	if len(e.Keys) == 0 {
		return cty.NullVal(cty.DynamicPseudoType), rest, nil
	}
	if out, more := attr(rest, 0); out != "" && len(rest) > 0 {
		v, diags := c.output(key, out, at)
		return v, more, diags
	}
	v, diags := c.object(key)
	return v, rest, diags
}

// Spend is expr.Scope.
func (s *scope) Spend(n int) error { return s.module.World.Spend(n) }

// LazyLogic is expr.Scope.
func (s *scope) LazyLogic() bool { return s.module.World.Runtime.LazyLogic() }
