package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair/pairtest"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// two are objects whose ids are not in any tree.
const two = `resource "terraform_data" "a" {}
resource "terraform_data" "b" {}
`

// x is the object that a case is about, with arguments.
func x(args string) string { return "resource \"terraform_data\" \"x\" {\n" + args + "\n}\n" }

// Each stage is shown by a change that it decides, and by one that it leaves alone.
// An outcome is written as action, a question mark where it is not certain, and why.
func TestStages(t *testing.T) {
	shown := map[string]bool{}
	for _, c := range []struct {
		stage, name   string
		before, after string
		address       string
		was, is       string // the outcome before and after the stage
	}{
		{"compare", "another argument", x(`input = "a"`), x(`input = "b"`), "terraform_data.x", "", "update"},
		{"compare", "an argument that forces replacement", x(`triggers_replace = "a"`), x(`triggers_replace = "b"`), "terraform_data.x",
			"", "replace"},
		{"compare", "ignored", x(`input = "a"`), x("input = \"b\"\nlifecycle {\n  ignore_changes = [input]\n}"), "terraform_data.x", "",
			"none"},
		{"distinct identities", "the ids of two objects", two + x(`triggers_replace = [terraform_data.a.id]`),
			two + x(`triggers_replace = [terraform_data.b.id]`), "terraform_data.x", "replace?", "replace"},
		{"distinct identities", "an id and a value that may equal it", two + "variable \"v\" {}\n" +
			x(`triggers_replace = [terraform_data.a.id]`),
			two + "variable \"v\" {}\n" + x(`triggers_replace = [var.v]`), "terraform_data.x", "replace?", "replace?"},
		{"probe", "the same text, built in two ways", two + x(`triggers_replace = join("-", [terraform_data.a.id, "x"])`),
			two + x(`triggers_replace = "${terraform_data.a.id}-x"`), "terraform_data.x", "replace?", "none"},
		{"probe", "decided by an unknown", two + "variable \"v\" {}\n" + x(`triggers_replace = terraform_data.a.id`),
			two + "variable \"v\" {}\n" + x(`triggers_replace = var.v == "x" ? terraform_data.a.id : terraform_data.b.id`),
			"terraform_data.x", "replace?", "replace?"},
		{"impure functions", "another time at every plan", x(`triggers_replace = timestamp()`), x(`triggers_replace = timestamp()`),
			"terraform_data.x", "replace", "replace: timestamp"},
		{"impure functions", "a text instead", x(`triggers_replace = "a"`), x(`triggers_replace = timestamp()`), "terraform_data.x",
			"replace", "replace"},
		{"replace_triggered_by", "an update", x("lifecycle {\n  replace_triggered_by = [terraform_data.a]\n}") +
			"resource \"terraform_data\" \"a\" {\n  input = 1\n}",
			x("lifecycle {\n  replace_triggered_by = [terraform_data.a]\n}") + "resource \"terraform_data\" \"a\" {\n  input = 2\n}",
			"terraform_data.x", "none", "replace"},
		{"replace_triggered_by", "an attribute that stays", x("lifecycle {\n  replace_triggered_by = [terraform_data.a.id]\n}") +
			"resource \"terraform_data\" \"a\" {\n  input = 1\n}",
			x("lifecycle {\n  replace_triggered_by = [terraform_data.a.id]\n}") + "resource \"terraform_data\" \"a\" {\n  input = 2\n}",
			"terraform_data.x", "none", "none"},
		{"sensitive marks", "the mark alone", x(`input = "a"`), x(`input = sensitive("a")`), "terraform_data.x", "none", "update"},
		{"sensitive marks", "no mark", x(`input = "a"`), x(`input = "a"`), "terraform_data.x", "none", "none"},
		{"hidden drift", "an entry that left", x("triggers_replace = \"a\"\nlifecycle {\n  ignore_changes = [triggers_replace]\n}"),
			x(`triggers_replace = "a"`),
			"terraform_data.x", "none", "replace?: ignore_changes no longer covers triggers_replace"},
		{"hidden drift", "an entry that stays", x("triggers_replace = \"a\"\nlifecycle {\n  ignore_changes = [triggers_replace]\n}"),
			x("triggers_replace = \"a\"\nlifecycle {\n  ignore_changes = [triggers_replace]\n}"), "terraform_data.x", "none", "none"},
		{"provider configuration", "default tags", `provider "aws" {
  default_tags {
    tags = { a = 1 }
  }
}
resource "aws_sqs_queue" "x" {}`, `provider "aws" {
  default_tags {
    tags = { a = 2 }
  }
}
resource "aws_sqs_queue" "x" {}`, "aws_sqs_queue.x", "none", "update"},
		{"provider configuration", "another way to sign in", `provider "aws" {
  profile = "a"
}
resource "aws_sqs_queue" "x" {}`, `provider "aws" {
  profile = "b"
}
resource "aws_sqs_queue" "x" {}`, "aws_sqs_queue.x", "none", "none"},
	} {
		shown[c.stage] = true
		t.Run(c.stage+"/"+c.name, func(t *testing.T) {
			p := pairtest.Load(t, pairtest.Main(c.before), pairtest.Main(c.after))
			was, is := around(t, p, c.address, c.stage)
			if got := describe(was); !sameOutcome(got, c.was) {
				t.Errorf("before the stage %q, want %q", got, c.was)
			}
			if got := describe(is); !sameOutcome(got, c.is) {
				t.Errorf("after the stage %q, want %q", got, c.is)
			}
		})
	}
	for _, s := range stages(nil, nil, triggers{}) {
		if !shown[s.name] && !slices.Contains([]string{"new object", "open object", "limits"}, s.name) {
			t.Errorf("no case shows stage %q", s.name)
		}
	}
}

// around is what is planned for an instance before and after a stage.
func around(t *testing.T, p *pair.Pair, address, name string) (was, is outcome) {
	t.Helper()
	pl, s := subjectAt(t, p, address)
	for _, stage := range pl.stages {
		is = stage.plan(s, is)
		if stage.name == name {
			return was, is
		}
		was = is
	}
	t.Fatalf("there is no stage %q", name)
	return was, is
}

func subjectAt(t *testing.T, p *pair.Pair, address string) (*Planner, *subject) {
	t.Helper()
	p.Facts = facts.Load()
	pl := New(p, nil)
	p.List()
	p.Move()
	for _, r := range pair.Managed(p.After.Root) {
		for _, inst := range r.Instances() {
			if inst.Address() == address {
				cfg, _ := inst.Config()
				return pl, subjectOf(target{Inst: inst, Prior: p.Prior(address), Config: cfg}, p.TypeFacts(r))
			}
		}
	}
	t.Fatalf("there is no %s", address)
	return nil, nil
}

func describe(o outcome) string {
	text := string(o.Action)
	if o.Action != "" && !o.Certain {
		text += "?"
	}
	if o.Why != "" {
		text += ": " + o.Why
	}
	return text
}

// sameOutcome compares action and certainty, and the start of why where it is wanted.
func sameOutcome(got, want string) bool {
	action, why, _ := strings.Cut(want, ": ")
	gotAction, gotWhy, _ := strings.Cut(got, ": ")
	return gotAction == action && strings.HasPrefix(gotWhy, why)
}

// What replaces an object is planned from the whole configuration, what ignore_changes
// covers included.
func TestNewObject(t *testing.T) {
	p := pairtest.Load(t, pairtest.Main(x("input = \"a\"\ntriggers_replace = 1")),
		pairtest.Main(x("input = \"b\"\ntriggers_replace = 2\nlifecycle {\n  ignore_changes = [input]\n}")))
	was, is := around(t, p, "terraform_data.x", "new object")
	for name, c := range map[string]struct {
		out  outcome
		want string
	}{"before": {was, "a"}, "after": {is, "b"}} {
		if got := c.out.Planned.GetAttr("input"); !got.RawEquals(cty.StringVal(c.want)) {
			t.Errorf("%s the stage input is %#v, want %q", name, got, c.want)
		}
	}
}

// A type without facts shows others an open object.
func TestOpenObject(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		pending             bool
	}{
		{"unchanged", `resource "no_such" "x" { a = 1 }`, `resource "no_such" "x" { a = 1 }`, false},
		{"changed", `resource "no_such" "x" { a = 1 }`, `resource "no_such" "x" { a = 2 }`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pairtest.Load(t, pairtest.Main(c.before), pairtest.Main(c.after))
			_, is := around(t, p, "no_such.x", "open object")
			o, open := value.OpenOf(is.Planned)
			if !open || o.Pending != c.pending {
				t.Errorf("open %v, pending %v, want pending %v", open, o.Pending, c.pending)
			}
		})
	}
}

// What only a limit makes possible is taken back; what is certain stays.
func TestLimits(t *testing.T) {
	limited := cty.EmptyObjectVal.Mark(value.Limited{})
	for _, c := range []struct {
		name    string
		old     cty.Value
		certain bool
		want    string
	}{
		{"possible, with a limit", limited, false, "none"},
		{"certain, with a limit", limited, true, "replace"},
		{"possible, without one", cty.EmptyObjectVal, false, "replace?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out outcome
			out.Action, out.Certain, out.Planned = plan.Replace, c.certain, cty.EmptyObjectVal
			got := limits(&subject{old: c.old, target: target{Config: cty.EmptyObjectVal}}, out)
			if describe(got) != c.want {
				t.Errorf("%s, want %s", describe(got), c.want)
			}
			if value.IsLimited(got.Planned) != value.IsLimited(c.old) {
				t.Errorf("the planned object carries a limit: %v", value.IsLimited(got.Planned))
			}
		})
	}
}

// What a new instance computes is known after apply, whatever its
// replace_triggered_by names.
func TestTriggersOfNewInstances(t *testing.T) {
	source := "variable \"v\" {}\nresource \"no_such\" \"a\" {\n  b = %s\n}\n"
	p := pairtest.Load(t, pairtest.Main(fmt.Sprintf(source, "1")),
		pairtest.Main(fmt.Sprintf(source, "var.v")+x("lifecycle {\n  replace_triggered_by = [no_such.a]\n}")))
	p.Facts = facts.Load()
	pl := New(p, nil)
	p.List()
	p.Move()
	if c := pl.Plan(p.After.Root.Resource("no_such.a").Instances()[0]); c.Certain {
		t.Fatalf("what is named changes for certain: %s", describe(c.outcome))
	}
	c := pl.Plan(p.After.Root.Resource("terraform_data.x").Instances()[0])
	if c.Action != plan.Create || !value.KnownAfterApply(c.Planned.GetAttr("id")) {
		t.Errorf("%s with id %#v", describe(c.outcome), c.Planned.GetAttr("id"))
	}
}

func TestIgnoreChanges(t *testing.T) {
	for _, c := range []struct{ ignore, want string }{
		{`[input]`, `{"a" = 1, "l" = ["x"]}`},
		{`[input.a]`, `{"a" = 1, "l" = ["x", "y"]}`},
		{`[input.l]`, `{"a" = 2, "l" = ["x"]}`},
		{`[input.none]`, `{"a" = 2, "l" = ["x", "y"]}`},
		{`all`, `{"a" = 1, "l" = ["x"]}`},
	} {
		t.Run(c.ignore, func(t *testing.T) {
			p := pairtest.Load(t, pairtest.Main(x(`input = { a = 1, l = ["x"] }`)),
				pairtest.Main(x("input = { a = 2, l = [\"x\", \"y\"] }\nlifecycle {\n  ignore_changes = "+c.ignore+"\n}")+
					"output \"want\" {\n  value = "+c.want+"\n}"))
			_, s := subjectAt(t, p, "terraform_data.x")
			want, diags := p.After.Root.Output("want", s.Inst.Resource.Config.Range)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if got := s.merged.GetAttr("input"); value.Fingerprint(got) != value.Fingerprint(want) {
				t.Errorf("%#v, want %#v", got, want)
			}
		})
	}
}

func TestDeferral(t *testing.T) {
	data := "data \"no_such\" \"d\" {\n  %s\n}\n"
	for _, c := range []struct {
		name, data, before, after string
		want                      Answer
	}{
		{"depends on what stays", "depends_on = [terraform_data.x]", x(`input = 1`), x(`input = 1`), No},
		{"depends on an update", "depends_on = [terraform_data.x]", x(`input = 1`), x(`input = 2`), Yes},
		{"depends on what leaves", "depends_on = [terraform_data.x]", x("count = 2"), x("count = 1"), Yes},
		{"depends on nothing", "", x(`input = 1`), x(`input = 2`), No},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := fmt.Sprintf(data, c.data)
			p := pairtest.Load(t, pairtest.Main(d+c.before), pairtest.Main(d+c.after))
			p.Facts = facts.Load()
			pl := New(p, nil)
			p.List()
			p.Move()
			inst := p.After.Root.Resource("data.no_such.d").Instances()[0]
			cfg, _ := inst.Config()
			if got := pl.deferral.deferred(inst, cfg); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
