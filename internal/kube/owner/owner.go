// Package owner knows the tools that apply objects to a cluster: Argo CD, Flux,
// Helm, kapp, kubectl. It says which objects make them do so, what they do with
// an object that they no longer apply and with all of them when the owner itself
// is deleted, how they send an update, and which annotations and labels change
// that. There is one file a tool and one row of Table an owner. The package
// looks at objects alone: what an owner applies is found by internal/kube/unit.
package owner

import (
	"fmt"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Kind is what applies objects. The zero value is an apply of which nothing is
// known.
type Kind string

const (
	Unowned Kind = ""
	// ArgoCD is an Application.
	ArgoCD Kind = "argocd"
	// ApplicationSet makes Applications.
	ApplicationSet Kind = "applicationset"
	// Flux is a Kustomization of Flux.
	Flux Kind = "flux"
	// Helm is a release: of a chart by hand, or by Flux's controller.
	Helm Kind = "helm"
	// KubectlPrune is `kubectl apply --prune`, as settings declare it.
	KubectlPrune Kind = "kubectl-prune"
)

// Owner is what applies a unit, as its object says it.
type Owner struct {
	Kind Kind
	// Namespace and Name are those of the owning object.
	Namespace, Name string
	// Object is its kind in words: `Application`, `HelmRelease`; `release` for a
	// release that no object stands for, "" where nothing is known.
	Object string
	// At is where the owning object is written.
	At plan.Range
	// Cluster names the destination, "" for the one nobody names.
	Cluster string
	// Prune: what is no longer rendered is deleted.
	Prune bool
	// AllowEmpty: what applies nothing any more may prune everything.
	AllowEmpty bool
	// DefaultPrune and DefaultDelete are the sync options Prune and Delete of a
	// whole Application, for objects that say nothing themselves: "false",
	// "confirm", or "".
	DefaultPrune, DefaultDelete string
	// Force deletes and creates what cannot be updated; Replace puts whole
	// objects. kapp with both deletes and creates whatever changes.
	Force, Replace bool
	// Frozen: what is there is not updated.
	Frozen bool
	// Suspended: nothing is applied or pruned.
	Suspended bool
	// Cascade: with the owner goes what it applied.
	Cascade bool
	// Guessed: something outside the repository decides whether there is one.
	Guessed bool
	// Record is what a release is kept under, its name and the namespace of its
	// record. Under another one the old release is uninstalled (helm-controller,
	// internal/action/reset.go and its API documentation, releaseName).
	Record string
}

// release is the Object of a release of a chart that nothing in the repository
// asks for.
const release = "release"

// Release is the release of a chart by hand, under a name.
func Release(name string) Owner { return Owner{Kind: Helm, Object: release, Name: name, Prune: true} }

// Written reports whether an object of the repository stands for the owner.
func (o Owner) Written() bool { return o.Object != "" && o.Object != release }

// Label names the owner in messages.
func (o Owner) Label() string {
	switch {
	case o.Object == "":
		return "what applies it"
	case o.Namespace == "":
		return fmt.Sprintf("%s %s", o.Object, o.Name)
	}
	return fmt.Sprintf("%s %s/%s", o.Object, o.Namespace, o.Name)
}

// Type is the type of the owning object as an address writes it.
func (o Owner) Type() string { return o.row().Group + "/" + o.Object }

// Key is the owning object.
func (o Owner) Key() object.Key {
	return object.Key{Group: o.row().Group, Kind: o.Object, Namespace: o.Namespace, Name: o.Name}
}

// Same reports whether two owners are one and the same object.
func (o Owner) Same(other Owner) bool {
	return o.Kind == other.Kind && o.Namespace == other.Namespace && o.Name == other.Name && o.Object == other.Object
}

// PrunesLess and DeletesLess report whether the owner keeps an object that says
// nothing itself from being pruned, and from being deleted along with it.
func (o Owner) PrunesLess() bool  { return holdsBack(o.DefaultPrune) }
func (o Owner) DeletesLess() bool { return holdsBack(o.DefaultDelete) }

// Recreates says when the owner deletes an object to update it that says nothing
// itself.
func (o Owner) Recreates() Recreation { return Recreates(Update{Owner: o}) }

func (o Owner) row() Row {
	for _, r := range Table {
		if r.Kind == o.Kind {
			return r
		}
	}
	return Row{}
}
