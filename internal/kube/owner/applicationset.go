package owner

import (
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// argoApplicationSet: an Application that is no longer generated is deleted
// unless the policy says otherwise; with the set itself all of them go, by their
// owner references.
var argoApplicationSet = Row{
	Kind: ApplicationSet, Tool: "Argo CD", Group: "argoproj.io", Object: "ApplicationSet",
	Read: func(o object.Object) Owner {
		policy := SetPolicyOf(o)
		return Owner{Prune: policy.Deletes, Cascade: true, Frozen: !policy.Updates}
	},
	Pruned: func(l Leaving) Outcome {
		if !l.Owner.Prune {
			return kept(plan.PruneOff)
		}
		return deleted(plan.ObjectRemoved)
	},
	Deleted:   func(Leaving) Outcome { return withOwner() },
	Puts:      mergesAlways,
	Recreates: recreatesNever,
	Skips:     func(u Update) bool { return u.Owner.Frozen && !u.creates() },
	Hook:      noHooks,
	Without:   []string{"Content", "Keeps", "Forces", "Freezes"},
}

// SetPolicy is how a set treats what it generated.
type SetPolicy struct {
	// Updates: a changed Application is written. Deletes: one that is not
	// generated any more is deleted.
	Updates, Deletes bool
}

// SetPolicyOf is the policy of a set (argo-cd v3.5 docs/operator-manual/
// applicationset/Controlling-Resource-Modification.md).
func SetPolicyOf(o object.Object) SetPolicy {
	switch o.String("spec", "syncPolicy", "applicationsSync") {
	case "create-only":
		return SetPolicy{}
	case "create-update":
		return SetPolicy{Updates: true}
	case "create-delete":
		return SetPolicy{Deletes: true}
	}
	return SetPolicy{Updates: true, Deletes: true}
}

func mergesAlways(Update) bool         { return false }
func recreatesNever(Update) Recreation { return NeverRecreated }
func skipsNever(Update) bool           { return false }
func noHooks(object.Object) bool       { return false }
