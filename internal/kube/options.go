package kube

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Renderer builds kustomizations and charts. Without one each of them that
// the change reaches is a gap. See internal/kube/render.
type Renderer = request.Renderer

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
	// says so; empty means apply.Patch. With ApplyAll it holds for every object,
	// whatever the repository says.
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

// family is how the owner sends objects.
func (o Options) family(u owner.Update) apply.Family {
	switch {
	case o.ApplyAll && o.Apply != "":
		return o.Apply
	case owner.Puts(u):
		return apply.Put
	case u.Owner.Kind == owner.Unowned && o.Apply != "":
		return o.Apply
	}
	return apply.Patch
}
