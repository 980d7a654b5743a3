package interp_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract/interp"
)

// prelude is what the bodies below can use.
const prelude = `package p

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/p/sub"
	ext "outside.org/ext"
)

type Kind int

const (
	First Kind = iota
	Second
	Third
)

type Name string

func (n Name) Upper() string { return strings.ToUpper(string(n)) }

type Inner struct{ A string }

func (i Inner) Get() string   { return i.A }
func (i *Inner) Set(a string) { i.A = a }

type Outer struct {
	Inner
	B int
	M map[string]int
}

type Getter interface{ Get() string }

type Box[T any] struct{ V T }

func (b Box[T]) Value() T { return b.V }

func first[T any](list []T) T { return list[0] }

func two() (string, error)      { return "a", nil }
func named() (n int, s string)  { n = 1; return }
func sum(ns ...int) int         { t := 0; for _, n := range ns { t += n }; return t }
func loop(n int) int            { return loop(n + 1) }

var table = map[string]int{"a": 1, "b": 2}
var copied = clone(table)
var round = again
var again = round

func clone(m map[string]int) map[string]int { return maps.Clone(m) }

var _ = errors.New
var _ = fmt.Sprint
var _ = slices.Sort[[]int]
`

const sub = `package sub

const Text = "sub"

type T struct{ A string }

func New(a string) *T { return &T{A: a} }
`

// result interprets F, whose body is given, and describes what it returns.
func result(t *testing.T, body string) (string, *interp.Interp) {
	t.Helper()
	tree := fstest.MapFS{
		"go.mod":     {Data: []byte("module example.com/p\n")},
		"p.go":       {Data: []byte(prelude + "\nfunc F() any {\n" + body + "\n}\n")},
		"sub/sub.go": {Data: []byte(sub)},
	}
	loader, err := interp.NewLoader(nil, interp.Root{Prefix: "example.com/p", Files: tree})
	if err != nil {
		t.Fatal(err)
	}
	in := interp.New(loader, func(path string) bool { return strings.HasPrefix(path, "example.com/") })
	r := in.Call(in.Member("example.com/p", "F"), nil, nil)
	if len(r) != 1 {
		t.Fatalf("%s: returns %d values", body, len(r))
	}
	return describe(r[0]), in
}

// describe writes a value as Go does, and what is not known in angle brackets.
func describe(v interp.Value) string {
	switch v := v.(type) {
	case nil, *interp.Nil:
		return "nil"
	case string:
		return strconv.Quote(v)
	case *interp.Opaque:
		return "<" + v.Name + ">"
	case *interp.Ptr:
		return "&" + describe(v.Cell.V)
	case *interp.Typed:
		return describe(v.V)
	case *interp.Struct:
		var fields []string
		for name, f := range v.Fields {
			fields = append(fields, name+": "+describe(f))
		}
		slices.Sort(fields)
		return short(v.Type) + "{" + strings.Join(fields, ", ") + "}"
	case *interp.MapV:
		entries := make([]string, len(v.Keys))
		for i, k := range v.Keys {
			entries[i] = describe(v.Raw[k]) + ": " + describe(v.Elems[k])
		}
		return "map{" + strings.Join(entries, ", ") + "}"
	case *interp.SliceV:
		elems := make([]string, len(v.Elems))
		for i, e := range v.Elems {
			elems[i] = describe(e)
		}
		return "[" + strings.Join(elems, ", ") + "]"
	case *interp.FuncV:
		return "func"
	}
	return fmt.Sprint(v)
}

func short(t *interp.Type) string {
	name := t.String()
	return name[strings.LastIndexByte(name, '.')+1:]
}

// Each row is a body of a function, under the part of the interpreter that it is
// about.
func TestInterpreter(t *testing.T) {
	for _, c := range []struct{ part, body, want string }{
		{"literal", `return "a"`, `"a"`},
		{"literal", "return `a`", `"a"`},
		{"literal", `return 0x1f`, `31`},
		{"literal", `return 1.5`, `1.5`},
		{"literal", `return 'a'`, `97`},
		{"literal", `return nil`, `nil`},
		{"composite", `return []string{"a", "b"}`, `["a", "b"]`},
		{"composite", `return map[string]int{"a": 1}`, `map{"a": 1}`},
		{"composite", `return Inner{"a"}`, `Inner{A: "a"}`},
		{"composite", `return &Inner{A: "a"}`, `&Inner{A: "a"}`},
		{"composite", `return []*Inner{{A: "a"}}`, `[&Inner{A: "a"}]`},
		{"composite", `return map[string]Inner{"k": {A: "a"}}`, `map{"k": Inner{A: "a"}}`},
		{"composite", `return ext.Thing{A: 1}`, `Thing{A: 1}`},

		{"unary", `x := 1; return -x`, `-1`},
		{"unary", `return !true`, `false`},
		{"unary", `x := 1; p := &x; *p = 2; return x`, `2`},
		{"binary", `return 7 / 2`, `3`},
		{"binary", `return 7.0 / 2`, `3.5`},
		{"binary", `return 7 % 2`, `1`},
		{"binary", `return 1 << 4`, `16`},
		{"binary", `return 1 / 0`, `<operator>`},
		{"binary", `return "a" + "b"`, `"ab"`},
		{"binary", `return "a" == "a"`, `true`},
		{"binary", `return 1 < 2`, `true`},
		{"binary", `return ext.Go() == 1`, `<operator>`},
		{"short circuit", `return ext.Go() && false`, `false`},
		{"short circuit", `return true || ext.Go()`, `true`},
		{"short circuit", `return ext.Go() && true`, `<cond>`},
		{"nil", `return Inner{} == nil`, `false`},
		{"nil", `return ext.Go() == nil`, `<cond>`},
		{"nil", `_, err := ext.Go(); return err == nil`, `true`},

		{"index", `return []string{"a", "b"}[1]`, `"b"`},
		{"index", `return []string{"a"}[1]`, `<index>`},
		{"index", `return table["b"]`, `2`},
		{"index", `return table["z"]`, `0`},
		{"index", `_, ok := table["z"]; return ok`, `false`},
		{"index", `return "ab"[1]`, `98`},
		{"slice", `return []int{1, 2, 3}[1:]`, `[2, 3]`},
		{"slice", `return "abc"[:2]`, `"ab"`},
		{"slice", `return "abc"[:9]`, `<slice>`},
		{"slice", `return "abc"[ext.Go():]`, `<slice>`},

		{"constant", `return Third`, `2`},
		{"constant", `return sub.Text`, `"sub"`},
		{"variable", `return copied`, `map{"a": 1, "b": 2}`},
		{"variable", `return round`, `<example.com/p.round>`},
		{"variable", `var x, y = 1, "a"; return []any{x, y}`, `[1, "a"]`},
		{"variable", `var o Outer; return o.B`, `0`},
		{"variable", `var list [2]string; return list`, `["", ""]`},

		{"assign", `x := 1; x += 2; return x`, `3`},
		{"assign", `x, y := 1, 2; x, y = y, x; return []int{x, y}`, `[2, 1]`},
		{"assign", `x := 1; x++; return x`, `2`},
		{"assign", `m := map[string]int{}; m["a"] = 1; return m`, `map{"a": 1}`},
		{"assign", `l := []int{1, 2}; l[0] = 3; return l`, `[3, 2]`},
		{"assign", `a := Inner{"a"}; b := a; b.A = "b"; return a`, `Inner{A: "a"}`},
		{"assign", `a := &Inner{"a"}; b := a; b.A = "b"; return a`, `&Inner{A: "b"}`},
		{"assign", `var o Outer; o.A = "a"; return o.Inner`, `Inner{A: "a"}`},
		{"assign", `s, err := two(); _ = err; return s`, `"a"`},

		{"if", `if 1 < 2 { return "a" }; return "b"`, `"a"`},
		{"if", `if x := 1; x > 2 { return "a" } else { return "b" }`, `"b"`},
		{"unknown if", `x := "a"; if ext.Go() { x = "b" }; return x`, `"b"`},
		{"unknown if", `if ext.Go() { return "a" }; return "b"`, `"b"`},
		{"unknown if", `x := "a"; if err := ext.Go(); err != nil { x = "b" }; return x`, `"a"`},
		{"for", `x := 0; for i := 0; i < 3; i++ { x += i }; return x`, `3`},
		{"for", `x := 0; for { x++; if x > 4 { break } }; return x`, `5`},
		{"for", `x := 0; for i := 0; i < 3; i++ { if i == 1 { continue }; x += i }; return x`, `2`},
		{"range", `x := ""; for k := range table { x += k }; return x`, `"ab"`},
		{"range", `x := 0; for i, v := range []int{5, 6} { x += i * v }; return x`, `6`},
		{"range", `x := 0; for i := range 4 { x += i }; return x`, `6`},
		{"range", `x := 0; for range "abc" { x++ }; return x`, `3`},
		{"range", `for _, v := range []int{1, 2} { if v == 2 { return v } }; return 0`, `2`},
		{"range", `for range ext.Go() { return 1 }; return 0`, `0`},
		{"switch", `switch Second { case First: return "a"; case Second: return "b" }; return "c"`, `"b"`},
		{"switch", `switch { case 1 > 2: return "a"; default: return "b" }`, `"b"`},
		{"switch", `switch ext.Go() { case 1: return "a"; default: return "b" }`, `"b"`},
		{"type switch", `var x any = "a"; switch x.(type) { case bool: return 1; case string: return 2 }; return 3`, `2`},
		{"type switch", `var x any = Inner{}; switch v := x.(type) { case Getter: return v.Get() }; return "no"`, `""`},
		{"type switch", `var x any = &Inner{"a"}; switch v := x.(type) { case Inner: return 1; case *Inner: return v.A }; return 3`, `"a"`},
		{"assertion", `var x any = "a"; _, ok := x.(bool); return ok`, `false`},

		{"call", `return sum(1, 2, 3)`, `6`},
		{"call", `return sum([]int{1, 2}...)`, `3`},
		{"call", `n, s := named(); return []any{n, s}`, `[1, ""]`},
		{"call", `f := func(x int) int { return x * 2 }; return f(4)`, `8`},
		{"call", `x := 1; f := func() { x = 2 }; f(); return x`, `2`},
		{"call", `return sub.New("a")`, `&T{A: "a"}`},
		{"call", `return ext.Go("a")`, `<outside.org/ext.Go>`},
		{"call", `return ext.Go().Name`, `<outside.org/ext.Go.Name>`},
		{"call", `return func() any { panic("no") }`, `func`},
		{"method", `return Inner{"a"}.Get()`, `"a"`},
		{"method", `o := Outer{Inner: Inner{"a"}}; return o.Get()`, `"a"`},
		{"method", `i := Inner{"a"}; p := &i; p.Set("b"); return i.A`, `"b"`},
		{"method", `return Name("a").Upper()`, `"A"`},
		{"method", `f := Inner{"a"}.Get; return f()`, `"a"`},
		{"generic", `return first([]string{"a"})`, `"a"`},
		{"generic", `return Box[int]{V: 1}.Value()`, `1`},
		{"generic", `b := Box[string]{}; return b.V`, `""`},

		{"builtin", `return append([]int{1}, 2)`, `[1, 2]`},
		{"builtin", `return len("abc") + len(table)`, `5`},
		{"builtin", `m := clone(table); delete(m, "a"); return m`, `map{"b": 2}`},
		{"builtin", `return min(3, 1, 2) + max(3, 1)`, `4`},
		{"builtin", `return make([]int, 2)`, `[0, 0]`},
		{"builtin", `return new(Inner)`, `&Inner{}`},
		{"native", `return fmt.Sprintf("%s-%d", "a", 1)`, `"a-1"`},
		{"native", `return fmt.Sprintf("%s", ext.Go())`, `<fmt.Sprintf>`},
		{"native", `return strings.Join([]string{"a", "b"}, ",")`, `"a,b"`},
		{"native", `return strings.Split("a,b", ",")`, `["a", "b"]`},
		{"native", `return slices.Sorted(maps.Keys(map[string]int{"b": 1, "a": 2}))`, `["a", "b"]`},
		{"native", `return slices.Contains([]string{"a"}, "a")`, `true`},
		{"native", `m := map[string]int{"c": 3}; maps.Copy(m, table); return m`, `map{"c": 3, "a": 1, "b": 2}`},
		{"native", `return errors.New("a")`, `<errors.New>`},
	} {
		if got, in := result(t, c.body); got != c.want {
			t.Errorf("%s: %s\nis %s, want %s (%v)", c.part, c.body, got, c.want, in.Log)
		}
	}
}

// What is not known where it would matter is noted.
func TestProblems(t *testing.T) {
	for body, kind := range map[string]string{
		`return 1`: "", `if ext.Go() { table["c"] = 1 }; return 1`: "unknown-if", `for range ext.Go() {}; return 1`: "unknown-range",
		`m := map[string]int{}; m[ext.Go()] = 1; return m`: "dynkey", `delete(table, ext.Go()); return 1`: "delete", `return loop(0)`: "depth",
		`m := map[string]int{}; maps.Copy(m, ext.Go()); return m`: "mapscopy",
	} {
		_, in := result(t, body)
		got := ""
		if len(in.Problems) > 0 {
			got, _, _ = strings.Cut(in.Problems[0], ":")
		}
		if got != kind {
			t.Errorf("%s notes %q, want %q", body, in.Problems, kind)
		}
		if in.Reset(); len(in.Problems) > 0 {
			t.Errorf("Reset leaves %q", in.Problems)
		}
	}
}

// The step limit ends what does not end, and says so.
func TestExhausted(t *testing.T) {
	_, in := result(t, `return 1`)
	if in.Exhausted() {
		t.Error("a constant exhausts the interpreter")
	}
	in.SetLimit(100)
	in.Reset()
	in.Call(in.Member("example.com/p", "loop"), []interp.Value{int64(1)}, nil)
	if !in.Exhausted() {
		t.Error("a function that calls itself does not exhaust the interpreter")
	}
}

// Packages are found in the tree, its vendor folder and the module cache.
func TestLoader(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	tree := fstest.MapFS{
		"go.mod": file("module example.com/p\n\nrequire (\n\tvendored.org/v v1.0.0\n\tcached.org/C v1.2.0\n)\n"),
		"p.go":   file("package p\n\nconst A = 1\n"), "p_test.go": file("package p\n\nconst B = 1\n"),
		"p_windows.go":               file("package p\n\nconst B = 2\n"),
		"vendor/vendored.org/v/v.go": file("package v\n\nconst A = 2\n"),
	}
	cache := fstest.MapFS{
		"cached.org/!c@v1.1.0/d/d.go": file("package d\n\nconst A = 3\n"), "cached.org/!c@v1.2.0/d/d.go": file("package d\n\nconst A = 4\n"),
		"other.org/o@v1.0.0/o.go": file("package o\n\nconst A = 5\n"),
	}
	loader, err := interp.NewLoader(cache, interp.Root{Prefix: "example.com/p", Files: tree})
	if err != nil {
		t.Fatal(err)
	}
	in := interp.New(loader, func(string) bool { return true })
	for path, want := range map[string]string{
		"example.com/p": "1", "vendored.org/v": "2", "cached.org/C/d": "4", "other.org/o": "5",
		"nowhere.org/x": "<nowhere.org/x.A>", "fmt": "<fmt.A>",
	} {
		if got := describe(in.Member(path, "A")); got != want {
			t.Errorf("%s.A is %s, want %s", path, got, want)
		}
	}
	if got := describe(in.Member("example.com/p", "B")); got != "<example.com/p.B>" {
		t.Errorf("tests and files of other systems are read: %s", got)
	}
	if _, err := interp.NewLoader(nil, interp.Root{Files: fstest.MapFS{}}); err == nil {
		t.Error("a tree without go.mod is loaded")
	}
}
