package eval_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// objects are open: everything of a resource of type `new` is known after apply,
// everything of any other is opaque.
type objects struct{}

func (objects) Managed(i *eval.Instance) (cty.Value, hcl.Diagnostics) {
	return value.OpenObject(value.Open{ID: i.Address(), Pending: i.Resource.Config.Type == "new"}, nil), nil
}

func (objects) Data(i *eval.Instance) (cty.Value, hcl.Diagnostics) {
	return value.OpenObject(value.Open{ID: i.Address()}, nil), nil
}

func (objects) Unknown(r *eval.Resource) cty.Value {
	return value.NewOpaque(r.Address+"[*]", cty.DynamicPseudoType)
}

// world evaluates a root module of one file, with what other folders hold.
func world(t *testing.T, runtime, main string, others map[string]string) *eval.World {
	t.Helper()
	tree := fstest.MapFS{"main.tf": {Data: []byte(main)}}
	for name, text := range others {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	rt, ok := config.ParseRuntime(runtime)
	if !ok {
		t.Fatalf("%q is no runtime", runtime)
	}
	loader := config.NewLoader(1 << 20)
	root, problem := loader.Load(tree, ".", rt)
	if problem != nil || len(root.Problems) > 0 {
		t.Fatalf("load: %v %v", problem, root)
	}
	return eval.New(eval.World{
		Side: plan.After, Tree: tree, Dir: ".", Runtime: rt, Loader: loader, Objects: objects{}, Workspace: "default",
		Work: work.New("this root", 1_000_000),
	}, root)
}

// repeats writes an expansion: how it repeats, and its keys.
func repeats(e *eval.Expansion) string {
	name := map[eval.Repeat]string{
		eval.Single: "single", eval.Counted: "count", eval.Each: "for_each", eval.Unknown: "opaque", eval.Failed: "failed",
	}[e.Repeat]
	if e.Pending() {
		name = "pending"
	}
	keys := make([]string, len(e.Keys))
	for i, key := range e.Keys {
		keys[i] = string(key)
	}
	out := strings.TrimSpace(name + " " + strings.Join(keys, ""))
	if e.Repeat == eval.Failed {
		out += ": " + e.Diags[0].Summary
	}
	return out
}

// Each row is an argument that repeats a resource; a module call repeats in the
// same way.
func TestExpansion(t *testing.T) {
	const names = `
variable "opaque" {}
variable "secret" {
  default   = ["a"]
  sensitive = true
}
locals {
  set = toset(["a", "b"])
  map = { a = 1, "b c" = 2 }
}
resource "new" "n" {}
`
	for _, c := range []struct{ argument, want string }{
		{``, "single"},
		{`count = 2`, "count [0][1]"},
		{`count = 0`, "count"},
		{`count = "1"`, "count [0]"},
		{`count = length(local.set)`, "count [0][1]"},
		{`count = var.opaque`, "opaque [*]"},
		{`count = new.n.size`, "pending [*]"},
		{`count = length(var.secret)`, "count [0]"},
		{`count = null`, "failed: Invalid count argument"},
		{`count = -1`, "failed: Invalid count argument"},
		{`count = 1.5`, "failed: Invalid count argument"},
		{`count = "many"`, "failed: Invalid count argument"},
		{`count = 50001`, "failed: Evaluation limit reached"},
		{`count = local.nothing`, "failed: Reference to undeclared local value"},

		{`for_each = local.set`, `for_each ["a"]["b"]`},
		{`for_each = local.map`, `for_each ["a"]["b c"]`},
		{`for_each = {}`, "for_each"},
		{`for_each = { (var.opaque) = 1 }`, "opaque [*]"},
		{`for_each = { a = var.opaque }`, `for_each ["a"]`},
		{`for_each = { a = new.n.id }`, `for_each ["a"]`},
		{`for_each = var.opaque`, "opaque [*]"},
		{`for_each = new.n.names`, "pending [*]"},
		{`for_each = toset([new.n.id])`, "pending [*]"},
		{`for_each = toset([var.opaque])`, "opaque [*]"},
		{`for_each = { "a\"$${b}" = 1 }`, `for_each ["a\"$${b}"]`},
		{`for_each = ["a"]`, "failed: Invalid for_each argument"},
		{`for_each = null`, "failed: Invalid for_each argument"},
		{`for_each = toset([1])`, "failed: Invalid for_each argument"},
		{`for_each = toset(var.secret)`, "failed: Invalid for_each argument"},
		{`for_each = "a"`, "failed: Invalid for_each argument"},
	} {
		main := "resource \"old\" \"r\" {\n  ARGUMENT\n}\nmodule \"m\" {\n  source = \"./m\"\n  ARGUMENT\n}\n"
		w := world(t, "terraform 1.11", names+strings.ReplaceAll(main, "ARGUMENT", c.argument),
			map[string]string{"m/main.tf": "resource \"old\" \"inner\" {}\n"})
		if got := repeats(w.Root.Resource("old.r").Expansion()); got != c.want {
			t.Errorf("a resource with %s is %s, want %s", c.argument, got, c.want)
		}
		if got := repeats(w.Root.ModuleCall("m").Expansion()); got != c.want {
			t.Errorf("a module with %s is %s, want %s", c.argument, got, c.want)
		}
	}
}

// lifecycle.enabled is OpenTofu's.
func TestEnabled(t *testing.T) {
	for argument, want := range map[string]string{
		`true`: "single", `false`: "single", `var.opaque`: "opaque [*]", `"often"`: "failed: Invalid enabled argument",
	} {
		main := "variable \"opaque\" {}\nresource \"old\" \"r\" {\n  lifecycle {\n    enabled = " + argument + "\n  }\n}\n"
		w := world(t, "opentofu 1.11", main, nil)
		r := w.Root.Resource("old.r")
		if got := repeats(r.Expansion()); got != want {
			t.Errorf("enabled = %s is %s, want %s", argument, got, want)
		}
		if n := len(r.Instances()); argument == "false" && n != 0 || argument == "true" && n != 1 {
			t.Errorf("enabled = %s makes %d instances", argument, n)
		}
	}
}

// written is a value as the tables below have it.
func written(v cty.Value) string {
	plain, _ := v.Unmark()
	switch {
	case value.KnownAfterApply(v):
		return "pending"
	case !plain.IsKnown():
		return "<" + value.SymbolOf(v) + ">"
	case plain.IsNull():
		return "null"
	case plain.CanIterateElements():
		return fmt.Sprintf("%s of %d", plain.Type().FriendlyName(), plain.LengthInt())
	}
	text, _ := value.ScalarText(v)
	return text
}

// Each row is a reference, and what it is in a root that calls modules of each
// kind.
func TestReferences(t *testing.T) {
	const main = `
variable "opaque" {}
variable "given" { default = "d" }
locals {
  cycle = local.round
  round = local.cycle
  two   = "${var.given}2"
}
resource "old" "one" {}
resource "old" "many" { count = 2 }
resource "old" "named" { for_each = toset(["a"]) }
resource "old" "some" { count = var.opaque }
data "old" "d" {}
module "one" {
  source = "./m"
  in     = "x"
}
module "many" {
  source = "./m"
  count  = 2
  in     = count.index
}
module "named" {
  source   = "./m"
  for_each = { a = "v" }
  in       = "${each.key}${each.value}"
}
module "some" {
  source = "./m"
  count  = var.opaque
  in     = "x"
}
module "away" {
  source = "git::https://example.com/m.git"
}
module "gone" {
  source = "./gone"
}
output "o" { value = REF }
`
	const child = `
variable "in" {}
variable "left" { default = "l" }
output "in" { value = var.in }
output "left" { value = var.left }
output "path" { value = path.module }
`
	for _, c := range []struct{ ref, want string }{
		{`var.given`, "d"},
		{`var.opaque`, "<var.opaque>"},
		{`local.two`, "d2"},
		{`local.cycle`, "error: Cycle"},
		{`var.nothing`, "error: Reference to undeclared input variable"},
		{`local.nothing`, "error: Reference to undeclared local value"},
		{`old.nothing.id`, "error: Reference to undeclared resource"},
		{`module.nothing.in`, "error: Reference to undeclared module"},
		{`each.key`, "error: Reference to each in a context where it is unavailable"},
		{`terraform.workspace`, "default"},
		{`path.module`, "."},
		{`path.cwd`, "<path.cwd>"},

		{`old.one.id`, "<old.one.id>"},
		{`old.many[1].id`, "<old.many[1].id>"},
		{`old.many`, "tuple of 2"},
		{`old.many[2].id`, "error: Invalid index"},
		{`old.many[*].id`, "tuple of 2"},
		{`old.named["a"].id`, `<old.named["a"].id>`},
		{`old.named["b"].id`, "error: Invalid index"},
		{`old.some[0].id`, "<old.some[*].0.id>"},
		{`data.old.d.arn`, "<data.old.d.arn>"},

		{`module.one.in`, "x"},
		{`module.one.left`, "l"},
		{`module.one.path`, "m"},
		{`module.one.nothing`, "error: Unsupported attribute"},
		{`module.one`, "object of 3"},
		{`module.many[1].in`, "1"},
		{`module.many[2].in`, "error: Invalid index"},
		{`module.many`, "tuple of 2"},
		{`module.named["a"].in`, "av"},
		{`module.named`, "object of 1"},
		{`module.away.id`, "<module.away@.id>"},
		{`module.gone.id`, "<unreadable module.gone.id>"},
	} {
		w := world(t, "terraform 1.11", strings.Replace(main, "REF", c.ref, 1), map[string]string{"m/main.tf": child})
		v, diags := w.Root.Output("o", hcl.Range{})
		got := written(v)
		if diags.HasErrors() {
			got = "error: " + diags[0].Summary
		}
		if got != c.want {
			t.Errorf("%s is %s, want %s", c.ref, got, c.want)
		}
	}
}

func TestSomeInstances(t *testing.T) {
	w := world(t, "terraform 1.11", `
variable "opaque" { type = map(string) }
resource "old" "some" {
  for_each = var.opaque
  name     = each.key
  text     = each.value
}
module "some" {
  source   = "./m"
  for_each = var.opaque
}
`, map[string]string{"m/main.tf": "resource \"old\" \"inner\" {}\n"})
	some := w.Root.Resource("old.some").Instances()
	if len(some) != 1 || some[0].Address() != "old.some[*]" {
		t.Fatalf("instances of an unknown set are %v, want one for all", some)
	}
	config, diags := some[0].Config()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	key, each := value.SymbolOf(config.GetAttr("name")), value.SymbolOf(config.GetAttr("text"))
	if key == "" || each == "" || key == each {
		t.Errorf("each.key and each.value of an unknown set are %q and %q", key, each)
	}
	modules := w.Root.ModuleCall("some").Instances()
	if len(modules) != 1 || modules[0].Address != "module.some[*]" || modules[0].Resource("old.inner").Address != "module.some[*].old.inner" {
		t.Errorf("instances of an unknown set of modules are %v", modules)
	}
}

// Each row is a block of a resource, and the block's value.
func TestBlocks(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`rule { port = 1 }`, "tuple of 1"},
		{"rule { port = 1 }\n  rule { port = 2 }", "tuple of 2"},
		{"dynamic \"rule\" {\n    for_each = [1, 2]\n    content { port = rule.value }\n  }", "tuple of 2"},
		{"dynamic \"rule\" {\n    for_each = []\n    content {}\n  }", "tuple of 0"},
		{"dynamic \"rule\" {\n    for_each = new.n.rules\n    content {}\n  }", "pending"},
		{"dynamic \"rule\" {\n    for_each = null\n    content {}\n  }", "error: Invalid dynamic for_each value"},
		{"dynamic \"rule\" {\n    for_each = \"a\"\n    content {}\n  }", "error: Invalid dynamic for_each value"},
	} {
		w := world(t, "terraform 1.11", "resource \"new\" \"n\" {}\nresource \"old\" \"r\" {\n  "+c.body+"\n}\n", nil)
		config, diags := w.Root.Resource("old.r").Instance(eval.NoKey).Config()
		got := ""
		if diags.HasErrors() {
			got = "error: " + diags[0].Summary
		} else {
			got = written(config.GetAttr("rule"))
		}
		if got != c.want {
			t.Errorf("%s is %s, want %s", c.body, got, c.want)
		}
	}
}

func TestBranches(t *testing.T) {
	const main = `
module "a" {
  source = "./a"
  count  = 0
}
module "self" {
  source = "./self"
}
module "away" {
  source = "x/y/z"
}
`
	w := world(t, "terraform 1.11", main, map[string]string{
		"a/main.tf":    "module \"b\" {\n  source = \"../b\"\n}\n",
		"b/main.tf":    "resource \"old\" \"r\" {}\n",
		"self/main.tf": "module \"self\" {\n  source = \"./\"\n}\n",
	})
	var got []string
	for _, b := range w.Branches() {
		got = append(got, b.Static)
	}
	if want := " a self a.b"; strings.Join(got, " ") != want {
		t.Errorf("the tree of calls is %q, want %q", got, want)
	}
	if w.Branch("a.b") == nil || w.Branch("away") != nil {
		t.Error("Branch finds modules by their call path, and none elsewhere")
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		v    cty.Value
		want eval.Key
		ok   bool
	}{
		{cty.StringVal("a"), `["a"]`, true},
		{cty.StringVal("a\"b\n${c}%{d}\\"), `["a\"b\n$${c}%%{d}\\"]`, true},
		{cty.NumberIntVal(3), `[3]`, true},
		{cty.StringVal("a").Mark(value.Sensitive), `["a"]`, true},
		{cty.True, eval.NoKey, false},
		{cty.NullVal(cty.String), eval.NoKey, false},
		{cty.UnknownVal(cty.String), eval.NoKey, false},
	} {
		if got, ok := eval.KeyOf(c.v); got != c.want || ok != c.ok {
			t.Errorf("KeyOf %#v is %s %t, want %s", c.v, got, ok, c.want)
		}
	}
}

// Each limit fails what reached it, and is noted once.
func TestLimits(t *testing.T) {
	var chain strings.Builder
	for i := range 500 {
		fmt.Fprintf(&chain, "  l%d = local.l%d\n", i, i+1)
	}
	for name, main := range map[string]string{
		"values that wait":  "locals {\n" + chain.String() + "  l500 = 1\n}\noutput \"o\" { value = local.l0 }\n",
		"instances":         "resource \"old\" \"r\" { count = 60000 }\noutput \"o\" { value = old.r }\n",
		"values in a value": "locals {\n  a = range(1000)\n  b = [for x in local.a : local.a]\n}\noutput \"o\" { value = local.b }\n",
		"work":              "output \"o\" { value = [for a in range(1000) : [for b in range(1000) : b]] }\n",
	} {
		w := world(t, "terraform 1.11", main, nil)
		v, diags := w.Root.Output("o", hcl.Range{})
		if !diags.HasErrors() || len(w.Limits) != 1 || !value.IsLimited(v) {
			t.Errorf("%s: the limit is not noted once: %v, %v", name, w.Limits, diags)
		}
	}
}

// A path of the configuration is one of the tree, or hidden from us.
func TestRead(t *testing.T) {
	for call, want := range map[string]string{
		`file("f.txt")`:                 "text",
		`file("./a/../f.txt")`:          "text",
		`file("none.txt")`:              "error: Error in function call",
		`try(file("none.txt"), "else")`: "else",
		`file("../up.txt")`:             "error: File not available",
		`try(file("../up.txt"), "x")`:   "error: File not available",
		`file("/etc/passwd")`:           "error: File not available",
		`file("big.bin")`:               "error: File not available",
		`fileexists("f.txt")`:           "true",
		`fileexists("none.txt")`:        "false",
		`length(fileset(".", "*.txt"))`: "1",
		`length(fileset("none", "*"))`:  "0",
		`length(fileset(".", "**"))`:    "3",
	} {
		w := world(t, "terraform 1.11", "output \"o\" { value = "+call+" }\n", map[string]string{
			"f.txt": "text", "big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
		})
		v, diags := w.Root.Output("o", hcl.Range{})
		got := written(v)
		if diags.HasErrors() {
			got = "error: " + diags[0].Summary
		}
		if got != want {
			t.Errorf("%s is %s, want %s", call, got, want)
		}
	}
}
