package facts

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Change is one way in which two versions of a resource type plan differently.
type Change struct {
	Kind ChangeKind
	// Path is the attribute, without indexes; empty where it is the type.
	Path string
	// To is the attribute that took its place, for ChangeRenamed.
	To string
	// Was and Is are both versions of the attribute; nil where it is not there.
	Was, Is *plan.AttrFacts
}

// ChangeKind says what became of an attribute or type. The zero value is invalid.
type ChangeKind string

const (
	ChangeTypeRemoved ChangeKind = "type-removed" // the type is gone
	ChangeTypeAdded   ChangeKind = "type-added"   // the type is new
	ChangeFramework   ChangeKind = "framework"    // the type moved between SDK and Framework
	ChangeRemoved     ChangeKind = "removed"      // the attribute is gone
	ChangeAdded       ChangeKind = "added"        // the attribute is new
	ChangeRenamed     ChangeKind = "renamed"      // the attribute is gone and To, which is like it, is new
	ChangeForces      ChangeKind = "forces"       // a change of it forces replacement now, or may
	ChangeReleases    ChangeKind = "releases"     // a change of it forced replacement, or could
	ChangeDefault     ChangeKind = "default"      // another default
	ChangeMode        ChangeKind = "mode"         // required, optional or computed in another way
	ChangeType        ChangeKind = "type"         // another type
	ChangeCompare     ChangeKind = "compare"      // the provider compares it in another way
)

// Difference lists what differs between two versions of one resource type, in
// the order of paths. Either may be nil: the version does not have the type.
func Difference(was, is *plan.TypeFacts) []Change {
	switch {
	case was == nil && is == nil, was == is:
		return nil
	case is == nil:
		return []Change{{Kind: ChangeTypeRemoved}}
	case was == nil:
		return []Change{{Kind: ChangeTypeAdded}}
	}
	var out []Change
	if was.Framework != is.Framework {
		out = append(out, Change{Kind: ChangeFramework})
	}
	return append(out, differ("", was.Attributes, is.Attributes)...)
}

func differ(at string, was, is map[string]*plan.AttrFacts) []Change {
	var out []Change
	taken := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		old, now := was[name], is[name]
		if now != nil {
			out = append(out, attribute(at+name, old, now)...)
			continue
		}
		c := Change{Kind: ChangeRemoved, Path: at + name, Was: old}
		if to := successor(name, old, was, is, taken); to != "" {
			taken[to] = true
			c.Kind, c.To, c.Is = ChangeRenamed, at+to, is[to]
		}
		out = append(out, c)
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if was[name] == nil && !taken[name] {
			out = append(out, Change{Kind: ChangeAdded, Path: at + name, Is: is[name]})
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// attribute compares what both versions have.
func attribute(path string, was, is *plan.AttrFacts) []Change {
	var out []Change
	add := func(kind ChangeKind) { out = append(out, Change{Kind: kind, Path: path, Was: was, Is: is}) }
	switch {
	case strength(is.Force) > strength(was.Force):
		add(ChangeForces)
	case strength(is.Force) < strength(was.Force):
		add(ChangeReleases)
	}
	if !reflect.DeepEqual(was.Default, is.Default) {
		add(ChangeDefault)
	}
	if was.Required != is.Required || was.Optional != is.Optional || was.Computed != is.Computed {
		add(ChangeMode)
	}
	if Shape(was.Type) != Shape(is.Type) {
		add(ChangeType)
	}
	if was.Normalised != is.Normalised || !reflect.DeepEqual(was.Compare, is.Compare) {
		add(ChangeCompare)
	}
	return append(out, differ(path+".", was.Nested, is.Nested)...)
}

// strength orders what a change of an attribute does.
func strength(f plan.Force) int {
	switch f {
	case plan.ForceIf:
		return 1
	case plan.ForceConfigured:
		return 2
	case plan.ForceAlways:
		return 3
	}
	return 0
}

// Shape is a type as a configuration sees it: SDK and Framework name the same
// types differently, and whether a block may occur more than once is checked,
// not planned.
func Shape(t string) string {
	kind, elem, _ := strings.Cut(t, ":")
	switch {
	case strings.HasPrefix(kind, "single"):
		return "object"
	case strings.HasSuffix(kind, "nested"), strings.HasSuffix(kind, "nestedblock"):
		return strings.TrimSuffix(strings.TrimSuffix(kind, "block"), "nested") + ":object"
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "float"):
		return "number"
	}
	elem = strings.TrimSuffix(elem, ":1")
	if elem == "block" || elem == "attrobj" {
		elem = "object"
	}
	elem = strings.TrimSuffix(strings.TrimPrefix(elem, "basetypes."), "type")
	if elem == "" {
		return kind
	}
	return kind + ":" + elem
}

// successor finds the new attribute that took the place of one that is gone:
// the only new one of its shape and force whose name is like its own.
// Providers rename for a major version and keep what the attribute does.
func successor(name string, old *plan.AttrFacts, was, is map[string]*plan.AttrFacts, taken map[string]bool) string {
	found := ""
	for _, other := range slices.Sorted(maps.Keys(is)) {
		now := is[other]
		isNew := was[other] == nil && !taken[other]
		if !isNew || !sameKind(old, now) || !alike(name, other) || !sameNames(old.Nested, now.Nested) {
			continue
		}
		if found != "" {
			return ""
		}
		found = other
	}
	return found
}

// sameKind: of one shape, configured or computed alike, and forcing replacement
// alike.
func sameKind(old, now *plan.AttrFacts) bool {
	configured := old.Required || old.Optional
	return Shape(now.Type) == Shape(old.Type) && configured == (now.Required || now.Optional) &&
		(strength(now.Force) > 0) == (strength(old.Force) > 0)
}

// alike: all words of one name are in the other, or half of all that say
// something are in both.
func alike(a, b string) bool {
	x, y := words(a), words(b)
	if contains(x, y) || contains(y, x) {
		return true
	}
	x = slices.DeleteFunc(x, isGeneric)
	y = slices.DeleteFunc(y, isGeneric)
	both := 0
	for _, w := range x {
		if slices.Contains(y, w) {
			both++
		}
	}
	return both > 0 && 2*both >= len(x)+len(y)-both
}

// words are the words of a name in the singular.
func words(name string) []string {
	out := strings.Split(name, "_")
	for i, w := range out {
		if len(w) > 3 {
			out[i] = strings.TrimSuffix(w, "s")
		}
	}
	return out
}

func contains(all, some []string) bool {
	return !slices.ContainsFunc(some, func(w string) bool { return !slices.Contains(all, w) })
}

// isGeneric: a word that names of unlike things share.
func isGeneric(w string) bool {
	switch w {
	case "enable", "enabled", "disable", "disabled", "name", "id", "ids", "arn", "type", "mode", "value", "config", "configuration", "setting":
		return true
	}
	return false
}

// sameNames: blocks that took each other's place have most attributes in common.
func sameNames(a, b map[string]*plan.AttrFacts) bool {
	both := 0
	for name := range a {
		if b[name] != nil {
			both++
		}
	}
	return 2*both >= max(len(a), len(b))
}

// RenamedTypes pairs the types that only the older of two versions has with
// those that only the newer has: the names are like each other, and most of what
// can be configured of the old type can be of the new one. A type that fits
// several is left out. It is a likeness, to be offered and not to be relied on.
func RenamedTypes(was, is []*plan.TypeFacts) map[string]string {
	out := map[string]string{}
	for _, old := range was {
		best, share, second := "", 0.0, 0.0
		for _, now := range is {
			n, all := common(old.Attributes, now.Attributes)
			x, y := bareType(old.Type), bareType(now.Type)
			if !alike(x, y) || !contains(words(y), words(x)) && all < 3 { // account and name are attributes of many
				continue
			}
			if n > share {
				best, share, second = now.Type, n, share
			} else if n > second {
				second = n
			}
		}
		if share >= 0.65 && second < share {
			out[old.Type] = best
		}
	}
	return out
}

// bareType is a type without its provider.
func bareType(t string) string {
	_, rest, _ := strings.Cut(t, "_")
	return rest
}

// common is the share of the old type's configurable attributes that the new
// one has, and how many there are.
func common(was, is map[string]*plan.AttrFacts) (share float64, all int) {
	both := 0
	for name, a := range was {
		if !a.Required && !a.Optional || name == "id" {
			continue
		}
		all++
		if is[name] != nil {
			both++
		}
	}
	return float64(both) / float64(max(all, 1)), all
}
