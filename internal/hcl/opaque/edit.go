package opaque

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/attrs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// edit is what changes of the call of a module that is not had.
type edit struct {
	// version is how source or version change, empty where they do not.
	version string
	patch   bool // within one minor version
	leaves  bool // the version leaves the range that was allowed
	inputs  []inputEdit
}

type inputEdit struct {
	name, text string
	how        how
}

// how is the way a value changes. The order is that of weight.
type how int

const (
	same   how = iota
	labels     // tags, labels, descriptions
	adds       // elements come, none goes
	alters
	removes // an element or a value goes
)

// edited compares a call on both sides for one instance, which has another key now
// where it was moved.
func edited(old *pair.OpaqueModule, now *eval.Call, key eval.Key) edit {
	var e edit
	was, is := old.Call.Config, now.Config
	switch {
	case was.Source != is.Source:
		e.version = reference(was) + " -> " + reference(is)
	case was.Version != is.Version:
		e.version = fmt.Sprintf("%s %s -> %s", is.Source, orNone(was.Version), orNone(is.Version))
		e.patch = config.SameMinor(was.Version, is.Version)
		e.leaves = config.Leaves(was.Version, is.Version)
	}
	if a, b := old.Call.Absent, now.Absent; e.version == "" && a != nil && b != nil && a.Commit != b.Commit {
		e.version = fmt.Sprintf("%s in the submodule %s %.12s -> %.12s", is.Source, b.Top, orNone(a.Commit), orNone(b.Commit))
	}
	before, after := attrs.Map(old.Call.Inputs(old.Key)), attrs.Map(now.Inputs(key))
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if value.IsLimited(before[name]) || value.IsLimited(after[name]) {
			continue // the limit is a gap of its own
		}
		if how := changeOf(name, before[name], after[name]); how != same {
			e.inputs = append(e.inputs, inputEdit{name, name + " " + difference(before[name], after[name]), how})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[name]; !ok {
			e.inputs = append(e.inputs, inputEdit{name, name + " " + shown(before[name]) + " is no longer set", unset(name)})
		}
	}
	return e
}

func unset(name string) how {
	if isLabel(name) {
		return labels
	}
	return removes
}

// reference is a source with its version.
func reference(c *config.Call) string { return strings.TrimSpace(c.Source + " " + c.Version) }

func orNone(version string) string {
	if version == "" {
		return "any version"
	}
	return version
}

// join adds what another instance of the same call changes.
func (e *edit) join(other edit) {
	for _, in := range other.inputs {
		if i := slices.IndexFunc(e.inputs, func(known inputEdit) bool { return known.name == in.name }); i < 0 {
			e.inputs = append(e.inputs, in)
		} else if in.how > e.inputs[i].how {
			e.inputs[i] = in
		}
	}
}

// kind is what the heaviest part of the edit makes of it.
func (e edit) kind() plan.GapKind {
	heaviest := same
	for _, in := range e.inputs {
		heaviest = max(heaviest, in.how)
	}
	switch {
	case heaviest == removes || e.leaves:
		return plan.GapSourceRemoval
	case heaviest == alters:
		return plan.GapOpaque
	case e.version != "" && e.patch:
		return plan.GapSourcePatch
	case e.version != "":
		return plan.GapSourceVersion
	case heaviest == adds:
		return plan.GapSourceAddition
	}
	return plan.GapSourceLabels
}

// text names the change of the version, and the inputs: the heaviest first.
func (e edit) text() string {
	inputs := slices.Clone(e.inputs)
	slices.SortStableFunc(inputs, func(a, b inputEdit) int { return int(b.how) - int(a.how) })
	const few = 4
	var parts []string
	if e.version != "" {
		parts = append(parts, e.version)
	}
	for i, in := range inputs {
		if i == few {
			parts = append(parts, fmt.Sprintf("and %d more inputs", len(inputs)-few))
			break
		}
		parts = append(parts, "input "+in.text)
	}
	return strings.Join(parts, ", ")
}

// isLabel names what does not decide what a resource is: tags, labels and
// descriptions, in the words that providers have for them.
func isLabel(name string) bool {
	for _, word := range []string{"tags", "labels", "annotations", "description", "descriptions", "comment"} {
		if name == word || strings.HasSuffix(name, "_"+word) {
			return true
		}
	}
	return false
}

// changeOf says how a value changes, named as its input, key or attribute is.
func changeOf(name string, was, is cty.Value) how {
	if was != cty.NilVal && is != cty.NilVal && value.Fingerprint(was) == value.Fingerprint(is) {
		return same
	}
	if isLabel(name) {
		return labels
	}
	if was == cty.NilVal || is == cty.NilVal {
		return alters
	}
	was, _ = was.Unmark()
	is, _ = is.Unmark()
	if !was.IsKnown() || !is.IsKnown() || was.IsNull() || is.IsNull() {
		return alters
	}
	switch a, b := was.Type(), is.Type(); {
	case (a.IsMapType() || a.IsObjectType()) && (b.IsMapType() || b.IsObjectType()):
		return changeOfMap(was.AsValueMap(), is.AsValueMap())
	case (a.IsListType() || a.IsTupleType()) && (b.IsListType() || b.IsTupleType()):
		return changeOfList(was.AsValueSlice(), is.AsValueSlice())
	case a.IsSetType() && b.IsSetType():
		return changeOfSet(was.AsValueSlice(), is.AsValueSlice())
	}
	return alters
}

func changeOfMap(was, is map[string]cty.Value) how {
	out := same
	for name, v := range is {
		if old, ok := was[name]; ok {
			out = max(out, changeOf(name, old, v))
		} else if isLabel(name) {
			out = max(out, labels)
		} else {
			out = max(out, adds)
		}
	}
	for name := range was {
		if _, ok := is[name]; !ok {
			out = max(out, unset(name))
		}
	}
	return out
}

// changeOfList: what comes at the end of a list leaves the places of all others.
// An element anywhere else moves them, and a module may count.
func changeOfList(was, is []cty.Value) how {
	if len(is) < len(was) {
		return removes
	}
	out := same
	for i, old := range was {
		out = max(out, changeOf("", old, is[i]))
	}
	if out >= alters && !keepsAll(was, is) {
		return removes
	}
	if len(is) > len(was) {
		out = max(out, adds)
	}
	return out
}

func changeOfSet(was, is []cty.Value) how {
	if !keepsAll(was, is) {
		return removes
	}
	return adds
}

// keepsAll reports whether every element is still there.
func keepsAll(was, is []cty.Value) bool {
	left := map[string]int{}
	for _, v := range is {
		left[value.Fingerprint(v)]++
	}
	for _, v := range was {
		f := value.Fingerprint(v)
		if left[f]--; left[f] < 0 {
			return false
		}
	}
	return true
}

// difference is how a value changes: which elements of a map or a list of texts
// come and go, and both values of what is neither.
func difference(was, is cty.Value) string {
	a, b := elements(was), elements(is)
	if a == nil || b == nil {
		return shown(was) + " -> " + shown(is)
	}
	var parts []string
	for _, d := range []struct {
		word     string
		from, to map[string]string
	}{{"without", a, b}, {"with", b, a}} {
		var names []string
		for _, name := range slices.Sorted(maps.Keys(d.from)) {
			if _, ok := d.to[name]; !ok {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			parts = append(parts, d.word+" "+Listed(names))
		}
	}
	var altered []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if now, ok := b[name]; ok && now != a[name] {
			altered = append(altered, name)
		}
	}
	if len(altered) > 0 {
		parts = append(parts, "with other values of "+Listed(altered))
	}
	if len(parts) == 0 {
		return "in another order"
	}
	return strings.Join(parts, ", ")
}

// elements are the keys of a map, or the texts of a list or a set, with a
// fingerprint of what each stands for; nil where a value has neither.
func elements(v cty.Value) map[string]string {
	if v == cty.NilVal || v.IsMarked() || !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return nil
	}
	out := map[string]string{}
	named := v.Type().IsMapType() || v.Type().IsObjectType()
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		switch {
		case named:
			out[shown(key)] = value.Fingerprint(element)
		case element.Type() == cty.String && element.IsKnown() && !element.IsMarked() && !element.IsNull():
			out[shown(element)] = ""
		default:
			return nil
		}
	}
	return out
}

// shown is a value as the text of a gap has it: short, and never a secret.
func shown(v cty.Value) string {
	switch {
	case v == cty.NilVal:
		return "not set"
	case value.KnownAfterApply(v):
		return "(known after apply)"
	case v.IsMarked():
		return "(not shown)"
	case !v.IsKnown():
		return "(not in the repository)"
	case v.IsNull():
		return "null"
	}
	switch v.Type() {
	case cty.Bool, cty.Number:
		return value.KeyText(v)
	case cty.String:
		return strconv.Quote(cut(strings.Join(strings.Fields(v.AsString()), " "), 60))
	}
	if v.CanIterateElements() {
		return fmt.Sprintf("of %d", v.LengthInt())
	}
	return "(a value)"
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Listed names the first few and counts the rest.
func Listed(types []string) string {
	const few = 5
	if len(types) <= few {
		return strings.Join(types, ", ")
	}
	return fmt.Sprintf("%s and %d more types", strings.Join(types[:few], ", "), len(types)-few)
}
