package compare

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
)

func splitStatic(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ".")
}

// validate evaluates what no instance needed, and finds what the tool would
// refuse: it refuses the whole plan.
func (c *comparison) validate() {
	c.versions()
	for _, m := range c.after.Modules() {
		c.validateModule(m)
	}
	c.removedStill()
	c.importProblems()
	c.providersMoved()
	c.providersReleased()
}

// versions checks the required_version of all modules together.
func (c *comparison) versions() {
	was, failed := c.Before.Runtime.Unsatisfiable(required(c.before))
	is, fails := c.After.Runtime.Unsatisfiable(required(c.after))
	if fails && (!failed || was.Constraint != is.Constraint) {
		c.invalidAt(is.Range, "required_version", "Unsupported Terraform Core version: "+is.Constraint)
	}
}

func required(w *eval.World) []config.Version {
	var out []config.Version
	for _, b := range w.Branches() {
		out = append(out, b.Config.Settings.Versions...)
	}
	return out
}

func (c *comparison) validateModule(m *eval.Module) {
	old := moduleAt(c.before.Root, m.Address)
	for _, name := range sorted(m.Config.Variables) {
		v := m.Config.Variables[name]
		_, diags := m.Variable(name, v.Range)
		c.report(m, old, "var."+name, diags, func(o *eval.Module) hcl.Diagnostics {
			_, d := o.Variable(name, v.Range)
			return d
		})
		var was failing
		if old != nil && old.Config.Variables[name] != nil {
			was.add(old.Config.Variables[name].Checks, old.Context())
		}
		for _, check := range v.Checks {
			c.check(check, m.Context(), was, nameIn(m, "var."+name), "Invalid value for variable")
		}
	}
	for _, name := range m.Config.Order {
		kind, short, _ := strings.Cut(name, ".")
		switch kind {
		case "local":
			_, diags := m.Local(short, hcl.Range{})
			c.report(m, old, name, diags, func(o *eval.Module) hcl.Diagnostics { _, d := o.Local(short, hcl.Range{}); return d })
		case "output":
			c.validateOutput(m, old, short)
		case "module":
			c.validateCall(m, old, short)
		default:
			c.validateResource(m, old, name)
		}
	}
}

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// report tells the errors that the same thing did not have before.
func (c *comparison) report(m, old *eval.Module, name string, diags hcl.Diagnostics, before func(*eval.Module) hcl.Diagnostics) {
	if !diags.HasErrors() {
		return
	}
	if old != nil {
		was := before(old)
		diags = slices.DeleteFunc(slices.Clone(diags), func(d *hcl.Diagnostic) bool { return contains(was, d) })
	}
	c.diagnostics(nameIn(m, name), diags)
}

func (c *comparison) validateOutput(m, old *eval.Module, name string) {
	_, diags := m.Output(name, hcl.Range{})
	c.report(m, old, "output."+name, diags, func(o *eval.Module) hcl.Diagnostics { _, d := o.Output(name, hcl.Range{}); return d })
	var was failing
	if old != nil && old.Config.Outputs[name] != nil {
		was.add(old.Config.Outputs[name].Checks, old.Context())
	}
	for _, check := range m.Config.Outputs[name].Checks {
		c.check(check, m.Context(), was, nameIn(m, "output."+name), "Module output value precondition failed")
	}
}

// failing are the conditions, as written, that were not met before: that they
// still are not is no news, and may be our reading of them.
type failing map[string]bool

func (f *failing) add(checks []config.Check, ctx *hcl.EvalContext) {
	for _, check := range checks {
		if fails(check, ctx) {
			if *f == nil {
				*f = failing{}
			}
			(*f)[check.Condition.Text] = true
		}
	}
}

// fails reports whether a condition is false for certain.
func fails(check config.Check, ctx *hcl.EvalContext) bool {
	v, diags := check.Condition.Value(ctx)
	v, _ = v.Unmark()
	return !diags.HasErrors() && v.IsKnown() && !v.IsNull() && v.Type() == cty.Bool && v.False()
}

// check evaluates a condition; only one that is certainly false fails a plan.
func (c *comparison) check(check config.Check, ctx *hcl.EvalContext, was failing, subject, title string) {
	if fails(check, ctx) && !was[check.Condition.Text] {
		c.invalidAt(check.Range, subject, title+": a condition is not met: "+oneLine(check.Condition.Text))
	}
}

// nameIn is the name of something in a module instance.
func nameIn(m *eval.Module, name string) string {
	if m.Address == "" {
		return name
	}
	return m.Address + "." + name
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 120 {
		s = s[:120] + "…"
	}
	return s
}

func (c *comparison) validateCall(m, old *eval.Module, name string) {
	call := m.ModuleCall(name)
	child := call.Child()
	if child == nil {
		return
	}
	for _, in := range sorted(call.Config.Inputs) {
		if child.Variables[in] == nil {
			if oc := callAt(old, name); oc != nil && oc.Child() != nil && oc.Config.Inputs[in] != nil && oc.Child().Variables[in] == nil {
				continue
			}
			c.invalidAt(call.Config.Inputs[in].Range, call.Address, "Unsupported argument: the module has no variable "+in)
		}
	}
}

func callAt(m *eval.Module, name string) *eval.Call {
	if m == nil {
		return nil
	}
	return m.ModuleCall(name)
}

func (c *comparison) validateResource(m, old *eval.Module, key string) {
	r := m.Resource(key)
	e := r.Expansion()
	if r.Config.Mode == config.Data {
		c.validateData(r, old)
	}
	if e.Repeat == eval.Failed || len(r.Config.Lifecycle.Checks) == 0 {
		return
	}
	var was failing
	if old != nil {
		if o := old.Resource(key); o != nil && o.Expansion().Repeat != eval.Failed {
			for _, inst := range o.Instances() {
				was.add(o.Config.Lifecycle.Checks, inst.Context())
			}
		}
	}
	for _, inst := range r.Instances() {
		for _, check := range r.Config.Lifecycle.Checks {
			c.check(check, inst.Context(), was, inst.Address(), "Resource condition failed")
		}
	}
}

func (c *comparison) validateData(r *eval.Resource, old *eval.Module) {
	var was hcl.Diagnostics
	if old != nil {
		if o := old.Resource(r.Config.Key()); o != nil {
			was = append(was, o.Expansion().Diags...)
			for _, inst := range o.Instances() {
				_, d := inst.Config()
				was = append(was, d...)
			}
		}
	}
	diags := slices.Clone(r.Expansion().Diags)
	for _, inst := range r.Instances() {
		_, d := inst.Config()
		diags = append(diags, d...)
	}
	c.diagnostics(r.Address, slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool { return contains(was, d) }))
}

// removedStill finds removed blocks whose object is declared still.
func (c *comparison) removedStill() {
	for _, b := range c.after.Branches() {
		for _, block := range b.Config.Removed {
			e, ok := move.ParseEndpoint(block.From, quoteIndex)
			if !ok {
				continue
			}
			path := strings.Join(append(splitStatic(b.Static), splitStatic(e.Module.Static())...), ".")
			target := c.after.Branch(path)
			switch {
			case target == nil:
			case !e.IsResource():
				c.invalidAt(block.Range, e.String(), "Removed module still exists: "+e.String()+" is still declared")
			case target.Config.Resources[e.Type+"."+e.Name] != nil:
				c.invalidAt(block.Range, e.String(), "Removed resource still exists: "+e.String()+" is still declared")
			}
		}
	}
}
