package compare

import (
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/lines"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

const x = "resource \"terraform_data\" \"x\" {}\n"

// Each stage is shown by what it adds: changes as action and address, with a question
// mark where they are not certain, and gaps as kind and subject.
func TestRoot(t *testing.T) {
	shown := map[string]bool{}
	for _, c := range []struct {
		name          string // the stage, and what shows it
		before, after string
		want          []string
	}{
		{"objects: none", "", "", nil},
		{"objects: one that stays", x, x, nil},
		{"readable: declared twice", x, x + x, []string{"invalid terraform_data.x"}},
		{"moves: a moved block", x,
			"resource \"terraform_data\" \"y\" {}\nmoved {\n  from = terraform_data.x\n  to = terraform_data.y\n}\n", nil},
		{"moves: ends that do not fit", x, x + "moved {\n  from = module.m\n  to = terraform_data.x\n}\n", []string{"invalid moved"}},
		{"modules: a folder that is not there", x, x + "module \"m\" {\n  source = \"./m\"\n}\n", []string{"invalid m"}},
		{"losses: an update that takes away", x, "resource \"terraform_data\" \"x\" {\n  input = \"drop\"\n}\n",
			[]string{"update terraform_data.x (data-loss)"}},
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
		{"copies: of what stays", x + "resource \"terraform_data\" \"y\" {\n  input = terraform_data.x.id\n}\n", x,
			[]string{"delete terraform_data.y copies input"}},
		{"copies: of what goes as well", x + "resource \"terraform_data\" \"y\" {\n  input = terraform_data.x.id\n}\n", "",
			[]string{"delete terraform_data.x", "delete terraform_data.y"}},
		{"opaque modules: one that leaves", "module \"m\" {\n  source = \"a/b/c\"\n}\n", "", []string{"delete module.m"}},
		{"opaque modules: another version", "module \"m\" {\n  source = \"a/b/c\"\n  version = \"1.0.0\"\n}\n",
			"module \"m\" {\n  source = \"a/b/c\"\n  version = \"2.0.0\"\n}\n", []string{"source-version module.m"}},
		{"refused by reading: undeclared", x, x + "locals {\n  l = var.no\n}\n", []string{"invalid var.no", "invalid local.l"}},
		{"refused by values: an error", x, x + "locals {\n  l = tonumber(\"a\")\n}\n", []string{"invalid local.l"}},
		{"providers: another region", "provider \"aws\" {\n  region = \"a\"\n}\nresource \"aws_no\" \"x\" {}\n",
			"provider \"aws\" {\n  region = \"b\"\n}\nresource \"aws_no\" \"x\" {}\n", []string{"unknown provider aws"}},
	} {
		stage, _, _ := strings.Cut(c.name, ":")
		shown[stage] = true
		t.Run(c.name, func(t *testing.T) {
			if got := root(t, c.before, c.after); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	for _, s := range stages() {
		if !shown[s.name] && s.name != "limits" {
			t.Errorf("no case shows stage %q", s.name)
		}
	}
}

func root(t *testing.T, before, after string) []string {
	t.Helper()
	was, is := plantest.Tree(map[string]string{"main.tf": before}), plantest.Tree(map[string]string{"main.tf": after})
	rt, _ := config.ParseRuntime("terraform 1.11.4")
	loader := config.NewLoader(1 << 20)
	in := Input{Root: ".", Workspace: "default", Loader: loader, Facts: facts.Load(), Lines: lines.New(was, is),
		Changed: []string{"main.tf"},
		Losses:  losesWhatIsDropped, Work: work.New("the test", 50_000),
		Before: Side{Tree: was, Dir: ".", Runtime: rt}, After: Side{Tree: is, Dir: ".", Runtime: rt}}
	for _, side := range []*Side{&in.Before, &in.After} {
		m, problem := loader.Load(side.Tree, ".", rt)
		if problem != nil {
			t.Fatal(problem.Text)
		}
		side.Module = m
	}
	p := Root(in)
	var out []string
	for _, change := range p.Changes {
		out = append(out, describe(change))
	}
	for _, gap := range p.Gaps {
		out = append(out, string(gap.Kind)+" "+gap.Subject)
	}
	return out
}

// losesWhatIsDropped says that an input of `drop` takes data away.
func losesWhatIsDropped(q plan.LossQuestion) []plan.Loss {
	if q.After["input"] != "drop" {
		return nil
	}
	return []plan.Loss{{Effect: plan.DataLoss, What: "data", Certain: true}}
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
	if len(c.Derived) > 0 {
		text += " copies " + strings.Join(c.Derived, " ")
	}
	return text
}
