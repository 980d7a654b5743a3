package compare_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/compare"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/lines"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

const x = "resource \"terraform_data\" \"x\" {}\n"

// Each stage is shown by what it adds: changes as action and address, with a question
// mark where they are not certain, and gaps as kind and subject.
func TestRoot(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after string
		want          []string
	}{
		{"nothing", x, x, nil},
		{"instances: a new one", "", x, []string{"create terraform_data.x"}},
		{"instances: an update", x, "resource \"terraform_data\" \"x\" {\n  input = 1\n}\n", []string{"update terraform_data.x"}},
		{"instances: no guard any more", "resource \"terraform_data\" \"x\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n", x,
			[]string{"none terraform_data.x (disarm)"}},
		{"instances: an unknown set", "resource \"terraform_data\" \"x\" {\n  for_each = toset([\"a\"])\n}\n",
			"variable \"v\" {}\nresource \"terraform_data\" \"x\" {\n  for_each = toset(var.v)\n}\n",
			[]string{"delete? terraform_data.x[\"a\"]"}},
		{"leaving objects: a block", x, "", []string{"delete terraform_data.x"}},
		{"leaving objects: a removed block", x, "removed {\n  from = terraform_data.x\n  lifecycle {\n    destroy = false\n  }\n}\n",
			[]string{"forget terraform_data.x"}},
		{"leaving objects: guarded", "resource \"terraform_data\" \"x\" {\n  count = 1\n}\n",
			"resource \"terraform_data\" \"x\" {\n  count = 0\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n",
			[]string{"delete? terraform_data.x[0] (blocked)", "invalid terraform_data.x[0]"}},
		{"opaque modules: one that leaves", "module \"m\" {\n  source = \"a/b/c\"\n}\n", "", []string{"delete module.m"}},
		{"opaque modules: another version", "module \"m\" {\n  source = \"a/b/c\"\n  version = \"1.0.0\"\n}\n",
			"module \"m\" {\n  source = \"a/b/c\"\n  version = \"2.0.0\"\n}\n", []string{"source-version module.m"}},
		{"refused by reading", x, x + "locals {\n  l = var.no\n}\n", []string{"invalid var.no", "invalid local.l"}},
		{"refused by values", x, x + "locals {\n  l = tonumber(\"a\")\n}\n", []string{"invalid local.l"}},
		{"providers: another region", "provider \"aws\" {\n  region = \"a\"\n}\nresource \"aws_no\" \"x\" {}\n",
			"provider \"aws\" {\n  region = \"b\"\n}\nresource \"aws_no\" \"x\" {}\n", []string{"unknown provider aws"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := root(t, c.before, c.after); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func root(t *testing.T, before, after string) []string {
	t.Helper()
	was, is := plantest.Tree(map[string]string{"main.tf": before}), plantest.Tree(map[string]string{"main.tf": after})
	rt, _ := config.ParseRuntime("terraform 1.11.4")
	loader := config.NewLoader(1 << 20)
	in := compare.Input{Root: ".", Workspace: "default", Loader: loader, Facts: facts.Load(), Lines: lines.New(was, is),
		Changed: []string{"main.tf"},
		Before:  compare.Side{Tree: was, Dir: ".", Runtime: rt}, After: compare.Side{Tree: is, Dir: ".", Runtime: rt}}
	for _, side := range []*compare.Side{&in.Before, &in.After} {
		m, problem := loader.Load(side.Tree, ".", rt)
		if problem != nil {
			t.Fatal(problem.Text)
		}
		side.Module = m
	}
	p := compare.Root(in)
	var out []string
	for _, change := range p.Changes {
		out = append(out, describe(change))
	}
	for _, gap := range p.Gaps {
		out = append(out, string(gap.Kind)+" "+gap.Subject)
	}
	return out
}

func describe(c plan.Change) string {
	text := string(c.Action)
	if !c.Certain {
		text += "?"
	}
	text += " " + strings.TrimPrefix(c.Address.String(), ".//")
	if c.Effect != "" {
		text += " (" + string(c.Effect) + ")"
	}
	return text
}
