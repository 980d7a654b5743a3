package diff

import (
	"reflect"

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
		case x.Type != y.Type, x.Force != y.Force, !reflect.DeepEqual(x.Default, y.Default), x.Computed != y.Computed, !sameAttributes(x.Nested, y.Nested):
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
func Major(version string) int { return major(version) }
