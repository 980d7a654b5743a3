package losses

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

const sound = "engine: terraform\nlosses:\n" +
	"  - {types: [a_b], paths: [c], words: [lowered], effect: data-loss, class: data, lost: l, source: s, example: {before: 2, after: 1}}\n"

// A row that is not sound does not load, and one that is does.
func TestUnsoundRows(t *testing.T) {
	if err := NewTable().Add("a.yaml", []byte(sound)); err != nil {
		t.Fatal(err)
	}
	for want, edit := range map[string][2]string{
		"lost and source":   {", source: s", ""},
		"example must be":   {", example: {before: 2, after: 1}", ""},
		`effect "gone"`:     {"data-loss", "gone"},
		`class "dta"`:       {"class: data", "class: dta"},
		`word "shrinks"`:    {"lowered", "shrinks"},
		"set needs to":      {"lowered", "set"},
		"types, paths":      {"paths: [c]", "paths: []"},
		"of is for rows":    {"lost: l", "lost: l, of: {a: [b]}"},
		"created needs":     {"lowered", "created"},
		"needs why":         {"after: 1}", "after: 1, twin: {before: 1}}"},
		"field extra":       {"lost: l", "lost: l, extra: 1"},
		`engine "pulumi"`:   {"engine: terraform", "engine: pulumi"},
		"more than one doc": {"engine", "---\na: 1\n---\nengine"},
	} {
		text := strings.Replace(sound, edit[0], edit[1], 1)
		if want == "more than one doc" {
			text = sound + "---\nengine: terraform\n"
		}
		if err := NewTable().Add("a.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

// Amounts of one kind are compared, those of two are not.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		a, b  any
		order int
		ok    bool
	}{
		{1.0, 2.0, -1, true}, {int64(3), "2", 1, true}, {"720h0m0s", "24h", 1, true}, {"P14D", "PT1M", 1, true}, {"30d", "P30D", 0, true},
		{"7 days", "1 week", 0, true}, {"10Gi", "5Gi", 1, true}, {"10Gi", "5h", 0, false}, {"a", "b", 0, false}, {1.0, "1h", 0, false},
		{"2592000s", "30d", 0, true}, {"500ms", "1s", -1, true}, {"1y", "400d", -1, true},
	} {
		if order, ok := compare(c.a, c.b); order != c.order || ok != c.ok {
			t.Errorf("%v and %v: got %d, %t", c.a, c.b, order, ok)
		}
	}
}

// Every word, with what it holds of and what it does not, and what is only
// possible because a value is not known.
func TestWords(t *testing.T) {
	hidden := plan.Unknown{ID: "var.a"}
	for _, c := range []struct {
		row           Row
		before, after any
		want          verdict
	}{
		{Row{Words: []Word{Lowered}}, 2.0, 1.0, yes}, {Row{Words: []Word{Lowered}}, 1.0, 2.0, no}, {Row{Words: []Word{Lowered}}, 1.0, hidden,
			possible},
		{Row{Words: []Word{Lowered}, Never: []any{0}}, 0.0, 1.0, no}, {Row{Words: []Word{Lowered}}, hidden, hidden, no},
		{Row{Words: []Word{Lowered}}, hidden, plan.Unknown{ID: "var.b"}, no}, {Row{Words: []Word{Lowered}, Default: 9}, nil, 1.0, yes},
		{Row{Words: []Word{Raised}}, 1.0, 2.0, yes}, {Row{Words: []Word{Raised}}, 2.0, 1.0, no},
		{Row{Words: []Word{Introduced}, Never: []any{0}}, 0.0, 7.0, yes}, {Row{Words: []Word{Introduced}, Never: []any{0}}, 7.0, 0.0, no},
		{Row{Words: []Word{Introduced}}, nil, hidden, possible},
		{Row{Words: []Word{Removed}}, "a", nil, yes}, {Row{Words: []Word{Removed}}, nil, "a", no},
		{Row{Words: []Word{Zero}}, 2.0, 0.0, yes}, {Row{Words: []Word{Zero}}, nil, 0.0, no}, {Row{Words: []Word{Zero}}, 2.0, hidden, possible},
		{Row{Words: []Word{Enabled}}, nil, true, yes}, {Row{Words: []Word{Enabled}}, true, true, no}, {Row{Words: []Word{Enabled}}, false, "true",
			yes},
		{Row{Words: []Word{Disabled}}, true, false, yes}, {Row{Words: []Word{Disabled}}, nil, false, no},
		{Row{Words: []Word{Disabled}, Default: true}, nil, false, yes}, {Row{Words: []Word{Disabled}}, true, nil, yes},
		{Row{Words: []Word{Set}, To: []any{"Delete"}}, "Retain", "Delete", yes}, {Row{Words: []Word{Set}, To: []any{"Delete"}}, "Delete",
			"Delete", no},
		{Row{Words: []Word{Set}, To: []any{"*-pvc"}}, nil, "percona.com/delete-pvc", no}, {Row{Words: []Word{Set}, To: []any{"*-pvc"}}, nil,
			"delete-pvc", yes},
		{Row{Words: []Word{Unset}, From: []any{"Retain"}}, "Retain", "Delete", yes}, {Row{Words: []Word{Unset}, From: []any{"Retain"}}, "Delete",
			"Retain", no},
		{Row{Words: []Word{Changed}}, "a", "b", yes}, {Row{Words: []Word{Changed}}, nil, "b", no},
		{Row{Words: []Word{Widened}}, "a/b", "a/", yes}, {Row{Words: []Word{Widened}}, "a/", "a/b", no}, {Row{Words: []Word{Widened}}, "a/", nil,
			yes},
	} {
		r := c.row
		if got := r.judge(pair{before: c.before, after: c.after}, false); got != c.want {
			t.Errorf("%v %v -> %v: got %d, want %d", r.Words, c.before, c.after, got, c.want)
		}
	}
}

// Members of lists are told apart by name, whatever their order.
func TestMembers(t *testing.T) {
	row := &Row{Types: []string{"a"}, Paths: []string{"rule"}, Words: []Word{Leaves}, Effect: plan.DataLoss, Class: "data",
		Lost: "{member} goes", Source: "s",
		Example: Example{Before: 1}}
	if err := row.ready(); err != nil {
		t.Fatal(err)
	}
	rule := func(names ...string) map[string]any {
		var list []any
		for _, n := range names {
			list = append(list, map[string]any{"name": n, "size": 1.0})
		}
		return map[string]any{"rule": list}
	}
	for _, c := range []struct {
		before, after map[string]any
		want          string
	}{
		{rule("a", "b"), rule("b", "a"), ""},
		{rule("a", "b"), rule("b"), "a goes"},
		{rule("a", "b"), map[string]any{}, "a goes, b goes"},
		{map[string]any{}, rule("a"), ""},
		{map[string]any{"rule": []any{"x", "y"}}, map[string]any{"rule": []any{"y"}}, "x goes"},
		{map[string]any{"rule": []any{"x"}}, map[string]any{"rule": plan.Unknown{ID: "?"}}, "possibly one of them goes"},
	} {
		var got []string
		for _, l := range row.losses(plan.LossQuestion{Before: c.before, After: c.after}) {
			text, _, _ := strings.Cut(l.What, " (")
			if !l.Certain {
				text = "possibly " + text
			}
			got = append(got, text)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%v -> %v: got %q, want %q", c.before, c.after, got, c.want)
		}
	}
}

// A condition holds also where the path goes another way than it does: the age
// of a rule counts by the rule's action, a value by the object's name.
func TestConditions(t *testing.T) {
	row := &Row{Types: []string{"a"}, Paths: []string{"rule.condition.age"}, Words: []Word{Introduced},
		Where: map[string]any{"rule.action.type": []any{"Delete"},
			"meta.name": []any{"this"}}, Effect: plan.DataLoss, Class: "data", Lost: "l", Source: "s", Example: Example{Before: 1}}
	if err := row.ready(); err != nil {
		t.Fatal(err)
	}
	rule := func(action any) map[string]any {
		return map[string]any{"condition": []any{map[string]any{"age": 1.0}}, "action": []any{map[string]any{"type": action}}}
	}
	for _, c := range []struct {
		name  string
		rules []any
		want  string
	}{
		{"this", []any{rule("Delete")}, "certain"},
		{"this", []any{rule("SetStorageClass")}, ""},
		{"this", []any{rule("SetStorageClass"), rule("Delete")}, "certain"},
		{"this", []any{map[string]any{"condition": []any{map[string]any{"age": 1.0}}}}, ""},
		{"this", []any{rule(plan.Unknown{ID: "?"})}, "possible"},
		{"that", []any{rule("Delete")}, ""},
	} {
		object := func(rules []any) map[string]any {
			return map[string]any{"rule": rules, "meta": map[string]any{"name": c.name}}
		}
		got := ""
		for _, l := range row.losses(plan.LossQuestion{Before: object([]any{}), After: object(c.rules)}) {
			if got = "possible"; l.Certain {
				got = "certain"
			}
		}
		if got != c.want {
			t.Errorf("%s %v: got %q, want %q", c.name, c.rules, got, c.want)
		}
	}
}
