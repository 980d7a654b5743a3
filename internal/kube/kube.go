// Package kube predicts what applying a change of Kubernetes manifests,
// kustomizations and charts does to the objects in the cluster. It compares
// what would be applied before and after, never text: units are found
// (internal/kube/unit), rendered where needed by a function that the caller
// hands in, their objects matched by identity, updates simulated
// (internal/kube/apply), and what is no longer applied is judged by the rules
// of the tool that owns it.
package kube

import (
	"io/fs"
	"path"

	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Predict compares two trees. It reads nothing else, and the same trees give
// the same plan. Its stages go straight down: each takes what the one before it
// found, and nothing looks back.
func Predict(before, after fs.FS, render Renderer, opt Options) plan.Plan {
	t, err := open(before, after, opt)
	if err != nil {
		return plan.Plan{Gaps: []plan.Gap{{Kind: plan.GapUnreadable, Root: ".", Subject: "the repository", Why: err.Error()}}}
	}
	if len(t.diff.Files()) == 0 {
		return plan.Plan{}
	}
	t.scan()
	l := newLoader(t, render)
	l.find()
	l.unevaluated()
	l.selectors()
	p := &prediction{loader: l, outcomes: map[string]owner.Outcome{}, kin: map[string][]*pair{}}
	changes := p.compare()
	if len(l.unfinished) > 0 {
		return plan.Plan{Gaps: l.unfinished[:1]}
	}
	units := l.sorted()
	result := plan.Plan{
		Changes: joinVariants(changes, units),
		Gaps:    distinct(append(l.gaps, l.missing.asGaps()...)),
		Objects: objectCounts(units),
	}
	result.Sort()
	return result
}

// wanted are the endings of files that manifests, kustomizations, charts and
// the objects of Argo CD and Flux are written in.
var wanted = map[string]bool{".yaml": true, ".yml": true, ".json": true, ".tpl": true, ".tgz": true}

// wantedNames are whole names of that sort.
var wantedNames = map[string]bool{"Kustomization": true, ".helmignore": true, ".sourceignore": true, ".krmignore": true, "NOTES.txt": true}

// Wants reports whether the content of a file is worth fetching beforehand.
func Wants(name string) bool {
	return wanted[path.Ext(name)] || wantedNames[path.Base(name)]
}
