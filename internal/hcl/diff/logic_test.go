package diff_test

import (
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/logic"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Every row of rules/facts/logic is seen to act: an edit that its word stands for,
// or one of testdata/edits, is planned as the row says, and otherwise without the
// row.
func TestEveryRowActs(t *testing.T) {
	find := facts.Load()
	written := writtenEdits(t)
	for _, f := range logic.Files() {
		sections, err := f.Sections()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sections {
			for _, r := range s.Rows {
				if !acts(find, f, s, r, written) {
					t.Errorf("%s: %v: no edit shows the row %s %s %v: add one to testdata/edits", f.Name(), s.Names, r.Rule, r.Check, r.Paths)
				}
			}
		}
	}
}

// acts tries the types of a row until an edit of one shows it.
func acts(find plan.Facts, f *logic.File, s logic.Section, r logic.Row, written map[string][]edit) bool {
	names := s.Names
	if len(r.Types) > 0 {
		names = r.Types
	}
	if strings.HasSuffix(names[0], "*") {
		names = nil // of a whole provider: those that have edits
		for name := range written {
			if strings.HasPrefix(name, strings.TrimSuffix(s.Names[0], "*")) {
				names = append(names, name)
			}
		}
	}
	for _, name := range slices.Sorted(slices.Values(names)) {
		provider, version := f.ReleaseOf(name, r)
		known := find(provider, version, name)
		if known == nil {
			continue
		}
		if slices.ContainsFunc(made(known, r.Logic), func(e edit) bool { return shows(known, r.Logic, e) }) {
			return true
		}
		for _, e := range written[name] {
			if shows(find(provider, e.version, name), r.Logic, e) {
				return true
			}
		}
	}
	return false
}

// edit is a configuration before and after.
type edit struct {
	version       string
	before, after cty.Value
	// want is what becomes of the instance, empty where the edit does not say.
	want string
}

// shows reports whether an edit is planned as it says, and otherwise without the
// row.
func shows(known *plan.TypeFacts, row plan.Logic, e edit) bool {
	without := *known
	without.Logic = slices.DeleteFunc(slices.Clone(known.Logic), func(l plan.Logic) bool { return reflect.DeepEqual(l, row) })
	if len(without.Logic) == len(known.Logic) {
		return false
	}
	got, other := outcome(known, e), outcome(&without, e)
	return !reflect.DeepEqual(got, other) && (e.want == "" || e.want == describeResult(got.plan))
}

type outcomes struct {
	plan   diff.Result
	state  cty.Value
	placed cty.Value
}

// outcome is all that an edit makes of an instance.
func outcome(known *plan.TypeFacts, e edit) outcomes {
	state := diff.State(known, "x", e.before)
	renamed := diff.Renamed(known, state, e.before, e.after)
	provider := cty.ObjectVal(map[string]cty.Value{"project": cty.StringVal("p"), "region": cty.StringVal("r"), "zone": cty.StringVal("z")})
	got := diff.Plan(known, renamed, e.after)
	return outcomes{plan: got, state: state, placed: diff.PlaceNew(known, provider, e.after, diff.Create(known, e.after).Planned)}
}

// made are edits that the word of a row stands for.
func made(known *plan.TypeFacts, row plan.Logic) []edit {
	var out []edit
	base := map[string]string{}
	for _, conditions := range []map[string][]string{row.Was, row.Where} {
		for path, values := range conditions {
			base[path] = strings.ReplaceAll(values[0], "*", "")
		}
	}
	for path := range row.Unless {
		base[path] = "other"
	}
	for _, path := range row.Paths {
		for _, v := range valuesOf(row) {
			before, after := maps.Clone(base), maps.Clone(base)
			before[path], after[path] = v[0], v[1]
			out = append(out, edit{before: bodyOf(known, before), after: bodyOf(known, after), want: v[2]})
		}
		out = append(out, blocksOf(known, row, path, base)...)
	}
	for _, path := range append(slices.Clone(row.Changed), "description", "tags", "definition", "memory_size", "image_id") {
		for _, v := range [][2]string{{"1", "2"}, {"true", "false"}, {"a", unknown}} {
			before, after := maps.Clone(base), maps.Clone(base)
			before[path], after[path] = v[0], v[1]
			if row.Rule == plan.LogicRecomputed {
				out = append(out, edit{before: bodyOf(known, before), after: bodyOf(known, after)})
			}
		}
	}
	return out
}

// unknown stands for a value that is known after apply.
const unknown = "\x00"

// valuesOf are values of an attribute before and after, and what the row makes of
// the change.
func valuesOf(row plan.Logic) [][3]string {
	some := func(pattern, other string) string { return strings.ReplaceAll(pattern, "*", other) }
	switch row.Rule {
	case plan.LogicAlways:
		return [][3]string{{"1", "2", "replace"}, {"true", "false", "replace"}}
	case plan.LogicNever:
		return [][3]string{{"1", "2", "update"}, {"true", "false", "update"}}
	case plan.LogicLowered:
		if len(row.Order) > 1 {
			return [][3]string{{row.Order[1], row.Order[0], "replace"}}
		}
		return [][3]string{{"2", "1", "replace"}}
	case plan.LogicRemoved, plan.LogicToggled:
		return [][3]string{{"1", "", "replace"}, {"1", unknown, "replace"}}
	case plan.LogicDowngraded:
		return [][3]string{{"2.0", "1.0", "replace"}}
	case plan.LogicNarrowed:
		return [][3]string{{"10.0.0.0/8", "10.0.0.0/9", "replace"}}
	case plan.LogicDisabled:
		return [][3]string{{"true", "false", "replace"}}
	case plan.LogicUnset:
		return [][3]string{{some(row.From[0], "1"), "other", "replace"}}
	case plan.LogicCrossed:
		return [][3]string{{some(row.Among[0], "1"), "other", "replace"}}
	case plan.LogicOnly:
		var out [][3]string
		for _, t := range row.Transitions {
			from, to, _ := strings.Cut(t, ">")
			out = append(out, [3]string{some(from, "p"), some(to, "q"), "replace"})
		}
		return out
	case plan.LogicExcept:
		return [][3]string{{"1", "2", "replace"}, {"a", "b", "replace"}}
	case plan.LogicDefault:
		return [][3]string{{"", row.Value, ""}, {"", "1", ""}}
	case plan.LogicIdentity, plan.LogicKept:
		return [][3]string{{"1", "1", ""}, {"", "", ""}}
	}
	return nil
}

// blocksOf are edits of what holds several values.
func blocksOf(known *plan.TypeFacts, row plan.Logic, path string, base map[string]string) []edit {
	with := func(list ...cty.Value) cty.Value {
		return merged(bodyOf(known, base), path, cty.TupleVal(list))
	}
	none, text := bodyOf(known, base), cty.StringVal
	block := func(attrs map[string]cty.Value) cty.Value { return with(cty.ObjectVal(attrs)) }
	switch row.Rule {
	case plan.LogicLeaves:
		return []edit{{before: with(text("a"), text("b")), after: with(text("a")), want: "replace"}}
	case plan.LogicBlockRemoved, plan.LogicBlockCount:
		return []edit{{before: block(nil), after: none, want: "replace"}}
	case plan.LogicBlockAdded:
		return []edit{{before: none, after: block(nil), want: "replace"}}
	case plan.LogicRenamed:
		return []edit{{before: merged(none, path, text("a")), after: merged(none, row.To, text("a"))},
			{before: merged(none, path, text("a")), after: merged(none, row.To, cty.TupleVal([]cty.Value{text("a")}))}}
	case plan.LogicHash:
		var out []edit
		for name, a := range known.Attributes[path].Nested {
			if !slices.Contains(row.By, name) && a.Nested == nil && (a.Optional || a.Required) {
				out = append(out, edit{before: block(map[string]cty.Value{name: text("1")}), after: block(map[string]cty.Value{name: text("2")}),
					want: "none"})
			}
		}
		return out
	}
	return nil
}

// bodyOf writes attributes by path; "" is left out.
func bodyOf(known *plan.TypeFacts, attrs map[string]string) cty.Value {
	body := cty.EmptyObjectVal
	for path, text := range attrs {
		v := cty.StringVal(text)
		switch {
		case text == "":
			continue
		case text == unknown:
			v = cty.UnknownVal(cty.String)
		case nestedAt(known, path) != nil:
			v = cty.TupleVal([]cty.Value{blockOf(nestedAt(known, path), v)})
		case isMap(known, path):
			v = cty.ObjectVal(map[string]cty.Value{"k": v})
		case isList(known, path):
			v = cty.TupleVal([]cty.Value{v})
		}
		body = merged(body, path, v)
	}
	return body
}

func nestedAt(known *plan.TypeFacts, path string) map[string]*plan.AttrFacts {
	attrs := known.Attributes
	for name := range strings.SplitSeq(path, ".") {
		if attrs[name] == nil {
			return nil
		}
		attrs = attrs[name].Nested
	}
	return attrs
}

// blockOf is a block with one attribute set.
func blockOf(attrs map[string]*plan.AttrFacts, v cty.Value) cty.Value {
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		if a := attrs[name]; a.Nested == nil && a.Type == "string" && (a.Optional || a.Required) {
			return cty.ObjectVal(map[string]cty.Value{name: v})
		}
	}
	return cty.EmptyObjectVal
}

func isMap(known *plan.TypeFacts, path string) bool {
	return strings.HasPrefix(kindAt(known, path), "map")
}

func isList(known *plan.TypeFacts, path string) bool {
	kind := kindAt(known, path)
	return strings.HasPrefix(kind, "list") || strings.HasPrefix(kind, "set")
}

func kindAt(known *plan.TypeFacts, path string) string {
	attrs, kind := known.Attributes, ""
	for name := range strings.SplitSeq(path, ".") {
		a := attrs[name]
		if a == nil {
			return kind
		}
		kind, attrs = a.Type, a.Nested
	}
	return kind
}

// merged sets a value at a path of blocks.
func merged(body cty.Value, path string, v cty.Value) cty.Value {
	name, rest, deeper := strings.Cut(path, ".")
	attrs := maps.Clone(body.AsValueMap())
	if attrs == nil {
		attrs = map[string]cty.Value{}
	}
	if deeper {
		inner := cty.EmptyObjectVal
		if old, ok := attrs[name]; ok && old.Type().IsTupleType() {
			inner = old.AsValueSlice()[0]
		}
		v = cty.TupleVal([]cty.Value{merged(inner, rest, v)})
	}
	attrs[name] = v
	return cty.ObjectVal(attrs)
}

// writtenEdits are those of testdata/edits, by type.
func writtenEdits(t *testing.T) map[string][]edit {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "edits", "*.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]edit{}
	for _, name := range files {
		file, diags := hclparse.NewParser().ParseHCLFile(name)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for _, block := range file.Body.(*hclsyntax.Body).Blocks {
			e := edit{version: textOf(t, block, "version"), want: textOf(t, block, "want")}
			for _, b := range block.Body.Blocks {
				if b.Type == "before" {
					e.before = bodyValue(t, b.Body)
				} else {
					e.after = bodyValue(t, b.Body)
				}
			}
			out[block.Labels[0]] = append(out[block.Labels[0]], e)
		}
	}
	return out
}

// textOf is an attribute of a written edit, "" where there is none.
func textOf(t *testing.T, block *hclsyntax.Block, name string) string {
	t.Helper()
	a, ok := block.Body.Attributes[name]
	if !ok {
		return ""
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return v.AsString()
}
