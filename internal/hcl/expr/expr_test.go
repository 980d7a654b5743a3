package expr_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/funcs"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// names are what the tables below refer to.
var names = map[string]cty.Value{
	"var.text":    cty.StringVal("a"),
	"var.number":  cty.NumberIntVal(3),
	"var.yes":     cty.True,
	"var.null":    cty.NullVal(cty.String),
	"var.list":    cty.ListVal([]cty.Value{cty.StringVal("a"), cty.StringVal("b")}),
	"var.map":     cty.MapVal(map[string]cty.Value{"k": cty.StringVal("v")}),
	"var.secret":  cty.StringVal("s").Mark(value.Sensitive),
	"var.opaque":  value.NewOpaque("opaque", cty.String),
	"var.other":   value.NewOpaque("other", cty.String),
	"var.switch":  value.NewOpaque("switch", cty.Bool),
	"var.size":    value.NewOpaque("size", cty.Number),
	"var.names":   value.NewOpaque("names", cty.List(cty.String)),
	"var.bag":     value.NewOpaque("bag", cty.Map(cty.String)),
	"var.pending": value.NewPending(cty.String),
	"var.later":   value.NewPending(cty.List(cty.String)),
	"var.mixed": cty.ObjectVal(map[string]cty.Value{
		"known": cty.StringVal("a"), "opaque": value.NewOpaque("opaque", cty.String), "pending": value.NewPending(cty.String),
	}),
	"var.open":    value.OpenObject(value.Open{ID: "open"}, map[string]cty.Value{"name": cty.StringVal("a")}),
	"var.created": value.OpenObject(value.Open{ID: "created", Pending: true}, nil),
	"var.limited": value.NewOpaque("cut", cty.String).Mark(value.Limited{}),
}

// scope resolves names, and pays for what it is asked until units run out.
type scope struct {
	units int
	lazy  bool
}

func (s *scope) LazyLogic() bool { return s.lazy }

func (s *scope) Spend(n int) error {
	if s.units -= n; s.units < 0 {
		return errors.New("no units are left")
	}
	return nil
}

func (s *scope) Resolve(ref hcl.Traversal) (cty.Value, hcl.Traversal, hcl.Diagnostics) {
	if step, ok := ref[1].(hcl.TraverseAttr); ok {
		if v, ok := names[ref.RootName()+"."+step.Name]; ok {
			return v, ref[2:], nil
		}
	}
	return cty.DynamicVal, nil, expr.Errorf(ref.SourceRange(), "Unknown name", "%s", ref.RootName())
}

// noFiles is a tree without any.
type noFiles struct{ *scope }

func (noFiles) Read(string) ([]byte, error)   { return nil, funcs.ErrAbsent }
func (noFiles) List(string) ([]string, error) { return nil, nil }

func parse(t *testing.T, text string) *expr.Expression {
	t.Helper()
	node, diags := hclsyntax.ParseExpression([]byte(text), "test.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("parse %s: %s", text, diags)
	}
	return expr.New(node, []byte(text), "")
}

func evaluate(t *testing.T, text string, s *scope) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	return parse(t, text).Value(expr.Context(s, funcs.Table(noFiles{s}, false)))
}

var token = regexp.MustCompile("\uE000[0-9a-f]+\uE001")

var digest = regexp.MustCompile(`[0-9a-f]{32}\b`)

// show writes a value with what is known of it: a name in angle brackets is a
// symbol, the digest of a derived one left out.
func show(v cty.Value) string {
	plain, m := v.Unmark()
	var marks []string
	for mark := range m {
		switch mark := mark.(type) {
		case value.Symbol, value.Pending:
		case value.Text:
			marks = append(marks, "text "+readable(mark.S)+" ")
		default:
			marks = append(marks, markName(mark)+" ")
		}
	}
	slices.Sort(marks)
	return strings.Join(marks, "") + content(v, plain)
}

func markName(mark any) string {
	switch mark {
	case value.Sensitive:
		return "sensitive"
	case value.Decided{}:
		return "decided"
	case value.Limited{}:
		return "limited"
	}
	return fmt.Sprintf("%T", mark)
}

// readable writes the names of symbols into a text with tokens.
func readable(text string) string {
	for _, v := range names {
		if symbol := value.SymbolOf(v); symbol != "" {
			text = strings.ReplaceAll(text, value.Token(symbol), "<"+symbol+">")
		}
	}
	return strconv.Quote(token.ReplaceAllString(text, "<…>"))
}

func content(v, plain cty.Value) string {
	switch {
	case value.KnownAfterApply(v):
		return "pending"
	case !plain.IsKnown():
		return "<" + digest.ReplaceAllString(value.SymbolOf(v), "…") + ">"
	case plain.IsNull():
		return "null"
	case plain.Type() == cty.String:
		return strconv.Quote(plain.AsString())
	case !plain.CanIterateElements():
		text, _ := value.ScalarText(plain)
		return text
	}
	var parts []string
	keyed := plain.Type().IsObjectType() || plain.Type().IsMapType()
	for name, child := range value.Elements(plain) {
		if keyed {
			parts = append(parts, name+"="+show(child))
		} else {
			parts = append(parts, show(child))
		}
	}
	if keyed {
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// Each row is a node of the syntax tree with operands of one kind.
func TestValue(t *testing.T) {
	for _, c := range []struct{ node, text, want string }{
		{"literal", `"a"`, `"a"`},
		{"parentheses", `(var.opaque)`, `<opaque>`},

		{"reference", `var.text`, `"a"`},
		{"reference", `var.opaque`, `<opaque>`},
		{"reference", `var.pending`, `pending`},
		{"reference", `var.mixed.opaque`, `<opaque>`},
		{"reference", `var.bag.k`, `<bag.k>`},
		{"reference", `var.open.name`, `"a"`},
		{"reference", `var.open.arn`, `<open.arn>`},
		{"reference", `var.open.list[0].x`, `<open.list.0.x>`},
		{"reference", `var.created.arn`, `pending`},

		{"index", `var.list[1]`, `"b"`},
		{"index", `var.map["k"]`, `"v"`},
		{"index", `var.open["arn"]`, `<open.arn>`},
		{"index", `var.list[var.size]`, `decided <index…>`},
		{"index", `var.later[0]`, `pending`},
		{"relative", `(var.yes ? var.mixed : null).opaque`, `<opaque>`},

		{"template", `"x-${var.text}"`, `"x-a"`},
		{"template", `"x-${var.opaque}"`, `text "x-<opaque>" <template…>`},
		{"template", `"${var.opaque}-${var.other}"`, `text "<opaque>-<other>" <template…>`},
		{"template", `"x-${var.pending}"`, `pending`},
		{"template", `"${var.opaque}-${var.pending}"`, `pending`},
		{"template", `"${var.opaque}"`, `<opaque>`},
		{"template of a loop", `"%{for x in var.list}${x},%{endfor}"`, `"a,b,"`},
		{"template of a loop", `"%{for x in var.list}${x}${var.opaque}%{endfor}"`, `text "<…>" <template…>`},

		{"operator", `var.number + 1`, `4`},
		{"operator", `var.size + 1`, `decided <op…>`},
		{"operator", `-var.size`, `decided <op…>`},
		{"operator", `var.opaque == "a"`, `decided <op…>`},
		{"operator", `var.pending == "a"`, `pending`},
		{"operator", `!var.switch`, `decided <op…>`},
		{"operator", `var.switch && false`, `false`},

		{"conditional", `var.yes ? var.opaque : var.pending`, `<opaque>`},
		{"conditional", `var.switch ? "a" : "b"`, `decided <if…>`},
		{"conditional", `var.switch ? var.pending : "b"`, `decided <if…>`},
		{"conditional", `var.pending == "a" ? "a" : "b"`, `pending`},

		{"object", `{ a = var.text, b = var.opaque }`, `{a="a", b=<opaque>}`},
		{"object", `{ (var.pending) = 1 }`, `pending`},
		{"tuple", `[var.text, var.pending]`, `["a", pending]`},

		{"for", `[for x in var.list : upper(x)]`, `["A", "B"]`},
		{"for", `{ for x in var.list : x => var.opaque }`, `{a=<opaque>, b=<opaque>}`},
		{"for", `[for k, v in var.bag : v]`, `decided <for…>`},
		{"for", `[for x in var.later : x]`, `pending`},
		{"for", `[for x in var.list : x if var.switch]`, `decided <for…>`},
		{"splat", `var.list[*]`, `["a", "b"]`},
		{"splat", `[var.mixed][*].opaque`, `[<opaque>]`},
		{"splat", `var.later[*]`, `pending`},

		{"call", `upper(var.text)`, `"A"`},
		{"call", `upper(var.opaque)`, `<upper…>`},
		{"call", `upper(var.pending)`, `pending`},
		{"call", `length(var.bag)`, `decided <length…>`},
		{"call that hands on", `concat(var.list, [var.opaque])`, `["a", "b", <opaque>]`},
		{"call that hands on", `coalesce("", null, var.opaque)`, `<opaque>`},
		{"call that hands on", `coalesce("a", var.opaque)`, `"a"`},
		{"call that chooses", `coalesce(var.opaque, "a")`, `decided <coalesce…>`},
		{"call that writes", `format("%s-%s", var.text, var.opaque)`, `text "a-<opaque>" <format…>`},
		{"call that writes", `jsonencode({ a = var.opaque })`, `text "{\"a\":\"<opaque>\"}" <jsonencode…>`},
		{"try", `try(var.nothing, "a")`, `"a"`},
		{"try", `try(var.opaque, "a")`, `<opaque>`},
		{"try", `try((var.opaque), "a")`, `<opaque>`},
		{"try", `try(tonumber(var.opaque), "a")`, `decided <try…>`},
		{"try", `try(var.pending, "a")`, `pending`},
		{"can", `can(var.text)`, `true`},
		{"can", `can(var.nothing)`, `false`},
		{"can", `can(var.opaque)`, `<can …>`},
		{"can", `can(var.mixed)`, `pending`},

		{"secret", `"x-${var.secret}"`, `sensitive "x-s"`},
		{"secret", `var.yes ? "a" : var.secret`, `sensitive "a"`},
		{"limited", `"x-${var.limited}"`, `limited text "x-<cut>" <template…>`},
	} {
		v, diags := evaluate(t, c.text, &scope{units: 100_000})
		if diags.HasErrors() {
			t.Errorf("%s: %s fails: %s", c.node, c.text, diags)
		} else if got := show(v); got != c.want {
			t.Errorf("%s: %s is\n\t%s, want\n\t%s", c.node, c.text, got, c.want)
		}
	}
}

// Two expressions give the same symbol exactly where the same operation met
// equal operands.
func TestIdentity(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{`"x-${var.opaque}"`, `"x-${var.opaque}"`, true},
		{`"x-${var.opaque}"`, `"y-${var.opaque}"`, false},
		{`"x-${var.opaque}"`, `"x-${var.other}"`, false},
		{`upper(var.opaque)`, `lower(var.opaque)`, false},
		{`upper(var.opaque)`, `upper(var.other)`, false},
		{`var.size + 1`, `var.size + 2`, false},
		{`var.size + 1`, `var.size - 1`, false},
		{`var.size + 1`, `var.size + 1`, true},
		{`var.switch ? "a" : "b"`, `var.switch ? "a" : "c"`, false},
		{`[for k, v in var.bag : v]`, `[for k, v in var.bag : k]`, false},
		{`[for k, v in var.bag : v]`, `[for k, v in var.bag : v]`, true},
		{`[for k, v in var.bag : "${v}${var.opaque}"]`, `[for k, v in var.bag : "${v}${var.other}"]`, false},
		{`{ (var.opaque) = 1 }`, `{ (var.opaque) = 2 }`, false},
		{`{ (var.opaque) = 1 }`, `{ (var.opaque) = 1 }`, true},
		{`merge(var.bag, { a = "1" })`, `merge(var.bag, { a = "2" })`, false},
		{`merge(var.bag, { a = "1" })`, `merge(var.bag, { a = "1" })`, true},
		{`concat(var.names, ["a"])`, `concat(var.names, ["b"])`, false},
		{`flatten([var.names, ["a"]])`, `flatten([var.names, ["b"]])`, false},
		{`lookup(var.map, var.opaque, "x")`, `lookup(var.map, var.opaque, "y")`, false},
		{`lookup(var.bag, "a", "x")`, `lookup(var.bag, "b", "x")`, false},
		{`element(var.names, 0)`, `element(var.names, 1)`, false},
		{`element([var.opaque, var.other], 0)`, `var.opaque`, true},
		{`slice(var.names, 0, 1)`, `slice(var.names, 0, 2)`, false},
		{`reverse(var.names)`, `var.names`, false},
		{`tolist(var.names)`, `var.names`, true},
		{`values(var.bag)`, `var.bag`, false},
		{`var.list[var.size]`, `var.list[var.size + 1]`, false},
		{`var.bag.k`, `var.bag["k"]`, true},
		{`var.bag.k`, `var.bag.l`, false},
	} {
		a, _ := evaluate(t, c.a, &scope{units: 100_000})
		b, _ := evaluate(t, c.b, &scope{units: 100_000})
		if got := value.SymbolOf(a) == value.SymbolOf(b); got != c.same || value.SymbolOf(a) == "" {
			t.Errorf("%s and %s are the same: %t, want %t", c.a, c.b, got, c.same)
		}
	}
}

// Terraform 1.12 looks at the right side of && and || only where it must.
func TestLazyLogic(t *testing.T) {
	const text = `var.switch && var.pending == "a"`
	for lazy, want := range map[bool]string{false: "pending", true: "pending"} {
		if v, _ := evaluate(t, text, &scope{units: 1000, lazy: lazy}); show(v) != want {
			t.Errorf("%s with lazy logic %t is %s, want %s", text, lazy, show(v), want)
		}
	}
	const decided = `false && var.pending == "a"`
	for lazy, want := range map[bool]string{false: "pending", true: "false"} {
		if v, _ := evaluate(t, decided, &scope{units: 1000, lazy: lazy}); show(v) != want {
			t.Errorf("%s with lazy logic %t is %s, want %s", decided, lazy, show(v), want)
		}
	}
}

// Each limit fails with a diagnostic of its own, also within try.
func TestLimits(t *testing.T) {
	for name, text := range map[string]string{
		"work":                  `[for a in range(1000) : [for b in range(1000) : a]]`,
		"work in try":           `try([for a in range(1000) : [for b in range(1000) : a]], [])`,
		"failing elements":      `[for a in range(6) : [for b in range(1000) : b.nothing]]`,
		"product":               `setproduct(range(1000), range(1000))`,
		"text of a format":      `format("%99999999s", "a")`,
		"text of a join":        `join(format("%100000s", ""), range(1000))`,
		"text of indent":        `indent(99999999, "a\nb")`,
		"growth by replace":     `replace(format("%100000s", ""), " ", format("%100000s", ""))`,
		"digits":                `1e99999`,
		"digits of a text":      `tonumber("1e99999")`,
		"digits of a result":    `tonumber("1e5000")`,
		"digits of an operand":  `"1e99999" + 1`,
		"digits of an argument": `range("1e99999")`,
		"digits in a format":    `format("%d", "1e99999")`,
		"digits by operator":    `1e4000 * 1e4000`,
		"parts of a text":       `split("", format("%200000s", ""))`,
	} {
		_, diags := evaluate(t, text, &scope{units: 1_000_000})
		if expr.LimitIn(diags) == nil {
			t.Errorf("%s: %s reaches no limit: %v", name, text, diags)
		}
	}
	for name, text := range map[string]string{
		"a hundred elements": `[for a in range(100) : a]`,
		"a digest":           `format("%s-%s", "94e59162", upper("94e59162"))`,
		"a part of one":      `substr("x94e59162", 1, 8) == "94e59162"`,
		"digests encoded":    `jsonencode({ "94e59162" = ["94e59162", join("-", ["94e59162"])] })`,
	} {
		if _, diags := evaluate(t, text, &scope{units: 1_000_000}); diags.HasErrors() {
			t.Errorf("%s: %s fails: %s", name, text, diags)
		}
	}
}

func TestTooDeep(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		deep bool
	}{
		"brackets":          {strings.Repeat("(", expr.MaxDepth+1), true},
		"brackets, closed":  {strings.Repeat("()", 1000), false},
		"negations":         {strings.Repeat("!", 501), true},
		"conditions":        {strings.Repeat("a ? b : ", 5001), true},
		"operators":         {strings.Repeat("1+", 50_001), true},
		"operators by line": {strings.Repeat("1+\n", 50_001), false},
	} {
		if _, deep := expr.TooDeep([]byte(c.text)); deep != c.deep {
			t.Errorf("%s: too deep is %t", name, deep)
		}
	}
	if line, _ := expr.TooDeep([]byte("\n\n" + strings.Repeat("[", 300))); line != 3 {
		t.Errorf("too deep at line %d, want 3", line)
	}
}

// What an expression says of itself, for the search of causes.
func TestNew(t *testing.T) {
	for _, c := range []struct{ text, refs, bare, calls string }{
		{`"${var.a}-${local.b}"`, "var.a local.b", "var.a local.b", ""},
		{`try(var.a, upper(var.b))`, "var.a var.b", "", "try upper"},
		{`[for x in var.a : x.name if var.b]`, "var.a var.b", "var.a var.b", ""},
		{`{ var = var.a, (local.k) = 1 }`, "var.a local.k", "var.a local.k", ""},
		{`var.a[*].b`, "var.a", "var.a", ""},
		{`can(var.a) ? var.a : null`, "var.a var.a", "var.a", "can"},
	} {
		e := parse(t, c.text)
		sorted := func(refs []hcl.Traversal) string {
			var out []string
			for _, ref := range refs {
				out = append(out, ref.RootName()+"."+ref[1].(hcl.TraverseAttr).Name)
			}
			slices.Sort(out)
			return strings.Join(out, " ")
		}
		want := func(names string) string {
			out := strings.Fields(names)
			slices.Sort(out)
			return strings.Join(out, " ")
		}
		if sorted(e.Refs) != want(c.refs) || sorted(e.Bare) != want(c.bare) || strings.Join(e.Calls, " ") != c.calls || e.Text != c.text {
			t.Errorf("%s: refs %s, bare %s, calls %s, text %s", c.text, sorted(e.Refs), sorted(e.Bare), e.Calls, e.Text)
		}
	}
}

func TestElements(t *testing.T) {
	parts := parse(t, `{ a = var.text, "b" = [1, var.opaque], (var.text) = 2 }`).Elements()
	if len(parts) != 2 || parts["a"].Text != "var.text" || len(parts["a"].Refs) != 1 || parts["b"].Text != "[1, var.opaque]" {
		t.Errorf("Elements of an object are %v", parts)
	}
	if inner := parts["b"].Elements(); len(inner) != 2 || inner["1"].Text != "var.opaque" {
		t.Errorf("Elements of a tuple are %v", inner)
	}
	if parts := parse(t, `var.list`).Elements(); parts != nil {
		t.Errorf("Elements of a reference are %v", parts)
	}
}

func TestStatic(t *testing.T) {
	for text, steps := range map[string]int{
		`var.list`: 2, `var.list[0]`: 3, `var.map[var.text]`: 3, `var.map[var.opaque]`: 0, `"${var.list}x"`: 0, `upper(var.text)`: 0,
	} {
		s := &scope{units: 1000}
		ref, diags := parse(t, text).Static(expr.Context(s, funcs.Table(noFiles{s}, false)))
		if len(ref) != steps || diags.HasErrors() {
			t.Errorf("Static of %s has %d steps, want %d (%v)", text, len(ref), steps, diags)
		}
	}
}

// An error of a function that is not the configuration's fault is told apart,
// whatever calls it.
func TestAsError(t *testing.T) {
	at := hcl.Range{Filename: "test.tf"}
	for name, c := range map[string]struct {
		diags hcl.Diagnostics
		want  error
	}{
		"a limit":        {expr.Errorf(at, expr.LimitReached, "x"), expr.ErrLimit},
		"a hidden file":  {expr.Errorf(at, expr.NotReadable, "x"), expr.ErrNotReadable},
		"another error":  {expr.Errorf(at, "Invalid index", "x"), hcl.Diagnostics{}},
		"nothing at all": {nil, nil},
	} {
		err := expr.AsError(c.diags)
		var plain hcl.Diagnostics
		switch {
		case c.want == nil && err != nil, c.want != nil && err == nil:
			t.Errorf("%s: the error is %v", name, err)
		case errors.As(c.want, &plain):
			if errors.Is(err, expr.ErrLimit) || errors.Is(err, expr.ErrNotReadable) {
				t.Errorf("%s: the error is %v", name, err)
			}
		case !errors.Is(err, c.want):
			t.Errorf("%s: the error is %v, want %v", name, err, c.want)
		}
	}
}
