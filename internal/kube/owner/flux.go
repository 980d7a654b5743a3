package owner

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// fluxKustomization: a Kustomization prunes what is in its inventory and no
// longer built (kustomize-controller v1.9.4
// internal/controller/kustomization_controller.go, prune, finalize and
// deleteObjects). What it finds on an object it looks for in labels and
// annotations, in any case (fluxcd/pkg ssa/utils/meta.go, AnyInMetadata).
var fluxKustomization = Row{
	Kind: Flux, Tool: "Flux", Group: "kustomize.toolkit.fluxcd.io", Object: "Kustomization",
	Read: readKustomization, Pruned: fluxPruned, Deleted: fluxDeleted,
	Puts: mergesAlways,
	Recreates: func(u Update) Recreation {
		if u.Owner.Force || fluxForce.on(u.Before) || fluxForce.on(u.After) {
			return WhenRefused
		}
		return NeverRecreated
	},
	Skips:   func(u Update) bool { return fluxSkip.on(u.After) || fluxOnce.on(u.After) && !u.creates() },
	Keeps:   []Mark{fluxKeep},
	Forces:  []Mark{fluxForce},
	Freezes: []Mark{{Labels: true, Entries: slices.Concat(fluxSkip.Entries, fluxOnce.Entries)}},
	Hook:    noHooks,
	Without: []string{"Content"},
}

var (
	fluxKeep = Mark{Labels: true, Entries: []Entry{{"kustomize.toolkit.fluxcd.io/prune", is("disabled")}}}
	// fluxSkip: what is marked so in Git is not written, and so gets neither this
	// mark nor another (fluxcd/pkg ssa/manager_apply.go, shouldSkipApply). On the live
	// object it keeps from being deleted.
	fluxSkip = Mark{Labels: true, Entries: []Entry{
		{"kustomize.toolkit.fluxcd.io/reconcile", is("disabled")},
		{"kustomize.toolkit.fluxcd.io/ssa", is("Ignore")},
	}}
	// fluxOnce: it is created and never updated.
	fluxOnce  = Mark{Labels: true, Entries: []Entry{{"kustomize.toolkit.fluxcd.io/ssa", is("IfNotPresent")}}}
	fluxForce = Mark{Labels: true, Entries: []Entry{{"kustomize.toolkit.fluxcd.io/force", is("enabled")}}}
)

func readKustomization(o object.Object) Owner {
	spec := o.Value["spec"]
	out := Owner{
		Cluster: FluxCluster(o), Suspended: object.BoolAt(spec, "suspend"),
		Prune: object.BoolAt(spec, "prune"), Force: object.BoolAt(spec, "force"),
	}
	switch o.String("spec", "deletionPolicy") {
	case "Delete", "WaitForTermination":
		out.Cascade = true
	case "Orphan":
	default:
		out.Cascade = out.Prune
	}
	return out
}

// FluxCluster tells the worlds of several clusters in one repository apart: by
// the folder below `clusters` that the owner stands in, and by a kubeConfig.
func FluxCluster(o object.Object) string {
	name := ""
	parts := strings.Split(o.File, "/")
	for i, part := range parts {
		if part == "clusters" && i+2 < len(parts) {
			name = parts[i+1]
		}
	}
	value, _ := o.Get("spec", "kubeConfig")
	if kubeConfig, _ := value.(map[string]any); len(kubeConfig) > 0 {
		text, err := json.Marshal(kubeConfig)
		if err == nil {
			name += " by " + string(text)
		}
	}
	return name
}

// fluxPruned: the live object decides, by its marks and by the labels of its owner
// (fluxcd/pkg ssa/manager_delete.go, Delete).
func fluxPruned(l Leaving) Outcome {
	switch {
	case l.Owner.Suspended:
		return blocked(plan.OwnerSuspended)
	case fluxKeeps(l.Object):
		return kept(plan.PruneProtected)
	case !l.Owner.Prune:
		return kept(plan.PruneOff)
	case fluxMayKeep(l.Object):
		return unsure("")
	}
	return deleted(plan.ObjectRemoved)
}

func fluxDeleted(l Leaving) Outcome {
	switch {
	case l.Owner.Suspended:
		return kept(plan.OwnerLeaves)
	case fluxKeeps(l.Object):
		return kept(plan.PruneProtected)
	case !l.Owner.Cascade:
		return kept(plan.OwnerLeaves)
	case fluxMayKeep(l.Object):
		return unsure(plan.Cascade)
	}
	return withOwner()
}

// fluxKeeps: the mark was written to the live object.
func fluxKeeps(o object.Object) bool { return fluxKeep.on(o) && !fluxSkip.on(o) && !fluxOnce.on(o) }

// fluxMayKeep: the live object may have the mark, or never was Flux's.
func fluxMayKeep(o object.Object) bool { return fluxSkip.on(o) || fluxKeep.on(o) }
