package owner

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// helmRelease: an upgrade deletes what the new release lacks, an uninstall
// everything (helm v4.3.1 pkg/kube/client.go, Update; pkg/action/uninstall.go).
// Its force is a PUT, which is refused as well.
var helmRelease = Row{
	Kind: Helm, Tool: "Helm", Group: "helm.toolkit.fluxcd.io", Object: "HelmRelease",
	Read: func(o object.Object) Owner {
		spec := o.Value["spec"]
		return Owner{
			Cluster: FluxCluster(o), Prune: true, Cascade: true,
			Suspended: object.BoolAt(spec, "suspend"), Force: object.BoolAt(spec, "upgrade", "force"),
		}
	},
	Pruned: helmPruned, Deleted: helmDeleted,
	Puts:      func(u Update) bool { return u.Owner.Force },
	Recreates: recreatesNever,
	Skips:     skipsNever,
	Keeps:     []Mark{{Entries: []Entry{{helmPolicyKey, is("keep")}}}},
	Hook:      isHelmHook,
	Without:   []string{"Content", "Forces", "Freezes"},
}

const (
	helmPolicyKey = "helm.sh/resource-policy"
	helmHookKey   = "helm.sh/hook"
)

func isHelmHook(o object.Object) bool { return o.Annotation(helmHookKey) != "" }

// helmPolicy is what the manifest says. Helm does not look at it on an item of
// a List.
func helmPolicy(l Leaving) string {
	if l.InList {
		return ""
	}
	return l.Object.Annotation(helmPolicyKey)
}

// helmPruned: an upgrade keeps what the live object marks exactly `keep`.
func helmPruned(l Leaving) Outcome {
	switch {
	case l.CRDsFolder:
		return kept(plan.CRDsStay)
	case isHelmHook(l.Object):
		return kept(plan.HooksStay)
	case l.Owner.Suspended:
		return blocked(plan.OwnerSuspended)
	case helmPolicy(l) == "keep":
		return kept(plan.PruneProtected)
	}
	return deleted(plan.ObjectRemoved)
}

// helmDeleted: an uninstall leaves alone what has a policy at all. A release by
// hand is not uninstalled by a change of the repository.
func helmDeleted(l Leaving) Outcome {
	switch {
	case l.CRDsFolder:
		return kept(plan.CRDsStay)
	case isHelmHook(l.Object):
		return kept(plan.HooksStay)
	case l.Owner.Suspended:
		return kept(plan.OwnerLeaves)
	case strings.TrimSpace(helmPolicy(l)) != "":
		return kept(plan.PruneProtected)
	case !l.Owner.Written():
		return Outcome{plan.Delete, "", plan.PruneUnknown, false}
	}
	return withOwner()
}

// StaysInstalled reports whether an uninstall of a release leaves an object that
// the next install then takes over.
func StaysInstalled(l Leaving) bool {
	return l.CRDsFolder || isHelmHook(l.Object) || l.Object.Annotation(helmPolicyKey) == "keep"
}
