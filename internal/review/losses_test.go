package review

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
	"github.com/holdpoint-dev/holdpoint/internal/rules/losses"
)

// Every row of the table of losses is held for an agent, by a finding that
// names the object and what is lost, whatever its type and path; and its twin
// takes nothing away. Both go through the whole engine, as files.
func TestLossRows(t *testing.T) {
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	l := lossTest{set: set, facts: facts.Load(), sources: map[string]string{}}
	for _, h := range facts.Versions() {
		_, name, _ := strings.Cut(h.Provider, "/")
		l.sources[name] = h.Provider
	}
	for _, r := range set.LossRows() {
		for _, c := range l.known(t, r, casesOf(r)) {
			t.Run(fmt.Sprintf("%s %s %v", c.typ, c.path, r.Words), func(t *testing.T) { l.check(t, r, c) })
		}
	}
}

type lossTest struct {
	set     *rules.Set
	facts   plan.Facts
	sources map[string]string
}

// known leaves out what a type does not have by its facts: types of one row
// name the same thing differently. Each type and each path stays at least
// once; one that has no partner is a mistake.
func (l lossTest) known(t *testing.T, r losses.Row, all []lossCase) []lossCase {
	var out []lossCase
	types, paths, judged := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range all {
		schema := l.schema(c.typ)
		if r.Engine == plan.Terraform && schema != nil {
			judged[c.typ] = true
			if !has(schema, splitPath(c.path)) {
				continue
			}
		}
		if !types[c.typ] || !paths[c.path] {
			types[c.typ], paths[c.path] = true, true
			out = append(out, c)
		}
	}
	for _, path := range r.Paths {
		if !paths[path] {
			t.Errorf("%s: none of %v has it by the facts", path, r.Types)
		}
	}
	for typ := range judged {
		if !types[typ] {
			t.Errorf("%s has none of %v by the facts", typ, r.Paths)
		}
	}
	return out
}

// has reports whether a schema has a path, as far as it tells.
func has(schema map[string]*plan.AttrFacts, steps []string) bool {
	for _, s := range steps {
		a := schema[s]
		if a == nil {
			return len(schema) == 0
		}
		schema = a.Nested
	}
	return true
}

func (l lossTest) schema(typ string) map[string]*plan.AttrFacts {
	name, _, _ := strings.Cut(typ, "_")
	if f := l.facts("registry.terraform.io/"+l.sources[name], "", typ); f != nil {
		return f.Attributes
	}
	return nil
}

type lossCase struct{ typ, path string }

// casesOf are all types of a row with all its paths.
func casesOf(r losses.Row) []lossCase {
	types := slices.DeleteFunc(slices.Clone(r.Types), func(s string) bool { return strings.ContainsAny(s, "*?[") })
	if r.Example.Type != "" {
		types = append([]string{r.Example.Type}, types...)
	}
	var out []lossCase
	for _, typ := range types {
		for _, path := range r.Paths {
			out = append(out, lossCase{typ, path})
		}
	}
	return out
}

func (l lossTest) check(t *testing.T, r losses.Row, c lossCase) {
	e := r.Example
	before, after := l.object(r, c, e.With, e.Before), l.object(r, c, e.With, e.After)
	created := slices.Contains(r.Words, losses.Created)
	if created {
		before = nil
	}
	l.held(t, r, c, l.tree(r.Engine, c.typ, before), l.tree(r.Engine, c.typ, after))
	from, to := after, before
	if e.Twin != nil {
		with := maps.Clone(e.With)
		if with == nil {
			with = map[string]any{}
		}
		maps.Copy(with, e.Twin.With)
		from, to = l.object(r, c, with, e.Twin.Before), l.object(r, c, with, e.Twin.After)
	}
	l.harmless(t, r, c, l.tree(r.Engine, c.typ, from), l.tree(r.Engine, c.typ, to))
	if r.Create && !created {
		l.held(t, r, c, l.tree(r.Engine, c.typ, nil), l.tree(r.Engine, c.typ, after))
	}
	for attribute, types := range r.Of { // together with what it acts on
		together := maps.Clone(after)
		if attribute == "*" {
			attribute = "project"
			base, _, _ := strings.Cut(c.typ, "_iam_")
			types = []string{base}
		}
		together[attribute] = "${" + types[0] + ".target.id}"
		resource := map[string]any{c.typ: map[string]any{"x": together}, types[0]: map[string]any{"target": map[string]any{}}}
		l.harmless(t, r, c, l.tree(r.Engine, c.typ, nil), l.terraform(c.typ, resource))
	}
}

// object is an object with a value at a path, meeting the row's conditions.
func (l lossTest) object(r losses.Row, c lossCase, with map[string]any, value any) map[string]any {
	var schema map[string]*plan.AttrFacts
	if r.Engine == plan.Terraform {
		schema = l.schema(c.typ)
	}
	out := map[string]any{}
	merge(out, with)
	if value != nil {
		put(out, splitPath(c.path), value)
		for _, at := range slices.Sorted(maps.Keys(r.Where)) {
			want := r.Where[at]
			if list, ok := want.([]any); ok {
				want = list[0]
			}
			if s, ok := want.(string); !ok || s != "present" && s != "absent" && !strings.HasPrefix(s, "!") {
				put(out, splitPath(at), want)
			}
		}
	}
	return lists(out, schema).(map[string]any)
}

func splitPath(p string) []string {
	parts := strings.Split(strings.ReplaceAll(p, `\.`, "\x00"), ".")
	var out []string
	for _, s := range parts {
		switch s {
		case "*":
			s = "x"
		case "**":
			continue
		}
		out = append(out, strings.ReplaceAll(s, "\x00", "."))
	}
	return out
}

func put(at map[string]any, steps []string, value any) {
	for len(steps) > 1 {
		next, ok := at[steps[0]].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[steps[0]] = next
		}
		at, steps = next, steps[1:]
	}
	if m, ok := value.(map[string]any); ok {
		next, ok := at[steps[0]].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[steps[0]] = next
		}
		merge(next, m)
		return
	}
	if at[steps[0]] == nil {
		at[steps[0]] = value
	}
}

// merge copies b into a, deeply.
func merge(a, b map[string]any) {
	for k, v := range b {
		if m, ok := v.(map[string]any); ok {
			next := map[string]any{}
			merge(next, m)
			a[k] = next
			continue
		}
		a[k] = v
	}
}

// lists puts objects into lists where the schema has lists of them.
func lists(v any, schema map[string]*plan.AttrFacts) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for name, child := range m {
		f := schema[name]
		if f == nil {
			continue
		}
		if list, ok := child.([]any); ok {
			for i := range list {
				list[i] = lists(list[i], f.Nested)
			}
			continue
		}
		child = lists(child, f.Nested)
		if _, object := child.(map[string]any); object && (strings.HasPrefix(f.Type, "list") || strings.HasPrefix(f.Type, "set")) {
			child = []any{child}
		}
		m[name] = child
	}
	return m
}

// tree is a repository with one object, or with none.
func (l lossTest) tree(engine plan.Engine, typ string, object map[string]any) fs.FS {
	if engine == plan.Kubernetes {
		return l.manifest(typ, object)
	}
	if object == nil {
		return l.terraform(typ, nil)
	}
	return l.terraform(typ, map[string]any{typ: map[string]any{"x": object}})
}

func (l lossTest) terraform(typ string, resources map[string]any) fs.FS {
	if name, ok := strings.CutPrefix(typ, "provider."); ok && resources != nil {
		object := resources[typ].(map[string]any)["x"]
		kept := map[string]any{name + "_kept": map[string]any{"x": map[string]any{"name": "x"}}}
		return fstest.MapFS{"main.tf.json": {Data: encode(map[string]any{"provider": map[string]any{name: object}, "resource": kept})}}
	}
	name, _, _ := strings.Cut(typ, "_")
	config := map[string]any{"locals": map[string]any{"a": 1}}
	if source := l.sources[name]; source != "" {
		config["terraform"] = map[string]any{"required_providers": map[string]any{name: map[string]any{"source": source}}}
	}
	if resources != nil {
		config["resource"] = resources
	}
	return fstest.MapFS{"main.tf.json": {Data: encode(config)}}
}

func (l lossTest) manifest(typ string, object map[string]any) fs.FS {
	group, kind, _ := strings.Cut(typ, "/")
	all := map[string]any{"apiVersion": group + "/v1", "kind": kind, "metadata": map[string]any{"name": "x", "namespace": "n"}}
	if group == "core" {
		all["apiVersion"] = "v1"
	}
	tree := fstest.MapFS{
		"k/other.yaml": {Data: []byte("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: other, namespace: n}\n")},
	}
	if object == nil {
		return tree
	}
	if meta, ok := object["metadata"].(map[string]any); ok {
		merge(all["metadata"].(map[string]any), meta)
	}
	for k, v := range object {
		if k != "metadata" {
			all[k] = v
		}
	}
	tree["k/x.yaml"] = &fstest.MapFile{Data: encode(all)}
	return tree
}

func encode(v any) []byte {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		panic(err)
	}
	return data
}

// judge runs both engines and the rules, for an agent.
func (l lossTest) judge(before, after fs.FS) []rules.Finding {
	p := plan.Plan{}
	for _, predict := range Predictors(Ref{}, l.facts, l.set.Losses(), nil) {
		p = plan.Join(p, predict(before, after, rules.Strict(), nil))
	}
	return l.set.Judge(rules.Case{Comparison: "change", Plan: p, Before: before, After: after,
		Agent: &rules.Agent{Name: "a"}, Settings: rules.Strict()})
}

func (l lossTest) held(t *testing.T, r losses.Row, c lossCase, before, after fs.FS) {
	t.Helper()
	findings := l.judge(before, after)
	for _, f := range findings {
		if f.Holds && f.Change != nil && f.Change.Action.Destroys() && f.Change.Address.Type == c.typ {
			return // some versions of the provider replace it
		}
		if f.Holds && f.Change != nil && slices.ContainsFunc(f.Change.Losses, func(x plan.Loss) bool {
			return x.Source == r.Source && strings.Contains(f.Message, x.What) && strings.Contains(f.Message, f.Change.Address.String())
		}) {
			return
		}
	}
	t.Errorf("not held: %s", toldAll(findings))
}

func (l lossTest) harmless(t *testing.T, r losses.Row, c lossCase, before, after fs.FS) {
	t.Helper()
	for _, f := range l.judge(before, after) {
		if f.Change != nil && slices.ContainsFunc(f.Change.Losses, func(x plan.Loss) bool { return x.Source == r.Source }) {
			t.Errorf("the twin is no loss: %s", f.Message)
		}
	}
}

func toldAll(findings []rules.Finding) string {
	var out []string
	for _, f := range findings {
		out = append(out, fmt.Sprintf("%s %t %s", f.Rule, f.Holds, f.Message))
	}
	return strings.Join(out, "\n")
}
