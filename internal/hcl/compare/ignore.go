package compare

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/funcs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// ignoreChanges puts back what ignore_changes covers: the old configuration
// stands for the state there. It reports whether that changed anything.
//
// free says that the resource's arguments have the type of what is written, as
// those of terraform_data do.
func ignoreChanges(l *config.Lifecycle, old, cfg cty.Value, free bool) (cty.Value, bool) {
	if l.IgnoreAll {
		return old, true
	}
	if len(l.Ignore) == 0 {
		return cfg, false
	}
	vals := maps.Clone(asMap(cfg))
	olds := asMap(old)
	for _, ref := range l.Ignore {
		name := ref.RootName()
		was, had := olds[name]
		is, has := vals[name]
		switch {
		case len(ref) == 1 && had:
			vals[name] = was
		case len(ref) == 1:
			delete(vals, name)
		case free && has && had && wholeByIndex(is, ref[1]):
			vals[name] = was
		case has && had:
			vals[name] = within(is, was, ref[1:])
		}
	}
	return cty.ObjectVal(vals), true
}

// wholeByIndex: an index by string into an object (not a map) covers the whole
// argument, as terraform 1.11 plans it.
func wholeByIndex(v cty.Value, step hcl.Traverser) bool {
	plain, _ := v.Unmark()
	return isIndex(step) && plain.Type().IsObjectType()
}

func isIndex(step hcl.Traverser) bool {
	idx, ok := step.(hcl.TraverseIndex)
	return ok && idx.Key.Type() == cty.String
}

func asMap(v cty.Value) map[string]cty.Value {
	v, _ = v.Unmark()
	if v == cty.NilVal || !v.IsKnown() || v.IsNull() || !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return map[string]cty.Value{}
	}
	if m := v.AsValueMap(); m != nil {
		return m
	}
	return map[string]cty.Value{}
}

// within puts the part of was that rest leads to into is.
func within(is, was cty.Value, rest hcl.Traversal) cty.Value {
	if len(rest) == 0 {
		return was
	}
	plain, m := is.Unmark()
	before, _ := was.Unmark()
	if !plain.IsKnown() || plain.IsNull() || !before.IsKnown() || before.IsNull() {
		return is
	}
	name := stepName(rest[0])
	switch ty := plain.Type(); {
	case ty.IsObjectType() || ty.IsMapType():
		vals, olds := maps.Clone(asMap(plain)), asMap(before)
		part, has := vals[name]
		old, had := olds[name]
		switch {
		case had && (has || len(rest) == 1):
			if !has {
				part = old
			}
			vals[name] = within(part, old, rest[1:])
		case len(rest) == 1:
			delete(vals, name)
		}
		return rebuilt(ty, vals).WithMarks(m)
	case ty.IsTupleType() || ty.IsListType():
		list, olds := plain.AsValueSlice(), before.AsValueSlice()
		i := slices.IndexFunc(list, func(cty.Value) bool { return true })
		if n, ok := indexOf(name); ok {
			i = n
		}
		if i < 0 || i >= len(list) || i >= len(olds) {
			return is
		}
		list = slices.Clone(list)
		list[i] = within(list[i], olds[i], rest[1:])
		if ty.IsListType() && cty.CanListVal(list) {
			return cty.ListVal(list).WithMarks(m)
		}
		return cty.TupleVal(list).WithMarks(m)
	}
	return is
}

func rebuilt(ty cty.Type, vals map[string]cty.Value) cty.Value {
	switch {
	case ty.IsMapType() && len(vals) == 0:
		return cty.MapValEmpty(ty.ElementType())
	case ty.IsMapType() && cty.CanMapVal(vals):
		return cty.MapVal(vals)
	}
	return cty.ObjectVal(vals)
}

func indexOf(s string) (int, bool) {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' || n > 1<<20 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, s != ""
}

func stepName(s hcl.Traverser) string {
	switch s := s.(type) {
	case hcl.TraverseAttr:
		return s.Name
	case hcl.TraverseIndex:
		return value.KeyText(s.Key)
	}
	return ""
}

// noLongerIgnored lists the attributes that were under ignore_changes, and are
// still configured, but no longer are.
func noLongerIgnored(was, is *config.Lifecycle, cfg cty.Value) []string {
	covered := map[string]bool{}
	for _, ref := range is.Ignore {
		covered[ref.RootName()] = true
	}
	var names []string
	if was.IgnoreAll {
		names = slices.Sorted(maps.Keys(asMap(cfg)))
	}
	for _, ref := range was.Ignore {
		names = append(names, ref.RootName())
	}
	vals := asMap(cfg)
	return slices.DeleteFunc(names, func(name string) bool {
		_, configured := vals[name]
		return covered[name] || !configured
	})
}

// sensitivity names the parts of a configuration that are sensitive.
func sensitivity(v cty.Value) string {
	if !v.ContainsMarked() {
		return ""
	}
	_, marked := v.UnmarkDeepWithPaths()
	var out []string
	for _, pm := range marked {
		if _, ok := pm.Marks[value.Sensitive]; ok {
			out = append(out, pathText(pm.Path))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func pathText(p cty.Path) string {
	var b strings.Builder
	for _, s := range p {
		switch s := s.(type) {
		case cty.GetAttrStep:
			b.WriteString("." + s.Name)
		case cty.IndexStep:
			b.WriteString("[" + value.KeyText(s.Key) + "]")
		}
	}
	return b.String()
}

// fresh makes what a function gives anew at each plan pending.
func fresh(cfg cty.Value) cty.Value {
	if !cfg.ContainsMarked() || !hasImpure(cfg) {
		return cfg
	}
	out, err := cty.Transform(cfg, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		if v.IsKnown() || !impure(v) {
			return v, nil
		}
		return value.NewPending(v.Type()), nil
	})
	if err != nil {
		return cfg
	}
	return out
}

func hasImpure(v cty.Value) bool {
	_, m := v.UnmarkDeep()
	_, ok := m[funcs.Impure{}]
	_, moment := m[funcs.Moment]
	return ok || moment
}

// impure: the time of the plan as it is counts, what is made of it may be the
// same for long.
func impure(v cty.Value) bool {
	_, ok := v.Marks()[funcs.Impure{}]
	return ok || value.SymbolOf(v) == funcs.Moment.ID
}
