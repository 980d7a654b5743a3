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

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Renderer builds kustomizations and charts. Without one each of them that
// the change reaches is a gap. See internal/kube/render.
type Renderer = unit.Renderer

// Options are what a repository says about its units. The zero value fits a
// repository that says nothing.
type Options struct {
	// Host and Repository, `owner/name`, tell sources of Argo CD and Flux that
	// lead elsewhere from those that lead here. An empty Host is github.com;
	// where Repository is empty a source whose path is here leads here.
	Host, Repository string
	// Branch is the branch that is merged into, DefaultBranch the one that HEAD
	// means. Where Branch is empty any branch counts as it.
	Branch, DefaultBranch string
	// Declared are folders that something applies which is not in the
	// repository.
	Declared []unit.Declaration
	// Ignore are folders whose manifests nobody applies.
	Ignore []string
	// Apply is how objects reach the cluster where nothing in the repository
	// tells; empty means apply.Patch. With ApplyAll it holds for every object,
	// whatever the repository tells.
	Apply    apply.Family
	ApplyAll bool
	// Losses says what updates and creations take away; nil where nobody asks.
	Losses plan.Losses
	// Sources gives charts, bases and artifacts that are not in the tree; nil
	// where nothing from elsewhere is looked for.
	Sources plan.Sources
}

func (o Options) settings() unit.Settings {
	return unit.Settings{
		Host: o.Host, Repository: o.Repository, Branch: o.Branch, DefaultBranch: o.DefaultBranch,
		Declared: o.Declared, Ignore: o.Ignore,
	}
}

// Predict compares two trees. It reads nothing else, and the same trees give
// the same plan.
func Predict(before, after fs.FS, render Renderer, opt Options) plan.Plan {
	p := &prediction{render: render, options: opt, objects: map[plan.Address]int{}}
	if err := p.open(before, after); err != nil {
		return plan.Plan{Gaps: []plan.Gap{{Kind: plan.GapUnreadable, Root: ".", Subject: "the repository", Why: err.Error()}}}
	}
	if len(p.changed) == 0 {
		return plan.Plan{}
	}
	p.units()
	p.sources()
	p.selectors()
	p.compare()
	if len(p.unfinished) > 0 {
		return plan.Plan{Gaps: p.unfinished[:1]}
	}
	result := plan.Plan{Changes: joinVariants(p.changes, p.variantsOf), Gaps: distinct(append(p.gaps, p.unmetGaps()...)), Objects: p.objects}
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
