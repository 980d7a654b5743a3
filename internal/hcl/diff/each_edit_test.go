package diff_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Every type configured in full, and each of its attributes changed by itself:
// what the schema forces is replaced for certain and under that attribute,
// what it does not force is not; what plan-time logic decides has some answer.
func TestEachEdit(t *testing.T) {
	find := facts.Load()
	edits := 0
	for _, h := range facts.Versions() {
		for i, name := range facts.Types(h) {
			if *all || i%40 == 0 {
				edits += editEach(t, find(h.Provider, h.Version, name))
			}
		}
	}
	t.Logf("%d edits", edits)
}

func editEach(t *testing.T, f *plan.TypeFacts) int {
	var paths []string
	config := objectOf(f.Attributes, func(path, typ string) cty.Value {
		paths = append(paths, path)
		return literal(path, typ)
	}, f.Type, 0)
	if len(paths) > 300 && !*all {
		return 0
	}
	state := diff.State(f, "x", cty.ObjectVal(config))
	for _, target := range paths {
		edited := cty.ObjectVal(objectOf(f.Attributes, func(path, typ string) cty.Value {
			if path == target {
				return other(literal(path, typ))
			}
			return literal(path, typ)
		}, f.Type, 0))
		if !edited.RawEquals(cty.ObjectVal(config)) {
			checkEachEdit(t, f, target, diff.Plan(f, state, edited))
		}
	}
	return len(paths)
}

// other is a value of the same type that is not v.
func other(v cty.Value) cty.Value {
	switch ty := v.Type(); {
	case v.IsNull():
		return v
	case ty == cty.Bool:
		return v.Not()
	case ty == cty.Number:
		return v.Add(cty.NumberIntVal(1))
	case ty == cty.String:
		return cty.StringVal(v.AsString() + "other")
	case ty.IsObjectType():
		return cty.ObjectVal(map[string]cty.Value{"a": other(v.GetAttr("a"))})
	}
	list := slices.Clone(v.AsValueSlice())
	for i := range list {
		list[i] = other(list[i])
	}
	return cty.TupleVal(list)
}

func checkEachEdit(t *testing.T, f *plan.TypeFacts, target string, got diff.Result) {
	t.Helper()
	names, leaf, outer := attributeAt(f, target)
	force := leaf.Force
	if f.Framework && outer != plan.ForceNever && force == plan.ForceNever {
		force = outer // a plan modifier sees all of a block
	}
	decided := force == plan.ForceIf || modelled(f, names)
	normalised := leaf.Normalised
	switch {
	case decided, normalised && !got.Certain, leaf.Type == "", strings.HasSuffix(names, "_wo"):
	case strings.Contains(leaf.Type, "block"): // a block without attributes is no value
	case force == plan.ForceNever && inForcingSet(f, names): // another element comes, with all its attributes
	case force == plan.ForceNever && got.Action == plan.Replace:
		t.Errorf("%s %s: %s is not forced, got %s certain=%v %v: %s", f.Provider, f.Version, target, got.Action, got.Certain, got.Paths, got.Why)
	case force == plan.ForceNever:
	case normalised && got.Action != plan.Replace:
	case got.Action == plan.None && ownHash(f.Type, names):
	case got.Action != plan.Replace || !got.Certain:
		t.Errorf("%s %s: %s is forced, got %s certain=%v %v: %s", f.Provider, f.Version, target, got.Action, got.Certain, got.Paths, got.Why)
	case !slices.ContainsFunc(got.Paths, func(p plan.Path) bool { return strings.HasPrefix(names+".", named(p)+".") }):
		t.Errorf("%s %s: %s is forced, because says %v", f.Provider, f.Version, target, got.Paths)
	}
}

// attributeAt follows a path that objectOf made: `type.block0.attribute`.
func attributeAt(f *plan.TypeFacts, target string) (names string, leaf *plan.AttrFacts, outer plan.Force) {
	attrs := f.Attributes
	var steps []string
	rest := strings.Split(strings.TrimPrefix(target, f.Type+"."), ".")
	for i, step := range rest {
		name := step
		if i < len(rest)-1 {
			name = step[:len(step)-1]
		}
		leaf = attrs[name]
		if i < len(rest)-1 {
			if leaf.Force != plan.ForceNever && outer != plan.ForceAlways {
				outer = leaf.Force
			}
			attrs = leaf.Nested
		}
		steps = append(steps, name)
	}
	return strings.Join(steps, "."), leaf, outer
}

// inForcingSet: the attribute is in a set of blocks in which something forces
// replacement.
func inForcingSet(f *plan.TypeFacts, names string) bool {
	attrs := f.Attributes
	for step := range strings.SplitSeq(names, ".") {
		a := attrs[step]
		if strings.HasPrefix(a.Type, "set:") && forces(a) {
			return true
		}
		attrs = a.Nested
	}
	return false
}

func forces(a *plan.AttrFacts) bool {
	for _, n := range a.Nested {
		if n.Force != plan.ForceNever || forces(n) {
			return true
		}
	}
	return false
}

func named(p plan.Path) string {
	var out []string
	for _, s := range p {
		if name, ok := s.(string); ok {
			out = append(out, name)
		}
	}
	return strings.Join(out, ".")
}

func modelled(f *plan.TypeFacts, names string) bool {
	for _, row := range f.Logic {
		for _, p := range row.Paths {
			if row.Rule.Decides() && (p == names || strings.HasPrefix(names, p+".") || strings.HasSuffix(p, "**") &&
				strings.HasPrefix(names, strings.TrimSuffix(p, "**"))) {
				return true
			}
		}
	}
	return false
}

// ownHash: sets of which the provider compares a part only.
func ownHash(resourceType, names string) bool {
	for _, set := range []string{
		"ebs_block_device", "ephemeral_block_device", "local_secondary_index", "launch_specification", "allow", "deny",
	} {
		if strings.HasPrefix(names, set+".") {
			return true
		}
	}
	return false
}
