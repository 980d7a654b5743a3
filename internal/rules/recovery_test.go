package rules

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules/recovery"
)

// What is said of a type and its values stands in testdata/recovery.txt.
func TestRecovery(t *testing.T) {
	data, err := os.ReadFile("testdata/recovery.txt")
	if err != nil {
		t.Fatal(err)
	}
	set := loaded(t)
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		question, want, _ := strings.Cut(line, "=>")
		parts := strings.SplitN(strings.TrimSpace(question), " ", 3)
		c := plan.Change{Action: plan.Delete, Certain: true, Address: plan.Address{Engine: plan.Engine(parts[0]), Type: parts[1], Name: "x"}}
		if err := json.Unmarshal([]byte(parts[2]), &c.Before); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		want = strings.TrimSpace(want)
		findings := set.Judge(Case{Comparison: "change", Plan: plan.Plan{Changes: []plan.Change{c}}, Settings: Strict()})
		if len(findings) == 0 || findings[0].Recovery != want {
			t.Errorf("%sgot  %+v", line, findings)
		}
		for _, other := range []plan.Action{plan.Update, plan.Forget} {
			c.Action = other
			if got := (&judging{Set: set}).recoveryOf(&c); got != "" {
				t.Errorf("%s: %s of what is not destroyed", other, got)
			}
		}
	}
}

// A copy of what other resources hold is identity, not data, where all that it
// holds is one; the fingerprint of a rule does not know.
func TestCopiesAreIdentity(t *testing.T) {
	set := loaded(t)
	for _, c := range []struct {
		name           string
		typ            string
		before         map[string]any
		derived, given []string
		rule           string
	}{
		{"all of it", "kubernetes_secret", nil, []string{"data"}, []string{"data"}, "tf-destroy-identity"},
		{"not set beside it", "kubernetes_secret", map[string]any{"binary_data": nil}, []string{"data"}, []string{"data"}, "tf-destroy-identity"},
		{"one of two", "kubernetes_secret", nil, []string{"data"}, []string{"data", "binary_data"}, "tf-destroy-data"},
		{"a value beside it", "kubernetes_secret", map[string]any{"binary_data": map[string]any{}}, []string{"data"}, nil, "tf-destroy-data"},
		{"none", "kubernetes_secret", nil, nil, []string{"data"}, "tf-destroy-data"},
		{"another attribute", "aws_ssm_parameter", nil, []string{"name"}, []string{"value", "name"}, "tf-destroy-data"},
		{"a type that is no copy", "aws_db_instance", nil, []string{"value", "data"}, nil, "tf-destroy-data"},
	} {
		change := plan.Change{Action: plan.Delete, Certain: true, Address: plan.Address{Engine: plan.Terraform, Type: c.typ, Name: "x"},
			Before: c.before, Derived: c.derived, Given: c.given}
		found := set.Judge(Case{Plan: plan.Plan{Changes: []plan.Change{change}}, Settings: Strict()})
		if len(found) == 0 || found[0].Rule != c.rule {
			t.Errorf("%s: %+v", c.name, found)
		}
		if isCopy := strings.HasPrefix(found[0].Recovery, "A copy: "); isCopy != (c.rule == "tf-destroy-identity") {
			t.Errorf("%s: %s", c.name, found[0].Recovery)
		}
	}
}

// A finding is the same one whatever is left of the object.
func TestRecoveryIsNoPartOfTheFingerprint(t *testing.T) {
	set := loaded(t)
	print := func(days float64) string {
		c := plan.Change{Action: plan.Delete, Certain: true, Address: plan.Address{Engine: plan.Terraform, Type: "aws_kms_key", Name: "k"},
			Before: map[string]any{"deletion_window_in_days": days}}
		return set.Judge(Case{Plan: plan.Plan{Changes: []plan.Change{c}}, Settings: Strict()})[0].Fingerprint
	}
	if print(7) != print(30) {
		t.Error("the window is part of the fingerprint")
	}
}

// Every type that holds data has a row, or falls under a pattern that says why
// nothing is said.
func TestEveryTypeThatHoldsDataHasARow(t *testing.T) {
	set := loaded(t)
	named, all := 0, 0
	see := func(engine plan.Engine, typ string) {
		rows := set.recovery.Rows(engine, strings.ReplaceAll(typ, "*", "x"))
		if len(rows) == 0 {
			t.Errorf("%s %s: no row in rules/recovery", engine, typ)
			return
		}
		all++
		if slices.ContainsFunc(rows, func(r *recovery.Row) bool { return r.Kind != recovery.Unsaid }) {
			named++
		}
	}
	for engine, types := range set.types.exact {
		for typ, loss := range types {
			if loss.Loss == Data {
				see(engine, typ)
			}
		}
	}
	for engine, patterns := range set.types.patterns {
		for _, p := range patterns {
			if p.Loss == Data {
				see(engine, p.pattern)
			}
		}
	}
	t.Logf("%d of %d types and patterns that hold data have a sentence", named, all)
	if named < 200 {
		t.Errorf("only %d types have a sentence", named)
	}
}
