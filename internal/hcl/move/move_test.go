package move_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/move"
)

func quote(step hcl.TraverseIndex) (string, bool) {
	switch step.Key.Type() {
	case cty.String:
		return `["` + step.Key.AsString() + `"]`, true
	case cty.Number:
		return "[" + step.Key.AsBigFloat().Text('f', 0) + "]", true
	}
	return "", false
}

func endpoint(t *testing.T, text string) move.Endpoint {
	t.Helper()
	ref, diags := hclsyntax.ParseTraversalAbs([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %s", text, diags)
	}
	e, ok := move.ParseEndpoint(ref, quote)
	if !ok {
		t.Fatalf("%s is no endpoint", text)
	}
	return e
}

func address(t *testing.T, text string) move.Address {
	e := endpoint(t, text)
	return move.Address{Module: e.Module, Type: e.Type, Name: e.Name, Key: e.Key}
}

// statements reads lines of `[call path: ]from -> to`.
func statements(t *testing.T, text string) []move.Statement {
	t.Helper()
	var out []move.Statement
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		var s move.Statement
		if at, rest, inside := strings.Cut(line, ": "); inside {
			for name := range strings.SplitSeq(at, ".") {
				s.Module = append(s.Module, move.Step{Name: name})
			}
			line = rest
		}
		from, to, ok := strings.Cut(line, " -> ")
		if !ok {
			t.Fatalf("%s is no statement", line)
		}
		s.From, s.To = endpoint(t, from), endpoint(t, to)
		out = append(out, s)
	}
	return out
}

func TestParseEndpoint(t *testing.T) {
	for _, text := range []string{
		`a.b`, `a.b[0]`, `a.b["x"]`, `module.m`, `module.m["x"]`, `module.m.a.b`, `module.m[0].module.n.a.b["x"]`,
	} {
		e := endpoint(t, text)
		if e.String() != text || e.IsResource() != strings.Contains(text, "a.b") {
			t.Errorf("%s is read as %s", text, e)
		}
	}
	if e := endpoint(t, `resource.a.b`); e.String() != "a.b" {
		t.Errorf("resource.a.b is read as %s", e)
	}
	if e := endpoint(t, `data.a.b`); !e.Data || e.Type != "a" || e.Name != "b" {
		t.Errorf("data.a.b is read as %+v", e)
	}
	for _, text := range []string{`a`, `module`, `a.b.c`, `local.a.b.c`} {
		ref, _ := hclsyntax.ParseTraversalAbs([]byte(text), "", hcl.InitialPos)
		if e, ok := move.ParseEndpoint(ref, quote); ok {
			t.Errorf("%s is read as %+v", text, e)
		}
	}
}

// Each row is where objects end up, in the order given.
func TestApply(t *testing.T) {
	for name, c := range map[string]struct{ objects, statements, final, blocked string }{
		"nothing said":                {`a.b`, ``, `a.b`, ``},
		"a resource":                  {`a.b`, `a.b -> a.c`, `a.c`, ``},
		"another resource":            {`a.x`, `a.b -> a.c`, `a.x`, ``},
		"all instances of a resource": {`a.b[0] a.b[1]`, `a.b -> a.c`, `a.c[0] a.c[1]`, ``},
		"one instance":                {`a.b[0] a.b[1]`, `a.b[0] -> a.c`, `a.c a.b[1]`, ``},
		"another key":                 {`a.b[0]`, `a.b[0] -> a.b["x"]`, `a.b["x"]`, ``},
		"into a module":               {`a.b`, `a.b -> module.m.a.b`, `module.m.a.b`, ``},
		"a type too":                  {`a.b`, `a.b -> c.d`, `c.d`, ``},
		"a module":                    {`module.m.a.b module.m.module.n.a.b`, `module.m -> module.x`, `module.x.a.b module.x.module.n.a.b`, ``},
		"a module's instances":        {`module.m[0].a.b module.m[1].a.b`, `module.m -> module.x`, `module.x[0].a.b module.x[1].a.b`, ``},
		"a module's instance": {`module.m[0].a.b module.m[1].a.b`,
			`module.m[0] -> module.m["x"]`, `module.m["x"].a.b module.m[1].a.b`, ``},
		"a module gains a key":       {`module.m.a.b`, `module.m -> module.m[0]`, `module.m[0].a.b`, ``},
		"said in a module":           {`module.m.a.b a.b`, `m: a.b -> a.c`, `module.m.a.c a.b`, ``},
		"said in each instance":      {`module.m[0].a.b module.m[1].a.b`, `m: a.b -> a.c`, `module.m[0].a.c module.m[1].a.c`, ``},
		"a chain":                    {`a.b`, "a.b -> a.c\na.c -> a.d", `a.d`, ``},
		"a chain, last said first":   {`a.b`, "a.c -> a.d\na.b -> a.c", `a.d`, ``},
		"module, then what is in it": {`module.m.a.b`, "module.m -> module.x\nmodule.x.a.b -> module.x.a.c", `module.x.a.c`, ``},
		"onto another":               {`a.b a.c`, `a.b -> a.c`, `a.b a.c`, `a.b -> a.c`},
		"onto another instance":      {`a.b[0] a.b[1]`, `a.b[0] -> a.b[1]`, `a.b[0] a.b[1]`, `a.b[0] -> a.b[1]`},
		"onto another module":        {`module.m.a.b module.x.a.b`, `module.m -> module.x`, `module.m.a.b module.x.a.b`, `module.m -> module.x`},
		"blocked once for a module": {`module.m.a.b module.m.a.c module.x.a.b`, `module.m -> module.x`,
			`module.m.a.b module.m.a.c module.x.a.b`, `module.m -> module.x`},
		"onto one that moves on": {`a.b a.c`, "a.b -> a.c\na.c -> a.d", `a.b a.d`, `a.b -> a.c`},
	} {
		var objects []move.Address
		for text := range strings.FieldsSeq(c.objects) {
			objects = append(objects, address(t, text))
		}
		r := move.Apply(objects, statements(t, c.statements))
		var final, blocked []string
		for _, a := range r.Final {
			final = append(final, a.String())
		}
		for _, b := range r.Blocked {
			blocked = append(blocked, b.From+" -> "+b.To)
		}
		if strings.Join(final, " ") != c.final || strings.Join(blocked, ", ") != c.blocked || len(r.Cycle) > 0 {
			t.Errorf("%s: %s, blocked %s, want %s, blocked %s (cycle %v)", name, final, blocked, c.final, c.blocked, r.Cycle)
		}
		for i := range objects {
			if moved := objects[i].String() != final[i]; moved != (r.By[i] != nil) {
				t.Errorf("%s: %s moved: %t, by %v", name, objects[i], moved, r.By[i])
			}
		}
	}
}

func TestCycle(t *testing.T) {
	for name, text := range map[string]string{
		"two":   "a.b -> a.c\na.c -> a.b",
		"three": "a.b -> a.c\na.c -> a.d\na.d -> a.b",
	} {
		r := move.Apply([]move.Address{address(t, "a.b")}, statements(t, text))
		if len(r.Cycle) == 0 || r.Final[0].String() != "a.b" {
			t.Errorf("%s statements in a circle: %v, %s", name, r.Cycle, r.Final[0])
		}
	}
	// A module that changes its key around a move inside it is no circle.
	r := move.Apply([]move.Address{address(t, "module.m.a.b")}, statements(t, "module.m -> module.m[0]\nm: a.b -> a.c"))
	if len(r.Cycle) > 0 || r.Final[0].String() != "module.m[0].a.c" {
		t.Errorf("a module gains a key: %v, %s", r.Cycle, r.Final[0])
	}
}

func TestImplied(t *testing.T) {
	for name, c := range map[string]struct {
		object, explicit string
		declared         move.Declared
		want             string
	}{
		"gains count":              {`a.b`, ``, move.DeclaredCount, `a.b -> a.b[0]`},
		"loses count":              {`a.b[0]`, ``, move.DeclaredSingle, `a.b[0] -> a.b`},
		"loses count, second":      {`a.b[1]`, ``, move.DeclaredSingle, ``},
		"keeps count":              {`a.b[0]`, ``, move.DeclaredCount, ``},
		"stays one":                {`a.b`, ``, move.DeclaredSingle, ``},
		"is not declared":          {`a.b`, ``, 0, ``},
		"named by a statement":     {`a.b`, `a.b -> a.b["x"]`, move.DeclaredCount, ``},
		"named as destination":     {`a.b`, `a.c -> a.b`, move.DeclaredCount, ``},
		"its module is moved":      {`module.m.a.b`, `module.m -> module.x`, move.DeclaredCount, `module.m.a.b -> module.m.a.b[0]`},
		"named inside its module":  {`module.m.a.b`, `m: a.b -> a.b["x"]`, move.DeclaredCount, ``},
		"in a module with the key": {`module.m[0].a.b`, ``, move.DeclaredCount, `module.m[0].a.b -> module.m[0].a.b[0]`},
	} {
		declared := func(move.Address) move.Declared { return c.declared }
		out := move.Implied([]move.Address{address(t, c.object)}, statements(t, c.explicit), declared)
		got := ""
		for _, s := range out {
			got += s.From.String() + " -> " + s.To.String()
		}
		if got != c.want {
			t.Errorf("%s: implied is %q, want %q", name, got, c.want)
		}
	}
}
