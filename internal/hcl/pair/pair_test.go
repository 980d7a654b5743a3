package pair_test

import (
	"slices"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair/pairtest"
)

const twoInModule = `module "m" {
  source = "./m"
  count  = 2
}
`

func TestMove(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after pairtest.Files
		want          []string
	}{
		{"nothing moves", pairtest.Main(`resource "t" "a" {}`), pairtest.Main(`resource "t" "b" {}`), []string{"t.a -> t.a"}},
		{"a moved block", pairtest.Main(`resource "t" "a" {}`), pairtest.Main(`resource "t" "b" {}
moved {
  from = t.a
  to   = t.b
}`), []string{"t.a -> t.b"}},
		{"count added", pairtest.Main(`resource "t" "a" {}`), pairtest.Main(`resource "t" "a" {
  count = 1
}`), []string{"t.a -> t.a[0]"}},
		{"for_each added says nothing", pairtest.Main(`resource "t" "a" {}`), pairtest.Main(`resource "t" "a" {
  for_each = toset(["x"])
}`), []string{"t.a -> t.a"}},
		{"a module", pairtest.Files{"main.tf": twoInModule, "m/main.tf": `resource "t" "a" {}`},
			pairtest.Files{"main.tf": twoInModule, "m/main.tf": "resource \"t\" \"b\" {}\nmoved {\n  from = t.a\n  to = t.b\n}\n"},
			[]string{"module.m[0].t.a -> module.m[0].t.b", "module.m[1].t.a -> module.m[1].t.b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pairtest.Load(t, c.before, c.after)
			p.List()
			p.Move()
			var got []string
			for _, o := range p.Objects {
				got = append(got, o.Address.String()+" -> "+o.Final.String())
				if p.Object(o.Address.String()) != o || p.Prior(o.Final.String()) != o {
					t.Errorf("%s is not found by its addresses", o.Address)
				}
				if !slices.Contains(p.ObjectsOf(o.Resource()), o) {
					t.Errorf("%s is not among the objects of %s", o.Address, o.Resource())
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestDeclared(t *testing.T) {
	p := pairtest.Load(t, pairtest.Main("resource \"t\" \"a\" {\n  count = 2\n}\nresource \"t\" \"b\" {}\n"),
		pairtest.Main("resource \"t\" \"a\" {\n  count = 1\n}\n"))
	p.List()
	p.Move()
	for address, want := range map[string]bool{"t.a[0]": true, "t.a[1]": false, "t.b": false} {
		if got := p.Declared(p.Object(address)); got != want {
			t.Errorf("%s is declared: %v, want %v", address, got, want)
		}
	}
}

func TestModuleAt(t *testing.T) {
	files := pairtest.Files{"m/main.tf": ``, "main.tf": "module \"m\" {\n  source = \"./m\"\n  for_each = toset([\"a]b\", \"c.d\"])\n}\n"}
	p := pairtest.Load(t, files, files)
	for address, want := range map[string]bool{"": true, `module.m["a]b"]`: true, `module.m["c.d"]`: true, `module.m["x"]`: false,
		"module.m": false, "module.n": false} {
		if got := pair.ModuleAt(p.After.Root, address); (got != nil) != want || want && got.Address != address {
			t.Errorf("%q: %v, want %v", address, got, want)
		}
	}
	if got := len(pair.ModuleInstances(p.After.Root, "m")); got != 2 {
		t.Errorf("%d instances of m, want 2", got)
	}
}
