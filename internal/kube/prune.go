package kube

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/unit"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// fate is what becomes of an object that is no longer applied. An empty
// action says that nothing is told of it.
type fate struct {
	action  plan.Action
	effect  plan.Effect
	reason  plan.Reason
	certain bool
}

func deleted(reason plan.Reason) fate  { return fate{plan.Delete, "", reason, true} }
func orphaned(reason plan.Reason) fate { return fate{plan.Orphan, "", reason, true} }

// immortal are the namespaces that the API server never deletes
// (k8s.io/apiserver v0.37.2 plugin namespace/lifecycle, immortalNamespaces).
var immortal = map[string]bool{"default": true, "kube-system": true, "kube-public": true}

// fateOf applies the rules of the owner. Protections count as the live object
// has them, which is the side before; the owner's own settings count as they
// are after, because that is what acts.
func (p *prediction) fateOf(r *pair, old *entry) fate {
	owner := r.before.unit.Owner
	gone := r.after == nil
	certain := true
	if gone {
		f, known := p.ownerFate(owner)
		if known && f.action != plan.Delete {
			return fate{} // its owner stays, and that is told of the owner
		}
		certain = !known || f.certain
	} else {
		owner = r.after.unit.Owner
		if r.before.unit.Owner.Cluster != owner.Cluster {
			return orphaned(plan.ClusterChanged)
		}
	}
	f := toolFate(r, owner, gone, old)
	guessed := r.before.unit.Owner.Guessed || r.before.unit.Guesses[old.Key()]
	f.certain = f.certain && certain && !guessed
	if f.action == plan.Delete && f.effect == "" && p.losesData(old) {
		f.effect = plan.DataLoss
	}
	if f.action == plan.Delete && old.key.Kind == "Namespace" && old.key.Group == "" && immortal[old.key.Name] {
		return fate{plan.None, plan.Blocked, plan.PruneForbidden, true}
	}
	return f
}

// ownerFate is what becomes of the object that owns a unit, where the change
// is known to take it away.
func (p *prediction) ownerFate(owner unit.Owner) (fate, bool) {
	if owner.Object == "" || owner.Object == "release" {
		return fate{}, false
	}
	label := owner.Label() + " in " + owner.At.File
	if f, ok := p.fates[label]; ok {
		return f, f.action != ""
	}
	p.fates[label] = fate{} // an owner that owns itself ends here
	for _, r := range p.sorted() {
		if r.before == nil || r.before.failed {
			continue
		}
		after := index(r.after)
		for _, e := range r.before.entries {
			if e.key.Kind != owner.Object || e.key.Name != owner.Name || e.key.Namespace != owner.Namespace && e.Namespace != owner.Namespace || after[e.key] != nil {
				continue
			}
			if !comparable(r) || r.after != nil && len(r.after.broken) > 0 {
				p.fates[label] = fate{action: plan.None} // a gap tells that it is not known
				return p.fates[label], true
			}
			f := p.fateOf(r, e)
			for _, now := range p.gained[e.key] {
				if moved, silent := p.moved(r, e, now); moved && silent {
					f = fate{}
				} else if moved {
					f.certain = false
				}
			}
			p.fates[label] = f
			return f, f.action != ""
		}
	}
	return fate{}, false
}

func toolFate(r *pair, owner unit.Owner, gone bool, old *entry) fate {
	switch owner.Kind {
	case unit.ArgoCD:
		return argoFate(r, owner, gone, old)
	case unit.Flux:
		return fluxFate(owner, gone, old)
	case unit.HelmRelease:
		return helmFate(r, owner, gone, old)
	case unit.ApplicationSet:
		return setFate(owner, gone)
	case unit.KubectlPrune:
		return kubectlFate(r, old)
	}
	return fate{plan.Delete, "", plan.PruneUnknown, false}
}

// syncOptions are Argo CD's options on an object (argo-cd v3.5
// docs/user-guide/sync-options.md: a comma-separated list).
func syncOptions(o object.Object) map[string]bool {
	out := map[string]bool{}
	for _, option := range strings.Split(o.Annotation("argocd.argoproj.io/sync-options"), ",") {
		out[strings.TrimSpace(option)] = true
	}
	return out
}

// argoFate: prune only where automated.prune says so or somebody does it by
// hand; never what an annotation on the live object keeps; never everything.
// CRDs outlive the deletion of an Application (gitops-engine, IsCRD).
func argoFate(r *pair, owner unit.Owner, gone bool, old *entry) fate {
	options := syncOptions(old.Object)
	keep := options["Delete=false"] || old.Annotation("helm.sh/resource-policy") == "keep"
	switch {
	case gone && !owner.Cascade:
		return orphaned(plan.OwnerLeaves)
	case gone && (keep || isCRD(old.Object)):
		return orphaned(plan.PruneProtected)
	case gone:
		return fate{plan.Delete, plan.Cascade, plan.OwnerRemoved, true}
	case isHook(old.Object, unit.ArgoCD):
		return orphaned(plan.HooksStay)
	case options["Prune=false"] || owner.KeepByDefault:
		return orphaned(plan.PruneProtected)
	case options["Prune=confirm"]:
		return fate{plan.Delete, "", plan.PruneConfirm, false}
	case !owner.Prune:
		return orphaned(plan.PruneOff)
	case len(r.after.entries) == 0 && !owner.AllowEmpty:
		return fate{plan.None, plan.Blocked, plan.PruneEmptyRefused, true}
	}
	return deleted(plan.ObjectRemoved)
}

// setFate: an Application that is no longer generated is deleted unless the
// policy says otherwise; with the set itself all of them go, by their owner
// references.
func setFate(owner unit.Owner, gone bool) fate {
	switch {
	case gone:
		return fate{plan.Delete, plan.Cascade, plan.OwnerRemoved, true}
	case !owner.Prune:
		return orphaned(plan.PruneOff)
	}
	return deleted(plan.ObjectRemoved)
}

// fluxFate (kustomize-controller v1.9.6 internal/controller, prune and
// finalize): the inventory without what a label or annotation excludes.
func fluxFate(owner unit.Owner, gone bool, old *entry) fate {
	switch {
	case owner.Suspended && gone:
		return orphaned(plan.OwnerLeaves)
	case owner.Suspended:
		return fate{plan.None, plan.Blocked, plan.OwnerSuspended, true}
	case fluxKeeps(old.Object):
		return orphaned(plan.PruneProtected)
	case gone && !owner.Cascade:
		return orphaned(plan.OwnerLeaves)
	case gone:
		return fate{plan.Delete, plan.Cascade, plan.OwnerRemoved, true}
	case !owner.Prune:
		return orphaned(plan.PruneOff)
	}
	return deleted(plan.ObjectRemoved)
}

func fluxKeeps(o object.Object) bool {
	for _, mark := range []struct{ key, value string }{
		{"kustomize.toolkit.fluxcd.io/prune", "disabled"},
		{"kustomize.toolkit.fluxcd.io/reconcile", "disabled"},
		{"kustomize.toolkit.fluxcd.io/ssa", "ignore"},
	} {
		if strings.EqualFold(o.Annotation(mark.key), mark.value) || strings.EqualFold(o.Label(mark.key), mark.value) {
			return true
		}
	}
	return false
}

// helmFate (helm v4.3.1 pkg/kube/client.go, Update; pkg/action/uninstall.go):
// an upgrade keeps what the live object marks exactly `keep`, an uninstall
// what the manifest marks so in any case and with spaces. An object of a List
// is not looked at for the mark.
func helmFate(r *pair, owner unit.Owner, gone bool, old *entry) fate {
	policy := old.Annotation("helm.sh/resource-policy")
	if old.listed {
		policy = ""
	}
	switch {
	case old.crd:
		return orphaned(plan.CRDsStay)
	case isHook(old.Object, unit.HelmRelease):
		return orphaned(plan.HooksStay)
	case gone && owner.Suspended:
		return orphaned(plan.OwnerLeaves)
	case owner.Suspended:
		return fate{plan.None, plan.Blocked, plan.OwnerSuspended, true}
	case gone && strings.TrimSpace(policy) != "":
		return orphaned(plan.PruneProtected)
	case gone && owner.Object == "release":
		return fate{plan.Delete, "", plan.PruneUnknown, false}
	case gone:
		return fate{plan.Delete, plan.Cascade, plan.OwnerRemoved, true}
	case policy == "keep":
		return orphaned(plan.PruneProtected)
	}
	return deleted(plan.ObjectRemoved)
}

// pruned are the kinds that kubectl apply --prune deletes without an allowlist
// of its own (k8s.io/kubectl v0.37.2 pkg/util/prune).
var pruned = map[string]bool{
	"/ConfigMap": true, "/Endpoints": true, "/PersistentVolumeClaim": true, "/Pod": true, "/ReplicationController": true,
	"/Secret": true, "/Service": true, "batch/Job": true, "batch/CronJob": true, "networking.k8s.io/Ingress": true,
	"apps/DaemonSet": true, "apps/Deployment": true, "apps/ReplicaSet": true, "apps/StatefulSet": true,
	"/Namespace": true, "/PersistentVolume": true,
}

// kubectlFate: kubectl lists the kinds it knows in the namespaces it visited.
func kubectlFate(r *pair, old *entry) fate {
	visited := old.key.Namespace == ""
	if r.after != nil {
		for _, e := range r.after.entries {
			visited = visited || e.key.Namespace == old.key.Namespace
		}
	}
	if !pruned[old.key.Group+"/"+old.key.Kind] || !visited || r.after == nil {
		return orphaned(plan.PruneNotVisited)
	}
	return deleted(plan.ObjectRemoved)
}

func isCRD(o object.Object) bool {
	return o.Kind == "CustomResourceDefinition" && o.Group == "apiextensions.k8s.io"
}

// isHook reports whether a tool treats an object as a hook. Argo CD takes
// Helm's hooks for its own where it has a like one (argo-cd v3.5
// docs/user-guide/helm.md).
func isHook(o object.Object, tool unit.OwnerKind) bool {
	helm := o.Annotation("helm.sh/hook")
	if tool != unit.ArgoCD {
		return helm != ""
	}
	if own := o.Annotation("argocd.argoproj.io/hook"); own != "" {
		return own != "Skip"
	}
	for _, h := range strings.Split(helm, ",") {
		switch strings.TrimSpace(h) {
		case "pre-install", "pre-upgrade", "post-install", "post-upgrade", "pre-delete", "post-delete":
			return true
		}
	}
	return false
}
