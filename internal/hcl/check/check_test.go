package check_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/check"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair/pairtest"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/planner"
)

// Each check is shown by what the tool refuses, and by a twin that it does not.
func TestChecks(t *testing.T) {
	a := "resource \"t\" \"a\" {}\n"
	ab := a + "resource \"t\" \"b\" {}\n"
	moved := func(from, to string) string { return "moved {\n  from = " + from + "\n  to = " + to + "\n}\n" }
	for _, c := range []struct {
		name          string
		find          func(*pair.Pair) []check.Problem
		before, after string
		want          string // the start of the problem, empty for none
	}{
		{"undeclared variable", check.Static, "", "locals {\n  x = var.no\n}", "Reference to undeclared input variable: var.no"},
		{"declared variable", check.Static, "", "variable \"no\" {}\nlocals {\n  x = var.no\n}", ""},
		{"undeclared on both sides", check.Static, "locals {\n  x = var.no\n}", "locals {\n  x = var.no\n  y = 1\n}", ""},
		{"undeclared resource", check.Static, "", "locals {\n  x = t.a.id\n}", "Reference to undeclared resource: t.a"},
		{"missing key", check.Static, "", "resource \"t\" \"a\" {\n  count = 1\n}\nlocals {\n  x = t.a.id\n}",
			"Missing resource instance key: t.a"},
		{"key where none is", check.Static, "", a + "locals {\n  x = t.a[0].id\n}", "Unexpected resource instance key: t.a"},
		{"move to itself", check.Moves, a, a + moved("t.a", "t.a"), "Redundant move statement"},
		{"moved and declared", check.Moves, a, ab + moved("t.a", "t.b"), "Moved object still exists: t.a"},
		{"moved", check.Moves, a, "resource \"t\" \"b\" {}\n" + moved("t.a", "t.b"), ""},
		{"two to one", check.Moves, ab, "resource \"t\" \"c\" {}\n" + moved("t.a", "t.c") + moved("t.b", "t.c"),
			"Ambiguous move statements: two objects"},
		{"module to resource", check.MoveEnds, a, a + moved("module.m", "t.a"), "Invalid move"},
		{"import of nothing", check.Imports, "", "import {\n  to = t.a\n  id = \"x\"\n}\n",
			"Configuration for import target does not exist: t.a"},
		{"import", check.Imports, "", a + "import {\n  to = t.a\n  id = \"x\"\n}\n", ""},
		{"import without id", check.Imports, "", a + "import {\n  to = t.a\n  id = \"\"\n}\n", "Invalid import id argument"},
		{"removed and declared", check.Removed, a, a + "removed {\n  from = t.a\n}\n", "Removed resource still exists: t.a"},
		{"removed", check.Removed, a, "removed {\n  from = t.a\n}\n", ""},
		{"version", check.Versions, "", "terraform {\n  required_version = \"< 1.5\"\n}", "Unsupported Terraform Core version"},
		{"allowed version", check.Versions, "", "terraform {\n  required_version = \"> 1.5\"\n}", ""},
		{"failing local", check.Values, "", "locals {\n  x = tonumber(\"a\")\n}", "Invalid function argument"},
		{"failing on both sides", check.Values, "locals {\n  x = tonumber(\"a\")\n}", "locals {\n  x = tonumber(\"a\")\n}", ""},
		{"failing validation", check.Values, "",
			"variable \"v\" {\n  default = 1\n  validation {\n    condition = var.v > 1\n    error_message = \"More.\"\n  }\n}",
			"Invalid value for variable"},
		{"met validation", check.Values, "",
			"variable \"v\" {\n  default = 2\n  validation {\n    condition = var.v > 1\n    error_message = \"More.\"\n  }\n}", ""},
		{"failing precondition", check.Values, "",
			"output \"o\" {\n  value = 1\n  precondition {\n    condition = 1 > 2\n    error_message = \"More.\"\n  }\n}",
			"Module output value precondition failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pairtest.Load(t, pairtest.Main(c.before), pairtest.Main(c.after))
			planner.New(p, nil)
			p.List()
			p.Move()
			found := c.find(p)
			switch {
			case c.want == "" && len(found) > 0:
				t.Errorf("refused: %s", found[0].Why)
			case c.want != "" && (len(found) != 1 || !strings.HasPrefix(found[0].Why, c.want)):
				t.Errorf("found %v, want %q", found, c.want)
			}
		})
	}
}

func TestInputsWithoutVariable(t *testing.T) {
	call := "module \"m\" {\n  source = \"./m\"\n  a = 1\n}\n"
	before := pairtest.Files{"main.tf": call, "m/main.tf": "variable \"a\" {}\n"}
	after := pairtest.Files{"main.tf": call, "m/main.tf": "variable \"b\" {\n  default = 1\n}\n"}
	for _, c := range []struct {
		name          string
		before, after pairtest.Files
		want          int
	}{{"gone", before, after, 1}, {"there", after, before, 0}, {"never there", after, after, 0}} {
		t.Run(c.name, func(t *testing.T) {
			p := pairtest.Load(t, c.before, c.after)
			planner.New(p, nil)
			p.List()
			p.Move()
			p.After.Root.ModuleCall("m").Instances()
			if found := check.Values(p); len(found) != c.want {
				t.Errorf("found %v, want %d", found, c.want)
			}
		})
	}
}
