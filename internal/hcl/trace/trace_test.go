package trace_test

import (
	"slices"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/lines"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair/pairtest"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/trace"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func x(expression string) string {
	return "resource \"terraform_data\" \"x\" {\n  triggers_replace = " + expression + "\n}\n"
}

// A chain starts at the changed line, and ends at the instance.
func TestInstance(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after pairtest.Files
		want          []string
	}{
		{"the argument", pairtest.Main(x("1")), pairtest.Main(x("2")), []string{"terraform_data.x.triggers_replace", "terraform_data.x: w"}},
		{"a local", pairtest.Main("locals {\n  l = 1\n}\n" + x("local.l")), pairtest.Main("locals {\n  l = 2\n}\n" + x("local.l")),
			[]string{"local.l changes", "local.l", "terraform_data.x: w"}},
		{"a default", pairtest.Main("variable \"v\" {\n  default = 1\n}\n" + x("var.v")),
			pairtest.Main("variable \"v\" {\n  default = 2\n}\n" + x("var.v")),
			[]string{"var.v 1 -> 2", "terraform_data.x: w"}},
		{"an output of a module", pairtest.Files{"main.tf": "module \"m\" {\n  source = \"./m\"\n}\n" + x("module.m.o"),
			"m/main.tf": "output \"o\" {\n  value = 1\n}\n"},
			pairtest.Files{"main.tf": "module \"m\" {\n  source = \"./m\"\n}\n" + x("module.m.o"),
				"m/main.tf": "output \"o\" {\n  value = 2\n}\n"},
			[]string{"module.m.o", "terraform_data.x: w"}},
		{"a file", pairtest.Files{"main.tf": x(`file("f.txt")`), "f.txt": "a\n"}, pairtest.Files{"main.tf": x(`file("f.txt")`), "f.txt": "b\n"},
			[]string{"f.txt changed", "terraform_data.x: w"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pairtest.Load(t, c.before, c.after)
			p.Facts = facts.Load()
			pl := planner.New(p, nil)
			p.List()
			p.Move()
			tr := trace.New(p, pl, lines.New(p.Before.Tree, p.After.Tree), ".", []string{"f.txt", "m/main.tf", "main.tf"})
			planned := pl.Plan(p.After.Root.Resource("terraform_data.x").Instances()[0])
			var got []string
			change := plan.Change{Address: plan.Address{Type: "terraform_data", Name: "x"}}
			for _, cause := range tr.Instance(planned.Prior, planned, change, "w") {
				got = append(got, cause.Text)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestLeaving(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"the block", x("1"), "", "terraform_data.x removed"},
		{"an instance", "resource \"terraform_data\" \"x\" {\n  count = 2\n}\n", "resource \"terraform_data\" \"x\" {\n  count = 1\n}\n",
			"terraform_data.x: count 2 -> count 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pairtest.Load(t, pairtest.Main(c.before), pairtest.Main(c.after))
			p.Facts = facts.Load()
			pl := planner.New(p, nil)
			p.List()
			p.Move()
			tr := trace.New(p, pl, lines.New(p.Before.Tree, p.After.Tree), ".", []string{"main.tf"})
			chain := tr.Leaving(p.Objects[len(p.Objects)-1], plan.Change{}, "")
			if len(chain) != 2 || chain[0].Text != c.want {
				t.Errorf("got %v, want %q first", chain, c.want)
			}
		})
	}
}
