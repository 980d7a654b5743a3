package hcl_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// A module in a git submodule is opaque, and another commit of the submodule is
// another version of it.
func TestModuleInSubmodule(t *testing.T) {
	tree := func(commit, size string) fs.FS {
		return fstest.MapFS{
			"main.tf": {Data: []byte("module \"a\" {\n  source = \"./shared/a\"\n}\nresource \"aws_sqs_queue\" \"q\" {\n  name        = module.a.name\n" +
				"  max_message_size = " + size + "\n}\n")},
			"shared": {Mode: fs.ModeIrregular | 0o755, Sys: plan.ObjectID(commit)},
		}
	}
	predict := func(before, after fs.FS) plan.Plan {
		return hcl.Predict(before, after, facts.Load(), hcl.Options{})
	}
	if p := predict(tree("aaaa", "1024"), tree("aaaa", "2048")); len(p.Gaps) > 0 {
		t.Errorf("a change beside the submodule: %s", describe(p))
	}
	p := predict(tree("aaaa", "1024"), tree("bbbb", "1024"))
	const want = "./shared/a in the submodule shared aaaa -> bbbb; what that does is not in the repository: shared is a git submodule, whose code is not in this repository: compare the two commits"
	if !hasGap(p, plan.GapSourceVersion, "module.a", want) {
		t.Errorf("another commit: %s", describe(p))
	}
}

func hasGap(p plan.Plan, kind plan.GapKind, subject, why string) bool {
	for _, g := range p.Gaps {
		if g.Kind == kind && g.Subject == subject && g.Why == why {
			return true
		}
	}
	return false
}
