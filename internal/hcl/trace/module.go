package trace

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/refs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// variable explains a change of an input variable.
func (t *walk) variable(before, after side, name string) chain {
	bm, am := before.module, after.module
	was, is := bm.Config.Variables[name], am.Config.Variables[name]
	text := "var." + name
	if old, ok := valueText(bm, name); ok {
		if now, ok := valueText(am, name); ok {
			text += " " + old + " -> " + now
		}
	}
	switch {
	case am.Parent == nil && bm.Parent == nil:
		if links := t.given(name, text); links != nil {
			return links
		}
	case am.Parent != nil && bm.Parent != nil:
		if links := t.input(bm, am, name, text); links != nil {
			return links
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

// given explains another value that the root was given.
func (t *walk) given(name, text string) chain {
	now, had := t.pair.After.Given[name].Range, t.pair.Before.Given[name].Range
	if links := t.either(now, had, text); links != nil {
		return links
	}
	if (had.Filename == "") != (now.Filename == "") {
		return t.firstOf([]string{had.Filename, now.Filename})
	}
	return nil
}

// input explains another value that the call of a module gives.
func (t *walk) input(bm, am *eval.Module, name, text string) chain {
	old, now := bm.Call.Inputs[name], am.Call.Inputs[name]
	switch {
	case now != nil && old != nil:
		links := t.expression(callSide(bm), callSide(am), old.Value, now.Value, text)
		return links.via(t.pair.After.Place(now.Range), text)
	case now != nil:
		return t.at(t.pair.After.Place(now.Range), text)
	case old != nil:
		return t.at(t.pair.Before.Place(old.Range), text)
	}
	return nil
}

func defaultRange(v *config.Variable) hcl.Range {
	if v == nil || v.Default == nil {
		return hcl.Range{}
	}
	return v.Default.Range()
}

// valueText is a variable's value where it is short, known and not sensitive.
func valueText(m *eval.Module, name string) (string, bool) {
	if m.Config.Variables[name] == nil || m.InPrivate() {
		return "", false // the type and the default of the variable make the value
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
func (t *walk) output(before, after side, ref hcl.Traversal, name string) chain {
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
	if links := t.otherInstances(callSet(was), callSet(is), was.Address); links != nil {
		return links
	}
	if was.Private() != "" || is.Private() != "" {
		return t.privateCall(was, is)
	}
	for _, am := range is.Instances() {
		bm := was.Instance(am.Key)
		if bm == nil {
			continue
		}
		for _, out := range slices.Sorted(maps.Keys(am.Config.Outputs)) {
			if !mentions(ref, out) {
				continue
			}
			o, n := bm.Config.Outputs[out], am.Config.Outputs[out]
			if o == nil {
				if links := t.at(t.pair.After.Place(n.Range), "output."+out); links != nil {
					return links
				}
				continue
			}
			if links := t.expression(moduleSide(bm), moduleSide(am), o.Value, n.Value, am.Address+"."+out); links != nil {
				return links.via(t.pair.After.Place(n.Range), am.Address+"."+out)
			}
		}
		for _, out := range slices.Sorted(maps.Keys(bm.Config.Outputs)) {
			if am.Config.Outputs[out] == nil && mentions(ref, out) {
				if links := t.at(t.pair.Before.Place(bm.Config.Outputs[out].Range), bm.Address+"."+out+" removed"); links != nil {
					return links
				}
			}
		}
	}
	return t.either(is.Config.Full, was.Config.Full, was.Address)
}

// privateCall explains a change of what private content gives, by what the caller
// says: another version, or other inputs.
func (t *walk) privateCall(was, is *eval.Call) chain {
	static := is.Static()
	if t.pair.Before.Elsewhere[static].Package.Digest != t.pair.After.Elsewhere[static].Package.Digest {
		return t.named(static)
	}
	for _, am := range is.Instances() {
		bm := was.Instance(am.Key)
		if bm == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(am.Call.Inputs)) {
			if links := t.input(bm, am, name, is.Address+"."+name); links != nil {
				return links
			}
		}
	}
	return t.either(is.Config.Full, was.Config.Full, is.Address)
}

// mentions reports whether a reference to a module can mean an output: it
// names it, or stops before naming any.
func mentions(ref hcl.Traversal, out string) bool {
	attrs := 0
	for _, s := range ref[2:] {
		if refs.StepName(s) == out {
			return true
		}
		if _, ok := s.(hcl.TraverseAttr); ok {
			attrs++
		}
	}
	return attrs == 0
}
