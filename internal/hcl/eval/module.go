package eval

import (
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

func (w *World) module(parent *Module, call *config.Call, key Key, cfg *config.Module, dir string, rep *repetition) *Module {
	m := &Module{
		World: w, Parent: parent, Call: call, Key: key, Config: cfg, Dir: dir, rep: rep,
		values: map[string]*node{}, resources: map[string]*Resource{}, calls: map[string]*Call{}, repeated: map[*hcl.EvalContext]*Expansion{},
	}
	if parent != nil {
		m.Address = joinAddress(parent.Address, "module."+call.Name+string(key))
		m.Static = strings.TrimPrefix(parent.Static+"."+call.Name, ".")
	}
	m.scope = &scope{module: m}
	m.ctx = expr.Context(m.scope, w.functions)
	w.modules = append(w.modules, m)
	return m
}

// value computes a named value once.
func (m *Module) value(name string, at hcl.Range, compute func() (cty.Value, hcl.Diagnostics)) (cty.Value, hcl.Diagnostics) {
	n := m.values[name]
	if n == nil {
		n = &node{state: waiting}
		m.values[name] = n
	}
	switch n.state {
	case done:
		return n.val, n.diags
	case running:
		return cty.DynamicVal, expr.Errorf(at, "Cycle", "%s depends on itself", joinAddress(m.Address, name))
	}
	if diags := m.World.enter(at); diags != nil {
		m.World.leave()
		return cty.DynamicVal, diags
	}
	n.state = running
	n.val, n.diags = compute()
	if value.Weight(n.val, maxWeight) > maxWeight {
		n.val, n.diags = cty.DynamicVal, expr.Errorf(at, expr.LimitReached, "%s holds more than %d values", name, maxWeight)
	} else if err := m.World.Spend(valueCost + value.Weight(n.val, maxWeight)); err != nil {
		n.val, n.diags = cty.DynamicVal, expr.Errorf(at, expr.LimitReached, "%s", err)
	}
	if n.diags.HasErrors() {
		n.diags = few(n.diags)
		n.val = failed(m, name, n.diags)
	}
	n.state = done
	m.World.leave()
	return n.val, n.diags
}

// Local is the value of a local.
func (m *Module) Local(name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	l := m.Config.Locals[name]
	if l == nil {
		return cty.DynamicVal, expr.Errorf(at, "Reference to undeclared local value",
			"A local value with the name %q has not been declared.", name)
	}
	return m.value("local."+name, l.Range, func() (cty.Value, hcl.Diagnostics) { return l.Value.Value(m.ctx) })
}

// Output is the value of an output.
func (m *Module) Output(name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	o := m.Config.Outputs[name]
	if o == nil {
		return cty.DynamicVal, expr.Errorf(at, "Unsupported attribute", "This object does not have an attribute named %q.", name)
	}
	return m.value("output."+name, o.Range, func() (cty.Value, hcl.Diagnostics) {
		v, diags := o.Value.Value(m.ctx)
		if o.Sensitive {
			v = v.Mark(value.Sensitive)
		}
		if !diags.HasErrors() && !o.Ephemeral && isEphemeral(v) {
			diags = append(diags, expr.Errorf(o.Range, "Ephemeral value not allowed", "output %q is not declared as ephemeral", name)...)
		}
		return v, diags
	})
}

// Variable is the value of an input variable.
func (m *Module) Variable(name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	v := m.Config.Variables[name]
	if v == nil {
		return cty.DynamicVal, expr.Errorf(at, "Reference to undeclared input variable",
			"An input variable with the name %q has not been declared.", name)
	}
	return m.value("var."+name, v.Range, func() (cty.Value, hcl.Diagnostics) { return m.input(v) })
}

func (m *Module) input(v *config.Variable) (cty.Value, hcl.Diagnostics) {
	val, where, diags := m.given(v)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if val != cty.NilVal && value.HasHugeNumber(val) {
		return cty.DynamicVal, expr.Errorf(where, expr.LimitReached, "var.%s holds a number of too many digits", v.Name)
	}
	if val == cty.NilVal || !v.Nullable && val.IsNull() {
		if v.Default == nil {
			return m.absent(v, val)
		}
		val, diags = v.Default.Value(nil)
		where = v.Default.Range()
		if diags.HasErrors() {
			return cty.DynamicVal, diags
		}
	}
	out, err := v.Type.Convert(val)
	if err == nil && value.HasHugeNumber(out) {
		return cty.DynamicVal, expr.Errorf(where, expr.LimitReached, "var.%s holds a number of too many digits", v.Name)
	}
	if err != nil {
		return cty.DynamicVal, expr.Errorf(where, "Invalid value for input variable",
			"The given value is not suitable for var.%s: %s.", v.Name, err)
	}
	if isEphemeral(out) && !v.Ephemeral {
		return cty.DynamicVal, expr.Errorf(where, "Ephemeral value not allowed", "var.%s is not declared as ephemeral", v.Name)
	}
	return declared(v, withDefaults(v, out)), nil
}

// withDefaults says of an object that is not known which attributes are defaults of
// the variable's type where it does not have them.
func withDefaults(v *config.Variable, val cty.Value) cty.Value {
	d := v.Type.Defaults
	if d == nil || len(d.DefaultValues) == 0 || value.SymbolOf(val) == "" || !val.Type().IsObjectType() {
		return val
	}
	return value.WithLayers(val, []cty.Value{cty.ObjectVal(d.DefaultValues), val})
}

// declared marks a value as its variable says.
func declared(v *config.Variable, val cty.Value) cty.Value {
	if v.Sensitive {
		val = val.Mark(value.Sensitive)
	}
	if v.Ephemeral {
		val = val.Mark(value.Ephemeral{})
	}
	return val
}

// given is the value that the caller or a variable file gives, NilVal for none.
func (m *Module) given(v *config.Variable) (cty.Value, hcl.Range, hcl.Diagnostics) {
	if m.Parent == nil {
		if given, ok := m.World.Given[v.Name]; ok {
			return given.Value, given.Range, nil
		}
		return cty.NilVal, v.Range, nil
	}
	in := m.Call.Inputs[v.Name]
	if in == nil {
		return cty.NilVal, v.Range, nil
	}
	val, diags := in.Value.Value(m.Parent.context(m.rep))
	return val, in.Range, diags
}

// absent: nobody gives the variable a value. In the root that is the business
// of whoever runs the tool, and the same before and after.
func (m *Module) absent(v *config.Variable, null cty.Value) (cty.Value, hcl.Diagnostics) {
	if null != cty.NilVal {
		return cty.DynamicVal, expr.Errorf(v.Range, "Required variable not set",
			"The given value is not suitable for var.%s: required variable may not be set to null.", v.Name)
	}
	if m.Parent != nil {
		return cty.DynamicVal, expr.Errorf(m.Call.Range, "Missing required argument",
			"The argument %q is required, but no definition was found.", v.Name)
	}
	out := value.NewOpaque("var."+v.Name, v.Type.Type)
	if !v.Nullable && v.Type.Type != cty.DynamicPseudoType {
		out = out.RefineNotNull()
	}
	return declared(v, withDefaults(v, m.World.concrete(out))), nil
}

// context is the evaluation context for something that repeats as rep says.
func (m *Module) context(rep *repetition) *hcl.EvalContext {
	if rep == nil {
		return m.ctx
	}
	if rep.ctx == nil {
		rep.ctx = expr.Context(&scope{module: m, rep: rep}, m.World.functions)
		m.repeated[rep.ctx] = rep.of
	}
	return rep.ctx
}

// Path is path.module: relative to the root's folder.
func (m *Module) Path() string { return relative(m.World.Dir, m.Dir) }

func relative(from, to string) string {
	if from == to {
		return "."
	}
	if from == "." {
		return to
	}
	up := ""
	for from != "." && to != from && !strings.HasPrefix(to, from+"/") {
		up += "../"
		from = path.Dir(from)
	}
	if from == "." {
		return strings.TrimSuffix(up+strings.TrimPrefix(to, "./"), "/.")
	}
	return strings.TrimSuffix(up+strings.TrimPrefix(strings.TrimPrefix(to, from), "/"), "/")
}

func (m *Module) String() string {
	if m.Address == "" {
		return fmt.Sprintf("root %s", m.World.Dir)
	}
	return m.Address
}

// Context evaluates expressions of the module outside what repeats.
func (m *Module) Context() *hcl.EvalContext { return m.ctx }

// CallContext evaluates the inputs of the call that makes this instance.
func (m *Module) CallContext() *hcl.EvalContext { return m.Parent.context(m.rep) }

// RepeatedBy is the expansion that each and count mean in ctx, nil for none.
func (m *Module) RepeatedBy(ctx *hcl.EvalContext) *Expansion { return m.repeated[ctx] }
