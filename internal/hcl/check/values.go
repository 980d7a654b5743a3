package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
)

// Values evaluates what no instance needed, in every module instance of the after
// side, and finds errors and conditions that are not met.
func Values(p *pair.Pair) []Problem {
	var out []Problem
	for _, m := range p.After.Modules() {
		v := &values{now: m, old: pair.ModuleAt(p.Before.Root, m.Address)}
		v.module()
		out = append(out, v.found...)
	}
	return out
}

// values evaluates one module instance; old is the same one before, nil where there
// was none.
type values struct {
	now, old *eval.Module
	found    []Problem
}

func (v *values) module() {
	for _, name := range slices.Sorted(maps.Keys(v.now.Config.Variables)) {
		v.variable(name, v.now.Config.Variables[name])
	}
	for _, name := range v.now.Config.Order {
		kind, short, _ := strings.Cut(name, ".")
		switch kind {
		case "local":
			v.value(name, func(m *eval.Module) hcl.Diagnostics { _, d := m.Local(short, hcl.Range{}); return d })
		case "output":
			v.output(short)
		case "module":
			v.call(short)
		default:
			v.resource(name)
		}
	}
}

// value adds the errors of something that is evaluated in both modules alike.
func (v *values) value(name string, diags func(*eval.Module) hcl.Diagnostics) {
	now := diags(v.now)
	if !now.HasErrors() {
		return
	}
	var was hcl.Diagnostics
	if v.old != nil {
		was = diags(v.old)
	}
	v.errors(nameIn(v.now, name), now, was)
}

func (v *values) errors(subject string, now, was hcl.Diagnostics) {
	v.found = append(v.found, Errors(subject, Added(now, was), hcl.Range{Filename: v.now.World.Dir})...)
}

func (v *values) variable(name string, variable *config.Variable) {
	v.value("var."+name, func(m *eval.Module) hcl.Diagnostics { _, d := m.Variable(name, variable.Range); return d })
	var was failing
	if v.old != nil && v.old.Config.Variables[name] != nil {
		was.add(v.old.Config.Variables[name].Checks, v.old.Context())
	}
	for _, check := range variable.Checks {
		v.condition(check, v.now.Context(), was, nameIn(v.now, "var."+name), "Invalid value for variable")
	}
}

func (v *values) output(name string) {
	v.value("output."+name, func(m *eval.Module) hcl.Diagnostics { _, d := m.Output(name, hcl.Range{}); return d })
	var was failing
	if v.old != nil && v.old.Config.Outputs[name] != nil {
		was.add(v.old.Config.Outputs[name].Checks, v.old.Context())
	}
	for _, check := range v.now.Config.Outputs[name].Checks {
		v.condition(check, v.now.Context(), was, nameIn(v.now, "output."+name), "Module output value precondition failed")
	}
}

// call finds inputs for which a module has no variable.
func (v *values) call(name string) {
	call := v.now.ModuleCall(name)
	child := call.Child()
	if child == nil {
		return
	}
	for _, in := range slices.Sorted(maps.Keys(call.Config.Inputs)) {
		if child.Variables[in] == nil && !v.unknownInput(name, in) {
			v.found = append(v.found, Problem{At: call.Config.Inputs[in].Range, Subject: call.Address,
				Why: "Unsupported argument: the module has no variable " + in})
		}
	}
}

// unknownInput reports whether a call gave an input without a variable before.
func (v *values) unknownInput(name, in string) bool {
	if v.old == nil {
		return false
	}
	old := v.old.ModuleCall(name)
	if old == nil || old.Child() == nil {
		return false
	}
	return old.Config.Inputs[in] != nil && old.Child().Variables[in] == nil
}

func (v *values) resource(key string) {
	r := v.now.Resource(key)
	e := r.Expansion()
	if r.Config.Mode == config.Data {
		v.data(r)
	}
	if e.Repeat == eval.Failed || len(r.Config.Lifecycle.Checks) == 0 {
		return
	}
	was := v.failedBefore(key)
	for _, inst := range r.Instances() {
		for _, check := range r.Config.Lifecycle.Checks {
			v.condition(check, inst.Context(), was, inst.Address(), "Resource condition failed")
		}
	}
}

// failedBefore are the conditions of a resource that any of its instances did not
// meet before.
func (v *values) failedBefore(key string) failing {
	var was failing
	if v.old == nil {
		return was
	}
	old := v.old.Resource(key)
	if old == nil || old.Expansion().Repeat == eval.Failed {
		return was
	}
	for _, inst := range old.Instances() {
		was.add(old.Config.Lifecycle.Checks, inst.Context())
	}
	return was
}

func (v *values) data(r *eval.Resource) {
	var was hcl.Diagnostics
	if v.old != nil {
		was = dataErrors(v.old.Resource(r.Config.Key()))
	}
	v.errors(r.Address, dataErrors(r), was)
}

func dataErrors(r *eval.Resource) hcl.Diagnostics {
	if r == nil {
		return nil
	}
	diags := slices.Clone(r.Expansion().Diags)
	for _, inst := range r.Instances() {
		_, d := inst.Config()
		diags = append(diags, d...)
	}
	return diags
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

// condition evaluates a condition; only one that is certainly false fails a plan.
func (v *values) condition(check config.Check, ctx *hcl.EvalContext, was failing, subject, title string) {
	if fails(check, ctx) && !was[check.Condition.Text] {
		v.found = append(v.found, Problem{At: check.Range, Subject: subject,
			Why: title + ": a condition is not met: " + oneLine(check.Condition.Text)})
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
