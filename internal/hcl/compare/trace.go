package compare

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// side is where an expression is evaluated on one side.
type side struct {
	module *eval.Module
	ctx    *hcl.EvalContext
}

func instanceSide(i *eval.Instance) side { return side{i.Resource.Module, i.Context()} }

// expression explains why two versions of an expression differ in value.
func (t *tracer) expression(before, after side, was, is *expr.Expression, text string) chain {
	if was == nil || is == nil || !t.enter(fmt.Sprintf("%v %v %p", was.Range(), is.Range(), after.module)) {
		return nil
	}
	if was.Text != is.Text {
		if links := t.narrow(was, is, text); links != nil {
			return links
		}
	}
	if links := t.references(before, after, was, is); links != nil {
		return links
	}
	if links := t.read(is); links != nil {
		return links
	}
	return t.either(is.Range(), was.Range(), text)
}

// narrow goes into a constructor to the part whose text changed.
func (t *tracer) narrow(was, is *expr.Expression, text string) chain {
	old, now := was.Elements(), is.Elements()
	if old != nil && now != nil {
		for _, name := range sorted(now) {
			if o := old[name]; o != nil && o.Text != now[name].Text {
				if links := t.either(now[name].Range(), o.Range(), text); links != nil {
					return links
				}
			}
		}
	}
	return t.either(is.Range(), was.Range(), text)
}

// references looks for a reference whose value differs.
func (t *tracer) references(before, after side, was, is *expr.Expression) chain {
	var refs []hcl.Traversal
	if is != nil {
		refs = append(refs, is.Refs...)
	}
	if was != nil {
		refs = append(refs, was.Refs...)
	}
	for _, ref := range refs {
		a, diagsA := referred(before, ref)
		b, diagsB := referred(after, ref)
		if !diagsA.HasErrors() && !diagsB.HasErrors() && value.Fingerprint(a) == value.Fingerprint(b) && !containsPending(b) {
			continue
		}
		if links := t.reference(before, after, ref); links != nil {
			return links
		}
	}
	return nil
}

func referred(s side, ref hcl.Traversal) (cty.Value, hcl.Diagnostics) {
	e := expr.New(&hclsyntax.ScopeTraversalExpr{Traversal: ref, SrcRange: ref.SourceRange()}, nil, "")
	return e.Value(s.ctx)
}

// reference explains why what a reference leads to differs.
func (t *tracer) reference(before, after side, ref hcl.Traversal) chain {
	if !t.enter(fmt.Sprintf("ref %s %p %p", refText(ref), after.module, after.ctx)) {
		return nil
	}
	if len(ref) < 2 && ref.RootName() != "each" {
		return nil
	}
	name := ""
	if len(ref) > 1 {
		name = stepName(ref[1])
	}
	switch ref.RootName() {
	case "var":
		return t.variable(before, after, name)
	case "local":
		was, is := before.module.Config.Locals[name], after.module.Config.Locals[name]
		switch {
		case was == nil && is == nil:
			return nil
		case is == nil:
			return t.lines(t.c.before.Place(was.Range), "local."+name+" removed")
		case was == nil:
			if links := t.lines(t.c.after.Place(is.Range), "local."+name+" added"); links != nil {
				return links
			}
			return t.references(before, after, nil, is.Value)
		}
		links := t.expression(side{before.module, before.module.Context()}, side{after.module, after.module.Context()}, was.Value, is.Value, "local."+name+" changes")
		return links.via(t.c.after.Place(is.Range), "local."+name)
	case "module":
		return t.output(before, after, ref, name)
	case "each", "count":
		return t.repetition(before, after)
	case "path", "terraform", "self":
		return t.called(before.module, after.module)
	case "data":
		return t.data(before, after, ref)
	}
	return t.managed(before, after, ref)
}

func refText(ref hcl.Traversal) string {
	parts := []string{ref.RootName()}
	for _, s := range ref[1:] {
		parts = append(parts, stepName(s))
	}
	return strings.Join(parts, ".")
}

// variable explains a change of an input variable.
func (t *tracer) variable(before, after side, name string) chain {
	bm, am := before.module, after.module
	was, is := bm.Config.Variables[name], am.Config.Variables[name]
	text := "var." + name
	if old, ok := valueText(bm, name); ok {
		if now, ok := valueText(am, name); ok {
			text += " " + old + " -> " + now
		}
	}
	if am.Parent == nil && bm.Parent == nil {
		given, had := t.c.after.Given[name], t.c.before.Given[name]
		if links := t.either(given.Range, had.Range, text); links != nil {
			return links
		}
		if links := t.firstOf([]string{had.Range.Filename, given.Range.Filename}); links != nil && (had.Range.Filename == "") != (given.Range.Filename == "") {
			return links
		}
	} else if am.Parent != nil && bm.Parent != nil {
		old, now := bm.Call.Inputs[name], am.Call.Inputs[name]
		switch {
		case now != nil && old != nil:
			if links := t.expression(t.callSide(bm), t.callSide(am), old.Value, now.Value, text); links != nil {
				return links.via(t.c.after.Place(now.Range), text)
			}
		case now != nil:
			if links := t.lines(t.c.after.Place(now.Range), text); links != nil {
				return links
			}
		case old != nil:
			if links := t.lines(t.c.before.Place(old.Range), text); links != nil {
				return links
			}
		}
	}
	if links := t.either(defaultRange(is), defaultRange(was), text); links != nil {
		return links
	}
	var a, b hcl.Range
	if is != nil {
		a = is.Full
	}
	if was != nil {
		b = was.Full
	}
	return t.either(a, b, text)
}

func defaultRange(v *config.Variable) hcl.Range {
	if v == nil || v.Default == nil {
		return hcl.Range{}
	}
	return v.Default.Range()
}

func (t *tracer) callSide(m *eval.Module) side { return side{m.Parent, m.CallContext()} }

// valueText is a variable's value where it is short, known and not sensitive.
func valueText(m *eval.Module, name string) (string, bool) {
	if m.Config.Variables[name] == nil {
		return "", false
	}
	v, diags := m.Variable(name, hcl.Range{})
	if diags.HasErrors() || v.IsMarked() || !v.IsKnown() || v.IsNull() {
		return "", false
	}
	switch v.Type() {
	case cty.Bool, cty.Number:
		return value.KeyText(v), true
	case cty.String:
		if s := v.AsString(); len(s) < 40 && !strings.ContainsAny(s, "\n\r") {
			return fmt.Sprintf("%q", s), true
		}
	}
	return "", false
}

// output explains a change of a module's output.
func (t *tracer) output(before, after side, ref hcl.Traversal, name string) chain {
	was, is := before.module.ModuleCall(name), after.module.ModuleCall(name)
	if was == nil || is == nil {
		var a, b hcl.Range
		if is != nil {
			a = is.Config.Full
		}
		if was != nil {
			b = was.Config.Full
		}
		return t.either(a, b, "module."+name)
	}
	if links := t.instancesChanged(was.Expansion(), is.Expansion(), before.module, after.module, was.Config.Range, is.Config.Range, was.Address); links != nil {
		return links
	}
	for _, am := range is.Instances() {
		bm := was.Instance(am.Key)
		if bm == nil {
			continue
		}
		for _, out := range sorted(am.Config.Outputs) {
			if !mentions(ref, out) {
				continue
			}
			o, n := bm.Config.Outputs[out], am.Config.Outputs[out]
			if o == nil {
				if links := t.lines(t.c.after.Place(n.Range), "output."+out); links != nil {
					return links
				}
				continue
			}
			if links := t.expression(side{bm, bm.Context()}, side{am, am.Context()}, o.Value, n.Value, am.Address+"."+out); links != nil {
				return links.via(t.c.after.Place(n.Range), am.Address+"."+out)
			}
		}
		for _, out := range sorted(bm.Config.Outputs) {
			if am.Config.Outputs[out] == nil && mentions(ref, out) {
				if links := t.lines(t.c.before.Place(bm.Config.Outputs[out].Range), bm.Address+"."+out+" removed"); links != nil {
					return links
				}
			}
		}
	}
	return t.either(is.Config.Full, was.Config.Full, was.Address)
}

// mentions reports whether a reference to a module can mean an output: it
// names it, or stops before naming any.
func mentions(ref hcl.Traversal, out string) bool {
	attrs := 0
	for _, s := range ref[2:] {
		if stepName(s) == out {
			return true
		}
		if _, ok := s.(hcl.TraverseAttr); ok {
			attrs++
		}
	}
	return attrs == 0
}

func (t *tracer) instancesChanged(was, is *eval.Expansion, bm, am *eval.Module, b, a hcl.Range, address string) chain {
	same := len(was.Keys) == len(is.Keys)
	for _, k := range was.Keys {
		same = same && is.Has(k)
	}
	if same {
		return nil
	}
	return t.expansion(was, is, bm, am, b, a, address)
}

// managed explains a change of a managed resource as others see it.
func (t *tracer) managed(before, after side, ref hcl.Traversal) chain {
	key, rest := resourceRef(ref)
	is := after.module.Resource(key)
	was := before.module.Resource(key)
	if is == nil {
		if was != nil {
			return t.lines(t.c.before.Place(was.Config.Full), was.Address+" removed")
		}
		return nil
	}
	if was != nil {
		if links := t.instancesChanged(was.Expansion(), is.Expansion(), before.module, after.module, was.Config.Full, is.Config.Full, is.Address); links != nil {
			return links
		}
	}
	only := eval.Key("")
	if len(rest) > 0 {
		if idx, ok := rest[0].(hcl.TraverseIndex); ok {
			only, _ = eval.KeyOf(idx.Key)
		}
	}
	for _, inst := range is.Instances() {
		if only != "" && inst.Key != only {
			continue
		}
		s := t.c.step(inst)
		if s.action == plan.None {
			continue
		}
		if links := t.step(s); links != nil {
			return links.via(t.c.after.Place(is.Config.Range), fmt.Sprintf("%s: %s", inst.Address(), s.action))
		}
	}
	return t.either(is.Config.Full, rangeOf(was), is.Address)
}

func rangeOf(r *eval.Resource) hcl.Range {
	if r == nil {
		return hcl.Range{}
	}
	return r.Config.Full
}
