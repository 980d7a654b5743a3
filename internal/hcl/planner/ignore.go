package planner

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/refs"
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
	vals := maps.Clone(attrs.Map(cfg))
	olds := attrs.Map(old)
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
	name := refs.StepName(rest[0])
	switch ty := plain.Type(); {
	case ty.IsObjectType() || ty.IsMapType():
		vals, olds := maps.Clone(attrs.Map(plain)), attrs.Map(before)
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
		return value.Keyed(ty, vals).WithMarks(m)
	case ty.IsTupleType() || ty.IsListType():
		list, olds := plain.AsValueSlice(), before.AsValueSlice()
		i, ok := indexOf(name) // a name leads to nothing in a list
		if !ok || i >= len(list) || i >= len(olds) {
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
