package hcl_test

import (
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// hostile are after sides that cost far more than their size. Each must end in
// a gap after little work.
func hostile() map[string]map[string]string {
	many := func(n int, line func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(i) + "\n")
		}
		return b.String()
	}
	res := func(expr string) string {
		return "resource \"terraform_data\" \"a\" {\n  triggers_replace = " + expr + "\n}\n"
	}
	long := "locals {\n  s = join(\"\", [for i in range(1000) : \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"])\n}\n"
	return map[string]map[string]string{
		"range": {"main.tf": res("range(1000000000)")},
		"count": {"main.tf": "resource \"terraform_data\" \"a\" {\n  count = 1000000000\n}\n"},
		"module count": {"main.tf": "module \"m\" {\n  source = \"./m\"\n  count = 40000\n}\nresource \"terraform_data\" \"a\" {\n}\n",
			"m/main.tf": "resource \"terraform_data\" \"x\" {\n  count = 40000\n}\n"},
		"nested fors": {"main.tf": "locals {\n  l = range(1000)\n}\n" +
			res("[for a in local.l : [for b in local.l : [for c in local.l : [a, b, c]]]]")},
		"doubled text": {"main.tf": "locals {\n  s0 = \"xxxxxxxx\"\n" +
			many(60, func(i int) string { return fmt.Sprintf("  s%d = \"${local.s%d}${local.s%d}\"", i+1, i, i) }) + "}\n" + res("local.s60")},
		"doubled list": {"main.tf": "locals {\n  s0 = [1, 2]\n" + many(60,
			func(i int) string { return fmt.Sprintf("  s%d = concat(local.s%d, local.s%d)", i+1, i, i) }) + "}\n" + res("local.s60")},
		"doubled tree": {"main.tf": "locals {\n  s0 = [1, 2]\n" + many(100,
			func(i int) string { return fmt.Sprintf("  s%d = [local.s%d, local.s%d]", i+1, i, i) }) + "}\n" + res("local.s100")},
		"doubled map": {"main.tf": "locals {\n  s0 = { a = 1 }\n" + many(100, func(i int) string {
			return fmt.Sprintf("  s%d = merge({ a = local.s%d }, { b = local.s%d })", i+1, i, i)
		}) + "}\n" + res("local.s100")},
		"long chain": {"main.tf": "locals {\n  s0 = 1\n" + many(5000,
			func(i int) string { return fmt.Sprintf("  s%d = local.s%d + 1", i+1, i) }) + "}\n" + res("local.s5000")},
		"setproduct":    {"main.tf": "locals {\n  l = range(1000)\n}\n" + res("setproduct(local.l, local.l, local.l)")},
		"format width":  {"main.tf": res(`format("%999999999d", 1)`)},
		"replace":       {"main.tf": "locals {\n  s = join(\"\", [for i in range(1000) : \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"])\n}\n" + res(`length(replace(local.s, "x", local.s))`)},
		"indent":        {"main.tf": res(`indent(1000000000, "a\nb\nc\n")`)},
		"deep brackets": {"main.tf": res(strings.Repeat("[", 100000) + strings.Repeat("]", 100000))},
		"deep blocks": {"main.tf": "resource \"terraform_data\" \"a\" {\n" + strings.Repeat("b {\n", 50000) + strings.Repeat("}\n", 50000) +
			"}\n"},
		"bangs":        {"main.tf": res(strings.Repeat("!", 500000) + "true")},
		"conditionals": {"main.tf": res(strings.Repeat("true ? 1 : ", 150000) + "1")},
		"templates":    {"main.tf": res(strings.Repeat("\"${", 100000))},
		"recursion": {"main.tf": "module \"m\" {\n  source = \"./m\"\n}\nresource \"terraform_data\" \"a\" {\n}\n",
			"m/main.tf": "module \"m\" {\n  source = \"../m\"\n}\n"},
		"fork bomb":      forkBomb(""),
		"fork elsewhere": forkBomb("module \"e\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\n"),
		"big file":       {"main.tf": res("1"), "big.tf": strings.Repeat("# nothing\n", 400000)},
		"yaml bomb": {"main.tf": res(`yamldecode(file("b.yaml"))`), "b.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n" + many(12, func(i int) string {
			c := string(rune('a' + i))
			d := string(rune('b' + i))
			return d + ": &" + d + " [" + strings.Repeat("*"+c+",", 8) + "*" + c + "]"
		})},
		"big number": {"main.tf": res(`tostring(jsondecode("1e999999999"))`)},
		"regex":      {"main.tf": "locals {\n  s = join(\"\", [for i in range(1000) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"])\n}\n" + res(`length(regexall("(a?){200}a{200}", local.s))`)},
		"template loops": {"main.tf": res(`[for a in range(1000) : templatestring(local.t, { x = range(1000) })]`) +
			"locals {\n  t = file(\"t.tpl\")\n}\n", "t.tpl": strings.Repeat("%{ for i in x }${i}%{ endfor }", 500)},
		"template in file": {"main.tf": res(`templatefile("t.tpl", { l = range(1000) })`),
			"t.tpl": strings.Repeat("%{ for a in l }", 20) + "x" + strings.Repeat("%{ endfor }", 20)},
		"template nesting": {"main.tf": res(`templatefile("t.tpl", {})`), "t.tpl": strings.Repeat("${\"", 50000)},
		"split":            {"main.tf": long + res(`[for a in range(1000) : split("", local.s)]`)},
		"regexall":         {"main.tf": long + res(`[for i in range(1000) : regexall("x", local.s)]`)},
		"chunklist":        {"main.tf": "locals {\n  l = range(1000)\n}\n" + res(`[for a in local.l : chunklist(local.l, 1)]`)},
		"failing elements": {"main.tf": res(`[for i in range(1000) : [for j in range(1000) : filemd5("b.bin")]]`),
			"b.bin": strings.Repeat("x", 1<<20)},
		"decoded json": {"main.tf": res(`[for i in range(1000) : jsondecode(file("b.json"))]`),
			"b.json": "[" + strings.Repeat("1,", 500000) + "1]"},
		"decoded yaml": {"main.tf": res(`yamldecode(file("b.yaml"))`),
			"b.yaml": many(100000, func(i int) string { return fmt.Sprintf("k%d: {a: 1, b: [1,2]}", i) })},
		"long number":        {"main.tf": res(`tostring(1e9999999)`)},
		"number in json":     {"main.tf": res(`jsonencode(jsondecode("[1e9999999]"))`)},
		"number by its type": {"main.tf": "variable \"n\" {\n  type    = number\n  default = \"1e9999999\"\n}\n" + res(`tostring(var.n)`)},
		"number of a count":  {"main.tf": "resource \"terraform_data\" \"b\" {\n  count = \"1e9999999\"\n}\n" + res("1")},
		"number in a format": {"main.tf": res(`format("%d", "1e9999999")`)},
		"number in a sum":    {"main.tf": res(`tostring(sum(["1e9999999"]))`)},
		"number in a list":   {"main.tf": res(`tostring(max(["1e9999999", 2]...))`)},
		"squares": {"main.tf": "locals {\n  s0 = 1e100\n" +
			many(60, func(i int) string { return fmt.Sprintf("  s%d = local.s%d * local.s%d", i+1, i, i) }) + "}\n" + res("tostring(local.s60)")},
		"encoded text": {"main.tf": "locals {\n  s0 = \"\\\"\\\"\\\"\"\n" +
			many(60, func(i int) string { return fmt.Sprintf("  s%d = jsonencode(local.s%d)", i+1, i) }) + "}\n" + res("local.s60")},
		"decoded tfvars": {"main.tf": res(`provider::terraform::decode_tfvars(file("b.txt"))`),
			"b.txt": "a = " + strings.Repeat("[", 100000) + strings.Repeat("]", 100000)},
		"hidden braces": {"main.tf.json": `{"locals":{"a":"` + strings.Repeat(`$\u007b\"`, 50000) + `"}}`},
		"operators":     {"main.tf": res("1" + strings.Repeat(" + 1", 300000))},
		"moved blocks": {"main.tf": many(5000, func(i int) string {
			return fmt.Sprintf("moved {\n  from = terraform_data.m%d\n  to = terraform_data.m%d\n}", i, i+1)
		})},
		"json depth": {"main.tf.json": strings.Repeat(`{"a":`, 100000) + "1" + strings.Repeat("}", 100000)},
	}
}

// What a prediction of hostile input may be: the work that is charged for both
// sides, the questions for more after that, and, as the proof that what is done
// is charged, what is allocated. All of it is the same on every machine.
const (
	mostUnits       = 7_000_000
	mostRefused     = 2_000
	mostBytes       = 512 << 20
	mostAllocations = 10_000_000
)

// spent is what a prediction took.
type spent struct {
	units, refused     int
	bytes, allocations uint64
}

func (s spent) within() bool {
	return s.units <= mostUnits && s.refused <= mostRefused && s.bytes <= mostBytes && s.allocations <= mostAllocations
}

func counting(before, after fs.FS) (plan.Plan, spent) {
	w := hcl.NewWork()
	var p plan.Plan
	allocated := plantest.Spend(func() { p = hcl.Predict(before, after, facts.Load(), hcl.Options{Work: w}) })
	return p, spent{w.Used(), w.Refused(), allocated.Bytes, allocated.Objects}
}

// cheap, in units, is what is counted a second time.
const cheap = 500_000

func TestLimits(t *testing.T) {
	before := plantest.Tree(map[string]string{"main.tf": "resource \"terraform_data\" \"a\" {\n  triggers_replace = 0\n}\n"})
	cases := hostile()
	maps.Copy(cases, multiplied())
	for name, files := range cases {
		t.Run(name, func(t *testing.T) {
			after := plantest.Tree(files)
			p, took := counting(before, after)
			if !took.within() {
				t.Errorf("%+v is more than there is for it", took)
			}
			if took.units < cheap || !testing.Short() && name == "file in a loop" {
				again, as := counting(before, after)
				if as.units != took.units || as.refused != took.refused || !reflect.DeepEqual(p, again) {
					t.Errorf("another time it is another: %+v, then %+v\n%s\n%s", took, as, describe(p), describe(again))
				}
			}
			if name == "indent" || name == "big number" || name == "regex" || name == "range" || name == "conditionals" {
				return // cheap enough to be answered, or refused by the function itself
			}
			if len(p.Gaps) == 0 {
				t.Errorf("no gap, but %s", describe(p))
			}
			limits := 0
			for _, g := range p.Gaps {
				if g.Kind == plan.GapLimit {
					limits++
				}
			}
			if took.refused > 0 && limits != 1 {
				t.Errorf("the limit is told %d times: %s", limits, describe(p))
			}
			for _, c := range p.Changes {
				if c.Action == plan.Delete || took.refused > 0 && !c.Certain {
					t.Errorf("made up out of what was not evaluated: %s", describe(p))
				}
			}
		})
	}
}

// The limit of a whole change: the roots before it are told, those after it are
// one gap, in a place that the change touches.
func TestLimitOfAChange(t *testing.T) {
	const roots = 20
	side := func(last string) fs.FS {
		files := map[string]string{"modules/m/main.tf": "output \"n\" {\n  value = [for a in range(100) : " + last + "]\n}\n"}
		for i := range roots {
			files[fmt.Sprintf("live/r%02d/main.tf", i)] = "module \"m\" {\n  source = \"../../modules/m\"\n}\n" +
				"resource \"terraform_data\" \"a\" {\n  triggers_replace = module.m.n\n}\n"
		}
		files["other/main.tf"] = "resource \"terraform_data\" \"a\" {\n}\n"
		return plantest.Tree(files)
	}
	whole := hcl.NewWork()
	if p := hcl.Predict(side("1"), side("2"), facts.Load(), hcl.Options{Work: whole}); len(p.Changes) != roots || len(p.Gaps) > 0 {
		t.Fatalf("without a limit: %s", describe(p))
	}
	for n := range 2 * roots {
		w := work.New("this change", whole.Used()*n/(2*roots))
		p := hcl.Predict(side("1"), side("2"), facts.Load(), hcl.Options{Work: w})
		told := map[string]bool{}
		for _, c := range p.Changes {
			if told[c.Address.Root] = true; !c.Certain {
				t.Errorf("made up by the limit: %s", describe(p))
			}
		}
		limited := 0
		for _, g := range p.Gaps {
			if g.Kind != plan.GapLimit || g.At.File != "modules/m/main.tf" {
				t.Errorf("another gap: %s", describe(p))
			}
			limited++
		}
		if limited != 1 || len(told) >= roots {
			t.Errorf("with %d of %d units %d roots are told, and the limit %d times: %s", n, 2*roots, len(told), limited, describe(p))
		}
	}
}

// What is not known because of a limit makes nothing up: no finding follows from
// it, and the limit is one gap that holds.
func TestLimitsMakeNothingUp(t *testing.T) { replayLines(t, "limits") }

// What a for expression computes anew for each element, although it is the same
// for all, is computed once.
func TestSameForAll(t *testing.T) {
	rule := func(i int) string {
		return fmt.Sprintf(`"rule_%d": {"action": "PASS", "source": "${net}", "port": %d}`, i, i)
	}
	rules := make([]string, 800)
	for i := range rules {
		rules[i] = rule(i)
	}
	side := func(last string) fs.FS {
		return plantest.Tree(map[string]string{
			"rules.json": "{" + strings.Join(append(rules, last), ",\n") + "}",
			"main.tf": "locals {\n  nets = { net = \"10.0.0.0/8\" }\n  rules = { for k in sort(keys(jsondecode(templatefile(\"./rules.json\", local.nets)))) : k => " +
				"jsondecode(templatefile(\"./rules.json\", local.nets))[k] }\n}\n" +
				"resource \"terraform_data\" \"rule\" {\n  for_each = local.rules\n  input    = each.value\n}\n",
		})
	}
	p := hcl.Predict(side(rule(900)), side(rule(901)), facts.Load(), hcl.Options{})
	var gone []string
	for _, c := range p.Changes {
		if c.Action.Destroys() && c.Certain {
			gone = append(gone, c.Address.String())
		}
	}
	if want := `terraform_data.rule["rule_900"]`; len(p.Gaps) > 0 || len(gone) != 1 || gone[0] != want {
		t.Errorf("got %v, gaps %v, want %s alone", gone, p.Gaps, want)
	}
}

// forkBomb are modules of which each calls the next three times; last stands in
// the last of them.
func forkBomb(last string) map[string]string {
	files := map[string]string{
		"main.tf":     "module \"a\" {\n  source = \"./m0\"\n}\nresource \"terraform_data\" \"a\" {\n}\n",
		"m20/main.tf": "resource \"terraform_data\" \"x\" {\n}\n" + last,
	}
	for i := range 20 {
		files[fmt.Sprintf("m%d/main.tf", i)] = calls(i + 1)
	}
	return files
}

func calls(next int) string {
	var b strings.Builder
	for _, n := range []string{"a", "b", "c"} {
		fmt.Fprintf(&b, "module %q {\n  source = \"../m%d\"\n}\n", n, next)
	}
	return b.String()
}

func FuzzLoad(f *testing.F) {
	f.Add("main.tf", "resource \"terraform_data\" \"a\" {\n  count = 1\n}\n")
	f.Add("main.tf.json", `{"resource":{"terraform_data":{"a":{"count":1,"lifecycle":{"ignore_changes":["input"]}}}}}`)
	f.Add("x_override.tf", "resource \"terraform_data\" \"k\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n")
	f.Add("terraform.tfvars", "a = [1, {b = null}]\n")
	f.Add("main.tf", "moved {\n  from = module.a[0].terraform_data.x\n  to = module.b[\"k\"].terraform_data.x[3]\n}\nremoved {\n  from = terraform_data.k\n}\n")
	f.Add("main.tf", "module \"m\" {\n  source = \"./\"\n  providers = { a.b = c.d }\n}\nvariable \"v\" {\n  type = object({ a = optional(list(string), [\"x\"]) })\n}\n")
	f.Fuzz(func(t *testing.T, name, content string) {
		if !fs.ValidPath(name) || name == "." {
			t.Skip()
		}
		base := map[string]string{"keep.tf": "resource \"terraform_data\" \"k\" {\n  triggers_replace = 1\n}\n"}
		with := map[string]string{"keep.tf": base["keep.tf"], name: content}
		hcl.Predict(plantest.Tree(base), plantest.Tree(with), facts.Load(), hcl.Options{})
		hcl.Predict(plantest.Tree(with), plantest.Tree(base), facts.Load(), hcl.Options{})
	})
}

func FuzzEvaluate(f *testing.F) {
	for _, e := range []string{
		"1 + 2", `"${var.u}-x"`, "[for k, v in local.m : k => v...]", "{ for i, x in var.u : x => i }", "terraform_data.a[*].id",
		"try(var.u.x[0], local.m[\"a\"], null)",
		"merge(local.m, var.u, { z = terraform_data.a[0].id })", "templatefile(\"t.tpl\", { v = var.u })", "element(var.u, 3)",
		"cond ? 1 : \"x\"", "module.m.o", "toset([terraform_data.a[0].id, \"b\"])",
		"lookup(local.m, var.u, \"d\")", "flatten([var.u, [local.m]])", "format(\"%s %v\", var.u, terraform_data.a)", "-var.u", "!var.u",
		"var.u == var.u ? [1] : []", "yamlencode(terraform_data.a)", "one(terraform_data.a[*].output)",
	} {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, e string) {
		side := func(extra string) fs.FS {
			return plantest.Tree(map[string]string{
				"t.tpl":     "%{ for x in [1,2] }${x}${v}%{ endfor }",
				"m/main.tf": "variable \"i\" {}\noutput \"o\" {\n  value = var.i\n}\nresource \"terraform_data\" \"n\" {\n  input = var.i\n}\n",
				"main.tf": "variable \"u\" {}\nlocals {\n  m = { a = 1 }\n}\nresource \"terraform_data\" \"a\" {\n  count = 2\n  input = \"k\"\n" +
					extra + "}\n" +
					"module \"m\" {\n  source = \"./m\"\n  i = (\n" + e + "\n)\n}\nresource \"terraform_data\" \"b\" {\n  triggers_replace = (\n" + e +
					"\n)\n}\n" +
					"resource \"terraform_data\" \"c\" {\n  for_each = (\n" + e + "\n)\n  input = each.value\n}\n",
			})
		}
		hcl.Predict(side(""), side("  triggers_replace = 2\n"), facts.Load(), hcl.Options{})
	})
}
