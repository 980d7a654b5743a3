package diff_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// The tables in testdata/edits are checked by hand against the providers: each
// edit names the line of source or documentation that decides it. An edit is
//
//	edit "TYPE" "what was done" {
//	  provider = "namespace/name"         # default: hashicorp, and the name of the file
//	  version = "provider version"        # default: the newest known
//	  source  = "where the provider decides it"
//	  want    = "none | update | replace | maybe update | maybe replace"
//	  because = ["a.0.b", "c"]            # of a replacement, all paths
//	  problem = true                      # the provider would refuse it
//	  before { … }
//	  after  { … }
//	}
//
// opaque("x") is a value that is stable but not known, after_apply() one that
// becomes known during apply.
func TestEdits(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "edits", "*.hcl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	known := facts.Load()
	types := map[string]bool{}
	for _, name := range files {
		provider := strings.TrimSuffix(filepath.Base(name), ".hcl")
		file, diags := hclparse.NewParser().ParseHCLFile(name)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for _, block := range file.Body.(*hclsyntax.Body).Blocks {
			types[block.Labels[0]] = true
			t.Run(strings.Join(block.Labels, ": "), func(t *testing.T) { checkEdit(t, known, provider, block) })
		}
	}
	if len(types) < 40 {
		t.Errorf("%d resource types have edits, at least 40 should", len(types))
	}
}

func checkEdit(t *testing.T, known plan.Facts, provider string, block *hclsyntax.Block) {
	t.Helper()
	text := func(name string) string { return textOf(t, block, name) }
	if text("source") == "" {
		t.Error("no source")
	}
	if named := text("provider"); named != "" {
		provider = named
	}
	facts := known(provider, text("version"), block.Labels[0])
	if facts == nil {
		t.Fatal("no facts")
	}
	sides := map[string]cty.Value{}
	for _, b := range block.Body.Blocks {
		sides[b.Type] = bodyValue(t, b.Body)
	}
	got := diff.Plan(facts, diff.State(facts, "x", sides["before"]), sides["after"])
	if describeResult(got) != text("want") {
		t.Errorf("got %s %v (%s), want %s", describeResult(got), got.Paths, got.Why, text("want"))
	}
	if a, ok := block.Body.Attributes["because"]; ok {
		v, diags := a.Expr.Value(nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		var want []string
		for _, p := range v.AsValueSlice() {
			want = append(want, p.AsString())
		}
		if paths := dottedPaths(got.Paths); !reflect.DeepEqual(paths, want) {
			t.Errorf("because %v, want %v", paths, want)
		}
	}
	if _, ok := block.Body.Attributes["problem"]; ok != (len(got.Problems) > 0) {
		t.Errorf("problems: %v", got.Problems)
	}
	again := diff.Plan(facts, diff.State(facts, "x", sides["before"]), sides["before"])
	if again.Action != plan.None || !again.Certain {
		t.Errorf("the same configuration again: %s %v %s", describeResult(again), again.Paths, again.Why)
	}
}

func describeResult(r diff.Result) string {
	if r.Certain {
		return string(r.Action)
	}
	return "maybe " + string(r.Action)
}

func dottedPaths(paths []plan.Path) []string {
	var out []string
	for _, p := range paths {
		var steps []string
		for _, s := range p {
			steps = append(steps, fmt.Sprint(s))
		}
		out = append(out, strings.Join(steps, "."))
	}
	return out
}

// bodyValue is a body as the diff takes it: attributes, and a tuple of objects
// per block type.
func bodyValue(t *testing.T, body *hclsyntax.Body) cty.Value {
	t.Helper()
	ctx := &hcl.EvalContext{Functions: testFunctions}
	attrs := map[string]cty.Value{}
	for name, a := range body.Attributes {
		v, diags := a.Expr.Value(ctx)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		attrs[name] = v
	}
	blocks := map[string][]cty.Value{}
	for _, b := range body.Blocks {
		blocks[b.Type] = append(blocks[b.Type], bodyValue(t, b.Body))
	}
	for name, list := range blocks {
		attrs[name] = cty.TupleVal(list)
	}
	return cty.ObjectVal(attrs)
}
