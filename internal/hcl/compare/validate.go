package compare

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
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
	if v, bad := c.After.Runtime.Unsatisfiable(c.after.Root.Config.Settings.Versions); bad {
		if w, was := c.Before.Runtime.Unsatisfiable(c.before.Root.Config.Settings.Versions); !was || w.Constraint != v.Constraint {
			c.invalidAt(v.Range, "required_version", "Unsupported Terraform Core version: "+v.Constraint)
		}
	}
	for _, m := range c.after.Modules() {
		c.validateModule(m)
	}
	c.removedStill()
	c.providersMoved()
	c.providersReleased()
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
		for _, check := range v.Checks {
			c.check(m, old, check, m.Context(), "var."+name, "Invalid value for variable")
		}
	}
	for _, name := range m.Config.Order {
		kind, short, _ := strings.Cut(name, ".")
		switch kind {
		case "local":
			_, diags := m.Local(short, hcl.Range{})
			c.report(m, old, name, diags, func(o *eval.Module) hcl.Diagnostics { _, d := o.Local(short, hcl.Range{}); return d })
		case "output":
			_, diags := m.Output(short, hcl.Range{})
			c.report(m, old, name, diags, func(o *eval.Module) hcl.Diagnostics { _, d := o.Output(short, hcl.Range{}); return d })
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
	subject := name
	if m.Address != "" {
		subject = m.Address + "." + name
	}
	c.diagnostics(subject, diags)
}

// check evaluates a condition; only one that is certainly false fails a plan.
func (c *comparison) check(m, old *eval.Module, check config.Check, ctx *hcl.EvalContext, subject, title string) {
	v, diags := check.Condition.Value(ctx)
	v, _ = v.Unmark()
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.Bool || v.True() {
		return
	}
	if old != nil {
		if w, diags := check.Condition.Value(old.Context()); !diags.HasErrors() {
			if w, _ = w.Unmark(); w.IsKnown() && !w.IsNull() && w.Type() == cty.Bool && w.False() && sameCheck(old, check) {
				return // it failed before as well
			}
		}
	}
	c.invalidAt(check.Range, subject, title+": a condition is not met: "+oneLine(check.Condition.Text))
}

// sameCheck reports whether the old module has a check of the same text.
func sameCheck(old *eval.Module, check config.Check) bool {
	for _, v := range old.Config.Variables {
		for _, o := range v.Checks {
			if o.Condition.Text == check.Condition.Text {
				return true
			}
		}
	}
	return false
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
	for _, inst := range r.Instances() {
		for _, check := range r.Config.Lifecycle.Checks {
			c.check(m, nil, check, inst.Context(), inst.Address(), "Resource condition failed")
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

// static finds references to what is not declared: the tool refuses them even
// where nothing would evaluate them.
func (c *comparison) static() {
	seen := map[*config.Module]bool{}
	for _, b := range c.after.Branches() {
		if seen[b.Config] {
			continue
		}
		seen[b.Config] = true
		old := map[string]bool{}
		if was := c.before.Branch(b.Static); was != nil {
			if was.Config == b.Config {
				continue
			}
			c.staticModule(was.Config, func(_ hcl.Range, subject, why string) { old[subject+why] = true })
		}
		c.staticModule(b.Config, func(at hcl.Range, subject, why string) {
			if !old[subject+why] {
				c.invalidAt(at, subject, why)
			}
		})
	}
}

func (c *comparison) staticModule(m *config.Module, tell func(at hcl.Range, subject, why string)) {
	check := func(e *expr.Expression, bound []string) {
		if e == nil {
			return
		}
		for _, ref := range e.Refs {
			if why := undeclared(m, ref, bound); why != "" {
				tell(ref.SourceRange(), nodeName(ref), why)
			}
		}
	}
	for _, name := range m.Order {
		kind, short, _ := strings.Cut(name, ".")
		switch kind {
		case "local":
			check(m.Locals[short].Value, nil)
		case "output":
			check(m.Outputs[short].Value, nil)
		case "module":
			call := m.Calls[short]
			check(call.Count, nil)
			check(call.ForEach, nil)
			for _, ref := range call.DependsOn {
				if why := undeclared(m, ref, nil); why != "" {
					tell(ref.SourceRange(), name, why)
				}
			}
			for _, in := range sorted(call.Inputs) {
				check(call.Inputs[in].Value, nil)
			}
		default:
			expressions(m.Resources[name], check)
			for _, ref := range m.Resources[name].DependsOn {
				if why := undeclared(m, ref, nil); why != "" {
					tell(ref.SourceRange(), name, why)
				}
			}
		}
	}
}

func undeclared(m *config.Module, ref hcl.Traversal, bound []string) string {
	root := ref.RootName()
	if slices.Contains(bound, root) || len(ref) < 2 {
		return ""
	}
	name := stepName(ref[1])
	switch root {
	case "var":
		if m.Variables[name] == nil {
			return "Reference to undeclared input variable: var." + name
		}
	case "local":
		if m.Locals[name] == nil {
			return "Reference to undeclared local value: local." + name
		}
	case "module":
		if m.Calls[name] == nil {
			return "Reference to undeclared module: module." + name
		}
	case "each", "count", "self", "path", "terraform", "tofu", "provider", "action":
	default:
		r := m.Resources[nodeName(ref)]
		if r == nil {
			return "Reference to undeclared resource: " + nodeName(ref)
		}
		return keyed(r, ref)
	}
	return ""
}

// keyed checks a reference for a key where the resource repeats, and for none
// where it does not (terraform 1.11 internal/terraform/evaluate_valid.go).
func keyed(r *config.Resource, ref hcl.Traversal) string {
	named := 2
	if r.Mode != config.Managed || ref.RootName() == "resource" {
		named = 3
	}
	if len(ref) <= named || r.Enabled != nil {
		return ""
	}
	_, index := ref[named].(hcl.TraverseIndex)
	repeats := r.Count != nil || r.ForEach != nil
	switch {
	case index && !repeats:
		return "Unexpected resource instance key: " + r.Key() + " has neither count nor for_each"
	case !index && repeats:
		return "Missing resource instance key: " + r.Key() + " repeats, its attributes belong to its instances"
	}
	return ""
}

// opaque compares calls of modules from elsewhere.
func (c *comparison) opaque() {
	for _, call := range c.opaqueCalls {
		m := moduleAt(c.after.Root, call.Module.Address)
		var now *eval.Call
		if m != nil {
			now = m.ModuleCall(call.Config.Name)
		}
		c.opaqueCall(call, now)
	}
}
