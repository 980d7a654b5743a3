package rules

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func TestLoad(t *testing.T) {
	if _, err := Load(); err != nil {
		t.Fatal(err)
	}
}

// Every id that ever was stands in testdata/ids.txt. One that is no rule any
// more is retired, so that nobody gives it another meaning.
func TestIDsAreNeverReused(t *testing.T) {
	set := loaded(t)
	data, err := os.ReadFile("testdata/ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	ever := strings.Fields(string(data))
	if !slices.IsSorted(ever) {
		t.Error("testdata/ids.txt is not sorted")
	}
	var now []string
	for _, r := range set.rules {
		now = append(now, r.ID)
		if !slices.Contains(ever, r.ID) {
			t.Errorf("add %s to testdata/ids.txt", r.ID)
		}
	}
	for _, id := range ever {
		if slices.Contains(now, id) == slices.Contains(set.retired, id) {
			t.Errorf("%s was a rule: is it one now, or in rules/retired.yaml? It must be one of both", id)
		}
	}
	for _, id := range set.retired {
		if !slices.Contains(ever, id) {
			t.Errorf("%s is retired and never was", id)
		}
	}
}

// Packs that are not sound do not load: the twin of every check is TestLoad.
func TestUnsoundPacks(t *testing.T) {
	const rule = "rules:\n  - {id: a-rule, title: T, about: gap, when: gap.changed, loss: none, severity: warn, message: M}\n"
	const types = "engine: terraform\ntypes:\n  aws_a: {loss: data, holds: h, source: s}\n"
	for want, files := range map[string]map[string]string{
		"is defined twice":        {"a.yaml": rule, "b.yaml": rule},
		"id of a retired one":     {"a.yaml": rule, "b.yaml": "retired: [a-rule]\n"},
		"must say how to fix":     {"a.yaml": strings.Replace(rule, "warn", "hold", 1)},
		"is in another file":      {"a.yaml": rule, "types/a.yaml": types, "types/b.yaml": types},
		"holds and source":        {"a.yaml": rule, "types/a.yaml": strings.Replace(types, ", source: s", "", 1)},
		`loss "dta"`:              {"a.yaml": rule, "types/a.yaml": strings.Replace(types, "data", "dta", 1)},
		"undeclared reference":    {"a.yaml": strings.Replace(rule, "gap.changed", "gapp.changed", 1)},
		"field severty not found": {"a.yaml": strings.Replace(rule, "severity", "severty", 1)},
		"lower-case words":        {"a.yaml": strings.Replace(rule, "a-rule", "ARule", 1)},
		"{nonsense} is not known": {"a.yaml": strings.Replace(rule, "message: M", `message: "{nonsense}"`, 1)},
		"more than one document":  {"a.yaml": rule + "---\n" + rule},
		"a rule about files needs pa": {"a.yaml": strings.Replace(strings.Replace(rule, "about: gap", "about: file", 1), "gap.changed",
			"file.symlink", 1)},
	} {
		tree := fstest.MapFS{}
		for name, text := range files {
			tree[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if _, err := load(tree); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: it says %v, want %q", files, err, want)
		}
	}
}

// The tables hold what the accuracy of the whole rests on: at least 250 types
// by their own names, each with a source (which loading asks for), and in every
// class of every large cloud.
func TestTypes(t *testing.T) {
	types := loaded(t).types
	if n := len(types.exact[plan.Terraform]) + len(types.exact[plan.Kubernetes]); n < 250 {
		t.Errorf("only %d types", n)
	}
	for _, prefix := range []string{"aws_", "google_", "azurerm_", "kubernetes_"} {
		count := map[Loss]int{}
		for name, loss := range types.exact[plan.Terraform] {
			if strings.HasPrefix(name, prefix) {
				count[loss.Loss]++
			}
		}
		for _, class := range []Loss{Data, Identity, Traffic} {
			if count[class] < 5 {
				t.Errorf("only %d types of %s* hold %s", count[class], prefix, class)
			}
		}
	}
	// A name wins over a pattern, and a longer pattern over a shorter one.
	for _, c := range []struct {
		engine plan.Engine
		name   string
		want   Loss
	}{
		{plan.Terraform, "aws_db_instance", Data},
		{plan.Terraform, "aws_route_table", Traffic},
		{plan.Terraform, "acme_database", Data},
		{plan.Terraform, "acme_route_table", Traffic},
		{plan.Terraform, "acme_volume_attachment", ""},
		{plan.Kubernetes, "rds.aws.upbound.io/Instance", Data},
		{plan.Kubernetes, "iam.aws.crossplane.io/Role", Identity},
		{plan.Kubernetes, "acme.io/WidgetCluster", Data},
		{plan.Kubernetes, "acme.io/Widget", ""},
	} {
		loss, listed := types.of(plan.Address{Engine: c.engine, Type: c.name})
		if loss.Loss != c.want || listed != (c.want != "") {
			t.Errorf("%s: %q, listed %v; want %q", c.name, loss.Loss, listed, c.want)
		}
	}
}

// BenchmarkLoad is the cost of a cold start.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(); err != nil {
			b.Fatal(err)
		}
	}
}

// What a type holds reads after "replaces the": a few words, without an article.
func TestTypesAreNamedInAFewWords(t *testing.T) {
	set := loaded(t)
	check := func(name string, l TypeLoss) {
		words := strings.Fields(l.Holds)
		if len(words) > 6 || slices.Contains([]string{"a", "an", "the"}, words[0]) {
			t.Errorf("%s: holds %q: want at most six words that read after \"the\"", name, l.Holds)
		}
	}
	for engine, types := range set.types.exact {
		for name, l := range types {
			check(name, l)
		}
		for _, p := range set.types.patterns[engine] {
			check(p.pattern, p.TypeLoss)
		}
		for word, l := range set.types.words[engine] {
			check(word, l)
		}
	}
}
