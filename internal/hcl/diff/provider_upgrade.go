package diff

import (
	"reflect"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// SameRelease reports that two versions of a resource type plan alike, as far
// as facts tell: what was there before has the same type, default and force.
// Attributes that only one of them knows count where they have a default.
func SameRelease(a, b *plan.TypeFacts) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a == b || a.Framework == b.Framework && sameAttributes(a.Attributes, b.Attributes)
}

func sameAttributes(a, b map[string]*plan.AttrFacts) bool {
	for name, x := range a {
		y, ok := b[name]
		switch {
		case !ok && (x.Default != nil || x.Required):
			return false
		case !ok:
		case x.Type != y.Type, x.Force != y.Force, x.Computed != y.Computed,
			!reflect.DeepEqual(x.Default, y.Default), !sameAttributes(x.Nested, y.Nested):
			return false
		}
	}
	for name, y := range b {
		if _, ok := a[name]; !ok && (y.Default != nil || y.Required) {
			return false
		}
	}
	return true
}

// Major is the major version in a version number, 0 where there is none.
func Major(version string) int {
	parts := versionParts(version)
	if len(parts) == 0 {
		return 0
	}
	return int(parts[0].Int64())
}

// Renamed is the state of an instance with what was written under old names of
// attributes also under those that are written now. A provider that gave an
// attribute another name reads the object back under that before it plans, so that
// writing what was under the old one plans nothing.
func Renamed(t *plan.TypeFacts, state, old, now cty.Value) cty.Value {
	rows := renamedRows(t)
	plain, marks := state.Unmark()
	if len(rows) == 0 || !plain.IsKnown() || plain.IsNull() {
		return state
	}
	values, was, is := plain.AsValueMap(), equal.Unmarked(old).AsValueMap(), equal.Unmarked(now).AsValueMap()
	renamed := false
	for _, r := range rows {
		from := r.Paths[0]
		if !isGiven(was, from) || isGiven(was, r.To) || isGiven(is, from) || !isGiven(is, r.To) {
			continue
		}
		renamed = true
		values[r.To], values[from] = was[from], cty.NullVal(cty.DynamicPseudoType)
		if r.As == "list" {
			values[r.To] = cty.ListVal([]cty.Value{was[from]})
		}
	}
	if !renamed {
		return state
	}
	return cty.ObjectVal(values).WithMarks(marks)
}

// renamedRows are the rows of a type that say which attributes got another name.
func renamedRows(t *plan.TypeFacts) []plan.Logic {
	if t == nil {
		return nil
	}
	var out []plan.Logic
	for _, r := range t.Logic {
		if r.Rule == plan.LogicRenamed {
			out = append(out, r)
		}
	}
	return out
}

func isGiven(values map[string]cty.Value, name string) bool {
	v, ok := values[name]
	return ok && (!v.IsKnown() || !v.IsNull())
}
