package publish

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// sarifSpecification is the schema that OASIS publishes with SARIF 2.1.0.
func sarifSpecification(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := os.ReadFile("testdata/sarif/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(sarifSchema, value); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(sarifSchema)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Every log is what the specification's schema asks for, has each finding as a
// result on a file, and says nothing that tells nothing.
func TestSARIFIsValid(t *testing.T) {
	schema := sarifSpecification(t)
	for name, f := range fixtures(t) {
		var log bytes.Buffer
		if err := SARIF(&log, f.Report, "v1.2.3"); err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(log.Bytes()))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		empties(t, name, "", value)
		whole(t, name, log.Bytes(), f.Report)
	}
}

// empties reports defaults that are written out: empty lists but that of the
// results and the rules, empty texts, an index of -1.
func empties(t *testing.T, name, at string, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if list, ok := inner.([]any); ok && len(list) == 0 && key != "results" && key != "rules" {
				t.Errorf("%s: %s.%s is empty", name, at, key)
			}
			empties(t, name, at+"."+key, inner)
		}
	case []any:
		for _, inner := range v {
			empties(t, name, at+"[]", inner)
		}
	case string:
		if v == "" {
			t.Errorf("%s: %s is empty", name, at)
		}
	case json.Number:
		if v.String() == "-1" {
			t.Errorf("%s: %s is -1", name, at)
		}
	}
}

// whole reads a log back and looks for what viewers need.
func whole(t *testing.T, name string, raw []byte, rep review.Report) {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal(raw, &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if run.Tool.Driver.Version != "1.2.3" || run.Tool.Driver.SemanticVersion != "1.2.3" {
		t.Errorf("%s: the driver is %+v", name, run.Tool.Driver)
	}
	if len(run.Results) != len(rep.Findings) {
		t.Fatalf("%s: %d results of %d findings", name, len(run.Results), len(rep.Findings))
	}
	for i, r := range run.Results {
		if len(r.Locations) != 1 || r.Locations[0].Physical == nil || r.Locations[0].Physical.Artifact.URI == "" {
			t.Errorf("%s: result %d of %s has no file", name, i, r.RuleID)
		}
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("%s: the rule of result %d is another one", name, i)
		}
	}
	for _, r := range run.Tool.Driver.Rules {
		if r.Full.Text == "" || !strings.Contains(r.Help.Markdown, "fix") {
			t.Errorf("%s: %s has no help: %+v", name, r.ID, r.Help)
		}
	}
}

// A finding without a line stands on the file it is about, one about a root on a
// file of the root.
func TestSARIFFindsAFile(t *testing.T) {
	before := plan.Range{File: "live/old.tf", Line: 4, Side: plan.Before}
	rep := review.Report{Plan: plan.Plan{Changes: []plan.Change{
		{Address: plan.Address{Root: "other", Type: "a", Name: "b"}, At: plan.Range{File: "other/main.tf"}},
		{Address: plan.Address{Root: "live", Type: "a", Name: "b"}, At: before},
	}}, Gaps: []plan.Gap{{Root: "shared", At: plan.Range{File: "shared/x.tf"}}}}
	mass := plan.Change{Address: plan.Address{Root: "live"}, Effect: plan.Mass}
	for _, c := range []struct {
		what string
		of   rules.Finding
		want string
	}{
		{"its own file", rules.Finding{At: plan.Range{File: "a b.tf", Line: 3, Side: plan.Before}}, "a%20b.tf"},
		{"a cause's file", rules.Finding{Change: &plan.Change{Causes: []plan.Cause{{Range: before}}}}, "live/old.tf"},
		{"a changed file", rules.Finding{File: &plan.File{Path: "CODEOWNERS"}}, "CODEOWNERS"},
		{"a file of the root", rules.Finding{Change: &mass}, "live/old.tf"},
		{"a gap's root", rules.Finding{Gap: &plan.Gap{Root: "shared"}}, "shared/x.tf"},
		{"a root of which nothing else is known", rules.Finding{Gap: &plan.Gap{Root: "lonely"}}, "lonely"},
		{"nothing at all", rules.Finding{}, "."},
	} {
		if got := resultSARIF(c.of, 0, rep).Locations[0].Physical; got.Artifact.URI != c.want || got.Region.StartLine != 1 {
			t.Errorf("%s is %+v, not %s", c.what, got, c.want)
		}
	}
}

// Only what is a version is told as one.
func TestSARIFVersions(t *testing.T) {
	for version, want := range map[string]string{
		"v1.2.3": "1.2.3", "1.2.3-rc.1": "1.2.3-rc.1", "": "", "unknown": "", "8542d95 (changed)": "", "v1.2": "",
	} {
		var log bytes.Buffer
		if err := SARIF(&log, review.Report{}, version); err != nil {
			t.Fatal(err)
		}
		var parsed sarifLog
		if err := json.Unmarshal(log.Bytes(), &parsed); err != nil {
			t.Fatal(err)
		}
		if got := parsed.Runs[0].Tool.Driver.SemanticVersion; got != want {
			t.Errorf("%q is %q, not %q", version, got, want)
		}
	}
}
