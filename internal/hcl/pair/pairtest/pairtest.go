// Package pairtest makes pairs for tests from a few lines of configuration.
package pairtest

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/eval"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/pair"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// Files are the files of one side, by name.
type Files map[string]string

// Main is a side with one file.
func Main(content string) Files { return Files{"main.tf": content} }

// Load reads the root of both sides under Terraform 1.11. Objects are neither listed
// nor moved yet.
func Load(t testing.TB, before, after Files) *pair.Pair {
	t.Helper()
	return &pair.Pair{Before: world(t, plan.Before, before), After: world(t, plan.After, after)}
}

func world(t testing.TB, side plan.Side, files Files) *eval.World {
	t.Helper()
	tree := plantest.Tree(files)
	rt, _ := config.ParseRuntime("terraform 1.11.4")
	loader := config.NewLoader(1 << 20)
	m, problem := loader.Load(tree, ".", rt)
	if problem != nil {
		t.Fatalf("%s: %s", side, problem.Text)
	}
	for _, p := range m.Problems {
		t.Fatalf("%s: %s", side, p.Text)
	}
	return eval.New(eval.World{Side: side, Tree: tree, Dir: ".", Runtime: rt, Loader: loader, Workspace: "default"}, m)
}
