package interp

import (
	"strings"
	"testing"
	"testing/fstest"
)

// declarations are what the expressions below use.
const declarations = `package p

import "example.test/elsewhere"

type pair struct {
	Name string
	N    int
}

func (p pair) Twice() int { return 2 * p.N }

func (p *pair) Rename(to string) { p.Name = to }

func sum(all ...int) (n int) {
	for _, v := range all {
		n += v
	}
	return n
}

func kind(n int) string {
	switch {
	case n < 0:
		return "negative"
	case n == 0:
		return "zero"
	}
	return "positive"
}

func renamed() string {
	p := &pair{Name: "a"}
	p.Rename("b")
	return p.Name
}

func counted() int {
	n := 0
	for i := 0; i < 10; i++ {
		if i%2 == 0 {
			continue
		}
		if i > 7 {
			break
		}
		n += i
	}
	return n
}

func adder(by int) func(int) int { return func(n int) int { return n + by } }

func first[T any](all []T) T { return all[0] }

var table = map[string]pair{"x": {"x", 1}, "y": {Name: "y", N: 2}}

var unknown = elsewhere.Value()
`

// What an expression is, as Go has it; what depends on code that is not here is
// not known.
func TestValuesOfExpressions(t *testing.T) {
	for code, want := range map[string]string{
		"1 + 2*3":                         "int64 7",
		`"a" + "b"`:                       "string ab",
		"!(1 > 2) && 3 != 4":              "bool true",
		"7 / 2":                           "int64 3",
		`pair{"a", 4}.Twice()`:            "int64 8",
		"sum(1, 2, 3)":                    "int64 6",
		"sum([]int{4, 5}...)":             "int64 9",
		"sum()":                           "int64 0",
		"kind(-1)":                        "string negative",
		"kind(0)":                         "string zero",
		"kind(1)":                         "string positive",
		"renamed()":                       "string b",
		"counted()":                       "int64 16",
		"adder(3)(4)":                     "int64 7",
		`first([]string{"a", "b"})`:       "string a",
		`table["y"].N`:                    "int64 2",
		`table["z"].N`:                    "int64 0",
		"len(table)":                      "int64 2",
		"len([]int{1, 2, 3}[1:])":         "int64 2",
		"[]string{\"a\", \"b\"}[1]":       "string b",
		"(*pair)(nil) == nil":             "bool true",
		"pair{}.Name":                     "string ",
		"unknown":                         "opaque",
		"elsewhere.Other(1)":              "opaque",
		"append([]int{1}, 2, 3)[2]":       "int64 3",
		`map[string]int{"a": 1}["a"] + 1`: "int64 2",
	} {
		text := declarations + "\nvar result = " + code + "\n"
		tree := fstest.MapFS{"go.mod": {Data: []byte("module example.test/m\n")}, "p/p.go": {Data: []byte(text)}}
		loader, err := NewLoader(nil, Root{Prefix: "example.test/m", Files: tree})
		if err != nil {
			t.Fatal(err)
		}
		in := New(loader, func(path string) bool { return strings.HasPrefix(path, "example.test/m/") })
		got := Describe(in.Force(in.Member("example.test/m/p", "result")))
		if want == "opaque" && strings.HasPrefix(got, "opaque ") {
			continue
		}
		if got != want {
			t.Errorf("%s is %s, want %s", code, got, want)
		}
	}
}

// A loop without an end ends, and that it did is told.
func TestStepsAreLimited(t *testing.T) {
	tree := fstest.MapFS{"go.mod": {Data: []byte("module example.test/m\n")},
		"p/p.go": {Data: []byte("package p\n\nfunc spin() int {\n\tn := 0\n\tfor {\n\t\tn = n + 1\n\t}\n}\n\nvar result = spin()\n")}}
	loader, err := NewLoader(nil, Root{Prefix: "example.test/m", Files: tree})
	if err != nil {
		t.Fatal(err)
	}
	in := New(loader, func(string) bool { return true })
	in.limit = 1000
	in.Force(in.Member("example.test/m/p", "result"))
	if !in.Exhausted() {
		t.Error("the limit was not reached")
	}
	if in.Reset(); in.Exhausted() {
		t.Error("the next one has no steps left")
	}
}
